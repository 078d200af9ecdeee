/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/key.h>

#include "tests/support/unit.h"

#include <string.h>

/* RFC 7748, section 6.1: Alice's keys. */
static const struct snet_key secret = {{0x77, 0x07, 0x6d, 0x0a, 0x73, 0x18, 0xa5, 0x7d,
                                        0x3c, 0x16, 0xc1, 0x72, 0x51, 0xb2, 0x66, 0x45,
                                        0xdf, 0x4c, 0x2f, 0x87, 0xeb, 0xc0, 0x99, 0x2a,
                                        0xb1, 0x77, 0xfb, 0xa5, 0x1d, 0xb9, 0x2c, 0x2a}};
static const char public_text[] = "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=";

static void key_refuses_text_that_is_not_exactly_one(void **state)
{
    static const char *const bad[] = {
        "",
        "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTm",    /* short */
        "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo==", /* long */
        "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmoA",  /* 33 bytes */
        "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmp=",  /* bits that no key has */
        "hSDwCYkwp1R0i33ctD73Wg2*Og0mOBr066SpjqqbTmo=",  /* another alphabet */
        " SDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=",  /* blanks */
        "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTm==",
        "hSDw=Ykwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=",
        "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTm\n",
    };
    (void)state;
    struct snet_key key;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (snet_key_parse(bad[i], &key) != SNET_ERR_KEY) {
            fail_msg("'%s' was taken for a key", bad[i]);
        }
    }
}

static void key_is_parsed_from_either_alphabet_with_and_without_its_last_character(void **state)
{
    static const char *const good[] = {
        public_text,
        "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo",
        "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo=",
        "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo",
    };
    (void)state;
    struct snet_key first;
    assert_int_equal(snet_key_parse(public_text, &first), SNET_OK);
    assert_int_equal(first.bytes[0], 0x85);
    assert_int_equal(first.bytes[31], 0x6a);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct snet_key key;
        assert_int_equal(snet_key_parse(good[i], &key), SNET_OK);
        assert_memory_equal(&key, &first, sizeof key);
    }
    struct snet_key plus;
    assert_int_equal(snet_key_parse("-_-_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &plus), SNET_OK);
    assert_int_equal(plus.bytes[0], 0xfb);
    assert_int_equal(plus.bytes[1], 0xff);
}

static void key_public_is_that_of_the_secret_one(void **state)
{
    (void)state;
    struct snet_key public_key;
    char text[SNET_KEY_TEXT_BYTES];
    assert_int_equal(snet_key_public(&secret, &public_key), SNET_OK);
    snet_key_format(&public_key, text);
    assert_string_equal(text, public_text);
}

static void key_is_wiped(void **state)
{
    (void)state;
    static const struct snet_key zeros;
    struct snet_key key = secret;
    snet_key_wipe(&key);
    assert_memory_equal(&key, &zeros, sizeof key);
}

static void key_functions_return_an_error_for_null(void **state)
{
    (void)state;
    struct snet_key key;
    char text[SNET_KEY_TEXT_BYTES] = "as it was";
    assert_int_equal(snet_key_parse(NULL, &key), SNET_ERR_INVALID);
    assert_int_equal(snet_key_parse(public_text, NULL), SNET_ERR_INVALID);
    assert_int_equal(snet_key_public(NULL, &key), SNET_ERR_INVALID);
    assert_int_equal(snet_key_public(&secret, NULL), SNET_ERR_INVALID);
    snet_key_format(NULL, text);
    snet_key_format(&secret, NULL);
    assert_string_equal(text, "as it was");
    snet_key_wipe(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(key_refuses_text_that_is_not_exactly_one),
        cmocka_unit_test(key_is_parsed_from_either_alphabet_with_and_without_its_last_character),
        cmocka_unit_test(key_public_is_that_of_the_secret_one),
        cmocka_unit_test(key_is_wiped),
        cmocka_unit_test(key_functions_return_an_error_for_null),
    };
    return cmocka_run_group_tests_name("key", tests, NULL, NULL);
}
