/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* What a Noise handshake refuses [PROTO 12.2]; every test runs with every published vector. */
#include "crypto/noise.h"
#include "crypto/suites.h"
#include "tests/support/death.h"
#include "tests/support/noise_end.h"
#include "tests/support/unit.h"

#include <string.h>

/* Points of small order, in canonical form and not: 0, 1, one of order 8, p. */
static const char *const small_points[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

/* A call that does not come back has no error to look at. */
static void drop(snet_err err)
{
    (void)err;
}

/* The message with this number is refused, and the end stays where it is. */
static void expect_refused(struct noise_end *end, unsigned index, const struct noise_message *text,
                           snet_err wanted)
{
    struct noise_message payload;
    assert_int_equal(noise_end_read(end, text, &payload), wanted);
    assert_int_equal(payload.len, 0);
    assert_int_equal(end->noise.message, index);
}

static void noise_refuses_every_flipped_bit(void **state)
{
    const struct noise_vector *vector = *state;
    for (unsigned index = 0; index < vector->handshake_count; index++) {
        struct noise_message text = noise_end_message(vector->messages[index].text);
        for (size_t bit = 0; bit < 8 * text.len; bit++) {
            struct noise_end end;
            noise_end_open(&end, vector, (enum noise_role)(1 - index % 2), index);
            text.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
            expect_refused(&end, index, &text, SNET_ERR_BAD_MAC);
            text.data[bit / 8] ^= (uint8_t)(1u << bit % 8);
            noise_end_close(&end);
        }
    }
}

static void noise_refuses_the_true_message_after_a_forged_one_and_never_splits(void **state)
{
    const struct noise_vector *vector = *state;
    for (unsigned index = 0; index < vector->handshake_count; index++) {
        struct noise_end end;
        struct snet_noise_keys keys;
        const struct noise_message text = noise_end_message(vector->messages[index].text);
        struct noise_message forged = text;
        forged.data[forged.len - 1] ^= 1;
        noise_end_open(&end, vector, (enum noise_role)(1 - index % 2), index);
        expect_refused(&end, index, &forged, SNET_ERR_BAD_MAC);
        expect_refused(&end, index, &text, SNET_ERR_BAD_MAC);
        ASSERT_ABORTS(drop(snet_noise_split(&end.noise, &keys)));
        noise_end_close(&end);
    }
}

static void noise_refuses_every_other_length(void **state)
{
    const struct noise_vector *vector = *state;
    for (unsigned index = 0; index < vector->handshake_count; index++) {
        const struct noise_message text = noise_end_message(vector->messages[index].text);
        const size_t min = text.len - strlen(vector->messages[index].payload) / 2;
        for (size_t len = 0; len <= text.len + 1; len += len + 1 == text.len ? 2 : 1) {
            struct noise_end end;
            struct noise_message other = text;
            other.len = len;
            noise_end_open(&end, vector, (enum noise_role)(1 - index % 2), index);
            expect_refused(&end, index, &other, len < min ? SNET_ERR_BAD_HELLO : SNET_ERR_BAD_MAC);
            noise_end_close(&end);
        }
    }
}

static void noise_refuses_its_own_message_reflected(void **state)
{
    struct noise_end end;
    noise_end_open(&end, *state, NOISE_INITIATOR, 1);
    const struct noise_message text = noise_end_message(end.vector->messages[0].text);
    expect_refused(&end, 1, &text, SNET_ERR_BAD_MAC);
    noise_end_close(&end);
}

/* Begins an end that has been changed: the first message it gets is refused. */
static void expect_stranger(struct noise_end *end)
{
    struct noise_message output;
    const unsigned index = end->role == NOISE_INITIATOR ? 1 : 0;
    assert_int_equal(noise_end_init(end), SNET_OK);
    if (index == 1) {
        assert_int_equal(noise_end_step(end, 0, &output), SNET_OK);
    }
    const struct noise_message text = noise_end_message(end->vector->messages[index].text);
    expect_refused(end, index, &text, SNET_ERR_BAD_MAC);
    noise_end_close(end);
}

static void noise_refuses_an_end_with_another_prologue(void **state)
{
    for (unsigned role = 0; role < 2; role++) {
        struct noise_end end;
        const size_t len = strlen(((const struct noise_vector *)*state)->prologue) / 2;
        for (size_t bit = 0; bit < 8 * len; bit++) {
            noise_end_prepare(&end, *state, (enum noise_role)role);
            end.prologue[bit / 8] ^= (uint8_t)(1u << bit % 8);
            expect_stranger(&end);
        }
        noise_end_prepare(&end, *state, (enum noise_role)role);
        end.prologue_parts[1].len--;
        expect_stranger(&end);
        noise_end_prepare(&end, *state, (enum noise_role)role);
        end.config.prologue_count = 0;
        expect_stranger(&end);
    }
}

static void noise_refuses_an_end_with_another_psk_or_static_key(void **state)
{
    const struct noise_vector *vector = *state;
    for (unsigned role = 0; role < 2; role++) {
        struct noise_end end;
        for (size_t bit = 0; vector->psk != NULL && bit < 8 * sizeof end.psk; bit++) {
            noise_end_prepare(&end, vector, (enum noise_role)role);
            end.psk[bit / 8] ^= (uint8_t)(1u << bit % 8);
            expect_stranger(&end);
        }
        if (vector->responder_public != NULL) {
            const struct noise_message other =
                noise_end_message(vector->ephemerals[NOISE_INITIATOR]);
            struct snet_x25519 pair;
            noise_end_prepare(&end, vector, (enum noise_role)role);
            assert_int_equal(snet_x25519_import(other.data, &pair), SNET_OK);
            memcpy(end.peer_static, pair.public_key, sizeof end.peer_static);
            end.own_static = role == NOISE_RESPONDER ? pair : end.own_static;
            expect_stranger(&end);
        }
    }
}

static void noise_refuses_an_end_with_another_protocol(void **state)
{
    const struct noise_vector *vector = *state;
    for (unsigned role = 0; role < 2; role++) {
        struct noise_end end;
        noise_end_prepare(&end, vector, (enum noise_role)role);
        end.config.suite = vector->suite == &snet_suites_aes_256_gcm
                               ? &snet_suites_chacha20_poly1305
                               : &snet_suites_aes_256_gcm;
        expect_stranger(&end);
        if (vector->pattern != SNET_NOISE_NNPSK0) {
            noise_end_prepare(&end, vector, (enum noise_role)role);
            end.config.pattern = vector->pattern == SNET_NOISE_NK ? SNET_NOISE_XK : SNET_NOISE_NK;
            expect_stranger(&end);
        }
    }
}

/* An end that shows `point` as its ephemeral key and is right in all else. */
static void expect_small_ephemeral_refused(const struct noise_vector *vector, enum noise_role liar,
                                           const struct noise_message *point)
{
    struct noise_end ends[2];
    struct noise_message output;
    struct noise_message text;
    const unsigned index = (unsigned)liar;
    struct noise_end *const honest = &ends[1 - index];
    noise_end_open(&ends[NOISE_INITIATOR], vector, NOISE_INITIATOR, index);
    noise_end_open(&ends[NOISE_RESPONDER], vector, NOISE_RESPONDER, index);
    memcpy(ends[liar].noise.own_ephemeral.public_key, point->data, point->len);
    ends[liar].noise.ephemeral_made = true;
    assert_int_equal(noise_end_step(&ends[liar], index, &text), SNET_OK);
    snet_err err = noise_end_read(honest, &text, &output);
    if (vector->pattern == SNET_NOISE_NNPSK0 && liar == NOISE_INITIATOR) {
        /* The first message of this pattern is nothing but the psk: the key counts in the next. */
        assert_int_equal(err, SNET_OK);
        err = noise_end_step(honest, 1, &output);
    }
    assert_int_equal(err, SNET_ERR_BAD_PUBLIC_KEY);
    assert_true(honest->noise.message < vector->handshake_count);
    noise_end_close(&ends[NOISE_INITIATOR]);
    noise_end_close(&ends[NOISE_RESPONDER]);
}

static void expect_small_static_refused(const struct noise_vector *vector,
                                        const struct noise_message *point)
{
    struct noise_end ends[2];
    struct noise_message text;
    noise_end_prepare(&ends[NOISE_INITIATOR], vector, NOISE_INITIATOR);
    memcpy(ends[NOISE_INITIATOR].peer_static, point->data, point->len);
    assert_int_equal(noise_end_init(&ends[NOISE_INITIATOR]), SNET_OK);
    assert_int_equal(noise_end_step(&ends[NOISE_INITIATOR], 0, &text), SNET_ERR_BAD_PUBLIC_KEY);
    noise_end_close(&ends[NOISE_INITIATOR]);
    if (vector->pattern == SNET_NOISE_XK) {
        noise_end_open(&ends[NOISE_INITIATOR], vector, NOISE_INITIATOR, 2);
        noise_end_open(&ends[NOISE_RESPONDER], vector, NOISE_RESPONDER, 2);
        memcpy(ends[NOISE_INITIATOR].noise.own_static.public_key, point->data, point->len);
        assert_int_equal(noise_end_step(&ends[NOISE_INITIATOR], 2, &text), SNET_OK);
        expect_refused(&ends[NOISE_RESPONDER], 2, &text, SNET_ERR_BAD_PUBLIC_KEY);
        noise_end_close(&ends[NOISE_INITIATOR]);
        noise_end_close(&ends[NOISE_RESPONDER]);
    }
}

static void noise_refuses_points_of_small_order_in_every_place(void **state)
{
    const struct noise_vector *vector = *state;
    for (size_t i = 0; i < sizeof small_points / sizeof small_points[0]; i++) {
        const struct noise_message point = noise_end_message(small_points[i]);
        expect_small_ephemeral_refused(vector, NOISE_INITIATOR, &point);
        expect_small_ephemeral_refused(vector, NOISE_RESPONDER, &point);
        if (vector->responder_public != NULL) {
            expect_small_static_refused(vector, &point);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_refuses_every_flipped_bit),
        cmocka_unit_test(noise_refuses_the_true_message_after_a_forged_one_and_never_splits),
        cmocka_unit_test(noise_refuses_every_other_length),
        cmocka_unit_test(noise_refuses_its_own_message_reflected),
        cmocka_unit_test(noise_refuses_an_end_with_another_prologue),
        cmocka_unit_test(noise_refuses_an_end_with_another_psk_or_static_key),
        cmocka_unit_test(noise_refuses_an_end_with_another_protocol),
        cmocka_unit_test(noise_refuses_points_of_small_order_in_every_place),
    };
    return noise_end_run("noise forgery", tests, sizeof tests / sizeof tests[0]);
}
