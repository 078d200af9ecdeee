/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* The ciphers of snet/3 [PROTO 12.1]. */
#include "crypto/suites.h"

#include "tests/support/crypto_memory.h"
#include "tests/support/hex.h"
#include "tests/support/unit.h"

#include <string.h>

#define TEXT_MAX_BYTES 16640u /* more than the longest record */
#define FAIL_TRIES_MAX 100u

static const struct suite_case {
    const struct snet_suite *suite;
    const char *key;
    const char *nonce;
    const char *ad;
    const char *text;
    const char *sealed;
} suite_cases[] = {
    /* RFC 8439, 2.8.2. */
    {.suite = &snet_suites_chacha20_poly1305,
     .key = "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
     .nonce = "070000004041424344454647",
     .ad = "50515253c0c1c2c3c4c5c6c7",
     .text = "4c616469657320616e642047656e746c656d656e206f662074686520636c617373206f66202739393a20"
             "4966204920636f756c64206f6666657220796f75206f6e6c79206f6e652074697020666f722074686520"
             "6675747572652c2073756e73637265656e20776f756c642062652069742e",
     .sealed = "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d63dbea45e8ca967128"
               "2fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b3692ddbd7f2d778b8c9803aee328091b58fa"
               "b324e4fad675945585808b4831d7bc3ff4def08e4b7a9de576d26586cec64b6116"
               "1ae10b594f09e26a7e902ecbd0600691"},
    /* McGrew and Viega, The Galois/Counter Mode of Operation, test cases 13 to 16. */
    {.suite = &snet_suites_aes_256_gcm,
     .key = "0000000000000000000000000000000000000000000000000000000000000000",
     .nonce = "000000000000000000000000",
     .ad = "",
     .text = "",
     .sealed = "530f8afbc74536b9a963b4f1c4cb738b"},
    {.suite = &snet_suites_aes_256_gcm,
     .key = "0000000000000000000000000000000000000000000000000000000000000000",
     .nonce = "000000000000000000000000",
     .ad = "",
     .text = "00000000000000000000000000000000",
     .sealed = "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    {.suite = &snet_suites_aes_256_gcm,
     .key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
     .nonce = "cafebabefacedbaddecaf888",
     .ad = "",
     .text = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf"
             "0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
     .sealed = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da"
               "7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
               "b094dac5d93471bdec1a502270e3cc6c"},
    {.suite = &snet_suites_aes_256_gcm,
     .key = "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
     .nonce = "cafebabefacedbaddecaf888",
     .ad = "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     .text = "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf"
             "0e2449a6b525b16aedf5aa0de657ba637b39",
     .sealed = "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da"
               "7b08b1056828838c5f61e6393ba7a0abcc9f662"
               "76fc6ece0f4e1768cddf8853bb2d551b"},
};

#define SUITE_CASES (sizeof suite_cases / sizeof suite_cases[0])

static const struct snet_suite *const suites[] = {&snet_suites_chacha20_poly1305,
                                                  &snet_suites_aes_256_gcm};

#define SUITES (sizeof suites / sizeof suites[0])

/* A case in bytes, with a context under its key. */
struct sealed {
    const struct snet_suite *suite;
    _Alignas(16) uint8_t ctx[SNET_SUITE_CTX_MAX_BYTES];
    uint8_t key[SNET_SUITE_KEY_BYTES];
    uint8_t nonce[SNET_SUITE_NONCE_BYTES];
    uint8_t ad[256];
    size_t ad_len;
    uint8_t text[256]; /* sealed */
    size_t len;        /* with the tag */
};

static void sealed_open(struct sealed *sealed, const struct suite_case *test)
{
    memset(sealed, 0, sizeof *sealed);
    sealed->suite = test->suite;
    (void)test_hex_decode(test->key, sealed->key, sizeof sealed->key);
    (void)test_hex_decode(test->nonce, sealed->nonce, sizeof sealed->nonce);
    sealed->ad_len = test_hex_decode(test->ad, sealed->ad, sizeof sealed->ad);
    sealed->len = test_hex_decode(test->sealed, sealed->text, sizeof sealed->text);
    assert_int_equal(test->suite->init(sealed->ctx, sealed->key), 0);
}

static void sealed_close(struct sealed *sealed)
{
    sealed->suite->wipe(sealed->ctx);
}

/* Opens a copy and compares it with what the case says. */
static void expect_opened(struct sealed *sealed, const struct suite_case *test)
{
    uint8_t text[sizeof sealed->text];
    memcpy(text, sealed->text, sealed->len);
    assert_int_equal(sealed->suite->open(sealed->ctx, sealed->nonce, sealed->ad, sealed->ad_len,
                                         text, sealed->len),
                     0);
    ASSERT_HEX(text, sealed->len - SNET_SUITE_TAG_BYTES, test->text);
}

static void expect_refused(struct sealed *sealed, size_t len)
{
    static const uint8_t zeros[sizeof sealed->text];
    uint8_t text[sizeof sealed->text];
    memcpy(text, sealed->text, sizeof text);
    assert_int_equal(
        sealed->suite->open(sealed->ctx, sealed->nonce, sealed->ad, sealed->ad_len, text, len), -1);
    if (len > SNET_SUITE_TAG_BYTES) {
        assert_memory_equal(text, zeros, len - SNET_SUITE_TAG_BYTES);
    }
}

/* Each bit of `data`, which is a part of `sealed`, is flipped in its turn. */
static void expect_each_bit_counts(struct sealed *sealed, uint8_t *data, size_t len)
{
    for (size_t bit = 0; bit < 8 * len; bit++) {
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
        expect_refused(sealed, sealed->len);
        data[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void suites_refuse_every_flipped_bit_and_wipe_the_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITE_CASES; i++) {
        struct sealed sealed;
        sealed_open(&sealed, &suite_cases[i]);
        expect_each_bit_counts(&sealed, sealed.text, sealed.len);
        expect_each_bit_counts(&sealed, sealed.ad, sealed.ad_len);
        expect_each_bit_counts(&sealed, sealed.nonce, sizeof sealed.nonce);
        expect_opened(&sealed, &suite_cases[i]);
        sealed_close(&sealed);
    }
}

static void suites_refuse_every_other_length(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITE_CASES; i++) {
        struct sealed sealed;
        sealed_open(&sealed, &suite_cases[i]);
        for (size_t len = 0; len < sealed.len; len++) {
            expect_refused(&sealed, len);
        }
        expect_refused(&sealed, sealed.len + 1);
        sealed.ad_len++;
        expect_refused(&sealed, sealed.len);
        sealed.ad_len--;
        expect_opened(&sealed, &suite_cases[i]);
        sealed_close(&sealed);
    }
}

static void suites_refuse_what_another_key_or_suite_sealed(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITE_CASES; i++) {
        struct sealed sealed;
        sealed_open(&sealed, &suite_cases[i]);
        for (size_t bit = 0; bit < 8 * sizeof sealed.key; bit++) {
            sealed.suite->wipe(sealed.ctx);
            sealed.key[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_int_equal(sealed.suite->init(sealed.ctx, sealed.key), 0);
            expect_refused(&sealed, sealed.len);
            sealed.key[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        sealed.suite->wipe(sealed.ctx);
        sealed.suite = sealed.suite == suites[0] ? suites[1] : suites[0];
        assert_int_equal(sealed.suite->init(sealed.ctx, sealed.key), 0);
        expect_refused(&sealed, sealed.len);
        sealed_close(&sealed);
    }
}

static struct snet_suites_use use_of(struct sealed *sealed)
{
    return (struct snet_suites_use){
        .suite = sealed->suite,
        .ctx = sealed->ctx,
        .nonce = sealed->nonce,
        .ad = {sealed->ad, sealed->ad_len},
    };
}

/* The same suite as a caller uses it that has only its table. */
static struct snet_suite private_of(const struct snet_suite *suite)
{
    struct snet_suite table = *suite;
    table.id = SNET_SUITE_PRIVATE_FIRST;
    return table;
}

static void expect_not_opened_to(struct sealed *sealed, size_t len)
{
    static const uint8_t zeros[sizeof sealed->text];
    uint8_t text[sizeof sealed->text];
    const struct snet_suites_use use = use_of(sealed);
    memset(text, 'x', sizeof text);
    assert_int_equal(snet_suites_open_to(&use, (struct snet_bytes){sealed->text, len}, text),
                     SNET_ERR_BAD_MAC);
    if (len > SNET_SUITE_TAG_BYTES) {
        assert_memory_equal(text, zeros, len - SNET_SUITE_TAG_BYTES);
    }
    assert_int_equal(text[len], 'x');
}

/* Each case with its suite built in and as a private one. */
static void suites_refuse_to_open_elsewhere_what_was_changed(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * SUITE_CASES; i++) {
        struct sealed sealed;
        sealed_open(&sealed, &suite_cases[i / 2]);
        const struct snet_suite table = private_of(sealed.suite);
        sealed.suite = i % 2 == 0 ? sealed.suite : &table;
        for (size_t bit = 0; bit < 8 * sealed.len; bit++) {
            sealed.text[bit / 8] ^= (uint8_t)(1u << bit % 8);
            expect_not_opened_to(&sealed, sealed.len);
            sealed.text[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        for (size_t len = 0; len < sealed.len; len++) {
            expect_not_opened_to(&sealed, len);
        }
        expect_not_opened_to(&sealed, sealed.len + 1);
        sealed.nonce[0] ^= 1;
        expect_not_opened_to(&sealed, sealed.len);
        sealed_close(&sealed);
    }
}

#define EXPECT_NOT_OK(suite, field, value)                                                         \
    do {                                                                                           \
        struct snet_suite bad = *(suite);                                                          \
        bad.field = (value);                                                                       \
        assert_false(snet_suites_ok(&bad));                                                        \
    } while (0)

static void suites_refuse_fields_that_the_wire_does_not_have(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        EXPECT_NOT_OK(suites[i], key_len, SNET_SUITE_KEY_BYTES - 1);
        EXPECT_NOT_OK(suites[i], key_len, SNET_SUITE_KEY_BYTES + 1);
        EXPECT_NOT_OK(suites[i], nonce_len, SNET_SUITE_NONCE_BYTES - 1);
        EXPECT_NOT_OK(suites[i], nonce_len, SNET_SUITE_NONCE_BYTES + 1);
        EXPECT_NOT_OK(suites[i], tag_len, SNET_SUITE_TAG_BYTES - 1);
        EXPECT_NOT_OK(suites[i], tag_len, SNET_SUITE_TAG_BYTES + 1);
        EXPECT_NOT_OK(suites[i], rekey_records, 0);
        EXPECT_NOT_OK(suites[i], rekey_records, 3);
        EXPECT_NOT_OK(suites[i], rekey_records, SNET_SUITE_REKEY_MAX_RECORDS - 1);
        EXPECT_NOT_OK(suites[i], rekey_records, 2 * SNET_SUITE_REKEY_MAX_RECORDS);
        EXPECT_NOT_OK(suites[i], ctx_size, SNET_SUITE_CTX_MAX_BYTES + 1);
        EXPECT_NOT_OK(suites[i], init, NULL);
        EXPECT_NOT_OK(suites[i], seal, NULL);
        EXPECT_NOT_OK(suites[i], open, NULL);
        EXPECT_NOT_OK(suites[i], wipe, NULL);
        EXPECT_NOT_OK(suites[i], selftest, NULL);
        EXPECT_NOT_OK(suites[i], noise_dh_cipher_hash, NULL);
        EXPECT_NOT_OK(suites[i], noise_dh_cipher_hash,
                      "25519_a_name_that_is_longer_than_any_that_fits_SHA256");
    }
}

static void suites_accept_every_field_at_its_limit(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        struct snet_suite suite = *suites[i];
        assert_true(snet_suites_ok(&suite));
        suite.ctx_size = SNET_SUITE_CTX_MAX_BYTES;
        suite.rekey_records = 1;
        assert_true(snet_suites_ok(&suite));
        suite.ctx_size = 0;
        suite.rekey_records = SNET_SUITE_REKEY_MAX_RECORDS;
        assert_true(snet_suites_ok(&suite));
    }
}

static void suites_find_none_but_the_two(void **state)
{
    (void)state;
    for (unsigned id = 0; id <= UINT8_MAX; id++) {
        const struct snet_suite *wanted = NULL;
        wanted = id == SNET_SUITE_CHACHA20_POLY1305 ? &snet_suites_chacha20_poly1305 : wanted;
        wanted = id == SNET_SUITE_AES_256_GCM ? &snet_suites_aes_256_gcm : wanted;
        assert_ptr_equal(snet_suites_find((uint8_t)id), wanted);
    }
    assert_non_null(snet_suites_find(snet_suite_fastest()));
}

/* Opens a copy: right, or refused and wiped. */
static int open_or_wipe(struct sealed *sealed)
{
    static const uint8_t zeros[sizeof sealed->text];
    const size_t len = sealed->len - SNET_SUITE_TAG_BYTES;
    uint8_t text[sizeof sealed->text];
    memcpy(text, sealed->text, sizeof text);
    const int result = sealed->suite->open(sealed->ctx, sealed->nonce, sealed->ad, sealed->ad_len,
                                           text, sealed->len);
    assert_true(result == 0 || (result == -1 && memcmp(text, zeros, len) == 0));
    return result;
}

/* What fails for want of memory is refused like a forgery, and works the next time. */
static void suites_survive_every_failed_allocation(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITE_CASES; i++) {
        size_t failures[2] = {0};
        bool reached = true;
        for (size_t number = 1; reached && number < FAIL_TRIES_MAX; number++) {
            struct sealed sealed;
            uint8_t text[sizeof sealed.text] = {0};
            sealed_open(&sealed, &suite_cases[i]);
            test_crypto_memory_fail_at(number);
            failures[0] += sealed.suite->seal(sealed.ctx, sealed.nonce, NULL, 0, text, 1) == -1;
            reached = test_crypto_memory_heal();
            test_crypto_memory_fail_at(number);
            failures[1] += open_or_wipe(&sealed) == -1;
            reached = test_crypto_memory_heal() || reached;
            expect_opened(&sealed, &suite_cases[i]);
            sealed_close(&sealed);
        }
        assert_false(reached);
        assert_true(failures[0] > 1);
        assert_true(failures[1] > 1);
    }
}

static void suites_seal_as_published(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITE_CASES; i++) {
        struct sealed sealed;
        uint8_t text[sizeof sealed.text];
        sealed_open(&sealed, &suite_cases[i]);
        const size_t len = test_hex_decode(suite_cases[i].text, text, sizeof text);
        assert_int_equal(
            sealed.suite->seal(sealed.ctx, sealed.nonce, sealed.ad, sealed.ad_len, text, len), 0);
        ASSERT_HEX(text, len + SNET_SUITE_TAG_BYTES, suite_cases[i].sealed);
        expect_opened(&sealed, &suite_cases[i]);
        sealed_close(&sealed);
    }
}

/* One context for both directions and all nonces, with any length from nothing to a record. */
static void suites_open_what_they_sealed(void **state)
{
    (void)state;
    static const size_t lens[] = {0, 1, 15, 16, 17, 63, 64, 65, 1024, 16384, 16385};
    static uint8_t text[TEXT_MAX_BYTES];
    static const uint8_t ad[] = {1, 2, 3};
    static const uint8_t key[SNET_SUITE_KEY_BYTES] = {7};
    _Alignas(16) uint8_t ctx[SNET_SUITE_CTX_MAX_BYTES];
    for (size_t i = 0; i < SUITES; i++) {
        assert_int_equal(suites[i]->init(ctx, key), 0);
        for (size_t k = 0; k < 2 * sizeof lens / sizeof lens[0]; k++) {
            const size_t len = lens[k / 2];
            const size_t ad_len = k % 2 == 0 ? 0 : sizeof ad;
            const uint8_t nonce[SNET_SUITE_NONCE_BYTES] = {(uint8_t)k};
            memset(text, 'x', sizeof text);
            assert_int_equal(suites[i]->seal(ctx, nonce, ad, ad_len, text, len), 0);
            assert_int_equal(text[len + SNET_SUITE_TAG_BYTES], 'x');
            assert_int_equal(
                suites[i]->open(ctx, nonce, ad, ad_len, text, len + SNET_SUITE_TAG_BYTES), 0);
            for (size_t at = 0; at < len; at++) {
                assert_int_equal(text[at], 'x');
            }
        }
        suites[i]->wipe(ctx);
    }
}

static void suites_open_elsewhere_what_was_published(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * SUITE_CASES; i++) {
        struct sealed sealed;
        uint8_t text[sizeof sealed.text];
        sealed_open(&sealed, &suite_cases[i / 2]);
        const struct sealed before = sealed;
        const struct snet_suite table = private_of(sealed.suite);
        sealed.suite = i % 2 == 0 ? sealed.suite : &table;
        const struct snet_suites_use use = use_of(&sealed);
        memset(text, 'x', sizeof text);
        assert_int_equal(
            snet_suites_open_to(&use, (struct snet_bytes){sealed.text, sealed.len}, text), SNET_OK);
        ASSERT_HEX(text, sealed.len - SNET_SUITE_TAG_BYTES, suite_cases[i / 2].text);
        assert_int_equal(text[sealed.len], 'x');
        assert_memory_equal(sealed.text, before.text, sizeof before.text);
        sealed_close(&sealed);
    }
}

static void suites_open_elsewhere_or_wipe_without_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITE_CASES; i++) {
        struct sealed sealed;
        sealed_open(&sealed, &suite_cases[i]);
        test_crypto_memory_fail_at(1);
        expect_not_opened_to(&sealed, sealed.len);
        assert_true(test_crypto_memory_heal());
        expect_opened(&sealed, &suite_cases[i]);
        sealed_close(&sealed);
    }
}

static void suites_wipe_leaves_nothing(void **state)
{
    (void)state;
    static const uint8_t zeros[SNET_SUITE_CTX_MAX_BYTES];
    for (size_t i = 0; i < SUITE_CASES; i++) {
        struct sealed sealed;
        sealed_open(&sealed, &suite_cases[i]);
        expect_opened(&sealed, &suite_cases[i]);
        assert_memory_not_equal(sealed.ctx, zeros, sealed.suite->ctx_size);
        sealed_close(&sealed);
        assert_memory_equal(sealed.ctx, zeros, sizeof sealed.ctx);
    }
}

static void suites_pass_their_own_tests(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        assert_int_equal(suites[i]->selftest(), 0);
    }
}

static void suites_fail_their_own_tests_without_memory(void **state)
{
    (void)state;
    for (size_t i = 0; i < SUITES; i++) {
        test_crypto_memory_fail_at(1);
        assert_int_equal(suites[i]->selftest(), -1);
        assert_true(test_crypto_memory_heal());
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(suites_refuse_every_flipped_bit_and_wipe_the_text),
        cmocka_unit_test(suites_refuse_every_other_length),
        cmocka_unit_test(suites_refuse_what_another_key_or_suite_sealed),
        cmocka_unit_test(suites_refuse_to_open_elsewhere_what_was_changed),
        cmocka_unit_test(suites_refuse_fields_that_the_wire_does_not_have),
        cmocka_unit_test(suites_find_none_but_the_two),
        cmocka_unit_test(suites_survive_every_failed_allocation),
        cmocka_unit_test(suites_fail_their_own_tests_without_memory),
        cmocka_unit_test(suites_accept_every_field_at_its_limit),
        cmocka_unit_test(suites_seal_as_published),
        cmocka_unit_test(suites_open_what_they_sealed),
        cmocka_unit_test(suites_open_elsewhere_what_was_published),
        cmocka_unit_test(suites_open_elsewhere_or_wipe_without_memory),
        cmocka_unit_test(suites_wipe_leaves_nothing),
        cmocka_unit_test(suites_pass_their_own_tests),
    };
    if (!test_crypto_memory_init()) {
        return 1;
    }
    return cmocka_run_group_tests_name("suites", tests, NULL, NULL);
}
