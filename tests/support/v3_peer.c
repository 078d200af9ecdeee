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

#define PEER_LEN_BYTES SNET_SECURE_FRAME_LEN_BYTES

static enum ends_side peer_other(const struct peer *peer)
{
    return peer->side == ENDS_CLIENT ? ENDS_SERVER : ENDS_CLIENT;
}

void peer_open(struct peer *peer, struct ends *ends, enum snet_noise_pattern pattern)
{
    const struct ends_keys *keys = ends_keys();
    memset(peer, 0, sizeof *peer);
    peer->ends = ends;
    peer->side = ENDS_CLIENT;
    peer->suite = &snet_suites_chacha20_poly1305;
    peer->pattern = pattern;
    peer->max_record = 16384;
    peer->in = malloc(PEER_IN_MAX_BYTES);
    assert_non_null(peer->in);
    memcpy(peer->psk, keys->psk.bytes, sizeof peer->psk);
    assert_int_equal(snet_crypto_new(&peer->crypto), SNET_OK);
    assert_int_equal(snet_x25519_import(keys->server.bytes, &peer->server_key), SNET_OK);
    assert_int_equal(snet_x25519_import(keys->client.bytes, &peer->client_key), SNET_OK);
    assert_int_equal(snet_keyring_psk_id(peer->crypto, peer->psk, peer->psk_id), SNET_OK);
    memset(peer->ephemeral, 0x77, sizeof peer->ephemeral);
}

void peer_open_server(struct peer *peer, struct ends *ends)
{
    peer_open(peer, ends, SNET_NOISE_NK);
    peer->side = ENDS_SERVER;
}

static void peer_forget(struct peer *peer)
{
    snet_secure_shake_deinit(&peer->shake);
    snet_record_deinit(&peer->seal);
    snet_record_deinit(&peer->open);
    peer->in_len = 0;
    peer->frame_count = 0;
}

void peer_close(struct peer *peer)
{
    peer_forget(peer);
    snet_crypto_free(peer->crypto);
    free(peer->in);
}

void peer_connect(struct peer *peer)
{
    peer_forget(peer);
    peer->conn = peer->side == ENDS_CLIENT ? ends_intrude(peer->ends) : ends_dial(peer->ends);
    snet_writer_init(&peer->plain, peer->record + PEER_LEN_BYTES,
                     sizeof peer->record - PEER_LEN_BYTES - SNET_SUITE_TAG_BYTES);
}

void peer_send_bytes(struct peer *peer, const uint8_t *data, size_t len)
{
    ends_feed(peer->ends, peer->conn, peer_other(peer), data, len);
}

void peer_send(struct peer *peer)
{
    peer_send_bytes(peer, peer->message, peer->message_len);
}

size_t peer_hear(struct peer *peer)
{
    peer->in_len += ends_take(peer->ends, peer->conn, peer_other(peer), peer->in + peer->in_len,
                              PEER_IN_MAX_BYTES - peer->in_len);
    return peer->in_len;
}

void peer_expect_silence(struct peer *peer)
{
    assert_int_equal(peer_hear(peer), 0);
    assert_int_equal(peer->conn->sides[peer_other(peer)].how, SNET_CLOSE_NONE);
}

void peer_expect_closed(struct peer *peer, enum snet_close_how how)
{
    assert_int_equal(peer_hear(peer), 0);
    assert_int_equal(peer->conn->sides[peer_other(peer)].how, how);
}

/* Drops the first `len` bytes of what was heard. */
static void peer_drop(struct peer *peer, size_t len)
{
    memmove(peer->in, peer->in + len, peer->in_len - len);
    peer->in_len -= len;
}

/* Takes one whole handshake message into `message`. */
static void peer_take_message(struct peer *peer, enum snet_secure_type type)
{
    struct snet_secure_header header;
    assert_true(peer_hear(peer) >= SNET_SECURE_HEADER_BYTES);
    assert_int_equal(snet_secure_header_decode(peer->in, &header), SNET_OK);
    assert_int_equal(header.type, type);
    peer->message_len = SNET_SECURE_HEADER_BYTES + (size_t)header.body_len;
    assert_true(peer->in_len >= peer->message_len);
    memcpy(peer->message, peer->in, peer->message_len);
    peer_drop(peer, peer->message_len);
}

static struct snet_buffer peer_message(struct peer *peer)
{
    return (struct snet_buffer){peer->message, peer->message_len};
}

static struct snet_secure_shake_config peer_config(struct peer *peer, bool resume)
{
    const bool shared = peer->pattern == SNET_NOISE_NNPSK0;
    snet_secure_shake_deinit(&peer->shake); /* of a handshake that was given up */
    peer->ephemeral[0]++;
    if (resume) {
        return (struct snet_secure_shake_config){
            .pattern = SNET_NOISE_NNPSK0,
            .suite = peer->suite,
            .psk = peer->secret,
            .cid = peer->cid,
            .ephemeral = peer->ephemeral,
        };
    }
    const bool known = peer->side == ENDS_SERVER ? !shared : peer->pattern == SNET_NOISE_XK;
    return (struct snet_secure_shake_config){
        .pattern = peer->pattern,
        .suite = peer->suite,
        .own_static = !known                      ? NULL
                      : peer->side == ENDS_SERVER ? &peer->server_key
                                                  : &peer->client_key,
        .server_public = shared ? NULL : peer->server_key.public_key,
        .psk = shared ? peer->psk : NULL,
        .psk_id = shared ? peer->psk_id : NULL,
        .ephemeral = peer->ephemeral,
    };
}

void peer_write(struct peer *peer, const struct snet_secure_header *header,
                struct snet_bytes payload)
{
    struct snet_writer out;
    snet_secure_header_encode(header, peer->message);
    snet_writer_init(&out, peer->message + SNET_SECURE_HEADER_BYTES,
                     sizeof peer->message - SNET_SECURE_HEADER_BYTES);
    assert_int_equal(snet_noise_write(&peer->shake.noise, payload, &out), SNET_OK);
    peer->message_len = SNET_SECURE_HEADER_BYTES + out.written;
}

/* --- Clients ------------------------------------------------------------------------------ */

void peer_hello(struct peer *peer, const struct snet_secure_offer *offer)
{
    struct snet_writer out;
    const struct snet_secure_shake_config config = peer_config(peer, false);
    snet_secure_shake_deinit(&peer->shake);
    snet_writer_init(&out, peer->message, sizeof peer->message);
    assert_int_equal(snet_secure_shake_hello(&peer->shake, peer->crypto, &config, offer, &out),
                     SNET_OK);
    peer->message_len = out.written;
}

void peer_mac1(struct peer *peer)
{
    static const char label[] = "snet3 mac1";
    uint8_t key[SNET_HASH_BYTES];
    uint8_t mac[SNET_HASH_BYTES];
    const size_t covered_len = peer->message_len - SNET_SECURE_MAC1_BYTES;
    const struct snet_bytes covered = {peer->message, covered_len};
    const struct snet_bytes parts[] = {{(const uint8_t *)label, sizeof label - 1},
                                       {peer->server_key.public_key, SNET_X25519_BYTES}};
    assert_int_equal(snet_hash_sha256(peer->crypto, parts, 2, key), SNET_OK);
    assert_int_equal(
        snet_hash_hmac(peer->crypto, (struct snet_bytes){key, sizeof key}, &covered, 1, mac),
        SNET_OK);
    memcpy(peer->message + covered_len, mac, SNET_SECURE_MAC1_BYTES);
}

void peer_take_reply(struct peer *peer, struct snet_secure_welcome *ret_welcome)
{
    peer_take_message(peer, SNET_SECURE_HELLO_REPLY);
    assert_int_equal(snet_secure_shake_read_reply(&peer->shake, peer_message(peer), ret_welcome),
                     SNET_OK);
    memcpy(peer->cid, ret_welcome->cid, sizeof peer->cid);
    memcpy(peer->token, ret_welcome->token, sizeof peer->token);
    if (peer->pattern != SNET_NOISE_XK) {
        peer_begin_epoch(peer);
    }
}

void peer_auth(struct peer *peer)
{
    struct snet_writer out;
    snet_writer_init(&out, peer->message, sizeof peer->message);
    assert_int_equal(snet_secure_shake_auth(&peer->shake, (struct snet_bytes){NULL, 0}, &out),
                     SNET_OK);
    peer->message_len = out.written;
    peer_begin_epoch(peer);
}

void peer_resume(struct peer *peer, const struct snet_secure_resume *resume)
{
    struct snet_writer out;
    const struct snet_secure_shake_config config = peer_config(peer, true);
    snet_secure_shake_deinit(&peer->shake);
    snet_writer_init(&out, peer->message, sizeof peer->message);
    assert_int_equal(snet_secure_shake_resume(&peer->shake, peer->crypto, &config, resume, &out),
                     SNET_OK);
    peer->message_len = out.written;
    peer->attempt = resume->attempt;
    memcpy(peer->said, peer->message + SNET_SECURE_HEADER_BYTES + SNET_SECURE_CID_BYTES,
           sizeof peer->said);
}

void peer_take_accept(struct peer *peer, struct snet_secure_accept *ret_accept)
{
    peer_take_message(peer, SNET_SECURE_ACCEPT);
    assert_int_equal(snet_secure_shake_read_accept(&peer->shake, peer_message(peer), ret_accept),
                     SNET_OK);
    memcpy(peer->cid, ret_accept->cid, sizeof peer->cid);
    memcpy(peer->token, ret_accept->token, sizeof peer->token);
    peer_begin_epoch(peer);
}

static void peer_prove(struct peer *peer, const struct snet_secure_reject *reject,
                       uint8_t ret_proof[SNET_SECURE_PROOF_BYTES])
{
    const struct snet_cids_refusal refusal = {
        .header = peer->message,
        .code = reject->code,
        .retry_after = reject->retry_after,
        .ephemeral = peer->said,
    };
    assert_int_equal(snet_cids_proof(peer->crypto, peer->token, &refusal, ret_proof), SNET_OK);
}

bool peer_take_reject(struct peer *peer, struct snet_secure_reject *ret_reject)
{
    uint8_t proof[SNET_SECURE_PROOF_BYTES];
    peer_take_message(peer, SNET_SECURE_REJECT);
    snet_secure_reject_decode(peer->message + SNET_SECURE_HEADER_BYTES, ret_reject);
    peer_prove(peer, ret_reject, proof);
    return memcmp(proof, ret_reject->proof, sizeof proof) == 0;
}

void peer_expect_reject(struct peer *peer, uint16_t code, bool proven)
{
    static const uint8_t none[SNET_SECURE_PROOF_BYTES];
    struct snet_secure_reject reject;
    const bool proves = peer_take_reject(peer, &reject);
    assert_int_equal(reject.code, code);
    assert_int_equal(proves, proven);
    if (!proven) {
        assert_memory_equal(reject.proof, none, sizeof none);
    }
    peer_expect_closed(peer, SNET_CLOSE_FIN);
}

struct snet_secure_welcome peer_greet(struct peer *peer)
{
    const struct snet_secure_offer offer = {.window = PEER_WINDOW, .max_record = 16384};
    struct snet_secure_welcome welcome;
    peer_connect(peer);
    peer_hello(peer, &offer);
    peer_send(peer);
    peer_take_reply(peer, &welcome);
    return welcome;
}

void peer_begin(struct peer *peer)
{
    peer_greet(peer);
    peer_confirm(peer, 0);
    assert_true(peer_hear(peer) > 0);
    assert_true(peer_take_record(peer));
}

void peer_say_resume(struct peer *peer, const struct snet_secure_resume *resume)
{
    peer_connect(peer);
    peer_resume(peer, resume);
    peer_send(peer);
}

void peer_resume_to_accept(struct peer *peer, enum snet_secure_cause cause, uint64_t recv_next)
{
    struct snet_secure_accept accept;
    const struct snet_secure_resume resume = {.attempt = peer->attempt + 1,
                                              .recv_next = recv_next,
                                              .limit = recv_next + PEER_WINDOW,
                                              .cause = (uint8_t)cause};
    peer_say_resume(peer, &resume);
    peer_take_accept(peer, &accept);
}

/* --- Servers ------------------------------------------------------------------------------ */

void peer_reply(struct peer *peer, const struct snet_secure_welcome *welcome)
{
    struct snet_writer out;
    struct snet_secure_offer offer;
    const struct snet_secure_shake_config config = peer_config(peer, false);
    peer_take_message(peer, SNET_SECURE_HELLO);
    assert_int_equal(snet_secure_shake_read_hello(&peer->shake, peer->crypto, &config,
                                                  peer_message(peer), &offer),
                     SNET_OK);
    memcpy(peer->cid, welcome->cid, sizeof peer->cid);
    memcpy(peer->token, welcome->token, sizeof peer->token);
    snet_writer_init(&out, peer->message, sizeof peer->message);
    assert_int_equal(snet_secure_shake_reply(&peer->shake, welcome, &out), SNET_OK);
    peer->message_len = out.written;
    if (peer->pattern != SNET_NOISE_XK) {
        peer_begin_epoch(peer);
    }
}

void peer_take_resume(struct peer *peer, struct snet_secure_resume *ret_resume)
{
    const struct snet_secure_shake_config config = peer_config(peer, true);
    peer_take_message(peer, SNET_SECURE_RESUME);
    memcpy(peer->said, peer->message + SNET_SECURE_HEADER_BYTES + SNET_SECURE_CID_BYTES,
           sizeof peer->said);
    assert_int_equal(snet_secure_shake_read_resume(&peer->shake, peer->crypto, &config,
                                                   peer_message(peer), ret_resume),
                     SNET_OK);
}

void peer_accept(struct peer *peer, const struct snet_secure_accept *accept)
{
    struct snet_writer out;
    snet_writer_init(&out, peer->message, sizeof peer->message);
    assert_int_equal(snet_secure_shake_accept(&peer->shake, accept, &out), SNET_OK);
    peer->message_len = out.written;
    memcpy(peer->cid, accept->cid, sizeof peer->cid);
    memcpy(peer->token, accept->token, sizeof peer->token);
    peer_begin_epoch(peer);
}

void peer_reject(struct peer *peer, uint16_t code, uint16_t retry_after, bool proven)
{
    struct snet_secure_reject reject = {.code = code, .retry_after = retry_after};
    struct snet_secure_header header;
    assert_int_equal(snet_secure_header_decode(peer->message, &header), SNET_OK);
    header.type = SNET_SECURE_REJECT;
    header.flags = 0;
    header.body_len = SNET_SECURE_REJECT_BODY_BYTES;
    snet_secure_header_encode(&header, peer->message);
    if (proven) {
        peer_prove(peer, &reject, reject.proof);
    }
    snet_secure_reject_encode(&reject, peer->message + SNET_SECURE_HEADER_BYTES);
    peer->message_len = SNET_SECURE_HEADER_BYTES + SNET_SECURE_REJECT_BODY_BYTES;
}

void peer_take_auth(struct peer *peer)
{
    struct snet_bytes credential;
    peer_take_message(peer, SNET_SECURE_AUTH);
    assert_int_equal(snet_secure_shake_read_auth(&peer->shake, peer_message(peer), &credential),
                     SNET_OK);
    peer_begin_epoch(peer);
}

void peer_serve(struct peer *peer)
{
    const struct snet_secure_welcome welcome = {.cid = {1, 2, 3},
                                                .token = {4, 5, 6},
                                                .window = PEER_WINDOW,
                                                .max_record = 16384,
                                                .heartbeat_s = 15,
                                                .resume_window_ms = 300000};
    peer_connect(peer);
    peer_reply(peer, &welcome);
    peer_send(peer);
    assert_true(peer_hear(peer) > 0);
    assert_true(peer_take_record(peer));
}

/* --- Records ------------------------------------------------------------------------------ */

void peer_begin_epoch(struct peer *peer)
{
    struct snet_secure_shake_epoch epoch;
    const bool client = peer->side == ENDS_CLIENT;
    assert_int_equal(snet_secure_shake_finish(&peer->shake, &epoch), SNET_OK);
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

void peer_put(struct peer *peer, const struct snet_secure_frame *frame)
{
    snet_secure_frame_encode(frame, &peer->plain);
    assert_false(peer->plain.failed);
}

void peer_put_bytes(struct peer *peer, const uint8_t *data, size_t len)
{
    snet_writer_bytes(&peer->plain, data, len);
    assert_false(peer->plain.failed);
}

void peer_put_start(struct peer *peer, uint64_t from)
{
    peer_put(peer, &(struct snet_secure_frame){.type = SNET_SECURE_FRAME_START, .offset = from});
}

void peer_put_ack(struct peer *peer, uint64_t recv_next, uint64_t limit)
{
    peer_put(peer, &(struct snet_secure_frame){
                       .type = SNET_SECURE_FRAME_ACK, .offset = recv_next, .limit = limit});
}

void peer_put_data(struct peer *peer, uint64_t offset, size_t len)
{
    uint8_t data[PEER_RECORD_MAX_BYTES];
    assert_true(len <= sizeof data);
    test_pattern_fill(data, len, offset);
    peer_put(peer,
             &(struct snet_secure_frame){.type = SNET_SECURE_FRAME_DATA, .bytes = {data, len}});
}

void peer_put_fin(struct peer *peer, uint64_t final)
{
    peer_put(peer, &(struct snet_secure_frame){.type = SNET_SECURE_FRAME_FIN, .offset = final});
}

void peer_seal(struct peer *peer)
{
    const size_t plain_len = peer->plain.written;
    assert_int_equal(snet_record_seal(&peer->seal, peer->record, plain_len), SNET_OK);
    peer->message_len = PEER_LEN_BYTES + plain_len + SNET_SUITE_TAG_BYTES;
    assert_true(peer->message_len <= sizeof peer->record);
    snet_writer_init(&peer->plain, peer->record + PEER_LEN_BYTES,
                     sizeof peer->record - PEER_LEN_BYTES - SNET_SUITE_TAG_BYTES);
}

void peer_say(struct peer *peer)
{
    peer_seal(peer);
    peer_send_bytes(peer, peer->record, peer->message_len);
}

void peer_confirm(struct peer *peer, uint64_t recv_next)
{
    peer_put_start(peer, 0);
    peer_put_ack(peer, recv_next, recv_next + PEER_WINDOW);
    peer_say(peer);
}

bool peer_take_record(struct peer *peer)
{
    peer->frame_count = 0;
    if (peer_hear(peer) < PEER_LEN_BYTES) {
        return false;
    }
    const size_t len = PEER_LEN_BYTES + peer->in[0] + ((size_t)peer->in[1] << 8);
    assert_true(len <= peer->in_len);
    assert_true(len <= sizeof peer->heard);
    assert_int_equal(snet_record_open(&peer->open, peer->in, len, peer->heard), SNET_OK);
    peer_drop(peer, len);
    struct snet_reader reader;
    snet_reader_init(&reader, peer->heard, len - PEER_LEN_BYTES - SNET_SUITE_TAG_BYTES);
    while (reader.left > 0) {
        struct snet_secure_frame frame;
        assert_int_equal(snet_secure_frame_decode(&reader, &frame), SNET_OK);
        if (frame.type != SNET_SECURE_FRAME_PAD) {
            assert_true(peer->frame_count < PEER_FRAMES_MAX);
            peer->frames[peer->frame_count++] = frame;
        }
    }
    return true;
}

const struct snet_secure_frame *peer_frame(const struct peer *peer,
                                           enum snet_secure_frame_type type)
{
    for (size_t i = 0; i < peer->frame_count; i++) {
        if (peer->frames[i].type == type) {
            return &peer->frames[i];
        }
    }
    return NULL;
}

size_t peer_take_data(struct peer *peer)
{
    size_t len = 0;
    while (peer_take_record(peer)) {
        const struct snet_secure_frame *data = peer_frame(peer, SNET_SECURE_FRAME_DATA);
        len += data == NULL ? 0 : data->bytes.len;
    }
    return len;
}

void peer_expect_abort(struct peer *peer, uint16_t code)
{
    const struct snet_secure_frame *frame = NULL;
    while (frame == NULL && peer_take_record(peer)) {
        frame = peer_frame(peer, SNET_SECURE_FRAME_ABORT);
    }
    assert_non_null(frame);
    assert_int_equal(frame->number, code);
    peer_expect_closed(peer, SNET_CLOSE_FIN);
}
