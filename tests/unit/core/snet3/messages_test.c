/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/messages.h"

#include "crypto/suites.h"
#include "tests/support/unit.h"

#include <string.h>

static const uint8_t psk[32] = {42, 42};
static const uint8_t psk_id[16] = {7, 7};
static const uint8_t cid[SNET_V3_CID_BYTES] = {1, 2, 3};
static const uint8_t ephemerals[2][32] = {{11}, {22}};

/* Both ends of an exchange and the message on its way. */
struct pair {
    struct snet_crypto *crypto;
    struct snet_x25519 server_key;
    struct snet_x25519 client_key;
    struct snet_v3_messages_config configs[2]; /* client, server */
    struct snet_v3_handshake client;
    struct snet_v3_handshake server;
    uint8_t data[SNET_V3_MESSAGE_MAX_BYTES];
    struct snet_writer out;
};

static const struct snet_v3_offer offer = {
    .window = 262144, .max_record = 16384, .service = {(const uint8_t *)"chat", 4}};
static const struct snet_v3_welcome welcome = {
    .cid = {9}, .token = {8}, .window = 4096, .max_record = 512, .heartbeat_s = 15};

static void pair_open(struct pair *pair, enum snet_noise_pattern pattern,
                      const struct snet_suite *suite)
{
    static const uint8_t secrets[2][32] = {{32}, {64}}; /* clamping drops the low bits */
    memset(pair, 0, sizeof *pair);
    assert_int_equal(snet_crypto_new(&pair->crypto), SNET_OK);
    assert_int_equal(snet_x25519_import(secrets[0], &pair->server_key), SNET_OK);
    assert_int_equal(snet_x25519_import(secrets[1], &pair->client_key), SNET_OK);
    const bool shared = pattern == SNET_NOISE_NNPSK0;
    for (unsigned i = 0; i < 2; i++) {
        const struct snet_x25519 *own = i == 1 ? &pair->server_key : &pair->client_key;
        const bool has_key = !shared && (i == 1 || pattern == SNET_NOISE_XK);
        pair->configs[i] = (struct snet_v3_messages_config){
            .pattern = pattern,
            .suite = suite,
            .own_static = has_key ? own : NULL,
            .server_public = shared ? NULL : pair->server_key.public_key,
            .psk = shared ? psk : NULL,
            .psk_id = shared ? psk_id : NULL,
            .ephemeral = ephemerals[i],
        };
    }
}

static void pair_close(struct pair *pair)
{
    snet_v3_messages_deinit(&pair->client);
    snet_v3_messages_deinit(&pair->server);
    snet_crypto_free(pair->crypto);
}

static struct snet_writer *pair_out(struct pair *pair)
{
    snet_writer_init(&pair->out, pair->data, sizeof pair->data);
    return &pair->out;
}

static struct snet_buffer pair_message(struct pair *pair)
{
    return (struct snet_buffer){pair->data, pair->out.written};
}

static void say_hello(struct pair *pair)
{
    assert_int_equal(snet_v3_messages_hello(&pair->client, pair->crypto, &pair->configs[0], &offer,
                                            pair_out(pair)),
                     SNET_OK);
}

static snet_err hear_hello(struct pair *pair)
{
    struct snet_v3_offer heard;
    const snet_err err = snet_v3_messages_read_hello(&pair->server, pair->crypto, &pair->configs[1],
                                                     pair_message(pair), &heard);
    if (err == SNET_OK) {
        assert_int_equal(heard.window, offer.window);
        assert_int_equal(heard.service.len, 4);
    }
    return err;
}

static snet_err hear_reply(struct pair *pair)
{
    struct snet_v3_welcome heard;
    const snet_err err = snet_v3_messages_read_reply(&pair->client, pair_message(pair), &heard);
    if (err == SNET_OK) {
        assert_memory_equal(heard.cid, welcome.cid, sizeof welcome.cid);
        assert_int_equal(heard.window, welcome.window);
    }
    return err;
}

/* Both ends have the same keys, and the two directions differ [PROTO 12.3]. */
static void finish(struct pair *pair)
{
    struct snet_v3_handshake_epoch epochs[2];
    assert_int_equal(snet_v3_messages_finish(&pair->client, &epochs[0]), SNET_OK);
    assert_int_equal(snet_v3_messages_finish(&pair->server, &epochs[1]), SNET_OK);
    assert_memory_equal(&epochs[0], &epochs[1], sizeof epochs[0]);
    assert_memory_not_equal(epochs[0].client, epochs[0].server, SNET_HASH_BYTES);
    assert_memory_not_equal(epochs[0].client, epochs[0].resume, SNET_HASH_BYTES);
}

static void handshake_agrees_in_every_pattern_and_suite(void **state)
{
    static const size_t hello_lens[SNET_NOISE_PATTERNS] = {0, 8 + 84, 8 + 84, 8 + 84};
    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        struct pair pair;
        const enum snet_noise_pattern pattern = (enum snet_noise_pattern)(1 + i / 2);
        pair_open(&pair, pattern,
                  i % 2 == 0 ? &snet_suites_chacha20_poly1305 : &snet_suites_aes_256_gcm);
        say_hello(&pair);
        assert_int_equal(pair.out.written, hello_lens[pattern]);
        assert_int_equal(hear_hello(&pair), SNET_OK);
        assert_int_equal(snet_v3_messages_reply(&pair.server, &welcome, pair_out(&pair)), SNET_OK);
        assert_int_equal(pair.out.written, 8 + 99);
        assert_int_equal(hear_reply(&pair), SNET_OK);
        if (pattern == SNET_NOISE_XK) {
            struct snet_bytes heard;
            const struct snet_bytes credential = {(const uint8_t *)"token", 5};
            assert_int_equal(snet_v3_messages_auth(&pair.client, credential, pair_out(&pair)),
                             SNET_OK);
            assert_int_equal(snet_v3_messages_read_auth(&pair.server, pair_message(&pair), &heard),
                             SNET_OK);
            assert_int_equal(heard.len, 5);
            assert_memory_equal(pair.server.noise.peer_static, pair.client_key.public_key, 32);
        }
        finish(&pair);
        pair_close(&pair);
    }
}

static void handshake_stays_silent_to_those_without_the_servers_key(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair, SNET_NOISE_NK, &snet_suites_chacha20_poly1305);
    say_hello(&pair);
    const struct snet_bytes message = {pair.data, pair.out.written};
    assert_int_equal(snet_v3_messages_check_mac1(pair.crypto, pair.server_key.public_key, message),
                     SNET_OK);
    assert_int_equal(snet_v3_messages_check_mac1(pair.crypto, pair.client_key.public_key, message),
                     SNET_ERR_BAD_MAC);
    assert_int_equal(snet_v3_messages_check_mac1(pair.crypto, pair.server_key.public_key,
                                                 (struct snet_bytes){pair.data, 15}),
                     SNET_ERR_BAD_MAC);
    for (size_t bit = 0; bit < 8 * message.len; bit++) {
        pair.data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        assert_int_equal(
            snet_v3_messages_check_mac1(pair.crypto, pair.server_key.public_key, message),
            SNET_ERR_BAD_MAC);
        pair.data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    }
    pair_close(&pair);
}

/* Every bit of a HELLO but those of mac1, which is checked apart. */
static void handshake_refuses_a_hello_with_any_bit_flipped(void **state)
{
    (void)state;
    for (unsigned pattern = 1; pattern < SNET_NOISE_PATTERNS; pattern++) {
        struct pair pair;
        uint8_t good[SNET_V3_MESSAGE_MAX_BYTES];
        pair_open(&pair, (enum snet_noise_pattern)pattern, &snet_suites_chacha20_poly1305);
        say_hello(&pair);
        memcpy(good, pair.data, pair.out.written);
        const size_t len = pair.out.written - (pattern == SNET_NOISE_NNPSK0 ? 0 : 16);
        const size_t id_end = pattern == SNET_NOISE_NNPSK0 ? 8 + 16 : 0;
        for (size_t bit = 0; bit < 8 * len; bit++) {
            if (bit / 8 >= 8 && bit / 8 < id_end) {
                continue; /* the psk id chooses the config: not this module's */
            }
            memcpy(pair.data, good, pair.out.written);
            pair.data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
            assert_int_not_equal(hear_hello(&pair), SNET_OK);
            snet_v3_messages_deinit(&pair.server);
        }
        memcpy(pair.data, good, pair.out.written);
        assert_int_equal(hear_hello(&pair), SNET_OK);
        pair_close(&pair);
    }
}

static void handshake_refuses_a_reply_with_any_bit_flipped(void **state)
{
    (void)state;
    struct pair pair;
    pair_open(&pair, SNET_NOISE_NK, &snet_suites_aes_256_gcm);
    uint8_t good[256];
    say_hello(&pair);
    assert_int_equal(hear_hello(&pair), SNET_OK);
    assert_int_equal(snet_v3_messages_reply(&pair.server, &welcome, pair_out(&pair)), SNET_OK);
    const size_t len = pair.out.written;
    memcpy(good, pair.data, len);
    for (size_t bit = 0; bit < 8 * len; bit++) {
        /* A failed message spoils the exchange: each bit gets a client of its own. */
        snet_v3_messages_deinit(&pair.client);
        say_hello(&pair);
        memcpy(pair.data, good, len);
        pair.out.written = len;
        pair.data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        assert_int_not_equal(hear_reply(&pair), SNET_OK);
    }
    pair_close(&pair);
}

static void resume_open(struct pair *pair)
{
    pair_open(pair, SNET_NOISE_NNPSK0, &snet_suites_chacha20_poly1305);
    for (unsigned i = 0; i < 2; i++) {
        pair->configs[i].psk_id = NULL;
        pair->configs[i].cid = cid;
    }
}

static void handshake_resumes_with_the_secret_of_the_session(void **state)
{
    (void)state;
    struct pair pair;
    struct snet_v3_resume heard;
    struct snet_v3_accept taken;
    const struct snet_v3_resume resume = {
        .attempt = 3, .recv_next = 1000, .limit = 5000, .cause = SNET_V3_CAUSE_LOST};
    const struct snet_v3_accept accept = {.recv_next = 77, .limit = 88, .cid = {5}};
    resume_open(&pair);
    assert_int_equal(snet_v3_messages_resume(&pair.client, pair.crypto, &pair.configs[0], &resume,
                                             pair_out(&pair)),
                     SNET_OK);
    assert_int_equal(pair.out.written, 109);
    assert_memory_equal(pair.data + 8, cid, sizeof cid); /* where a balancer looks */
    assert_int_equal(snet_v3_messages_read_resume(&pair.server, pair.crypto, &pair.configs[1],
                                                  pair_message(&pair), &heard),
                     SNET_OK);
    assert_int_equal(heard.attempt, 3);
    assert_int_equal(heard.recv_next, 1000);
    assert_int_equal(snet_v3_messages_accept(&pair.server, &accept, pair_out(&pair)), SNET_OK);
    assert_int_equal(pair.out.written, 107);
    assert_int_equal(snet_v3_messages_read_accept(&pair.client, pair_message(&pair), &taken),
                     SNET_OK);
    assert_int_equal(taken.recv_next, 77);
    finish(&pair);
    pair_close(&pair);
}

static void handshake_refuses_a_resume_with_any_bit_flipped_or_another_secret(void **state)
{
    (void)state;
    struct pair pair;
    uint8_t good[128];
    static const uint8_t other[32] = {1};
    struct snet_v3_resume heard;
    const struct snet_v3_resume resume = {.attempt = 3};
    resume_open(&pair);
    assert_int_equal(snet_v3_messages_resume(&pair.client, pair.crypto, &pair.configs[0], &resume,
                                             pair_out(&pair)),
                     SNET_OK);
    memcpy(good, pair.data, pair.out.written);
    for (size_t bit = 0; bit < 8 * pair.out.written; bit++) {
        if (bit / 8 >= 8 && bit / 8 < 8 + sizeof cid) {
            continue; /* the cid chooses the session: not this module's */
        }
        memcpy(pair.data, good, pair.out.written);
        pair.data[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        assert_int_not_equal(snet_v3_messages_read_resume(&pair.server, pair.crypto,
                                                          &pair.configs[1], pair_message(&pair),
                                                          &heard),
                             SNET_OK);
        snet_v3_messages_deinit(&pair.server);
    }
    memcpy(pair.data, good, pair.out.written);
    pair.configs[1].psk = other;
    assert_int_equal(snet_v3_messages_read_resume(&pair.server, pair.crypto, &pair.configs[1],
                                                  pair_message(&pair), &heard),
                     SNET_ERR_BAD_MAC);
    pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handshake_agrees_in_every_pattern_and_suite),
        cmocka_unit_test(handshake_stays_silent_to_those_without_the_servers_key),
        cmocka_unit_test(handshake_refuses_a_hello_with_any_bit_flipped),
        cmocka_unit_test(handshake_refuses_a_reply_with_any_bit_flipped),
        cmocka_unit_test(handshake_resumes_with_the_secret_of_the_session),
        cmocka_unit_test(handshake_refuses_a_resume_with_any_bit_flipped_or_another_secret),
    };
    return cmocka_run_group_tests_name("messages", tests, NULL, NULL);
}
