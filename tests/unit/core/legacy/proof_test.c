/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/legacy/proof.h"

#include "tests/support/test_env.h"
#include "tests/support/unit.h"

#define MODULUS UINT64_C(0xffffffffffffffc5)

struct fixture {
    struct test_env env;
    snet_core *core;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;
    test_env_init(&fixture.env, 1);
    *state = &fixture;
    return snet_core_new(&fixture.env.env, &(struct snet_core_config){0}, &fixture.core) == SNET_OK
               ? 0
               : -1;
}

static int fixture_close(void **state)
{
    struct fixture *fixture = *state;
    snet_core_free(fixture->core);
    return fixture->env.live_count == 0 ? 0 : -1;
}

/* [PROTO 2.1] */
static void proof_refuses_degenerate_public_keys(void **state)
{
    static const uint64_t bad[] = {0, 1, MODULUS - 1, MODULUS, MODULUS + 1, UINT64_MAX};
    (void)state;
    uint8_t key[8];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(snet_legacy_proof_agree(12345, bad[i], key), SNET_ERR_BAD_PUBLIC_KEY);
    }
    assert_int_equal(snet_legacy_proof_agree(12345, 2, key), SNET_OK);
    assert_int_equal(snet_legacy_proof_agree(12345, MODULUS - 2, key), SNET_OK);
}

/* [PROTO 2.1] */
static void proof_draws_again_after_a_useless_private_key(void **state)
{
    struct fixture *fixture = *state;
    struct snet_legacy_keypair keypair;
    test_env_queue(&fixture->env, SNET_RANDOM_KEY, 0);
    test_env_queue(&fixture->env, SNET_RANDOM_KEY, UINT64_C(0x176b1130ce0fdc30));
    assert_int_equal(snet_legacy_proof_draw(fixture->core, false, &keypair), SNET_OK);
    assert_int_equal(keypair.private_key, UINT64_C(0x176b1130ce0fdc30));
    assert_int_equal(keypair.public_key, UINT64_C(0x5f9a22788bde3a91));
}

static void proof_gives_up_on_a_broken_random_source(void **state)
{
    struct fixture *fixture = *state;
    struct snet_legacy_keypair keypair;
    for (unsigned i = 0; i < TEST_ENV_QUEUE_MAX; i++) {
        test_env_queue(&fixture->env, SNET_RANDOM_KEY, 0);
    }
    assert_int_equal(snet_legacy_proof_draw(fixture->core, false, &keypair), SNET_ERR_RANDOM);
}

/* The recorded conversation "no-loss" of snet/2. [PROTO 2.2] [PROTO 2.3] [PROTO 2.4] */
static void proof_agrees_with_a_recorded_conversation(void **state)
{
    static const uint8_t sealed[8] = {0x91, 0xd7, 0x6e, 0x49, 0xf2, 0x35, 0xfb, 0xb6};
    static const uint8_t challenge[8] = {0x04, 0xca, 0xed, 0x93, 0x85, 0xbf, 0x46, 0x53};
    static const uint8_t answer[16] = {0x93, 0xab, 0x23, 0x9f, 0x86, 0x41, 0xd1, 0xa9,
                                       0x2d, 0x69, 0x50, 0x82, 0x9d, 0xdf, 0x65, 0x1a};
    struct fixture *fixture = *state;
    uint8_t key[8];
    uint8_t id[8];
    uint8_t mac[16];
    assert_int_equal(
        snet_legacy_proof_agree(UINT64_C(0x176b1130ce0fdc30), UINT64_C(0x8277894c578c8d99), key),
        SNET_OK);
    assert_int_equal(snet_legacy_u64_decode(key), UINT64_C(0x0340e8844ef2b26a));
    snet_legacy_proof_id(snet_cipher_rc4(), key, sealed, id);
    assert_int_equal(snet_legacy_u64_decode(id), 1);
    assert_int_equal(
        snet_legacy_proof_answer(fixture->core, snet_legacy_u64_decode(challenge), key, mac),
        SNET_OK);
    assert_memory_equal(mac, answer, sizeof mac);
}

/* [PROTO 2.4] */
static void proof_of_a_resume_covers_every_field(void **state)
{
    struct fixture *fixture = *state;
    static const uint8_t keys[2][8] = {{1}, {2}};
    const struct snet_legacy_resume resume = {.id = 1, .write_count = 2, .read_count = 3};
    struct snet_legacy_resume changed[] = {resume, resume, resume};
    uint8_t mac[16];
    uint8_t other[16];
    changed[0].id = UINT64_C(1) << 63 | 1;
    changed[1].write_count = 3;
    changed[2].read_count = 2;
    assert_int_equal(snet_legacy_proof_resume(fixture->core, &resume, keys[0], mac), SNET_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(snet_legacy_proof_resume(fixture->core, &changed[i], keys[0], other),
                         SNET_OK);
        assert_memory_not_equal(mac, other, sizeof mac);
    }
    assert_int_equal(snet_legacy_proof_resume(fixture->core, &resume, keys[1], other), SNET_OK);
    assert_memory_not_equal(mac, other, sizeof mac);
}

/* Worked out by another program. [PROTO 2.4] */
static void proof_of_an_end_is_as_written(void **state)
{
    struct fixture *fixture = *state;
    static const uint8_t key[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    const struct snet_legacy_resume counts = {
        .id = UINT64_C(0x8877665544332291), .write_count = 1000, .read_count = 77};
    static const uint8_t expected[16] = {0xb8, 0x66, 0x94, 0x5e, 0xd4, 0x00, 0xa0, 0xec,
                                         0x39, 0xd8, 0x3f, 0xd5, 0x04, 0x43, 0xcc, 0xd7};
    uint64_t challenge = 0;
    uint8_t mac[16];
    assert_int_equal(snet_legacy_proof_end(fixture->core, &counts, key, &challenge), SNET_OK);
    assert_int_equal(challenge, UINT64_C(0xb4247c42715dad2e));
    assert_int_equal(snet_legacy_proof_seen(fixture->core, challenge, key, mac), SNET_OK);
    assert_memory_equal(mac, expected, sizeof mac);
}

struct count_row {
    struct snet_legacy_claim claim;
    snet_err err;
};

/* Our end has read 1000 bytes and keeps what it wrote from 500 to 600. [PROTO 6.2] */
static void proof_checks_counts_against_both_ends(void **state)
{
    static const uint64_t far = UINT64_C(1) << 62;
    static const struct count_row rows[] = {
        {{.own_read = 1000, .peer_write = 999, .peer_read = 550}, SNET_ERR_BAD_COUNT},
        {{.own_read = 1000, .peer_write = 0, .peer_read = 550}, SNET_ERR_BAD_COUNT},
        {{.own_read = 1000, .peer_write = far, .peer_read = 550}, SNET_ERR_BAD_COUNT},
        {{.own_read = 1000, .peer_write = UINT64_MAX, .peer_read = 550}, SNET_ERR_BAD_COUNT},
        {{.own_read = 1000, .peer_write = 1001 + SNET_LEGACY_AHEAD_MAX_BYTES, .peer_read = 550},
         SNET_ERR_BAD_COUNT},
        {{.own_read = 1000, .peer_write = 1000, .peer_read = 601}, SNET_ERR_BAD_COUNT},
        {{.own_read = 1000, .peer_write = 1000, .peer_read = far}, SNET_ERR_BAD_COUNT},
        {{.own_read = 1000, .peer_write = 1000, .peer_read = UINT64_MAX}, SNET_ERR_BAD_COUNT},
        {{.own_read = 1000, .peer_write = 1000, .peer_read = 499}, SNET_ERR_HISTORY_OVERRUN},
        {{.own_read = 1000, .peer_write = 1000, .peer_read = 0}, SNET_ERR_HISTORY_OVERRUN},
        {{.own_read = 1000, .peer_write = 1000, .peer_read = 500}, SNET_OK},
        {{.own_read = 1000, .peer_write = 1000, .peer_read = 600}, SNET_OK},
        {{.own_read = 1000, .peer_write = 1000 + SNET_LEGACY_AHEAD_MAX_BYTES, .peer_read = 600},
         SNET_OK},
    };
    (void)state;
    const struct snet_history history = {.base = 500, .sent = 550, .sent_max = 600, .end = 700};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(snet_legacy_proof_counts(&rows[i].claim, &history), rows[i].err);
    }
}

int main(void)
{
#define PROOF_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        PROOF_TEST(proof_refuses_degenerate_public_keys),
        PROOF_TEST(proof_draws_again_after_a_useless_private_key),
        PROOF_TEST(proof_gives_up_on_a_broken_random_source),
        PROOF_TEST(proof_agrees_with_a_recorded_conversation),
        PROOF_TEST(proof_of_a_resume_covers_every_field),
        PROOF_TEST(proof_of_an_end_is_as_written),
        PROOF_TEST(proof_checks_counts_against_both_ends),
    };
    return cmocka_run_group_tests_name("proof", tests, NULL, NULL);
}
