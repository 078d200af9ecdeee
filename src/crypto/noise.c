/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/noise.h"

#include "base/assert.h"
#include "base/try.h"
#include "crypto/secret.h"
#include "crypto/suites.h"

#include <string.h>

enum noise_token {
    NOISE_END,
    NOISE_E,
    NOISE_S,
    NOISE_EE,
    NOISE_ES, /* the initiator's ephemeral with the responder's static key */
    NOISE_SE, /* and the other way round */
    NOISE_PSK
};
#define NOISE_TOKENS_MAX 4u
#define NOISE_MESSAGES_MAX 3u

struct noise_handshake {
    const char *name;
    bool responder_known; /* the responder's static key is hashed before the first message */
    unsigned messages;
    enum noise_token tokens[NOISE_MESSAGES_MAX][NOISE_TOKENS_MAX];
};

static const struct noise_handshake noise_handshakes[SNET_NOISE_PATTERNS] = {
    [SNET_NOISE_NK] = {.name = "NK",
                       .responder_known = true,
                       .messages = 2,
                       .tokens = {{NOISE_E, NOISE_ES}, {NOISE_E, NOISE_EE}}},
    [SNET_NOISE_XK] = {.name = "XK",
                       .responder_known = true,
                       .messages = 3,
                       .tokens = {{NOISE_E, NOISE_ES}, {NOISE_E, NOISE_EE}, {NOISE_S, NOISE_SE}}},
    [SNET_NOISE_NNPSK0] = {.name = "NNpsk0",
                           .messages = 2,
                           .tokens = {{NOISE_PSK, NOISE_E}, {NOISE_E, NOISE_EE}}},
};

static const struct noise_handshake *noise_handshake(const struct snet_noise *noise)
{
    return &noise_handshakes[noise->pattern];
}

static void noise_copy(uint8_t *ret_to, const uint8_t *from)
{
    snet_bytes_copy(ret_to, from, SNET_HASH_BYTES);
}

/* --- The symmetric state ------------------------------------------------------------------ */

static snet_err noise_mix_hash(struct snet_noise *noise, const struct snet_bytes *parts,
                               size_t count)
{
    struct snet_bytes all[SNET_HASH_PARTS_MAX] = {{noise->hash, sizeof noise->hash}};
    SNET_ASSERT(count < SNET_HASH_PARTS_MAX);
    for (size_t i = 0; i < count; i++) {
        all[i + 1] = parts[i];
    }
    return snet_hash_sha256(noise->crypto, all, count + 1, noise->hash);
}

static void noise_drop_key(struct snet_noise *noise)
{
    if (noise->keyed) {
        noise->suite->wipe(noise->ctx);
        noise->keyed = false;
    }
}

static snet_err noise_set_key(struct snet_noise *noise, const uint8_t key[SNET_HASH_BYTES])
{
    noise_drop_key(noise);
    SNET_TRY(snet_suites_key(noise->suite, noise->crypto, noise->ctx, key));
    noise->keyed = true;
    noise->nonce = 0;
    return SNET_OK;
}

static snet_err noise_mix_key(struct snet_noise *noise, struct snet_bytes input)
{
    uint8_t outputs[2][SNET_HASH_BYTES];
    snet_err err = snet_hash_noise_hkdf(noise->crypto, noise->chaining_key, input, 2, outputs);
    if (err == SNET_OK) {
        noise_copy(noise->chaining_key, outputs[0]);
        err = noise_set_key(noise, outputs[1]);
    }
    snet_secret_wipe(outputs, sizeof outputs);
    return err;
}

static snet_err noise_mix_psk(struct snet_noise *noise)
{
    uint8_t outputs[3][SNET_HASH_BYTES];
    const struct snet_bytes psk = {noise->psk, sizeof noise->psk};
    snet_err err = snet_hash_noise_hkdf(noise->crypto, noise->chaining_key, psk, 3, outputs);
    snet_secret_wipe(noise->psk, sizeof noise->psk); /* no pattern mixes it twice */
    if (err == SNET_OK) {
        noise_copy(noise->chaining_key, outputs[0]);
        const struct snet_bytes part = {outputs[1], SNET_HASH_BYTES};
        err = noise_mix_hash(noise, &part, 1);
    }
    if (err == SNET_OK) {
        err = noise_set_key(noise, outputs[2]);
    }
    snet_secret_wipe(outputs, sizeof outputs);
    return err;
}

/* 4 zero bytes and the counter: big-endian for AES-GCM, little-endian for all others. */
static void noise_nonce(const struct snet_noise *noise, uint8_t ret_nonce[SNET_SUITE_NONCE_BYTES])
{
    const bool big = noise->suite->id == SNET_SUITE_AES_256_GCM;
    struct snet_writer writer;
    snet_writer_init(&writer, ret_nonce, SNET_SUITE_NONCE_BYTES);
    snet_writer_zeros(&writer, SNET_SUITE_NONCE_BYTES - sizeof noise->nonce);
    for (unsigned i = 0; i < sizeof noise->nonce; i++) {
        const unsigned shift = 8 * (big ? (unsigned)sizeof noise->nonce - 1 - i : i);
        snet_writer_u8(&writer, (uint8_t)(noise->nonce >> shift));
    }
}

static size_t noise_tag_len(const struct snet_noise *noise)
{
    return noise->keyed ? SNET_SUITE_TAG_BYTES : 0;
}

/* EncryptAndHash: appends the sealed `plain` to `out`, which has room for it. */
static snet_err noise_seal(struct snet_noise *noise, struct snet_bytes plain,
                           struct snet_writer *out)
{
    uint8_t *text = out->data;
    snet_writer_bytes(out, plain.data, plain.len);
    snet_writer_zeros(out, noise_tag_len(noise));
    SNET_ASSERT(!out->failed);
    if (noise->keyed) {
        uint8_t nonce[SNET_SUITE_NONCE_BYTES];
        noise_nonce(noise, nonce);
        noise->nonce++;
        if (noise->suite->seal(noise->ctx, nonce, noise->hash, sizeof noise->hash, text,
                               plain.len) != 0) {
            return SNET_ERR_CRYPTO;
        }
    }
    const struct snet_bytes sealed = {text, plain.len + noise_tag_len(noise)};
    return noise_mix_hash(noise, &sealed, 1);
}

/* DecryptAndHash, in place: the plaintext is `len` less the tag. */
static snet_err noise_open(struct snet_noise *noise, uint8_t *text, size_t len)
{
    uint8_t hash[SNET_HASH_BYTES];
    noise_copy(hash, noise->hash);
    const struct snet_bytes sealed = {text, len};
    SNET_TRY(noise_mix_hash(noise, &sealed, 1));
    if (noise->keyed) {
        uint8_t nonce[SNET_SUITE_NONCE_BYTES];
        noise_nonce(noise, nonce);
        noise->nonce++;
        if (noise->suite->open(noise->ctx, nonce, hash, sizeof hash, text, len) != 0) {
            return SNET_ERR_BAD_MAC;
        }
    }
    return SNET_OK;
}

/* --- Tokens ------------------------------------------------------------------------------- */

static snet_err noise_mix_dh(struct snet_noise *noise, const struct snet_x25519 *own,
                             const uint8_t peer[SNET_X25519_BYTES])
{
    uint8_t secret[SNET_X25519_BYTES];
    snet_err err = snet_x25519_agree(noise->crypto, own, peer, secret);
    if (err == SNET_OK) {
        err = noise_mix_key(noise, (struct snet_bytes){secret, sizeof secret});
    }
    snet_secret_wipe(secret, sizeof secret);
    return err;
}

/* Nor does any use the own static key twice: it need not stay for the rest of the handshake. */
static snet_err noise_mix_static(struct snet_noise *noise)
{
    const snet_err err = noise_mix_dh(noise, &noise->own_static, noise->peer_ephemeral);
    snet_secret_wipe(noise->own_static.private_key, sizeof noise->own_static.private_key);
    return err;
}

/* The tokens that both ends carry out alike. */
static snet_err noise_mix(struct snet_noise *noise, enum noise_token token)
{
    const bool own_static = (token == NOISE_ES) != noise->initiator;
    switch (token) {
    case NOISE_PSK:
        return noise_mix_psk(noise);
    case NOISE_EE:
        return noise_mix_dh(noise, &noise->own_ephemeral, noise->peer_ephemeral);
    case NOISE_ES:
    case NOISE_SE:
        return own_static ? noise_mix_static(noise)
                          : noise_mix_dh(noise, &noise->own_ephemeral, noise->peer_static);
    case NOISE_E:
    case NOISE_S:
    case NOISE_END:
        break;
    }
    return SNET_OK;
}

/* An ephemeral key is hashed as it is sent, and with a psk mixed into the key as well. */
static snet_err noise_mix_ephemeral(struct snet_noise *noise, const uint8_t key[SNET_X25519_BYTES])
{
    const struct snet_bytes part = {key, SNET_X25519_BYTES};
    SNET_TRY(noise_mix_hash(noise, &part, 1));
    return noise->pattern == SNET_NOISE_NNPSK0 ? noise_mix_key(noise, part) : SNET_OK;
}

static const enum noise_token *noise_tokens(const struct snet_noise *noise)
{
    SNET_ASSERT(noise->message < noise_handshake(noise)->messages);
    return noise_handshake(noise)->tokens[noise->message];
}

/* --- Messages ----------------------------------------------------------------------------- */

static snet_err noise_set_up(struct snet_noise *noise, const struct snet_noise_config *config)
{
    char name[64] = "Noise_";
    const struct noise_handshake *handshake = noise_handshake(noise);
    struct snet_writer writer;
    const char *const parts[] = {"Noise_", handshake->name, "_",
                                 config->suite->noise_dh_cipher_hash};
    snet_writer_init(&writer, (uint8_t *)name, sizeof name);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        snet_writer_bytes(&writer, (const uint8_t *)parts[i], strlen(parts[i]));
    }
    SNET_ASSERT(!writer.failed);
    if (writer.written <= SNET_HASH_BYTES) {
        struct snet_writer hash;
        snet_writer_init(&hash, noise->hash, sizeof noise->hash);
        snet_writer_bytes(&hash, (const uint8_t *)name, writer.written);
    } else {
        const struct snet_bytes whole = {(const uint8_t *)name, writer.written};
        SNET_TRY(snet_hash_sha256(noise->crypto, &whole, 1, noise->hash));
    }
    noise_copy(noise->chaining_key, noise->hash);
    SNET_TRY(noise_mix_hash(noise, config->prologue, config->prologue_count));
    if (handshake->responder_known) {
        const uint8_t *key = noise->initiator ? noise->peer_static : noise->own_static.public_key;
        const struct snet_bytes part = {key, SNET_X25519_BYTES};
        SNET_TRY(noise_mix_hash(noise, &part, 1));
    }
    return SNET_OK;
}

snet_err snet_noise_init(struct snet_noise *noise, struct snet_crypto *crypto,
                         const struct snet_noise_config *config)
{
    *noise = (struct snet_noise){
        .crypto = crypto,
        .suite = config->suite,
        .pattern = config->pattern,
        .initiator = config->initiator,
    };
    if (config->own_static != NULL) {
        noise->own_static = *config->own_static;
    }
    if (config->peer_static != NULL) {
        noise_copy(noise->peer_static, config->peer_static);
    }
    if (config->psk != NULL) {
        noise_copy(noise->psk, config->psk);
    }
    noise_copy(noise->own_ephemeral.private_key, config->ephemeral);
    const snet_err err = noise_set_up(noise, config);
    if (err != SNET_OK) {
        snet_noise_deinit(noise);
    }
    return err;
}

void snet_noise_deinit(struct snet_noise *noise)
{
    noise_drop_key(noise);
    snet_secret_wipe(noise, sizeof *noise);
}

size_t snet_noise_message_len(const struct snet_noise *noise, size_t payload_len)
{
    const enum noise_token *tokens = noise_tokens(noise);
    bool keyed = noise->keyed;
    size_t len = payload_len;
    for (unsigned i = 0; i < NOISE_TOKENS_MAX && tokens[i] != NOISE_END; i++) {
        if (tokens[i] == NOISE_E) {
            len += SNET_X25519_BYTES;
        } else if (tokens[i] == NOISE_S) {
            len += SNET_X25519_BYTES + (keyed ? SNET_SUITE_TAG_BYTES : 0);
        } else {
            keyed = true;
        }
    }
    return len + (keyed ? SNET_SUITE_TAG_BYTES : 0);
}

/* Only now, for it costs as much as half of an exchange: garbage must not cause it. */
static snet_err noise_make_ephemeral(struct snet_noise *noise)
{
    if (!noise->ephemeral_made) {
        SNET_TRY(snet_x25519_complete(noise->crypto, &noise->own_ephemeral));
        noise->ephemeral_made = true;
    }
    return SNET_OK;
}

snet_err snet_noise_write(struct snet_noise *noise, struct snet_bytes payload,
                          struct snet_writer *out)
{
    const enum noise_token *tokens = noise_tokens(noise);
    for (unsigned i = 0; i < NOISE_TOKENS_MAX && tokens[i] != NOISE_END; i++) {
        if (tokens[i] == NOISE_E) {
            SNET_TRY(noise_make_ephemeral(noise));
            snet_writer_bytes(out, noise->own_ephemeral.public_key, SNET_X25519_BYTES);
            SNET_TRY(noise_mix_ephemeral(noise, noise->own_ephemeral.public_key));
        } else if (tokens[i] == NOISE_S) {
            const struct snet_bytes key = {noise->own_static.public_key, SNET_X25519_BYTES};
            SNET_TRY(noise_seal(noise, key, out));
        } else {
            SNET_TRY(noise_mix(noise, tokens[i]));
        }
    }
    SNET_TRY(noise_seal(noise, payload, out));
    noise->message++;
    return SNET_OK;
}

snet_err snet_noise_read(struct snet_noise *noise, uint8_t *message, size_t len,
                         struct snet_bytes *ret_payload)
{
    const enum noise_token *tokens = noise_tokens(noise);
    if (len < snet_noise_message_len(noise, 0)) {
        return SNET_ERR_BAD_HELLO;
    }
    size_t at = 0;
    for (unsigned i = 0; i < NOISE_TOKENS_MAX && tokens[i] != NOISE_END; i++) {
        if (tokens[i] == NOISE_E) {
            noise_copy(noise->peer_ephemeral, message + at);
            SNET_TRY(noise_mix_ephemeral(noise, noise->peer_ephemeral));
            at += SNET_X25519_BYTES;
        } else if (tokens[i] == NOISE_S) {
            const size_t sealed_len = SNET_X25519_BYTES + noise_tag_len(noise);
            SNET_TRY(noise_open(noise, message + at, sealed_len));
            noise_copy(noise->peer_static, message + at);
            at += sealed_len;
        } else {
            SNET_TRY(noise_mix(noise, tokens[i]));
        }
    }
    SNET_TRY(noise_open(noise, message + at, len - at));
    *ret_payload = (struct snet_bytes){message + at, len - at - noise_tag_len(noise)};
    noise->message++;
    return SNET_OK;
}

snet_err snet_noise_split(struct snet_noise *noise, struct snet_noise_keys *ret_keys)
{
    uint8_t outputs[3][SNET_HASH_BYTES];
    SNET_ASSERT(noise->message == noise_handshake(noise)->messages);
    const struct snet_bytes nothing = {NULL, 0};
    const snet_err err =
        snet_hash_noise_hkdf(noise->crypto, noise->chaining_key, nothing, 3, outputs);
    if (err == SNET_OK) {
        noise_copy(ret_keys->initiator, outputs[0]);
        noise_copy(ret_keys->responder, outputs[1]);
        noise_copy(ret_keys->resume, outputs[2]);
        noise_copy(ret_keys->hash, noise->hash);
        snet_secret_wipe(noise->chaining_key, sizeof noise->chaining_key);
    }
    snet_secret_wipe(outputs, sizeof outputs);
    return err;
}
