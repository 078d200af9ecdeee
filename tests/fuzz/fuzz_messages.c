/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/fuzz_messages.h"

#include "crypto/suites.h"

#include <string.h>

static const uint8_t shake_psk[SNET_NOISE_PSK_BYTES] = {42, 42};
static const uint8_t shake_psk_id[SNET_SECURE_PSK_ID_BYTES] = {7, 7};
static const uint8_t shake_cid[SNET_SECURE_CID_BYTES] = {1, 2, 3};
static const uint8_t shake_ephemerals[2][SNET_X25519_BYTES] = {{11}, {22}};

/* --- Two ends --------------------------------------------------------------------------------- */

static struct snet_secure_shake_config shake_config(const struct fuzz_shake *shake, bool client,
                                                    enum snet_noise_pattern pattern, uint8_t kind)
{
    const struct snet_x25519 *own = client ? &shake->client_key : &shake->server_key;
    const bool shared = pattern == SNET_NOISE_NNPSK0;
    const bool has_key = !shared && (!client || pattern == SNET_NOISE_XK);
    return (struct snet_secure_shake_config){
        .pattern = pattern,
        .suite = (kind & 0x40u) == 0 ? &snet_suites_chacha20_poly1305 : &snet_suites_aes_256_gcm,
        .own_static = has_key ? own : NULL,
        .server_public = shared ? NULL : shake->server_key.public_key,
        .psk = shared ? shake_psk : NULL,
        .ephemeral = shake_ephemerals[client ? 0 : 1],
    };
}

void fuzz_shake_open(struct fuzz_shake *shake, struct snet_bytes input, unsigned forced,
                     bool resume)
{
    static const uint8_t secrets[2][SNET_X25519_BYTES] = {{32}, {64}};
    memset(shake, 0, sizeof *shake);
    FUZZ_CHECK(snet_crypto_new(&shake->crypto) == SNET_OK);
    FUZZ_CHECK(snet_x25519_import(secrets[0], &shake->server_key) == SNET_OK);
    FUZZ_CHECK(snet_x25519_import(secrets[1], &shake->client_key) == SNET_OK);
    snet_reader_init(&shake->input, input.data, input.len);
    const uint8_t kind = snet_reader_u8(&shake->input);
    const enum snet_noise_pattern pattern =
        (enum snet_noise_pattern)(forced != 0 ? forced : 1 + (kind & 0x03u) % 3);
    shake->sealed = (kind & 0x80u) != 0;
    shake->changes = kind >> 4 & 0x03u;
    shake->client_config = shake_config(shake, true, pattern, kind);
    shake->server_config = shake_config(shake, false, pattern, kind);
    if (resume) {
        shake->client_config.cid = shake->server_config.cid = shake_cid;
    } else if (pattern == SNET_NOISE_NNPSK0) {
        shake->client_config.psk_id = shake->server_config.psk_id = shake_psk_id;
    }
}

void fuzz_shake_close(struct fuzz_shake *shake)
{
    snet_secure_shake_deinit(&shake->client);
    snet_secure_shake_deinit(&shake->server);
    snet_crypto_free(shake->crypto);
}

/* --- Honest messages -------------------------------------------------------------------------- */

static struct snet_buffer shake_written(struct fuzz_shake *shake, const struct snet_writer *writer)
{
    return (struct snet_buffer){shake->message, writer->written};
}

void fuzz_shake_hello(struct fuzz_shake *shake)
{
    const struct snet_secure_offer offer = {.window = 65536, .max_record = 16384};
    struct snet_secure_offer heard;
    struct snet_writer writer;
    snet_writer_init(&writer, shake->message, sizeof shake->message);
    FUZZ_CHECK(snet_secure_shake_hello(&shake->client, shake->crypto, &shake->client_config, &offer,
                                       &writer) == SNET_OK);
    FUZZ_CHECK(snet_secure_shake_read_hello(&shake->server, shake->crypto, &shake->server_config,
                                            shake_written(shake, &writer), &heard) == SNET_OK);
}

void fuzz_shake_resume(struct fuzz_shake *shake)
{
    const struct snet_secure_resume resume = {.attempt = 3, .recv_next = 1000, .limit = 5000};
    struct snet_secure_resume heard;
    struct snet_writer writer;
    snet_writer_init(&writer, shake->message, sizeof shake->message);
    FUZZ_CHECK(snet_secure_shake_resume(&shake->client, shake->crypto, &shake->client_config,
                                        &resume, &writer) == SNET_OK);
    FUZZ_CHECK(snet_secure_shake_read_resume(&shake->server, shake->crypto, &shake->server_config,
                                             shake_written(shake, &writer), &heard) == SNET_OK);
}

void fuzz_shake_reply(struct fuzz_shake *shake)
{
    const struct snet_secure_welcome welcome = {
        .cid = {9}, .window = 4096, .max_record = 16384, .heartbeat_s = 15};
    struct snet_secure_welcome heard;
    struct snet_writer writer;
    snet_writer_init(&writer, shake->message, sizeof shake->message);
    FUZZ_CHECK(snet_secure_shake_reply(&shake->server, &welcome, &writer) == SNET_OK);
    FUZZ_CHECK(snet_secure_shake_read_reply(&shake->client, shake_written(shake, &writer),
                                            &heard) == SNET_OK);
}

/* --- The message in question ------------------------------------------------------------------ */

/* What lies in the message but is compared by others: who is meant, and mac1. */
static bool shake_blind(const struct fuzz_shake *shake, enum snet_secure_type type, size_t place)
{
    const struct snet_secure_shake_config *config = &shake->client_config;
    if (type == SNET_SECURE_RESUME) {
        return place >= SNET_SECURE_HEADER_BYTES &&
               place < SNET_SECURE_HEADER_BYTES + SNET_SECURE_CID_BYTES;
    }
    if (type != SNET_SECURE_HELLO) {
        return false;
    }
    if (config->pattern == SNET_NOISE_NNPSK0) {
        return place >= SNET_SECURE_HEADER_BYTES &&
               place < SNET_SECURE_HEADER_BYTES + SNET_SECURE_PSK_ID_BYTES;
    }
    return place >= shake->len - SNET_SECURE_MAC1_BYTES;
}

static void shake_change(struct fuzz_shake *shake, enum snet_secure_type type,
                         struct snet_reader changes)
{
    uint8_t whole[sizeof shake->message];
    memcpy(whole, shake->message, shake->len);
    for (unsigned i = 0; i < shake->changes; i++) {
        const size_t place = snet_reader_u16(&changes) % shake->len;
        shake->message[place] ^= snet_reader_u8(&changes);
    }
    for (size_t place = 0; place < shake->len; place++) {
        if (whole[place] != shake->message[place] && !shake_blind(shake, type, place)) {
            shake->changed = true;
        }
    }
}

/* What is left of the input, without the changes at its head, at most `max`. */
static struct snet_bytes shake_rest(struct fuzz_shake *shake, size_t max,
                                    struct snet_reader *ret_changes)
{
    struct snet_reader *input = &shake->input;
    const size_t want = shake->sealed ? 3u * shake->changes : 0;
    const size_t head = want < input->left ? want : input->left;
    snet_reader_init(ret_changes, snet_reader_view(input, head), head);
    const size_t len = input->left < max ? input->left : max;
    return (struct snet_bytes){snet_reader_view(input, len), len};
}

static bool shake_made_hostile(struct fuzz_shake *shake)
{
    struct snet_reader none;
    if (shake->sealed) {
        return false;
    }
    const struct snet_bytes rest = shake_rest(shake, sizeof shake->message, &none);
    if (rest.len > 0) {
        memcpy(shake->message, rest.data, rest.len);
    }
    shake->len = rest.len;
    return true;
}

static void shake_put_header(const struct fuzz_shake *shake, enum snet_secure_type type,
                             size_t body_len, struct snet_writer *writer)
{
    uint8_t data[SNET_SECURE_HEADER_BYTES];
    const struct snet_secure_header header = {
        .type = (uint8_t)type,
        .version = SNET_SECURE_VERSION,
        .pattern = (uint8_t)shake->client_config.pattern,
        .suite = shake->client_config.suite->id,
        .flags = type == SNET_SECURE_RESUME ? SNET_SECURE_FLAG_EARLY : 0,
        .body_len = (uint16_t)body_len,
    };
    snet_secure_header_encode(&header, data);
    snet_writer_bytes(writer, data, sizeof data);
}

/* No payload is longer than what the largest body holds of it. */
#define SHAKE_PAYLOAD_MAX_BYTES 1900u
#define SHAKE_RESUME_PAYLOAD_MAX_BYTES 6000u
#define SHAKE_ACCEPT_PAYLOAD_MAX_BYTES 900u

void fuzz_shake_make_first(struct fuzz_shake *shake, enum snet_secure_type type)
{
    static const uint8_t prologue[8] = "snet/3\0";
    static const uint8_t mac1[SNET_SECURE_MAC1_BYTES] = {0};
    const struct snet_secure_shake_config *config = &shake->client_config;
    const bool resume = type == SNET_SECURE_RESUME;
    const struct snet_bytes id = {resume ? config->cid : config->psk_id,
                                  resume                   ? SNET_SECURE_CID_BYTES
                                  : config->psk_id != NULL ? SNET_SECURE_PSK_ID_BYTES
                                                           : 0};
    const size_t mac_len = id.len == 0 ? sizeof mac1 : 0;
    struct snet_reader changes;
    struct snet_noise noise;
    struct snet_writer writer;
    if (shake_made_hostile(shake)) {
        return;
    }
    shake->payload = shake_rest(
        shake, resume ? SHAKE_RESUME_PAYLOAD_MAX_BYTES : SHAKE_PAYLOAD_MAX_BYTES, &changes);
    snet_writer_init(&writer, shake->message, sizeof shake->message);
    shake_put_header(shake, type,
                     id.len + SNET_SECURE_EPHEMERAL_BYTES + shake->payload.len +
                         SNET_SUITE_TAG_BYTES + mac_len,
                     &writer);
    const struct snet_bytes parts[] = {
        {prologue, sizeof prologue}, {shake->message, SNET_SECURE_HEADER_BYTES}, id};
    const struct snet_noise_config begin = {
        .pattern = config->pattern,
        .suite = config->suite,
        .initiator = true,
        .prologue = parts,
        .prologue_count = 3,
        .own_static = config->own_static,
        .peer_static = config->server_public,
        .psk = config->psk,
        .ephemeral = config->ephemeral,
    };
    FUZZ_CHECK(snet_noise_init(&noise, shake->crypto, &begin) == SNET_OK);
    snet_writer_bytes(&writer, id.data, id.len);
    FUZZ_CHECK(snet_noise_write(&noise, shake->payload, &writer) == SNET_OK);
    snet_writer_bytes(&writer, mac1, mac_len);
    FUZZ_CHECK(!writer.failed);
    snet_noise_deinit(&noise);
    shake->len = writer.written;
    shake_change(shake, type, changes);
}

void fuzz_shake_make_next(struct fuzz_shake *shake, struct snet_secure_shake *sender,
                          enum snet_secure_type type)
{
    struct snet_reader changes;
    struct snet_writer writer;
    shake->answer = true;
    if (shake_made_hostile(shake)) {
        return;
    }
    shake->payload = shake_rest(shake,
                                type == SNET_SECURE_ACCEPT ? SHAKE_ACCEPT_PAYLOAD_MAX_BYTES
                                                           : SHAKE_PAYLOAD_MAX_BYTES,
                                &changes);
    snet_writer_init(&writer, shake->message, sizeof shake->message);
    shake_put_header(shake, type, snet_noise_message_len(&sender->noise, shake->payload.len),
                     &writer);
    FUZZ_CHECK(snet_noise_write(&sender->noise, shake->payload, &writer) == SNET_OK);
    FUZZ_CHECK(!writer.failed);
    shake->len = writer.written;
    shake_change(shake, type, changes);
}

struct snet_buffer fuzz_shake_message(struct fuzz_shake *shake)
{
    return (struct snet_buffer){shake->message, shake->len};
}

void fuzz_shake_expect(const struct fuzz_shake *shake, snet_err err, snet_err decoded)
{
    struct snet_secure_header header;
    if (!shake->sealed || shake->changed) {
        FUZZ_CHECK(err == SNET_ERR_BAD_MAC || err == SNET_ERR_BAD_PUBLIC_KEY ||
                   (err == SNET_ERR_BAD_HELLO && !shake->answer));
    } else if (snet_secure_header_decode(shake->message, &header) == SNET_OK || !shake->answer) {
        FUZZ_CHECK(err == decoded);
    } else {
        FUZZ_CHECK(err == SNET_ERR_BAD_MAC); /* no header that stands there is sealed */
    }
}

void fuzz_shake_finish(struct fuzz_shake *shake)
{
    struct snet_secure_shake_epoch epochs[2];
    FUZZ_CHECK(snet_secure_shake_finish(&shake->client, &epochs[0]) == SNET_OK);
    FUZZ_CHECK(snet_secure_shake_finish(&shake->server, &epochs[1]) == SNET_OK);
    FUZZ_CHECK(memcmp(&epochs[0], &epochs[1], sizeof epochs[0]) == 0);
}
