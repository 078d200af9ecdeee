/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/block.h"

#include "crypto/crypto_evp.h"
#include "tests/support/crypto_memory.h"
#include "tests/support/hex.h"
#include "tests/support/unit.h"

#include <openssl/evp.h>

#include <stdbool.h>
#include <string.h>

#define FAIL_TRIES_MAX 1000u

/* FIPS 197, appendices B and C.1; then SP 800-38A, F.1.1. */
static const struct block_case {
    const char *key;
    const char *plain;
    const char *secret;
} block_cases[] = {
    {.key = "2b7e151628aed2a6abf7158809cf4f3c",
     .plain = "3243f6a8885a308d313198a2e0370734",
     .secret = "3925841d02dc09fbdc118597196a0b32"},
    {.key = "000102030405060708090a0b0c0d0e0f",
     .plain = "00112233445566778899aabbccddeeff",
     .secret = "69c4e0d86a7b0430d8cdb78070b4c55a"},
    {.key = "2b7e151628aed2a6abf7158809cf4f3c",
     .plain = "6bc1bee22e409f96e93d7e117393172a",
     .secret = "3ad77bb40d7a3660a89ecaf32466ef97"},
    {.key = "2b7e151628aed2a6abf7158809cf4f3c",
     .plain = "ae2d8a571e03ac9c9eb76fac45af8e51",
     .secret = "f5d3d58503b9699de785895a96fdbaaf"},
    {.key = "2b7e151628aed2a6abf7158809cf4f3c",
     .plain = "30c81c46a35ce411e5fbc1191a0a52ef",
     .secret = "43b1cd7f598ece23881b00e3ed030688"},
    {.key = "2b7e151628aed2a6abf7158809cf4f3c",
     .plain = "f69f2445df4f9b17ad2b417be66c3710",
     .secret = "7b0c785e27e8ad3f8223207104725dd4"},
};

#define CASE_COUNT (sizeof block_cases / sizeof block_cases[0])

static int block_setup(void **state)
{
    struct snet_crypto *crypto = NULL;
    const snet_err err = snet_crypto_new(&crypto);
    *state = crypto;
    return err;
}

static int block_teardown(void **state)
{
    (void)test_crypto_memory_heal();
    snet_crypto_free(*state);
    return 0;
}

struct block {
    uint8_t bytes[SNET_BLOCK_BYTES];
};

_Static_assert(SNET_BLOCK_KEY_BYTES == SNET_BLOCK_BYTES, "one struct for keys and blocks");

static struct block block_of(const char *hex)
{
    struct block block;
    assert_int_equal(test_hex_decode(hex, block.bytes, sizeof block.bytes), sizeof block.bytes);
    return block;
}

static void block_reports_every_failed_allocation(void **state)
{
    const struct block key = block_of(block_cases[0].key);
    const struct block plain = block_of(block_cases[0].plain);
    size_t failures = 0;
    bool reached = true;
    for (size_t number = 1; reached && number < FAIL_TRIES_MAX; number++) {
        struct block out = {{0}};
        test_crypto_memory_fail_at(number);
        const snet_err err = snet_block_encrypt(*state, key.bytes, plain.bytes, out.bytes);
        reached = test_crypto_memory_heal();
        assert_true(err == SNET_ERR_CRYPTO || (err == SNET_OK && !reached));
        failures += err != SNET_OK;
        assert_int_equal(snet_block_encrypt(*state, key.bytes, plain.bytes, out.bytes), SNET_OK);
        ASSERT_HEX(out.bytes, sizeof out.bytes, block_cases[0].secret);
    }
    assert_false(reached);
    assert_true(failures > 0);
}

/* libcrypto wipes the round keys with the algorithm's part of a context, which is then gone. */
static void block_leaves_no_round_keys_behind(void **state)
{
    const struct block key = block_of(block_cases[0].key);
    const EVP_CIPHER_CTX *context = snet_crypto_evp_block(*state);
    struct block block = block_of(block_cases[0].plain);
    assert_int_equal(snet_block_encrypt(*state, key.bytes, block.bytes, block.bytes), SNET_OK);
    assert_null(EVP_CIPHER_CTX_get0_cipher(context));
    assert_int_equal(snet_block_decrypt(*state, key.bytes, block.bytes, block.bytes), SNET_OK);
    assert_null(EVP_CIPHER_CTX_get0_cipher(context));
    test_crypto_memory_fail_at(1);
    const snet_err err = snet_block_encrypt(*state, key.bytes, block.bytes, block.bytes);
    assert_true(test_crypto_memory_heal());
    assert_int_equal(err, SNET_ERR_CRYPTO);
    assert_null(EVP_CIPHER_CTX_get0_cipher(context));
}

static void block_encrypts_as_the_standards_say(void **state)
{
    for (size_t i = 0; i < CASE_COUNT; i++) {
        const struct block key = block_of(block_cases[i].key);
        const struct block plain = block_of(block_cases[i].plain);
        struct block out;
        assert_int_equal(snet_block_encrypt(*state, key.bytes, plain.bytes, out.bytes), SNET_OK);
        ASSERT_HEX(out.bytes, sizeof out.bytes, block_cases[i].secret);
    }
}

static void block_decrypts_as_the_standards_say(void **state)
{
    for (size_t i = 0; i < CASE_COUNT; i++) {
        const struct block key = block_of(block_cases[i].key);
        const struct block secret = block_of(block_cases[i].secret);
        struct block out;
        assert_int_equal(snet_block_decrypt(*state, key.bytes, secret.bytes, out.bytes), SNET_OK);
        ASSERT_HEX(out.bytes, sizeof out.bytes, block_cases[i].plain);
    }
}

static void block_works_in_place_and_touches_nothing_else(void **state)
{
    const struct block key = block_of(block_cases[1].key);
    struct block blocks[3];
    memset(blocks, 0x5a, sizeof blocks);
    const struct block untouched = blocks[0];
    blocks[1] = block_of(block_cases[1].plain);
    uint8_t *const middle = blocks[1].bytes;
    assert_int_equal(snet_block_encrypt(*state, key.bytes, middle, middle), SNET_OK);
    ASSERT_HEX(middle, SNET_BLOCK_BYTES, block_cases[1].secret);
    assert_int_equal(snet_block_decrypt(*state, key.bytes, middle, middle), SNET_OK);
    ASSERT_HEX(middle, SNET_BLOCK_BYTES, block_cases[1].plain);
    assert_memory_equal(&blocks[0], &untouched, sizeof untouched);
    assert_memory_equal(&blocks[2], &untouched, sizeof untouched);
}

/* The last byte of a block is 0x01 where padding would be found valid and cut off. */
static void block_takes_no_plain_text_for_padding(void **state)
{
    const struct block key = block_of(block_cases[0].key);
    struct block block = {{[SNET_BLOCK_BYTES - 1] = 1}};
    assert_int_equal(snet_block_encrypt(*state, key.bytes, block.bytes, block.bytes), SNET_OK);
    assert_int_equal(snet_block_decrypt(*state, key.bytes, block.bytes, block.bytes), SNET_OK);
    ASSERT_HEX(block.bytes, sizeof block.bytes, "00000000000000000000000000000001");
}

#define BLOCK_TEST(name) cmocka_unit_test_setup_teardown(name, block_setup, block_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BLOCK_TEST(block_reports_every_failed_allocation),
        BLOCK_TEST(block_leaves_no_round_keys_behind),
        BLOCK_TEST(block_encrypts_as_the_standards_say),
        BLOCK_TEST(block_decrypts_as_the_standards_say),
        BLOCK_TEST(block_works_in_place_and_touches_nothing_else),
        BLOCK_TEST(block_takes_no_plain_text_for_padding),
    };
    if (!test_crypto_memory_init()) {
        return 1;
    }
    return cmocka_run_group_tests_name("block", tests, NULL, NULL);
}
