/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/fuzz_messages.h"

#include "crypto/suites.h"

#include <string.h>

static const uint8_t handshake_psk[SNET_NOISE_PSK_BYTES] = {42, 42};
static const uint8_t handshake_psk_id[SNET_V3_PSK_ID_BYTES] = {7, 7};
static const uint8_t handshake_cid[SNET_V3_CID_BYTES] = {1, 2, 3};
static const uint8_t handshake_ephemerals[2][SNET_X25519_BYTES] = {{11}, {22}};

/* --- Two ends ----------------------------------------------------------------------------- */

static struct snet_v3_messages_config handshake_config(const struct fuzz_handshake *handshake,
                                                       bool client, enum snet_noise_pattern pattern,
                                                       uint8_t kind)
{
    const struct snet_x25519 *own = client ? &handshake->client_key : &handshake->server_key;
    const bool shared = pattern == SNET_NOISE_NNPSK0;
    const bool has_key = !shared && (!client || pattern == SNET_NOISE_XK);
    return (struct snet_v3_messages_config){
        .pattern = pattern,
        .suite = (kind & 0x40u) == 0 ? &snet_suites_chacha20_poly1305 : &snet_suites_aes_256_gcm,
        .own_static = has_key ? own : NULL,
        .server_public = shared ? NULL : handshake->server_key.public_key,
        .psk = shared ? handshake_psk : NULL,
        .ephemeral = handshake_ephemerals[client ? 0 : 1],
    };
}

void fuzz_handshake_open(struct fuzz_handshake *handshake, struct snet_bytes input, unsigned forced,
                         bool resume)
{
    static const uint8_t secrets[2][SNET_X25519_BYTES] = {{32}, {64}};
    memset(handshake, 0, sizeof *handshake);
    FUZZ_CHECK(snet_crypto_new(&handshake->crypto) == SNET_OK);
    FUZZ_CHECK(snet_x25519_import(secrets[0], &handshake->server_key) == SNET_OK);
    FUZZ_CHECK(snet_x25519_import(secrets[1], &handshake->client_key) == SNET_OK);
    snet_reader_init(&handshake->input, input.data, input.len);
    const uint8_t kind = snet_reader_u8(&handshake->input);
    const enum snet_noise_pattern pattern =
        (enum snet_noise_pattern)(forced != 0 ? forced : 1 + (kind & 0x03u) % 3);
    handshake->sealed = (kind & 0x80u) != 0;
    handshake->changes = kind >> 4 & 0x03u;
    handshake->client_config = handshake_config(handshake, true, pattern, kind);
    handshake->server_config = handshake_config(handshake, false, pattern, kind);
    if (resume) {
        handshake->client_config.cid = handshake->server_config.cid = handshake_cid;
    } else if (pattern == SNET_NOISE_NNPSK0) {
        handshake->client_config.psk_id = handshake->server_config.psk_id = handshake_psk_id;
    }
}

void fuzz_handshake_close(struct fuzz_handshake *handshake)
{
    snet_v3_messages_deinit(&handshake->client);
    snet_v3_messages_deinit(&handshake->server);
    snet_crypto_free(handshake->crypto);
}

/* --- Honest messages ---------------------------------------------------------------------- */

static struct snet_buffer handshake_written(struct fuzz_handshake *handshake,
                                            const struct snet_writer *writer)
{
    return (struct snet_buffer){handshake->message, writer->written};
}

void fuzz_handshake_hello(struct fuzz_handshake *handshake)
{
    const struct snet_v3_offer offer = {.window = 65536, .max_record = 16384};
    struct snet_v3_offer heard;
    struct snet_writer writer;
    snet_writer_init(&writer, handshake->message, sizeof handshake->message);
    FUZZ_CHECK(snet_v3_messages_hello(&handshake->client, handshake->crypto,
                                      &handshake->client_config, &offer, &writer) == SNET_OK);
    FUZZ_CHECK(snet_v3_messages_read_hello(
                   &handshake->server, handshake->crypto, &handshake->server_config,
                   handshake_written(handshake, &writer), &heard) == SNET_OK);
}

void fuzz_handshake_resume(struct fuzz_handshake *handshake)
{
    const struct snet_v3_resume resume = {.attempt = 3, .recv_next = 1000, .limit = 5000};
    struct snet_v3_resume heard;
    struct snet_writer writer;
    snet_writer_init(&writer, handshake->message, sizeof handshake->message);
    FUZZ_CHECK(snet_v3_messages_resume(&handshake->client, handshake->crypto,
                                       &handshake->client_config, &resume, &writer) == SNET_OK);
    FUZZ_CHECK(snet_v3_messages_read_resume(
                   &handshake->server, handshake->crypto, &handshake->server_config,
                   handshake_written(handshake, &writer), &heard) == SNET_OK);
}

void fuzz_handshake_reply(struct fuzz_handshake *handshake)
{
    const struct snet_v3_welcome welcome = {
        .cid = {9}, .window = 4096, .max_record = 16384, .heartbeat_s = 15};
    struct snet_v3_welcome heard;
    struct snet_writer writer;
    snet_writer_init(&writer, handshake->message, sizeof handshake->message);
    FUZZ_CHECK(snet_v3_messages_reply(&handshake->server, &welcome, &writer) == SNET_OK);
    FUZZ_CHECK(snet_v3_messages_read_reply(
                   &handshake->client, handshake_written(handshake, &writer), &heard) == SNET_OK);
}

/* --- The message in question -------------------------------------------------------------- */

/* What lies in the message and is compared elsewhere: the id of the receiver, and mac1. */
static bool handshake_blind(const struct fuzz_handshake *handshake, enum snet_v3_type type,
                            size_t place)
{
    const struct snet_v3_messages_config *config = &handshake->client_config;
    if (type == SNET_V3_RESUME) {
        return place >= SNET_V3_HEADER_BYTES && place < SNET_V3_HEADER_BYTES + SNET_V3_CID_BYTES;
    }
    if (type != SNET_V3_HELLO) {
        return false;
    }
    if (config->pattern == SNET_NOISE_NNPSK0) {
        return place >= SNET_V3_HEADER_BYTES && place < SNET_V3_HEADER_BYTES + SNET_V3_PSK_ID_BYTES;
    }
    return place >= handshake->len - SNET_V3_MAC1_BYTES;
}

static void handshake_change(struct fuzz_handshake *handshake, enum snet_v3_type type,
                             struct snet_reader changes)
{
    uint8_t whole[sizeof handshake->message];
    memcpy(whole, handshake->message, handshake->len);
    for (unsigned i = 0; i < handshake->changes; i++) {
        const size_t place = snet_reader_u16(&changes) % handshake->len;
        handshake->message[place] ^= snet_reader_u8(&changes);
    }
    for (size_t place = 0; place < handshake->len; place++) {
        if (whole[place] != handshake->message[place] && !handshake_blind(handshake, type, place)) {
            handshake->changed = true;
        }
    }
}

/* What is left of the input, without the changes at its head, at most `max`. */
static struct snet_bytes handshake_rest(struct fuzz_handshake *handshake, size_t max,
                                        struct snet_reader *ret_changes)
{
    struct snet_reader *input = &handshake->input;
    const size_t want = handshake->sealed ? 3u * handshake->changes : 0;
    const size_t head = want < input->left ? want : input->left;
    snet_reader_init(ret_changes, snet_reader_view(input, head), head);
    const size_t len = input->left < max ? input->left : max;
    return (struct snet_bytes){snet_reader_view(input, len), len};
}

static bool handshake_made_hostile(struct fuzz_handshake *handshake)
{
    struct snet_reader none;
    if (handshake->sealed) {
        return false;
    }
    const struct snet_bytes rest = handshake_rest(handshake, sizeof handshake->message, &none);
    if (rest.len > 0) {
        memcpy(handshake->message, rest.data, rest.len);
    }
    handshake->len = rest.len;
    return true;
}

static void handshake_put_header(const struct fuzz_handshake *handshake, enum snet_v3_type type,
                                 size_t body_len, struct snet_writer *writer)
{
    uint8_t data[SNET_V3_HEADER_BYTES];
    const struct snet_v3_header header = {
        .type = (uint8_t)type,
        .version = SNET_V3_VERSION,
        .pattern = (uint8_t)handshake->client_config.pattern,
        .suite = handshake->client_config.suite->id,
        .flags = type == SNET_V3_RESUME ? SNET_V3_FLAG_EARLY : 0,
        .body_len = (uint16_t)body_len,
    };
    snet_v3_header_encode(&header, data);
    snet_writer_bytes(writer, data, sizeof data);
}

/* No payload is longer than what the largest body holds of it. */
#define HANDSHAKE_PAYLOAD_MAX_BYTES 1900u
#define HANDSHAKE_RESUME_PAYLOAD_MAX_BYTES 6000u
#define HANDSHAKE_ACCEPT_PAYLOAD_MAX_BYTES 900u

void fuzz_handshake_make_first(struct fuzz_handshake *handshake, enum snet_v3_type type)
{
    static const uint8_t prologue[8] = "snet/3\0";
    static const uint8_t mac1[SNET_V3_MAC1_BYTES] = {0};
    const struct snet_v3_messages_config *config = &handshake->client_config;
    const bool resume = type == SNET_V3_RESUME;
    const struct snet_bytes id = {resume ? config->cid : config->psk_id, resume ? SNET_V3_CID_BYTES
                                                                         : config->psk_id != NULL
                                                                             ? SNET_V3_PSK_ID_BYTES
                                                                             : 0};
    const size_t mac_len = id.len == 0 ? sizeof mac1 : 0;
    struct snet_reader changes;
    struct snet_noise noise;
    struct snet_writer writer;
    if (handshake_made_hostile(handshake)) {
        return;
    }
    handshake->payload = handshake_rest(
        handshake, resume ? HANDSHAKE_RESUME_PAYLOAD_MAX_BYTES : HANDSHAKE_PAYLOAD_MAX_BYTES,
        &changes);
    snet_writer_init(&writer, handshake->message, sizeof handshake->message);
    handshake_put_header(handshake, type,
                         id.len + SNET_V3_EPHEMERAL_BYTES + handshake->payload.len +
                             SNET_SUITE_TAG_BYTES + mac_len,
                         &writer);
    const struct snet_bytes parts[] = {
        {prologue, sizeof prologue}, {handshake->message, SNET_V3_HEADER_BYTES}, id};
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
    FUZZ_CHECK(snet_noise_init(&noise, handshake->crypto, &begin) == SNET_OK);
    snet_writer_bytes(&writer, id.data, id.len);
    FUZZ_CHECK(snet_noise_write(&noise, handshake->payload, &writer) == SNET_OK);
    snet_writer_bytes(&writer, mac1, mac_len);
    FUZZ_CHECK(!writer.failed);
    snet_noise_deinit(&noise);
    handshake->len = writer.written;
    handshake_change(handshake, type, changes);
}

void fuzz_handshake_make_next(struct fuzz_handshake *handshake, struct snet_v3_handshake *sender,
                              enum snet_v3_type type)
{
    struct snet_reader changes;
    struct snet_writer writer;
    handshake->answer = true;
    if (handshake_made_hostile(handshake)) {
        return;
    }
    handshake->payload = handshake_rest(handshake,
                                        type == SNET_V3_ACCEPT ? HANDSHAKE_ACCEPT_PAYLOAD_MAX_BYTES
                                                               : HANDSHAKE_PAYLOAD_MAX_BYTES,
                                        &changes);
    snet_writer_init(&writer, handshake->message, sizeof handshake->message);
    handshake_put_header(handshake, type,
                         snet_noise_message_len(&sender->noise, handshake->payload.len), &writer);
    FUZZ_CHECK(snet_noise_write(&sender->noise, handshake->payload, &writer) == SNET_OK);
    FUZZ_CHECK(!writer.failed);
    handshake->len = writer.written;
    handshake_change(handshake, type, changes);
}

struct snet_buffer fuzz_handshake_message(struct fuzz_handshake *handshake)
{
    return (struct snet_buffer){handshake->message, handshake->len};
}

void fuzz_handshake_expect(const struct fuzz_handshake *handshake, snet_err err, snet_err decoded)
{
    struct snet_v3_header header;
    if (!handshake->sealed || handshake->changed) {
        FUZZ_CHECK(err == SNET_ERR_BAD_MAC || err == SNET_ERR_BAD_PUBLIC_KEY ||
                   (err == SNET_ERR_BAD_HELLO && !handshake->answer));
    } else if (snet_v3_header_decode(handshake->message, &header) == SNET_OK ||
               !handshake->answer) {
        FUZZ_CHECK(err == decoded);
    } else {
        FUZZ_CHECK(err == SNET_ERR_BAD_MAC); /* no header that stands there is sealed */
    }
}

void fuzz_handshake_finish(struct fuzz_handshake *handshake)
{
    struct snet_v3_handshake_epoch epochs[2];
    FUZZ_CHECK(snet_v3_messages_finish(&handshake->client, &epochs[0]) == SNET_OK);
    FUZZ_CHECK(snet_v3_messages_finish(&handshake->server, &epochs[1]) == SNET_OK);
    FUZZ_CHECK(memcmp(&epochs[0], &epochs[1], sizeof epochs[0]) == 0);
}
