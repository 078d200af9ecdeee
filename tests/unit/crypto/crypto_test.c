/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/crypto.h"

#include "tests/support/crypto_memory.h"
#include "tests/support/hex.h"
#include "tests/support/unit.h"

#include <openssl/evp.h>

#include <stdbool.h>
#include <string.h>

#define FAIL_TRIES_MAX 1000u

/* RFC 1321, A.5. */
static const struct md5_case {
    const char *text;
    const char *md5;
} md5_cases[] = {
    {"", "d41d8cd98f00b204e9800998ecf8427e"},
    {"a", "0cc175b9c0f1b6a831c399e269772661"},
    {"abc", "900150983cd24fb0d6963f7d28e17f72"},
    {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
    {"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
    {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
     "d174ab98d277d9f5a5611c2c9f419d9f"},
    {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
     "57edf4a22be3c955ac49da2e2107b67a"},
};

static int crypto_setup(void **state)
{
    struct snet_crypto *crypto = NULL;
    const snet_err err = snet_crypto_new(&crypto);
    *state = crypto;
    return err;
}

static int crypto_teardown(void **state)
{
    (void)test_crypto_memory_heal();
    snet_crypto_free(*state);
    return 0;
}

/* The mac with the first `data_len` bytes of `text` as data and the rest as key. */
static snet_err mac_of(struct snet_crypto *crypto, const char *text, size_t data_len,
                       uint8_t ret_mac[SNET_MD5_BYTES])
{
    uint8_t bytes[100];
    const size_t len = strlen(text);
    assert_true(len < sizeof bytes);
    memcpy(bytes, text, len + 1);
    const struct snet_crypto_mac_input input = {
        .data = bytes,
        .data_len = data_len,
        .key = bytes + data_len,
        .key_len = len - data_len,
    };
    return snet_crypto_md5_mac(crypto, &input, ret_mac);
}

static void crypto_refuses_to_start_without_md5(void **state)
{
    (void)state;
    struct snet_crypto *crypto = NULL;
    assert_int_equal(EVP_set_default_properties(NULL, "fips=yes"), 1);
    assert_int_equal(snet_crypto_new(&crypto), SNET_ERR_CRYPTO);
    assert_null(crypto);
    assert_int_equal(EVP_set_default_properties(NULL, ""), 1);
    assert_int_equal(snet_crypto_new(&crypto), SNET_OK);
    snet_crypto_free(crypto);
}

static void crypto_survives_every_failure_to_start(void **state)
{
    /* What libcrypto cannot set up at its first use it never tries again: *state was that use. */
    assert_non_null(*state);
    size_t failures = 0;
    bool reached = true;
    for (size_t number = 1; reached && number < FAIL_TRIES_MAX; number++) {
        struct snet_crypto *crypto = NULL;
        test_crypto_memory_fail_at(number);
        const snet_err err = snet_crypto_new(&crypto);
        reached = test_crypto_memory_heal();
        assert_true(err == SNET_OK || err == SNET_ERR_CRYPTO || err == SNET_ERR_NO_MEMORY);
        assert_int_equal(err == SNET_OK, crypto != NULL);
        failures += err != SNET_OK;
        snet_crypto_free(crypto);
    }
    assert_false(reached);
    assert_true(failures > 1);
}

static void crypto_reports_a_mac_that_cannot_be_made(void **state)
{
    uint8_t mac[SNET_MD5_BYTES];
    test_crypto_memory_fail_at(1);
    assert_int_equal(mac_of(*state, "abc", 1, mac), SNET_ERR_CRYPTO);
    assert_true(test_crypto_memory_heal());
    assert_int_equal(mac_of(*state, "abc", 1, mac), SNET_OK);
    ASSERT_HEX(mac, sizeof mac, "900150983cd24fb0d6963f7d28e17f72");
}

static void crypto_mac_is_md5_of_data_and_key_in_this_order(void **state)
{
    uint8_t mac[SNET_MD5_BYTES];
    for (size_t i = 0; i < sizeof md5_cases / sizeof md5_cases[0]; i++) {
        const char *const text = md5_cases[i].text;
        for (size_t split = 0; split <= strlen(text); split++) {
            assert_int_equal(mac_of(*state, text, split, mac), SNET_OK);
            ASSERT_HEX(mac, sizeof mac, md5_cases[i].md5);
        }
    }
}

static void crypto_mac_takes_nothing_at_all(void **state)
{
    uint8_t mac[SNET_MD5_BYTES];
    const struct snet_crypto_mac_input nothing = {0};
    assert_int_equal(snet_crypto_md5_mac(*state, &nothing, mac), SNET_OK);
    ASSERT_HEX(mac, sizeof mac, md5_cases[0].md5);
}

static void crypto_free_accepts_null(void **state)
{
    (void)state;
    snet_crypto_free(NULL);
}

#define CRYPTO_TEST(name) cmocka_unit_test_setup_teardown(name, crypto_setup, crypto_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crypto_refuses_to_start_without_md5),
        CRYPTO_TEST(crypto_survives_every_failure_to_start),
        CRYPTO_TEST(crypto_reports_a_mac_that_cannot_be_made),
        CRYPTO_TEST(crypto_mac_is_md5_of_data_and_key_in_this_order),
        CRYPTO_TEST(crypto_mac_takes_nothing_at_all),
        cmocka_unit_test(crypto_free_accepts_null),
    };
    if (!test_crypto_memory_init()) {
        return 1;
    }
    return cmocka_run_group_tests_name("crypto", tests, NULL, NULL);
}
