/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/v3_peer.h"

#include "core/snet3/cids.h"
#include "core/snet3/keyring.h"
#include "crypto/suites.h"
#include "tests/support/pattern.h"
#include "tests/support/unit.h"

#include <stdlib.h>
#include <string.h>

#define PEER_LEN_BYTES SNET_V3_FRAME_LEN_BYTES

static enum core_pair_side v3_peer_other(const struct v3_peer *peer)
{
    return peer->side == CORE_PAIR_CLIENT ? CORE_PAIR_SERVER : CORE_PAIR_CLIENT;
}

void v3_peer_open(struct v3_peer *peer, struct core_pair *ends, enum snet_noise_pattern pattern)
{
    static uint8_t peers;
    const struct core_pair_keys *keys = core_pair_keys();
    memset(peer, 0, sizeof *peer);
    peer->ends = ends;
    peer->side = CORE_PAIR_CLIENT;
    peer->suite = &snet_suites_chacha20_poly1305;
    peer->pattern = pattern;
    peer->max_record = 16384;
    peer->in = malloc(V3_PEER_IN_MAX_BYTES);
    assert_non_null(peer->in);
    memcpy(peer->psk, keys->psk.bytes, sizeof peer->psk);
    assert_int_equal(snet_crypto_new(&peer->crypto), SNET_OK);
    assert_int_equal(snet_x25519_import(keys->server.bytes, &peer->server_key), SNET_OK);
    assert_int_equal(snet_x25519_import(keys->client.bytes, &peer->client_key), SNET_OK);
    assert_int_equal(snet_keyring_psk_id(peer->crypto, peer->psk, peer->psk_id), SNET_OK);
    /* Of no two peers the same, or a server would take one for a replay of the other. */
    memset(peer->ephemeral, 0x77, sizeof peer->ephemeral);
    peer->ephemeral[1] = peers++;
}

void v3_peer_open_server(struct v3_peer *peer, struct core_pair *ends)
{
    v3_peer_open(peer, ends, SNET_NOISE_NK);
    peer->side = CORE_PAIR_SERVER;
}

static void v3_peer_forget(struct v3_peer *peer)
{
    snet_v3_messages_deinit(&peer->handshake);
    snet_record_deinit(&peer->seal);
    snet_record_deinit(&peer->open);
    peer->in_len = 0;
    peer->frame_count = 0;
}

void v3_peer_close(struct v3_peer *peer)
{
    v3_peer_forget(peer);
    snet_crypto_free(peer->crypto);
    free(peer->in);
}

void v3_peer_connect(struct v3_peer *peer)
{
    v3_peer_forget(peer);
    peer->conn =
        peer->side == CORE_PAIR_CLIENT ? core_pair_intrude(peer->ends) : core_pair_dial(peer->ends);
    snet_writer_init(&peer->plain, peer->record + PEER_LEN_BYTES,
                     sizeof peer->record - PEER_LEN_BYTES - SNET_SUITE_TAG_BYTES);
}

void v3_peer_send_bytes(struct v3_peer *peer, const uint8_t *data, size_t len)
{
    core_pair_feed(peer->ends, peer->conn, v3_peer_other(peer), data, len);
}

void v3_peer_send(struct v3_peer *peer)
{
    v3_peer_send_bytes(peer, peer->message, peer->message_len);
}

size_t v3_peer_hear(struct v3_peer *peer)
{
    peer->in_len += core_pair_take(peer->ends, peer->conn, v3_peer_other(peer),
                                   peer->in + peer->in_len, V3_PEER_IN_MAX_BYTES - peer->in_len);
    return peer->in_len;
}

void v3_peer_expect_silence(struct v3_peer *peer)
{
    assert_int_equal(v3_peer_hear(peer), 0);
    assert_int_equal(peer->conn->sides[v3_peer_other(peer)].how, SNET_CLOSE_NONE);
}

void v3_peer_expect_closed(struct v3_peer *peer, enum snet_close_how how)
{
    assert_int_equal(v3_peer_hear(peer), 0);
    assert_int_equal(peer->conn->sides[v3_peer_other(peer)].how, how);
}

/* Drops the first `len` bytes of what was heard. */
static void v3_peer_drop(struct v3_peer *peer, size_t len)
{
    memmove(peer->in, peer->in + len, peer->in_len - len);
    peer->in_len -= len;
}

/* Takes one whole handshake message into `message`. */
static void v3_peer_take_message(struct v3_peer *peer, enum snet_v3_type type)
{
    struct snet_v3_header header;
    assert_true(v3_peer_hear(peer) >= SNET_V3_HEADER_BYTES);
    assert_int_equal(snet_v3_header_decode(peer->in, &header), SNET_OK);
    assert_int_equal(header.type, type);
    peer->message_len = SNET_V3_HEADER_BYTES + (size_t)header.body_len;
    assert_true(peer->in_len >= peer->message_len);
    memcpy(peer->message, peer->in, peer->message_len);
    v3_peer_drop(peer, peer->message_len);
}

static struct snet_buffer v3_peer_message(struct v3_peer *peer)
{
    return (struct snet_buffer){peer->message, peer->message_len};
}

static struct snet_v3_messages_config v3_peer_config(struct v3_peer *peer, bool resume)
{
    const bool shared = peer->pattern == SNET_NOISE_NNPSK0;
    snet_v3_messages_deinit(&peer->handshake); /* of a handshake that was given up */
    peer->ephemeral[2]++;                      /* of the first byte, three bits do not count */
    if (resume) {
        return (struct snet_v3_messages_config){
            .pattern = SNET_NOISE_NNPSK0,
            .suite = peer->suite,
            .psk = peer->secret,
            .cid = peer->cid,
            .ephemeral = peer->ephemeral,
        };
    }
    const bool known = peer->side == CORE_PAIR_SERVER ? !shared : peer->pattern == SNET_NOISE_XK;
    return (struct snet_v3_messages_config){
        .pattern = peer->pattern,
        .suite = peer->suite,
        .own_static = !known                           ? NULL
                      : peer->side == CORE_PAIR_SERVER ? &peer->server_key
                                                       : &peer->client_key,
        .server_public = shared ? NULL : peer->server_key.public_key,
        .psk = shared ? peer->psk : NULL,
        .psk_id = shared ? peer->psk_id : NULL,
        .ephemeral = peer->ephemeral,
    };
}

void v3_peer_write(struct v3_peer *peer, const struct snet_v3_header *header,
                   struct snet_bytes payload)
{
    struct snet_writer out;
    snet_v3_header_encode(header, peer->message);
    snet_writer_init(&out, peer->message + SNET_V3_HEADER_BYTES,
                     sizeof peer->message - SNET_V3_HEADER_BYTES);
    assert_int_equal(snet_noise_write(&peer->handshake.noise, payload, &out), SNET_OK);
    peer->message_len = SNET_V3_HEADER_BYTES + out.written;
}

/* --- Clients ------------------------------------------------------------------------------ */

void v3_peer_hello(struct v3_peer *peer, const struct snet_v3_offer *offer)
{
    struct snet_writer out;
    const struct snet_v3_messages_config config = v3_peer_config(peer, false);
    snet_v3_messages_deinit(&peer->handshake);
    snet_writer_init(&out, peer->message, sizeof peer->message);
    assert_int_equal(snet_v3_messages_hello(&peer->handshake, peer->crypto, &config, offer, &out),
                     SNET_OK);
    peer->message_len = out.written;
}

void v3_peer_mac1(struct v3_peer *peer)
{
    static const char label[] = "snet3 mac1";
    uint8_t key[SNET_HASH_BYTES];
    uint8_t mac[SNET_HASH_BYTES];
    const size_t covered_len = peer->message_len - SNET_V3_MAC1_BYTES;
    const struct snet_bytes covered = {peer->message, covered_len};
    const struct snet_bytes parts[] = {{(const uint8_t *)label, sizeof label - 1},
                                       {peer->server_key.public_key, SNET_X25519_BYTES}};
    assert_int_equal(snet_hash_sha256(peer->crypto, parts, 2, key), SNET_OK);
    assert_int_equal(
        snet_hash_hmac(peer->crypto, (struct snet_bytes){key, sizeof key}, &covered, 1, mac),
        SNET_OK);
    memcpy(peer->message + covered_len, mac, SNET_V3_MAC1_BYTES);
}

void v3_peer_take_reply(struct v3_peer *peer, struct snet_v3_welcome *ret_welcome)
{
    v3_peer_take_message(peer, SNET_V3_HELLO_REPLY);
    assert_int_equal(
        snet_v3_messages_read_reply(&peer->handshake, v3_peer_message(peer), ret_welcome), SNET_OK);
    memcpy(peer->cid, ret_welcome->cid, sizeof peer->cid);
    memcpy(peer->token, ret_welcome->token, sizeof peer->token);
    if (peer->pattern != SNET_NOISE_XK) {
        v3_peer_begin_epoch(peer);
    }
}

void v3_peer_auth(struct v3_peer *peer)
{
    struct snet_writer out;
    snet_writer_init(&out, peer->message, sizeof peer->message);
    assert_int_equal(snet_v3_messages_auth(&peer->handshake, (struct snet_bytes){NULL, 0}, &out),
                     SNET_OK);
    peer->message_len = out.written;
    v3_peer_begin_epoch(peer);
}

void v3_peer_resume(struct v3_peer *peer, const struct snet_v3_resume *resume)
{
    struct snet_writer out;
    const struct snet_v3_messages_config config = v3_peer_config(peer, true);
    snet_v3_messages_deinit(&peer->handshake);
    snet_writer_init(&out, peer->message, sizeof peer->message);
    assert_int_equal(snet_v3_messages_resume(&peer->handshake, peer->crypto, &config, resume, &out),
                     SNET_OK);
    peer->message_len = out.written;
    peer->attempt = resume->attempt;
    memcpy(peer->said, peer->message + SNET_V3_HEADER_BYTES + SNET_V3_CID_BYTES, sizeof peer->said);
}

void v3_peer_take_accept(struct v3_peer *peer, struct snet_v3_accept *ret_accept)
{
    v3_peer_take_message(peer, SNET_V3_ACCEPT);
    assert_int_equal(
        snet_v3_messages_read_accept(&peer->handshake, v3_peer_message(peer), ret_accept), SNET_OK);
    memcpy(peer->cid, ret_accept->cid, sizeof peer->cid);
    memcpy(peer->token, ret_accept->token, sizeof peer->token);
    v3_peer_begin_epoch(peer);
}

static void v3_peer_prove(struct v3_peer *peer, const struct snet_v3_reject *reject,
                          uint8_t ret_proof[SNET_V3_PROOF_BYTES])
{
    const struct snet_cids_refusal refusal = {
        .header = peer->message,
        .code = reject->code,
        .retry_after = reject->retry_after,
        .ephemeral = peer->said,
    };
    assert_int_equal(snet_cids_proof(peer->crypto, peer->token, &refusal, ret_proof), SNET_OK);
}

bool v3_peer_take_reject(struct v3_peer *peer, struct snet_v3_reject *ret_reject)
{
    uint8_t proof[SNET_V3_PROOF_BYTES];
    v3_peer_take_message(peer, SNET_V3_REJECT);
    snet_v3_reject_decode(peer->message + SNET_V3_HEADER_BYTES, ret_reject);
    v3_peer_prove(peer, ret_reject, proof);
    return memcmp(proof, ret_reject->proof, sizeof proof) == 0;
}

void v3_peer_expect_reject(struct v3_peer *peer, uint16_t code, bool proven)
{
    static const uint8_t none[SNET_V3_PROOF_BYTES];
    struct snet_v3_reject reject;
    const bool proves = v3_peer_take_reject(peer, &reject);
    assert_int_equal(reject.code, code);
    assert_int_equal(proves, proven);
    if (!proven) {
        assert_memory_equal(reject.proof, none, sizeof none);
    }
    v3_peer_expect_closed(peer, SNET_CLOSE_FIN);
}

struct snet_v3_welcome v3_peer_greet(struct v3_peer *peer)
{
    const struct snet_v3_offer offer = {.window = V3_PEER_WINDOW, .max_record = 16384};
    struct snet_v3_welcome welcome;
    v3_peer_connect(peer);
    v3_peer_hello(peer, &offer);
    v3_peer_send(peer);
    v3_peer_take_reply(peer, &welcome);
    return welcome;
}

void v3_peer_begin(struct v3_peer *peer)
{
    v3_peer_greet(peer);
    v3_peer_confirm(peer, 0);
    assert_true(v3_peer_hear(peer) > 0);
    assert_true(v3_peer_take_record(peer));
}

void v3_peer_say_resume(struct v3_peer *peer, const struct snet_v3_resume *resume)
{
    v3_peer_connect(peer);
    v3_peer_resume(peer, resume);
    v3_peer_send(peer);
}

void v3_peer_resume_to_accept(struct v3_peer *peer, enum snet_v3_cause cause, uint64_t recv_next)
{
    struct snet_v3_accept accept;
    const struct snet_v3_resume resume = {.attempt = peer->attempt + 1,
                                          .recv_next = recv_next,
                                          .limit = recv_next + V3_PEER_WINDOW,
                                          .cause = (uint8_t)cause};
    v3_peer_say_resume(peer, &resume);
    v3_peer_take_accept(peer, &accept);
}

/* --- Servers ------------------------------------------------------------------------------ */

void v3_peer_reply(struct v3_peer *peer, const struct snet_v3_welcome *welcome)
{
    struct snet_writer out;
    struct snet_v3_offer offer;
    const struct snet_v3_messages_config config = v3_peer_config(peer, false);
    v3_peer_take_message(peer, SNET_V3_HELLO);
    assert_int_equal(snet_v3_messages_read_hello(&peer->handshake, peer->crypto, &config,
                                                 v3_peer_message(peer), &offer),
                     SNET_OK);
    memcpy(peer->cid, welcome->cid, sizeof peer->cid);
    memcpy(peer->token, welcome->token, sizeof peer->token);
    snet_writer_init(&out, peer->message, sizeof peer->message);
    assert_int_equal(snet_v3_messages_reply(&peer->handshake, welcome, &out), SNET_OK);
    peer->message_len = out.written;
    if (peer->pattern != SNET_NOISE_XK) {
        v3_peer_begin_epoch(peer);
    }
}

void v3_peer_take_resume(struct v3_peer *peer, struct snet_v3_resume *ret_resume)
{
    const struct snet_v3_messages_config config = v3_peer_config(peer, true);
    v3_peer_take_message(peer, SNET_V3_RESUME);
    memcpy(peer->said, peer->message + SNET_V3_HEADER_BYTES + SNET_V3_CID_BYTES, sizeof peer->said);
    assert_int_equal(snet_v3_messages_read_resume(&peer->handshake, peer->crypto, &config,
                                                  v3_peer_message(peer), ret_resume),
                     SNET_OK);
}

void v3_peer_accept(struct v3_peer *peer, const struct snet_v3_accept *accept)
{
    struct snet_writer out;
    snet_writer_init(&out, peer->message, sizeof peer->message);
    assert_int_equal(snet_v3_messages_accept(&peer->handshake, accept, &out), SNET_OK);
    peer->message_len = out.written;
    memcpy(peer->cid, accept->cid, sizeof peer->cid);
    memcpy(peer->token, accept->token, sizeof peer->token);
    v3_peer_begin_epoch(peer);
}

void v3_peer_reject(struct v3_peer *peer, uint16_t code, uint16_t retry_after, bool proven)
{
    struct snet_v3_reject reject = {.code = code, .retry_after = retry_after};
    struct snet_v3_header header;
    assert_int_equal(snet_v3_header_decode(peer->message, &header), SNET_OK);
    header.type = SNET_V3_REJECT;
    header.flags = 0;
    header.body_len = SNET_V3_REJECT_BODY_BYTES;
    snet_v3_header_encode(&header, peer->message);
    if (proven) {
        v3_peer_prove(peer, &reject, reject.proof);
    }
    snet_v3_reject_encode(&reject, peer->message + SNET_V3_HEADER_BYTES);
    peer->message_len = SNET_V3_HEADER_BYTES + SNET_V3_REJECT_BODY_BYTES;
}

void v3_peer_take_auth(struct v3_peer *peer)
{
    struct snet_bytes credential;
    v3_peer_take_message(peer, SNET_V3_AUTH);
    assert_int_equal(
        snet_v3_messages_read_auth(&peer->handshake, v3_peer_message(peer), &credential), SNET_OK);
    v3_peer_begin_epoch(peer);
}

void v3_peer_serve(struct v3_peer *peer)
{
    const struct snet_v3_welcome welcome = {.cid = {1, 2, 3},
                                            .token = {4, 5, 6},
                                            .window = V3_PEER_WINDOW,
                                            .max_record = 16384,
                                            .heartbeat_s = 15,
                                            .resume_window_ms = 300000};
    v3_peer_connect(peer);
    v3_peer_reply(peer, &welcome);
    v3_peer_send(peer);
    assert_true(v3_peer_hear(peer) > 0);
    assert_true(v3_peer_take_record(peer));
}

/* --- Records ------------------------------------------------------------------------------ */

void v3_peer_begin_epoch(struct v3_peer *peer)
{
    struct snet_v3_handshake_epoch epoch;
    const bool client = peer->side == CORE_PAIR_CLIENT;
    assert_int_equal(snet_v3_messages_finish(&peer->handshake, &epoch), SNET_OK);
    memcpy(peer->secret, epoch.resume, sizeof peer->secret);
    snet_record_deinit(&peer->seal);
    snet_record_deinit(&peer->open);
    const struct snet_record_config seal = {.suite = peer->suite,
                                            .ctx = peer->ctx[0],
                                            .secret = client ? epoch.client : epoch.server,
                                            .max_record_bytes = peer->max_record};
    const struct snet_record_config open = {.suite = peer->suite,
                                            .ctx = peer->ctx[1],
                                            .secret = client ? epoch.server : epoch.client,
                                            .max_record_bytes = 16384};
    assert_int_equal(snet_record_init(&peer->seal, peer->crypto, &seal), SNET_OK);
    assert_int_equal(snet_record_init(&peer->open, peer->crypto, &open), SNET_OK);
}

void v3_peer_put(struct v3_peer *peer, const struct snet_v3_frame *frame)
{
    snet_v3_frame_encode(frame, &peer->plain);
    assert_false(peer->plain.failed);
}

void v3_peer_put_bytes(struct v3_peer *peer, const uint8_t *data, size_t len)
{
    snet_writer_bytes(&peer->plain, data, len);
    assert_false(peer->plain.failed);
}

void v3_peer_put_start(struct v3_peer *peer, uint64_t from)
{
    v3_peer_put(peer, &(struct snet_v3_frame){.type = SNET_V3_FRAME_START, .offset = from});
}

void v3_peer_put_ack(struct v3_peer *peer, uint64_t recv_next, uint64_t limit)
{
    v3_peer_put(peer, &(struct snet_v3_frame){
                          .type = SNET_V3_FRAME_ACK, .offset = recv_next, .limit = limit});
}

void v3_peer_put_data(struct v3_peer *peer, uint64_t offset, size_t len)
{
    uint8_t data[V3_PEER_RECORD_MAX_BYTES];
    assert_true(len <= sizeof data);
    test_pattern_fill(data, len, offset);
    v3_peer_put(peer, &(struct snet_v3_frame){.type = SNET_V3_FRAME_DATA, .bytes = {data, len}});
}

void v3_peer_put_fin(struct v3_peer *peer, uint64_t final)
{
    v3_peer_put(peer, &(struct snet_v3_frame){.type = SNET_V3_FRAME_FIN, .offset = final});
}

void v3_peer_seal(struct v3_peer *peer)
{
    const size_t plain_len = peer->plain.written;
    assert_int_equal(snet_record_seal(&peer->seal, peer->record, plain_len), SNET_OK);
    peer->message_len = PEER_LEN_BYTES + plain_len + SNET_SUITE_TAG_BYTES;
    assert_true(peer->message_len <= sizeof peer->record);
    snet_writer_init(&peer->plain, peer->record + PEER_LEN_BYTES,
                     sizeof peer->record - PEER_LEN_BYTES - SNET_SUITE_TAG_BYTES);
}

void v3_peer_say(struct v3_peer *peer)
{
    v3_peer_seal(peer);
    v3_peer_send_bytes(peer, peer->record, peer->message_len);
}

void v3_peer_confirm(struct v3_peer *peer, uint64_t recv_next)
{
    v3_peer_put_start(peer, 0);
    v3_peer_put_ack(peer, recv_next, recv_next + V3_PEER_WINDOW);
    v3_peer_say(peer);
}

bool v3_peer_take_record(struct v3_peer *peer)
{
    peer->frame_count = 0;
    if (v3_peer_hear(peer) < PEER_LEN_BYTES) {
        return false;
    }
    const size_t len = PEER_LEN_BYTES + peer->in[0] + ((size_t)peer->in[1] << 8);
    assert_true(len <= peer->in_len);
    assert_true(len <= sizeof peer->heard);
    assert_int_equal(snet_record_open(&peer->open, peer->in, len, peer->heard), SNET_OK);
    v3_peer_drop(peer, len);
    struct snet_reader reader;
    snet_reader_init(&reader, peer->heard, len - PEER_LEN_BYTES - SNET_SUITE_TAG_BYTES);
    while (reader.left > 0) {
        struct snet_v3_frame frame;
        assert_int_equal(snet_v3_frame_decode(&reader, &frame), SNET_OK);
        if (frame.type != SNET_V3_FRAME_PAD) {
            assert_true(peer->frame_count < V3_PEER_FRAMES_MAX);
            peer->frames[peer->frame_count++] = frame;
        }
    }
    return true;
}

const struct snet_v3_frame *v3_peer_frame(const struct v3_peer *peer, enum snet_v3_frame_type type)
{
    for (size_t i = 0; i < peer->frame_count; i++) {
        if (peer->frames[i].type == type) {
            return &peer->frames[i];
        }
    }
    return NULL;
}

size_t v3_peer_take_data(struct v3_peer *peer)
{
    size_t len = 0;
    while (v3_peer_take_record(peer)) {
        const struct snet_v3_frame *data = v3_peer_frame(peer, SNET_V3_FRAME_DATA);
        len += data == NULL ? 0 : data->bytes.len;
    }
    return len;
}

void v3_peer_expect_abort(struct v3_peer *peer, uint16_t code)
{
    const struct snet_v3_frame *frame = NULL;
    while (frame == NULL && v3_peer_take_record(peer)) {
        frame = v3_peer_frame(peer, SNET_V3_FRAME_ABORT);
    }
    assert_non_null(frame);
    assert_int_equal(frame->number, code);
    v3_peer_expect_closed(peer, SNET_CLOSE_FIN);
}
