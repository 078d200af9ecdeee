/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* The group of the legacy wires [PROTO 2.1] [PROTO 2.2]. */
#include "crypto/dh64.h"

#include "tests/support/death.h"
#include "tests/support/test_env.h"
#include "tests/support/unit.h"

#define P SNET_DH64_P
#define DH64_SEED UINT64_C(1)
#define DH64_ROUNDS 500u

/* Recorded between the published implementations: tests/data/legacy-wire.json, by name. */
static const struct dh64_case {
    uint64_t client_private;
    uint64_t client_public;
    uint64_t server_private;
    uint64_t server_public;
    uint64_t secret;
} dh64_cases[] = {
    /* no-loss */
    {UINT64_C(0x176b1130ce0fdc30), UINT64_C(0x5f9a22788bde3a91), UINT64_C(0xd0e3786a918720ca),
     UINT64_C(0x8277894c578c8d99), UINT64_C(0x0340e8844ef2b26a)},
    /* no-loss-plain */
    {UINT64_C(0xa451b2d3414d7067), UINT64_C(0xee20338f09347507), UINT64_C(0x33ed91953ffb2555),
     UINT64_C(0xe333ff9498993937), UINT64_C(0x0ecbb96c40efecb1)},
    /* one-resume-loss-both-ways */
    {UINT64_C(0x33d615d0ac504903), UINT64_C(0x438a829dac856d73), UINT64_C(0x127767dee2bc89d7),
     UINT64_C(0xd1d9c86240ac3d2f), UINT64_C(0xfeba861044ab7b84)},
    /* one-resume-loss-client */
    {UINT64_C(0xc1d2fb3bff36d5b9), UINT64_C(0x267def220f7affc6), UINT64_C(0x75f79607909d6451),
     UINT64_C(0x618dc1b4ec7284e2), UINT64_C(0xd31e20f1eed6897e)},
    /* one-resume-loss-server */
    {UINT64_C(0x6854fb56625a6269), UINT64_C(0x9b0fb81685af93a6), UINT64_C(0x193cc010be427855),
     UINT64_C(0x4afdd5747861befd), UINT64_C(0x4ff337c3ea55d28f)},
    /* resume-nothing-lost */
    {UINT64_C(0xf958ebb8d58154b7), UINT64_C(0xb198ddd10db8f933), UINT64_C(0xc0bdb92c64b53c9f),
     UINT64_C(0x164bc86c9565c486), UINT64_C(0x582e3243d2f63e20)},
    /* history-wraps */
    {UINT64_C(0x86d3e9534096f8ef), UINT64_C(0x97cc1da55eb8f389), UINT64_C(0x644d7af713602162),
     UINT64_C(0xd13a871b911fd0e7), UINT64_C(0x0c31df6283f401f7)},
    /* five-resumes */
    {UINT64_C(0x0e03fc4e9311e40a), UINT64_C(0xd6434434778891dc), UINT64_C(0x08d0111f394f0d9d),
     UINT64_C(0x8cd65cbb79b154df), UINT64_C(0x9ff7a1fc9324dc55)},
    /* one-resume-plain */
    {UINT64_C(0x9d7fb5cbf61cb2c2), UINT64_C(0x0f405047abf77c1c), UINT64_C(0xa8583728e70459e0),
     UINT64_C(0x2a081614908bd6d3), UINT64_C(0xf550c5ff6c0a2b33)},
};

static const uint64_t dh64_unacceptable[] = {0, 1, P - 1, P, P + 1, UINT64_MAX};
static const uint64_t dh64_acceptable[] = {2, 3, P / 2, UINT64_C(1) << 63, P - 3, P - 2};

#define DH64_CASES (sizeof dh64_cases / sizeof dh64_cases[0])
#define DH64_UNACCEPTABLE (sizeof dh64_unacceptable / sizeof dh64_unacceptable[0])
#define DH64_ACCEPTABLE (sizeof dh64_acceptable / sizeof dh64_acceptable[0])

static void dh64_refuses_public_keys_that_fix_the_secret(void **state)
{
    (void)state;
    for (size_t i = 0; i < DH64_UNACCEPTABLE; i++) {
        assert_false(snet_dh64_public_ok(dh64_unacceptable[i]));
        ASSERT_ABORTS((void)snet_dh64_secret(2, dh64_unacceptable[i]));
    }
}

static void dh64_refuses_private_keys_that_fix_the_public_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < DH64_UNACCEPTABLE; i++) {
        assert_false(snet_dh64_private_ok(dh64_unacceptable[i]));
    }
    ASSERT_ABORTS((void)snet_dh64_public(0));
}

static void dh64_accepts_every_other_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < DH64_ACCEPTABLE; i++) {
        assert_true(snet_dh64_public_ok(dh64_acceptable[i]));
        assert_true(snet_dh64_private_ok(dh64_acceptable[i]));
    }
}

static void dh64_modulus_and_generator_are_those_of_the_wire(void **state)
{
    (void)state;
    assert_int_equal(P, UINT64_MAX - 58);
    assert_int_equal(SNET_DH64_G, 5);
}

static void dh64_makes_the_recorded_public_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < DH64_CASES; i++) {
        const struct dh64_case *test = &dh64_cases[i];
        assert_int_equal(snet_dh64_public(test->client_private), test->client_public);
        assert_int_equal(snet_dh64_public(test->server_private), test->server_public);
    }
}

static void dh64_makes_the_recorded_secret_at_both_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < DH64_CASES; i++) {
        const struct dh64_case *test = &dh64_cases[i];
        assert_int_equal(snet_dh64_secret(test->client_private, test->server_public), test->secret);
        assert_int_equal(snet_dh64_secret(test->server_private, test->client_public), test->secret);
    }
}

static void dh64_powers_are_right_at_the_edges(void **state)
{
    (void)state;
    assert_int_equal(snet_dh64_public(1), 5);
    assert_int_equal(snet_dh64_public(2), 25);
    assert_int_equal(snet_dh64_public(27), UINT64_C(7450580596923828125));
    assert_int_equal(snet_dh64_public(28),
                     UINT64_C(359414837200037511)); /* the first beyond the modulus */
    assert_int_equal(snet_dh64_public(P - 2), UINT64_C(7378697629483820623)); /* 1 / 5 */
    assert_int_equal(snet_dh64_public(P - 1), 1);
    assert_int_equal(snet_dh64_secret(2, P - 2), 4);
    assert_int_equal(snet_dh64_secret(2, P - 10), 100); /* the second fold overflows */
    assert_int_equal(snet_dh64_secret(3, P - 2), P - 8);
}

static void dh64_ends_agree_whatever_their_keys(void **state)
{
    (void)state;
    struct test_env random;
    test_env_init(&random, DH64_SEED);
    for (unsigned i = 0; i < DH64_ROUNDS; i++) {
        const uint64_t a = 2 + test_env_below(&random, P - 3);
        const uint64_t b = 2 + test_env_below(&random, P - 3);
        const uint64_t at_a = snet_dh64_secret(a, snet_dh64_public(b));
        const uint64_t at_b = snet_dh64_secret(b, snet_dh64_public(a));
        if (at_a != at_b) {
            fail_msg("seed %llu, round %u", (unsigned long long)DH64_SEED, i);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dh64_refuses_public_keys_that_fix_the_secret),
        cmocka_unit_test(dh64_refuses_private_keys_that_fix_the_public_one),
        cmocka_unit_test(dh64_accepts_every_other_key),
        cmocka_unit_test(dh64_modulus_and_generator_are_those_of_the_wire),
        cmocka_unit_test(dh64_makes_the_recorded_public_keys),
        cmocka_unit_test(dh64_makes_the_recorded_secret_at_both_ends),
        cmocka_unit_test(dh64_powers_are_right_at_the_edges),
        cmocka_unit_test(dh64_ends_agree_whatever_their_keys),
    };
    return cmocka_run_group_tests_name("dh64", tests, NULL, NULL);
}
