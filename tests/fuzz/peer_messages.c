/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/cids.h"
#include "core/snet3/keyring.h"
#include "tests/fuzz/peer.h"

#include <string.h>

static const uint8_t handshake_psk[SNET_KEY_BYTES] = {7, 8, 9};

/* A private key that is another one for every connection. */
static void handshake_ephemeral(const struct peer *peer, uint8_t ret_key[SNET_X25519_BYTES])
{
    memset(ret_key, (int)(1 + peer->attempt % 250), SNET_X25519_BYTES);
}

/* The message that the core has sent, in `sent`: whole, or nothing. */
static bool handshake_taken(struct peer *peer, struct snet_v3_header *ret_header)
{
    peer_take(peer);
    return peer->sent_len >= SNET_V3_HEADER_BYTES &&
           snet_v3_header_decode(peer->sent, ret_header) == SNET_OK &&
           peer->sent_len >= SNET_V3_HEADER_BYTES + (size_t)ret_header->body_len;
}

/* Takes the message away; records may stand behind it. */
static void handshake_pass(struct peer *peer, const struct snet_v3_header *header)
{
    const size_t len = SNET_V3_HEADER_BYTES + (size_t)header->body_len;
    memmove(peer->sent, peer->sent + len, peer->sent_len - len);
    peer->sent_len -= len;
}

/* The handshake is over: its keys are those of the records, and its secret that of the next. */
static void handshake_finish(struct peer *peer)
{
    struct snet_v3_handshake_epoch epoch;
    FUZZ_CHECK(snet_v3_messages_finish(&peer->handshake, &epoch) == SNET_OK);
    for (unsigned i = 0; i < 2; i++) {
        const struct snet_record_config config = {
            .suite = peer->suite,
            .ctx = peer->contexts[i],
            .secret = (i == 0) == peer->is_client ? epoch.client : epoch.server,
            .max_record_bytes = PEER_RECORD_MAX_BYTES,
        };
        FUZZ_CHECK(snet_record_init(i == 0 ? &peer->seal : &peer->open, peer->crypto, &config) ==
                   SNET_OK);
    }
    memcpy(peer->secret, epoch.resume, sizeof peer->secret);
    peer->has_ticket = true;
    peer->keyed = true;
}

/* A number of the input that may be anything, and mostly is near to what it should be. */
static uint64_t handshake_near(struct peer *peer, uint64_t right)
{
    const uint8_t how = snet_reader_u8(&peer->program);
    if (how == 0xFF) {
        return snet_reader_u64(&peer->program);
    }
    return how < 0xF0 ? right : right + how - 0xF8;
}

static void handshake_allow(struct peer *peer, uint64_t limit)
{
    peer->limit = limit > peer->limit ? limit : peer->limit;
}

/* --- As a client -------------------------------------------------------------------------- */

static struct snet_v3_messages_config
handshake_config(const struct peer *peer, const uint8_t *ephemeral, const uint8_t *psk_id)
{
    const bool shared = peer->pattern == SNET_NOISE_NNPSK0;
    const bool known = !shared && (!peer->is_client || peer->pattern == SNET_NOISE_XK);
    const struct snet_x25519 *server = peer->is_client ? &peer->other_key : &peer->own_key;
    return (struct snet_v3_messages_config){
        .pattern = peer->pattern,
        .suite = peer->suite,
        .own_static = known ? &peer->own_key : NULL,
        .server_public = shared ? NULL : server->public_key,
        .psk = shared ? handshake_psk : NULL,
        .psk_id = shared ? psk_id : NULL,
        .ephemeral = ephemeral,
    };
}

static struct snet_v3_messages_config handshake_resume_config(const struct peer *peer,
                                                              const uint8_t *ephemeral)
{
    return (struct snet_v3_messages_config){
        .pattern = SNET_NOISE_NNPSK0,
        .suite = peer->suite,
        .psk = peer->secret,
        .cid = peer->cid,
        .ephemeral = ephemeral,
    };
}

static void client_begin(struct peer *peer)
{
    uint8_t ephemeral[SNET_X25519_BYTES];
    uint8_t psk_id[SNET_V3_PSK_ID_BYTES];
    uint8_t data[512];
    struct snet_writer writer;
    struct snet_v3_header header;
    struct snet_v3_welcome welcome;
    struct snet_v3_offer offer = {
        .caps = snet_reader_u8(&peer->program),
        .window = (uint32_t)handshake_near(peer, 65536),
        .max_record = (uint16_t)handshake_near(peer, 512),
    };
    const size_t service_len = snet_reader_u8(&peer->program) % SNET_V3_SERVICE_MAX_BYTES;
    offer.service = (struct snet_bytes){snet_reader_view(&peer->program, service_len), service_len};
    offer.service.len = offer.service.data == NULL ? 0 : service_len;
    handshake_ephemeral(peer, ephemeral);
    FUZZ_CHECK(snet_keyring_psk_id(peer->crypto, handshake_psk, psk_id) == SNET_OK);
    const struct snet_v3_messages_config config = handshake_config(peer, ephemeral, psk_id);
    snet_writer_init(&writer, data, sizeof data);
    FUZZ_CHECK(snet_v3_messages_hello(&peer->handshake, peer->crypto, &config, &offer, &writer) ==
               SNET_OK);
    handshake_allow(peer, offer.window);
    peer_feed(peer, data, writer.written);
    if (!handshake_taken(peer, &header) || header.type != SNET_V3_HELLO_REPLY) {
        return;
    }
    FUZZ_CHECK(snet_v3_messages_read_reply(
                   &peer->handshake,
                   (struct snet_buffer){peer->sent, SNET_V3_HEADER_BYTES + (size_t)header.body_len},
                   &welcome) == SNET_OK);
    handshake_pass(peer, &header);
    memcpy(peer->cid, welcome.cid, sizeof peer->cid);
    memcpy(peer->token, welcome.token, sizeof peer->token);
    if (peer->pattern == SNET_NOISE_XK) {
        snet_writer_init(&writer, data, sizeof data);
        FUZZ_CHECK(snet_v3_messages_auth(&peer->handshake, (struct snet_bytes){NULL, 0}, &writer) ==
                   SNET_OK);
        peer_feed(peer, data, writer.written);
    }
    handshake_finish(peer);
}

static void client_resume(struct peer *peer)
{
    static const uint8_t early[64] = {1, 2, 3};
    uint8_t ephemeral[SNET_X25519_BYTES];
    uint8_t data[512];
    struct snet_writer writer;
    struct snet_v3_header header;
    struct snet_v3_accept accept;
    const uint8_t kind = snet_reader_u8(&peer->program);
    const struct snet_v3_resume resume = {
        .attempt = handshake_near(peer, peer->attempt),
        .recv_next = handshake_near(peer, peer->core_offset),
        .limit = handshake_near(peer, peer->core_offset + 65536),
        .early_off = handshake_near(peer, (kind & 1u) == 0 ? 0 : peer->out_offset),
        .early = {early, (kind & 1u) == 0 ? 0 : kind % sizeof early},
        .cause = kind >> 7,
    };
    handshake_ephemeral(peer, ephemeral);
    const struct snet_v3_messages_config config = handshake_resume_config(peer, ephemeral);
    snet_writer_init(&writer, data, sizeof data);
    FUZZ_CHECK(snet_v3_messages_resume(&peer->handshake, peer->crypto, &config, &resume, &writer) ==
               SNET_OK);
    handshake_allow(peer, resume.limit);
    peer_feed(peer, data, writer.written);
    if (!handshake_taken(peer, &header) || header.type != SNET_V3_ACCEPT) {
        return;
    }
    FUZZ_CHECK(snet_v3_messages_read_accept(
                   &peer->handshake,
                   (struct snet_buffer){peer->sent, SNET_V3_HEADER_BYTES + (size_t)header.body_len},
                   &accept) == SNET_OK);
    handshake_pass(peer, &header);
    memcpy(peer->cid, accept.cid, sizeof peer->cid);
    memcpy(peer->token, accept.token, sizeof peer->token);
    peer->out_offset = accept.recv_next;
    handshake_finish(peer);
}

/* --- As a server -------------------------------------------------------------------------- */

static void server_name(struct peer *peer)
{
    memset(peer->cid, (int)(peer->attempt % 250), sizeof peer->cid);
    memset(peer->token, (int)(peer->attempt % 249), sizeof peer->token);
}

static void server_answer_hello(struct peer *peer, struct snet_buffer message)
{
    uint8_t ephemeral[SNET_X25519_BYTES];
    uint8_t psk_id[SNET_V3_PSK_ID_BYTES];
    uint8_t data[512];
    struct snet_writer writer;
    struct snet_v3_header header;
    struct snet_v3_offer offer;
    struct snet_bytes credential;
    handshake_ephemeral(peer, ephemeral);
    FUZZ_CHECK(snet_keyring_psk_id(peer->crypto, handshake_psk, psk_id) == SNET_OK);
    const struct snet_v3_messages_config config = handshake_config(peer, ephemeral, psk_id);
    FUZZ_CHECK(snet_v3_messages_read_hello(&peer->handshake, peer->crypto, &config, message,
                                           &offer) == SNET_OK);
    peer->sent_len = 0;
    server_name(peer);
    struct snet_v3_welcome welcome = {
        .caps = snet_reader_u8(&peer->program),
        .window = (uint32_t)handshake_near(peer, 65536),
        .max_record = (uint16_t)handshake_near(peer, 512),
        .heartbeat_s = (uint16_t)handshake_near(peer, 15),
        .resume_window_ms = (uint32_t)handshake_near(peer, 300000),
    };
    memcpy(welcome.cid, peer->cid, sizeof welcome.cid);
    memcpy(welcome.token, peer->token, sizeof welcome.token);
    snet_writer_init(&writer, data, sizeof data);
    FUZZ_CHECK(snet_v3_messages_reply(&peer->handshake, &welcome, &writer) == SNET_OK);
    handshake_allow(peer, welcome.window);
    peer_feed(peer, data, writer.written);
    if (peer->pattern == SNET_NOISE_XK) {
        if (!handshake_taken(peer, &header) || header.type != SNET_V3_AUTH) {
            return;
        }
        FUZZ_CHECK(
            snet_v3_messages_read_auth(
                &peer->handshake,
                (struct snet_buffer){peer->sent, SNET_V3_HEADER_BYTES + (size_t)header.body_len},
                &credential) == SNET_OK);
        handshake_pass(peer, &header);
    }
    handshake_finish(peer);
}

/* A refusal with a proof that is right, so that its code counts. */
static void server_reject(struct peer *peer, const uint8_t *message)
{
    uint8_t data[SNET_V3_HEADER_BYTES + SNET_V3_REJECT_BODY_BYTES];
    struct snet_v3_header header;
    struct snet_v3_reject reject = {
        .code = snet_reader_u16(&peer->program) % 64,
        .retry_after = snet_reader_u16(&peer->program),
    };
    FUZZ_CHECK(snet_v3_header_decode(message, &header) == SNET_OK);
    header.type = SNET_V3_REJECT;
    header.flags = 0;
    header.body_len = SNET_V3_REJECT_BODY_BYTES;
    snet_v3_header_encode(&header, data);
    const struct snet_cids_refusal refusal = {
        .header = data,
        .code = reject.code,
        .retry_after = reject.retry_after,
        .ephemeral = message + SNET_V3_HEADER_BYTES + SNET_V3_CID_BYTES,
    };
    FUZZ_CHECK(snet_cids_proof(peer->crypto, peer->token, &refusal, reject.proof) == SNET_OK);
    snet_v3_reject_encode(&reject, data + SNET_V3_HEADER_BYTES);
    peer_feed(peer, data, sizeof data);
}

static void server_answer_resume(struct peer *peer, struct snet_buffer message)
{
    uint8_t ephemeral[SNET_X25519_BYTES];
    uint8_t data[512];
    struct snet_writer writer;
    struct snet_v3_resume resume;
    handshake_ephemeral(peer, ephemeral);
    const struct snet_v3_messages_config config = handshake_resume_config(peer, ephemeral);
    if (snet_v3_messages_read_resume(&peer->handshake, peer->crypto, &config, message, &resume) !=
        SNET_OK) {
        return; /* the last ACCEPT was none that the core took, so its ticket is an older one */
    }
    peer->sent_len = 0;
    server_name(peer);
    struct snet_v3_accept accept = {
        .recv_next = handshake_near(peer, peer->core_offset),
        .limit = handshake_near(peer, peer->core_offset + 65536),
        .early_taken = (peer->attempt & 1u) != 0,
    };
    memcpy(accept.cid, peer->cid, sizeof accept.cid);
    memcpy(accept.token, peer->token, sizeof accept.token);
    peer->out_offset = resume.recv_next;
    snet_writer_init(&writer, data, sizeof data);
    FUZZ_CHECK(snet_v3_messages_accept(&peer->handshake, &accept, &writer) == SNET_OK);
    handshake_allow(peer, accept.limit);
    peer_feed(peer, data, writer.written);
    handshake_finish(peer);
}

static void server_answer(struct peer *peer, bool accept)
{
    struct snet_v3_header header;
    if (!handshake_taken(peer, &header)) {
        return;
    }
    const struct snet_buffer message = {peer->sent, SNET_V3_HEADER_BYTES + (size_t)header.body_len};
    if (!accept) {
        server_reject(peer, peer->sent);
    } else if (header.type == SNET_V3_HELLO) {
        server_answer_hello(peer, message);
    } else if (header.type == SNET_V3_RESUME && peer->has_ticket) {
        server_answer_resume(peer, message);
    }
}

/* --- Both --------------------------------------------------------------------------------- */

void peer_connect(struct peer *peer, bool resume)
{
    peer_cut(peer);
    if (peer->attempt == PEER_CONNECTS_MAX) {
        return;
    }
    peer->attempt++;
    if (peer->is_client) {
        if (snet_server_accepted(peer->server, &peer->link, peer->now) != SNET_OK) {
            peer->link = NULL;
        } else if (resume && peer->has_ticket) {
            client_resume(peer);
        } else {
            peer->out_offset = peer->core_offset = 0;
            client_begin(peer);
        }
    } else if (peer->dial && peer->session != NULL) {
        peer->dial = false;
        if (snet_client_connected(peer->session, &peer->link, peer->now) != SNET_OK) {
            peer->link = NULL;
        } else {
            server_answer(peer, resume);
        }
    }
    peer_drain(peer);
}
