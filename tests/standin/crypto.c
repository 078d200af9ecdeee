/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Stands in for the modules of src/crypto that are made of libcrypto: the same functions, of which
 * two cores need no more than that both compute the same. Nothing here hides or proves anything.
 */
#include "crypto/crypto.h"

#include <snet/key.h>

#include "base/assert.h"
#include "crypto/block.h"
#include "crypto/dh64.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "crypto/x25519.h"
#include "tests/standin/mix.h"

#include <stdlib.h>
#include <string.h>

#define CRYPTO_ROUNDS 4u
#define CRYPTO_HALF (SNET_BLOCK_BYTES / 2)

enum crypto_purpose {
    CRYPTO_MAC = 1,
    CRYPTO_SHA256,
    CRYPTO_HMAC,
    CRYPTO_HKDF,
    CRYPTO_EXPAND,
    CRYPTO_BLOCK,
    CRYPTO_PRIVATE,
    CRYPTO_SHARED
};

struct snet_crypto {
    char nothing;
};

/* --- The context, secrets --------------------------------------------------------------------- */

snet_err snet_crypto_new(struct snet_crypto **ret_crypto)
{
    struct snet_crypto *crypto = calloc(1, sizeof *crypto);
    if (crypto == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    *ret_crypto = crypto;
    return SNET_OK;
}

void snet_crypto_free(struct snet_crypto *crypto)
{
    free(crypto);
}

snet_err snet_crypto_md5_mac(struct snet_crypto *crypto, const struct snet_crypto_mac_input *input,
                             uint8_t ret_mac[SNET_MD5_BYTES])
{
    struct standin_mix mix;
    (void)crypto;
    standin_mix_init(&mix, CRYPTO_MAC);
    standin_mix_feed(&mix, input->data, input->data_len);
    standin_mix_feed(&mix, input->key, input->key_len);
    standin_mix_take(&mix, ret_mac, SNET_MD5_BYTES);
    return SNET_OK;
}

void snet_secret_wipe(void *memory, size_t len)
{
    if (len > 0) {
        memset(memory, 0, len);
    }
}

bool snet_secret_equal(const uint8_t *a, const uint8_t *b, size_t len)
{
    return len == 0 || memcmp(a, b, len) == 0;
}

/* --- Hashes ---------------------------------------------------------------------------------- */

static snet_err crypto_hash(enum crypto_purpose purpose, struct snet_bytes key,
                            const struct snet_bytes *parts, size_t count,
                            uint8_t ret_hash[SNET_HASH_BYTES])
{
    struct standin_mix mix;
    struct standin_mix tail;
    size_t len = 0;
    uint64_t number = 0;
    standin_mix_init(&mix, (uint64_t)purpose);
    standin_mix_feed(&mix, key.data, key.len);
    /* Parts are hashed as if they were joined. */
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < parts[i].len; j++) {
            number |= (uint64_t)parts[i].data[j] << (8 * (len % 8));
            len++;
            if (len % 8 == 0) {
                standin_mix_number(&mix, number);
                number = 0;
            }
        }
    }
    tail = mix;
    standin_mix_number(&tail, number);
    standin_mix_number(&tail, len);
    standin_mix_take(&tail, ret_hash, SNET_HASH_BYTES);
    return SNET_OK;
}

snet_err snet_hash_sha256(struct snet_crypto *crypto, const struct snet_bytes *parts, size_t count,
                          uint8_t ret_hash[SNET_HASH_BYTES])
{
    (void)crypto;
    return crypto_hash(CRYPTO_SHA256, (struct snet_bytes){NULL, 0}, parts, count, ret_hash);
}

snet_err snet_hash_hmac(struct snet_crypto *crypto, struct snet_bytes key,
                        const struct snet_bytes *parts, size_t count,
                        uint8_t ret_mac[SNET_HASH_BYTES])
{
    (void)crypto;
    return crypto_hash(CRYPTO_HMAC, key, parts, count, ret_mac);
}

snet_err snet_hash_noise_hkdf(struct snet_crypto *crypto,
                              const uint8_t chaining_key[SNET_HASH_BYTES], struct snet_bytes input,
                              size_t count, uint8_t (*ret_outputs)[SNET_HASH_BYTES])
{
    struct standin_mix mix;
    (void)crypto;
    standin_mix_init(&mix, CRYPTO_HKDF);
    standin_mix_feed(&mix, chaining_key, SNET_HASH_BYTES);
    standin_mix_feed(&mix, input.data, input.len);
    for (size_t i = 0; i < count; i++) {
        standin_mix_number(&mix, i);
        standin_mix_take(&mix, ret_outputs[i], SNET_HASH_BYTES);
    }
    return SNET_OK;
}

snet_err snet_hash_expand(struct snet_crypto *crypto, const uint8_t secret[SNET_HASH_BYTES],
                          const struct snet_hash_info *info, uint8_t *ret_key, size_t key_len)
{
    struct standin_mix mix;
    (void)crypto;
    SNET_ASSERT(key_len <= SNET_HASH_BYTES);
    standin_mix_init(&mix, CRYPTO_EXPAND);
    standin_mix_feed(&mix, secret, SNET_HASH_BYTES);
    standin_mix_feed(&mix, (const uint8_t *)info->label, strlen(info->label));
    standin_mix_feed(&mix, info->context.data, info->context.len);
    standin_mix_take(&mix, ret_key, key_len);
    return SNET_OK;
}

/* --- One block: each round hides one half by the other, so that rounds can be taken back ----- */

static void crypto_round(const uint8_t *key, unsigned round, uint8_t *block)
{
    struct standin_mix mix;
    uint8_t mask[CRYPTO_HALF];
    const uint8_t *from = block + (size_t)(round % 2) * CRYPTO_HALF;
    uint8_t *to = block + (size_t)(1 - round % 2) * CRYPTO_HALF;
    standin_mix_init(&mix, CRYPTO_BLOCK);
    standin_mix_feed(&mix, key, SNET_BLOCK_KEY_BYTES);
    standin_mix_number(&mix, round);
    standin_mix_feed(&mix, from, CRYPTO_HALF);
    standin_mix_take(&mix, mask, sizeof mask);
    for (unsigned i = 0; i < CRYPTO_HALF; i++) {
        to[i] ^= mask[i];
    }
}

snet_err snet_block_encrypt(struct snet_crypto *crypto, const uint8_t key[SNET_BLOCK_KEY_BYTES],
                            const uint8_t in[SNET_BLOCK_BYTES], uint8_t ret_out[SNET_BLOCK_BYTES])
{
    (void)crypto;
    memmove(ret_out, in, SNET_BLOCK_BYTES);
    for (unsigned round = 0; round < CRYPTO_ROUNDS; round++) {
        crypto_round(key, round, ret_out);
    }
    return SNET_OK;
}

snet_err snet_block_decrypt(struct snet_crypto *crypto, const uint8_t key[SNET_BLOCK_KEY_BYTES],
                            const uint8_t in[SNET_BLOCK_BYTES], uint8_t ret_out[SNET_BLOCK_BYTES])
{
    (void)crypto;
    memmove(ret_out, in, SNET_BLOCK_BYTES);
    for (unsigned round = CRYPTO_ROUNDS; round-- > 0;) {
        crypto_round(key, round, ret_out);
    }
    return SNET_OK;
}

/* --- Key agreement: the 64-bit group of the old wires, with its number in the first bytes ---- */

static uint64_t crypto_get(const uint8_t *bytes)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < 8; i++) {
        number |= (uint64_t)bytes[i] << (8 * i);
    }
    return number;
}

static uint64_t crypto_exponent(const uint8_t *private_key)
{
    struct standin_mix mix;
    uint8_t bytes[8];
    standin_mix_init(&mix, CRYPTO_PRIVATE);
    standin_mix_feed(&mix, private_key, SNET_X25519_BYTES);
    standin_mix_take(&mix, bytes, sizeof bytes);
    return crypto_get(bytes) >> 1 | 2;
}

snet_err snet_x25519_import(const uint8_t private_key[SNET_X25519_BYTES],
                            struct snet_x25519 *ret_pair)
{
    struct snet_x25519 pair = {.public_key = {0}};
    const uint64_t number = snet_dh64_public(crypto_exponent(private_key));
    memcpy(pair.private_key, private_key, sizeof pair.private_key);
    for (unsigned i = 0; i < 8; i++) {
        pair.public_key[i] = (uint8_t)(number >> (8 * i));
    }
    *ret_pair = pair;
    return SNET_OK;
}

snet_err snet_x25519_complete(struct snet_crypto *crypto, struct snet_x25519 *pair)
{
    (void)crypto;
    return snet_x25519_import(pair->private_key, pair);
}

snet_err snet_x25519_agree(struct snet_crypto *crypto, const struct snet_x25519 *own,
                           const uint8_t peer_public[SNET_X25519_BYTES],
                           uint8_t ret_secret[SNET_X25519_BYTES])
{
    struct standin_mix mix;
    const uint64_t number = crypto_get(peer_public);
    (void)crypto;
    if (!snet_dh64_public_ok(number)) {
        return SNET_ERR_BAD_PUBLIC_KEY;
    }
    standin_mix_init(&mix, CRYPTO_SHARED);
    standin_mix_number(&mix, snet_dh64_secret(crypto_exponent(own->private_key), number));
    standin_mix_take(&mix, ret_secret, SNET_X25519_BYTES);
    return SNET_OK;
}

snet_err snet_key_public(const struct snet_key *secret, struct snet_key *ret_public)
{
    struct snet_x25519 pair;
    const snet_err err = snet_x25519_import(secret->bytes, &pair);
    if (err == SNET_OK) {
        memcpy(ret_public->bytes, pair.public_key, sizeof ret_public->bytes);
    }
    return err;
}
