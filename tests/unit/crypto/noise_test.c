/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Noise [PROTO 12.2]. Every test runs with every published vector. What handshakes refuse is in
 * noise_forgery_test.c.
 */
#include "crypto/noise.h"

#include "crypto/suites.h"
#include "tests/support/crypto_memory.h"
#include "tests/support/death.h"
#include "tests/support/hex.h"
#include "tests/support/noise_end.h"
#include "tests/support/unit.h"

#include <string.h>

#define FAIL_TRIES_MAX 1000u

/* A call that does not come back has no error to look at. */
static void drop(snet_err err)
{
    (void)err;
}

static void noise_aborts_on_calls_out_of_order_or_without_room(void **state)
{
    struct noise_end end;
    struct snet_noise_keys keys;
    struct snet_writer writer;
    struct noise_message output;
    const struct noise_message payload = {.len = 0};
    noise_end_open(&end, *state, NOISE_INITIATOR, 0);
    const size_t len = snet_noise_message_len(&end.noise, 0);
    ASSERT_ABORTS(drop(snet_noise_split(&end.noise, &keys)));
    snet_writer_init(&writer, output.data, len - 1);
    ASSERT_ABORTS(drop(snet_noise_write(&end.noise, (struct snet_bytes){NULL, 0}, &writer)));
    noise_end_close(&end);
    noise_end_open(&end, *state, NOISE_INITIATOR, end.vector->handshake_count);
    ASSERT_ABORTS(drop(noise_end_write(&end, &payload, &output)));
    ASSERT_ABORTS(drop(noise_end_read(&end, &payload, &output)));
    noise_end_close(&end);
}

/* Begins and goes on until something fails. */
static snet_err run_all(struct noise_end *end, struct snet_noise_keys *ret_keys)
{
    struct noise_message output;
    snet_err err = noise_end_init(end);
    for (unsigned i = 0; err == SNET_OK && i < end->vector->handshake_count; i++) {
        err = noise_end_step(end, i, &output);
    }
    return err == SNET_OK ? snet_noise_split(&end->noise, ret_keys) : err;
}

static void noise_survives_every_failed_allocation(void **state)
{
    for (unsigned role = 0; role < 2; role++) {
        size_t failures = 0;
        bool reached = true;
        for (size_t number = 1; reached && number < FAIL_TRIES_MAX; number++) {
            struct noise_end end;
            struct snet_noise_keys keys;
            noise_end_prepare(&end, *state, (enum noise_role)role);
            test_crypto_memory_fail_at(number);
            const snet_err err = run_all(&end, &keys);
            reached = test_crypto_memory_heal();
            failures += err != SNET_OK;
            if (err == SNET_OK) {
                ASSERT_HEX(keys.hash, sizeof keys.hash, end.vector->hash);
            }
            noise_end_close(&end);
        }
        assert_false(reached);
        assert_true(failures > 10);
    }
}

static void noise_that_cannot_begin_leaves_nothing(void **state)
{
    static const struct snet_noise zeros;
    struct noise_end end;
    noise_end_prepare(&end, *state, NOISE_INITIATOR);
    memset(&end.noise, 0xa5, sizeof end.noise);
    test_crypto_memory_fail_at(1);
    assert_int_equal(noise_end_init(&end), SNET_ERR_CRYPTO);
    assert_true(test_crypto_memory_heal());
    assert_memory_equal(&end.noise, &zeros, sizeof zeros);
    noise_end_close(&end);
}

static void noise_deinit_leaves_nothing(void **state)
{
    static const struct snet_noise zeros;
    const struct noise_vector *vector = *state;
    for (unsigned count = 0; count <= vector->handshake_count; count++) {
        struct noise_end end;
        noise_end_open(&end, vector, NOISE_RESPONDER, count);
        snet_noise_deinit(&end.noise);
        assert_memory_equal(&end.noise, &zeros, sizeof zeros);
        noise_end_close(&end); /* wipes it again */
    }
}

/* Noise's own nonces, of which the vectors reach only the first few. */
static void transport_nonce(const struct noise_vector *vector, uint8_t number,
                            uint8_t ret_nonce[SNET_SUITE_NONCE_BYTES])
{
    memset(ret_nonce, 0, SNET_SUITE_NONCE_BYTES);
    ret_nonce[vector->suite == &snet_suites_aes_256_gcm ? 11 : 4] = number;
}

/* Seals and opens the transport messages under the keys of a split. */
static void expect_transport(const struct noise_vector *vector, const struct snet_noise_keys *keys)
{
    uint8_t sent[2] = {0};
    for (unsigned i = vector->handshake_count; i < vector->message_count; i++) {
        uint8_t nonce[SNET_SUITE_NONCE_BYTES];
        _Alignas(16) uint8_t ctx[SNET_SUITE_CTX_MAX_BYTES];
        struct noise_message text = noise_end_message(vector->messages[i].payload);
        const size_t sealed_len = text.len + SNET_SUITE_TAG_BYTES;
        transport_nonce(vector, sent[i % 2]++, nonce);
        assert_int_equal(vector->suite->init(ctx, i % 2 == 0 ? keys->initiator : keys->responder),
                         0);
        assert_int_equal(vector->suite->seal(ctx, nonce, NULL, 0, text.data, text.len), 0);
        ASSERT_HEX(text.data, sealed_len, vector->messages[i].text);
        assert_int_equal(vector->suite->open(ctx, nonce, NULL, 0, text.data, sealed_len), 0);
        ASSERT_HEX(text.data, text.len, vector->messages[i].payload);
        vector->suite->wipe(ctx);
    }
}

static void noise_replays_the_vector_in_both_roles(void **state)
{
    const struct noise_vector *vector = *state;
    for (unsigned role = 0; role < 2; role++) {
        struct noise_end end;
        struct snet_noise_keys keys;
        noise_end_open(&end, vector, (enum noise_role)role, vector->handshake_count);
        assert_int_equal(snet_noise_split(&end.noise, &keys), SNET_OK);
        ASSERT_HEX(keys.hash, sizeof keys.hash, vector->hash);
        expect_transport(vector, &keys);
        noise_end_close(&end);
    }
}

static void noise_splits_into_three_keys_alike_at_both_ends(void **state)
{
    static const uint8_t zeros[SNET_HASH_BYTES];
    const struct noise_vector *vector = *state;
    struct snet_noise_keys keys[2];
    for (unsigned role = 0; role < 2; role++) {
        struct noise_end end;
        uint8_t wanted[3][SNET_HASH_BYTES];
        noise_end_open(&end, vector, (enum noise_role)role, vector->handshake_count);
        assert_int_equal(snet_hash_noise_hkdf(end.crypto, end.noise.chaining_key,
                                              (struct snet_bytes){NULL, 0}, 3, wanted),
                         SNET_OK);
        assert_int_equal(snet_noise_split(&end.noise, &keys[role]), SNET_OK);
        assert_memory_equal(keys[role].initiator, wanted[0], SNET_HASH_BYTES);
        assert_memory_equal(keys[role].responder, wanted[1], SNET_HASH_BYTES);
        assert_memory_equal(keys[role].resume, wanted[2], SNET_HASH_BYTES);
        assert_memory_equal(end.noise.chaining_key, zeros, sizeof zeros);
        noise_end_close(&end);
    }
    assert_memory_equal(&keys[0], &keys[1], sizeof keys[0]);
}

static void noise_gives_the_responder_of_xk_the_key_of_the_initiator(void **state)
{
    const struct noise_vector *vector = *state;
    if (vector->pattern == SNET_NOISE_XK) {
        struct noise_end ends[2];
        noise_end_prepare(&ends[NOISE_INITIATOR], vector, NOISE_INITIATOR);
        noise_end_open(&ends[NOISE_RESPONDER], vector, NOISE_RESPONDER, vector->handshake_count);
        assert_memory_equal(ends[NOISE_RESPONDER].noise.peer_static,
                            ends[NOISE_INITIATOR].own_static.public_key, SNET_X25519_BYTES);
        noise_end_close(&ends[NOISE_INITIATOR]);
        noise_end_close(&ends[NOISE_RESPONDER]);
    }
}

static void noise_carries_payloads_that_are_empty(void **state)
{
    const struct noise_vector *vector = *state;
    struct noise_end ends[2];
    noise_end_open(&ends[NOISE_INITIATOR], vector, NOISE_INITIATOR, 0);
    noise_end_open(&ends[NOISE_RESPONDER], vector, NOISE_RESPONDER, 0);
    for (unsigned i = 0; i < vector->handshake_count; i++) {
        const struct noise_message nothing = {.len = 0};
        struct noise_message text;
        struct noise_message payload;
        const size_t len = snet_noise_message_len(&ends[i % 2].noise, 0);
        assert_int_equal(snet_noise_message_len(&ends[1 - i % 2].noise, 0), len);
        assert_int_equal(noise_end_write(&ends[i % 2], &nothing, &text), SNET_OK);
        assert_int_equal(text.len, len);
        assert_int_equal(noise_end_read(&ends[1 - i % 2], &text, &payload), SNET_OK);
        assert_int_equal(payload.len, 0);
    }
    noise_end_close(&ends[NOISE_INITIATOR]);
    noise_end_close(&ends[NOISE_RESPONDER]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_aborts_on_calls_out_of_order_or_without_room),
        cmocka_unit_test(noise_survives_every_failed_allocation),
        cmocka_unit_test(noise_that_cannot_begin_leaves_nothing),
        cmocka_unit_test(noise_deinit_leaves_nothing),
        cmocka_unit_test(noise_replays_the_vector_in_both_roles),
        cmocka_unit_test(noise_splits_into_three_keys_alike_at_both_ends),
        cmocka_unit_test(noise_gives_the_responder_of_xk_the_key_of_the_initiator),
        cmocka_unit_test(noise_carries_payloads_that_are_empty),
    };
    if (!test_crypto_memory_init()) {
        return 1;
    }
    return noise_end_run("noise", tests, sizeof tests / sizeof tests[0]);
}
