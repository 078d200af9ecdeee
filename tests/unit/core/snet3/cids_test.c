/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* Names of sessions, their tokens and proofs [PROTO 12.5]. */
#include "core/snet3/cids.h"

#include "tests/support/crypto_memory.h"
#include "tests/support/hex.h"
#include "tests/support/unit.h"

#include <stdbool.h>
#include <string.h>

#define FAIL_TRIES_MAX 1000u
#define NODE_ID 0x01020304u
#define OTHER_NODE_ID 5u

/* Worked out from the formulas in the header with another implementation of AES and HMAC. */
static const char root_hex[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
static const char random_hex[] = "f50102030405060708090a0b0c";
static const char cid_key_hex[] = "dddc6dfb748d05137d5e6ef95c027f15";
static const char reset_key_hex[] =
    "870eedbf91162212f27d645c70e97832f0f63d45f1df2313d219e6e686e6c63b";
static const char cid_hex[] = "151fe4c531061024227da3d70c19cbbb70";
static const char other_cid_hex[] = "00c86b35f3606215156798009a31e0947b"; /* of OTHER_NODE_ID */
static const char token_hex[] = "d6902cd895a1f5152f4be270472de6b1";
static const char header_hex[] = "c383030101001400";
static const char ephemeral_hex[] =
    "404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f";
static const char proof_hex[] = "8a755e770796cbd494836506b16b3ca3"; /* UNKNOWN, 0x1234 */

struct fixture {
    struct snet_crypto *crypto;
    uint8_t root[SNET_HASH_BYTES];
    uint8_t random[SNET_CIDS_RANDOM_BYTES];
    struct snet_cids cids;
    struct snet_cids_keys keys;
};

static int fixture_open(void **state)
{
    static struct fixture fixture;
    memset(&fixture, 0, sizeof fixture);
    *state = &fixture;
    (void)test_hex_decode(root_hex, fixture.root, sizeof fixture.root);
    (void)test_hex_decode(random_hex, fixture.random, sizeof fixture.random);
    const snet_err err = snet_crypto_new(&fixture.crypto);
    return err != SNET_OK ? err
                          : snet_cids_init(&fixture.cids, &fixture.keys, fixture.crypto,
                                           fixture.root, NODE_ID);
}

static int fixture_close(void **state)
{
    struct fixture *fixture = *state;
    (void)test_crypto_memory_heal();
    snet_cids_deinit(&fixture->cids);
    snet_crypto_free(fixture->crypto);
    return 0;
}

struct cid {
    uint8_t bytes[SNET_V3_CID_BYTES];
};

static struct cid make(const struct fixture *fixture)
{
    struct cid cid;
    assert_int_equal(snet_cids_make(&fixture->cids, fixture->random, SNET_SHARD_NONE, cid.bytes),
                     SNET_OK);
    return cid;
}

static enum snet_cids_owner owner_of(const struct fixture *fixture, const struct cid *cid)
{
    enum snet_cids_owner owner = SNET_CIDS_FOREIGN;
    assert_int_equal(snet_cids_find_owner(&fixture->cids, cid->bytes, &owner), SNET_OK);
    return owner;
}

/* --- Refusals ----------------------------------------------------------------------------- */

static void cids_init_reports_every_failed_allocation_and_leaves_nothing(void **state)
{
    struct fixture *fixture = *state;
    static const struct snet_cids_keys nothing;
    size_t failures = 0;
    bool reached = true;
    for (size_t number = 1; reached && number < FAIL_TRIES_MAX; number++) {
        struct snet_cids cids;
        struct snet_cids_keys keys;
        memset(&keys, 0x5a, sizeof keys);
        test_crypto_memory_fail_at(number);
        const snet_err err = snet_cids_init(&cids, &keys, fixture->crypto, fixture->root, NODE_ID);
        reached = test_crypto_memory_heal();
        assert_int_equal(err, reached ? SNET_ERR_CRYPTO : SNET_OK);
        if (reached) {
            assert_memory_equal(&keys, &nothing, sizeof keys);
            failures++;
        }
        snet_cids_deinit(&cids);
    }
    assert_false(reached);
    assert_true(failures > 1);
}

static void cids_report_what_cannot_be_computed(void **state)
{
    struct fixture *fixture = *state;
    uint8_t out[SNET_V3_TOKEN_BYTES];
    enum snet_cids_owner owner = SNET_CIDS_FOREIGN;
    struct cid cid = make(fixture);
    const struct snet_cids_refusal refusal = {.header = fixture->root, .ephemeral = fixture->root};
    test_crypto_memory_fail_at(1);
    assert_int_equal(snet_cids_make(&fixture->cids, fixture->random, SNET_SHARD_NONE, cid.bytes),
                     SNET_ERR_CRYPTO);
    assert_true(test_crypto_memory_heal());
    ASSERT_HEX(cid.bytes, sizeof cid.bytes, cid_hex);
    test_crypto_memory_fail_at(1);
    assert_int_equal(snet_cids_find_owner(&fixture->cids, cid.bytes, &owner), SNET_ERR_CRYPTO);
    assert_true(test_crypto_memory_heal());
    assert_int_equal(owner, SNET_CIDS_FOREIGN);
    test_crypto_memory_fail_at(1);
    assert_int_equal(snet_cids_token(&fixture->cids, cid.bytes, out), SNET_ERR_CRYPTO);
    assert_true(test_crypto_memory_heal());
    test_crypto_memory_fail_at(1);
    assert_int_equal(snet_cids_proof(fixture->crypto, fixture->root, &refusal, out),
                     SNET_ERR_CRYPTO);
    assert_true(test_crypto_memory_heal());
}

static void cids_of_other_config_ids_are_foreign(void **state)
{
    const struct fixture *fixture = *state;
    for (unsigned config_id = 1; config_id < 8; config_id++) {
        struct cid cid = make(fixture);
        cid.bytes[0] = (uint8_t)((config_id << 5) | (cid.bytes[0] & 0x1F));
        assert_int_equal(owner_of(fixture, &cid), SNET_CIDS_FOREIGN);
    }
}

static void cids_of_other_nodes_are_not_ours(void **state)
{
    const struct fixture *fixture = *state;
    struct snet_cids other;
    struct snet_cids_keys keys;
    struct cid cid;
    assert_int_equal(snet_cids_init(&other, &keys, fixture->crypto, fixture->root, OTHER_NODE_ID),
                     SNET_OK);
    uint8_t random[SNET_CIDS_RANDOM_BYTES];
    memcpy(random, fixture->random, sizeof random);
    random[0] = 0xE0; /* only the low 5 bits count */
    assert_int_equal(snet_cids_make(&other, random, SNET_SHARD_NONE, cid.bytes), SNET_OK);
    ASSERT_HEX(cid.bytes, sizeof cid.bytes, other_cid_hex);
    assert_int_equal(owner_of(fixture, &cid), SNET_CIDS_OTHER_NODE);
    snet_cids_deinit(&other);
}

/* Every byte of the node id counts, and none of another server's key opens a name. */
static void cids_are_not_ours_by_half(void **state)
{
    const struct fixture *fixture = *state;
    const struct cid cid = make(fixture);
    for (unsigned bit = 0; bit < 32; bit++) {
        struct fixture near = *fixture;
        near.cids.node_id ^= UINT32_C(1) << bit;
        assert_int_equal(owner_of(&near, &cid), SNET_CIDS_OTHER_NODE);
    }
    for (size_t i = 1; i < sizeof cid.bytes; i++) {
        struct cid changed = cid;
        changed.bytes[i] ^= 1;
        assert_int_equal(owner_of(fixture, &changed), SNET_CIDS_OTHER_NODE);
    }
    struct fixture stranger = *fixture;
    stranger.root[0] ^= 1;
    assert_int_equal(
        snet_cids_init(&stranger.cids, &stranger.keys, fixture->crypto, stranger.root, NODE_ID),
        SNET_OK);
    assert_int_equal(owner_of(&stranger, &cid), SNET_CIDS_OTHER_NODE);
    snet_cids_deinit(&stranger.cids);
}

/* --- Names -------------------------------------------------------------------------------- */

static void cids_keys_are_those_of_the_formulas(void **state)
{
    const struct fixture *fixture = *state;
    ASSERT_HEX(fixture->keys.cid_key, sizeof fixture->keys.cid_key, cid_key_hex);
    ASSERT_HEX(fixture->keys.reset_key, sizeof fixture->keys.reset_key, reset_key_hex);
}

static void cids_made_are_those_of_the_formulas_and_ours(void **state)
{
    const struct fixture *fixture = *state;
    const struct cid cid = make(fixture);
    ASSERT_HEX(cid.bytes, sizeof cid.bytes, cid_hex);
    assert_int_equal(owner_of(fixture, &cid), SNET_CIDS_OURS);
}

static void cids_are_ours_whatever_chance_says(void **state)
{
    struct fixture *fixture = *state;
    for (unsigned byte = 0; byte <= UINT8_MAX; byte++) {
        memset(fixture->random, (int)byte, sizeof fixture->random);
        const struct cid cid = make(fixture);
        assert_int_equal(cid.bytes[0], byte & 0x1F);
        assert_int_equal(owner_of(fixture, &cid), SNET_CIDS_OURS);
    }
}

static void cids_differ_when_their_nonces_do(void **state)
{
    struct fixture *fixture = *state;
    const struct cid before = make(fixture);
    for (size_t i = 1; i < sizeof fixture->random; i++) {
        fixture->random[i] ^= 1;
        const struct cid after = make(fixture);
        assert_memory_not_equal(after.bytes + 1, before.bytes + 1, sizeof after.bytes - 1);
        fixture->random[i] ^= 1;
    }
}

/* --- Tokens and proofs -------------------------------------------------------------------- */

static void cids_token_is_that_of_the_formula_for_every_byte_of_the_cid(void **state)
{
    const struct fixture *fixture = *state;
    uint8_t token[SNET_V3_TOKEN_BYTES];
    uint8_t other[SNET_V3_TOKEN_BYTES];
    struct cid cid = make(fixture);
    assert_int_equal(snet_cids_token(&fixture->cids, cid.bytes, token), SNET_OK);
    ASSERT_HEX(token, sizeof token, token_hex);
    for (size_t i = 0; i < sizeof cid.bytes; i++) {
        cid.bytes[i] ^= 1;
        assert_int_equal(snet_cids_token(&fixture->cids, cid.bytes, other), SNET_OK);
        assert_memory_not_equal(token, other, sizeof token);
        cid.bytes[i] ^= 1;
    }
}

/* What goes into a proof, in one piece so that each bit of it can be changed. */
struct inputs {
    uint8_t token[SNET_V3_TOKEN_BYTES];
    uint8_t header[SNET_V3_HEADER_BYTES];
    uint8_t code[2];
    uint8_t retry_after[2];
    uint8_t ephemeral[SNET_V3_EPHEMERAL_BYTES];
};

static void prove(const struct fixture *fixture, const struct inputs *inputs,
                  uint8_t ret_proof[SNET_V3_PROOF_BYTES])
{
    const struct snet_cids_refusal refusal = {
        .header = inputs->header,
        .code = (uint16_t)(inputs->code[0] | (inputs->code[1] << 8)),
        .retry_after = (uint16_t)(inputs->retry_after[0] | (inputs->retry_after[1] << 8)),
        .ephemeral = inputs->ephemeral,
    };
    assert_int_equal(snet_cids_proof(fixture->crypto, inputs->token, &refusal, ret_proof), SNET_OK);
}

static void cids_proof_is_that_of_the_formula_and_of_nothing_else(void **state)
{
    const struct fixture *fixture = *state;
    struct inputs inputs = {.code = {SNET_V3_UNKNOWN, 0}, .retry_after = {0x34, 0x12}};
    uint8_t proof[SNET_V3_PROOF_BYTES];
    uint8_t other[SNET_V3_PROOF_BYTES];
    (void)test_hex_decode(token_hex, inputs.token, sizeof inputs.token);
    (void)test_hex_decode(header_hex, inputs.header, sizeof inputs.header);
    (void)test_hex_decode(ephemeral_hex, inputs.ephemeral, sizeof inputs.ephemeral);
    prove(fixture, &inputs, proof);
    ASSERT_HEX(proof, sizeof proof, proof_hex);
    for (size_t bit = 0; bit < 8 * sizeof inputs; bit++) {
        struct inputs changed = inputs;
        ((uint8_t *)&changed)[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        prove(fixture, &changed, other);
        assert_memory_not_equal(proof, other, sizeof proof);
    }
}

static void cids_deinit_wipes_and_accepts_nothing_at_all(void **state)
{
    struct fixture *fixture = *state;
    static const struct snet_cids_keys nothing;
    snet_cids_deinit(NULL);
    snet_cids_deinit(&fixture->cids);
    assert_memory_equal(&fixture->keys, &nothing, sizeof nothing);
    snet_cids_deinit(&fixture->cids);
}

#define CIDS_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)

static void cids_carry_a_shard_that_their_server_alone_can_read(void **state)
{
    const struct fixture *fixture = *state;
    uint8_t shard = 0;
    for (uint8_t i = 0; i <= SNET_SHARD_NONE; i++) {
        struct cid cid;
        assert_int_equal(snet_cids_make(&fixture->cids, fixture->random, i, cid.bytes), SNET_OK);
        assert_int_equal(snet_cids_find_shard(&fixture->cids, cid.bytes, &shard), SNET_OK);
        /* Without a shard there is what chance has put there: here 1. */
        assert_int_equal(shard, i == SNET_SHARD_NONE ? fixture->random[1] : i);
        assert_int_equal(owner_of(fixture, &cid), SNET_CIDS_OURS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CIDS_TEST(cids_carry_a_shard_that_their_server_alone_can_read),
        CIDS_TEST(cids_init_reports_every_failed_allocation_and_leaves_nothing),
        CIDS_TEST(cids_report_what_cannot_be_computed),
        CIDS_TEST(cids_of_other_config_ids_are_foreign),
        CIDS_TEST(cids_of_other_nodes_are_not_ours),
        CIDS_TEST(cids_are_not_ours_by_half),
        CIDS_TEST(cids_keys_are_those_of_the_formulas),
        CIDS_TEST(cids_made_are_those_of_the_formulas_and_ours),
        CIDS_TEST(cids_are_ours_whatever_chance_says),
        CIDS_TEST(cids_differ_when_their_nonces_do),
        CIDS_TEST(cids_token_is_that_of_the_formula_for_every_byte_of_the_cid),
        CIDS_TEST(cids_proof_is_that_of_the_formula_and_of_nothing_else),
        CIDS_TEST(cids_deinit_wipes_and_accepts_nothing_at_all),
    };
    if (!test_crypto_memory_init()) {
        return 1;
    }
    return cmocka_run_group_tests_name("cids", tests, NULL, NULL);
}
