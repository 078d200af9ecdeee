/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/hash.h"

#include "tests/support/crypto_memory.h"
#include "tests/support/death.h"
#include "tests/support/hex.h"
#include "tests/support/unit.h"

#include <string.h>

#define TEXT_MAX_BYTES 160u
#define MILLION 1000000u

/* FIPS 180-2, appendix B, and nothing at all. */
static const struct sha256_case {
    const char *text;
    const char *hash;
} sha256_cases[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
};
static const char sha256_of_million_a[] =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

/* RFC 4231. The fifth is cut to 16 bytes there. */
static const struct hmac_case {
    const char *key;      /* hex, */
    const char *key_text; /* or text, */
    size_t key_len;       /* or this many of `key_byte` */
    const char *data_text;
    size_t data_len; /* or this many of `data_byte` */
    const char *mac;
    uint8_t key_byte;
    uint8_t data_byte;
} hmac_cases[] = {
    {.key_byte = 0x0b,
     .key_len = 20,
     .data_text = "Hi There",
     .mac = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {.key_text = "Jefe",
     .data_text = "what do ya want for nothing?",
     .mac = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {.key_byte = 0xaa,
     .key_len = 20,
     .data_byte = 0xdd,
     .data_len = 50,
     .mac = "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {.key = "0102030405060708090a0b0c0d0e0f10111213141516171819",
     .data_byte = 0xcd,
     .data_len = 50,
     .mac = "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
    {.key_byte = 0x0c,
     .key_len = 20,
     .data_text = "Test With Truncation",
     .mac = "a3b6167473100ee06e0c796c2955552b"},
    {.key_byte = 0xaa,
     .key_len = 131,
     .data_text = "Test Using Larger Than Block-Size Key - Hash Key First",
     .mac = "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {.key_byte = 0xaa,
     .key_len = 131,
     .data_text = "This is a test using a larger than block-size key and a larger than block-size "
                  "data. The key needs to be hashed before being used by the HMAC algorithm.",
     .mac = "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
};

/* RFC 5869, A.1 to A.3. */
static const struct hkdf_case {
    const char *input;
    const char *salt;
    const char *info;
    const char *extracted;
    const char *expanded;
} hkdf_cases[] = {
    {.input = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
     .salt = "000102030405060708090a0b0c",
     .info = "f0f1f2f3f4f5f6f7f8f9",
     .extracted = "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
     .expanded = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf3400"
                 "7208d5b887185865"},
    {.input = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728"
              "292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
     .salt = "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788"
             "898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
     .info = "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8"
             "d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
     .extracted = "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
     .expanded = "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac78272"
                 "71cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f"
                 "1d87"},
    {.input = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
     .salt = "",
     .info = "",
     .extracted = "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
     .expanded = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a"
                 "96c8"},
};

struct text {
    uint8_t data[TEXT_MAX_BYTES];
    size_t len;
};

static int hash_setup(void **state)
{
    struct snet_crypto *crypto = NULL;
    const snet_err err = snet_crypto_new(&crypto);
    *state = crypto;
    return err;
}

static int hash_teardown(void **state)
{
    (void)test_crypto_memory_heal();
    snet_crypto_free(*state);
    return 0;
}

static struct snet_bytes bytes_of(const struct text *text)
{
    return (struct snet_bytes){text->data, text->len};
}

static struct text text_from_hex(const char *hex)
{
    struct text text = {.len = 0};
    text.len = test_hex_decode(hex, text.data, sizeof text.data);
    return text;
}

/* `string`, or else `len` times `byte`. */
static struct text text_from(const char *string, uint8_t byte, size_t len)
{
    struct text text = {.len = string == NULL ? len : strlen(string)};
    assert_true(text.len <= sizeof text.data);
    if (string == NULL) {
        memset(text.data, byte, len);
    } else {
        memcpy(text.data, string, text.len);
    }
    return text;
}

/* HMAC of what is joined, as the formulas of the specifications have it. */
static struct text mac_of(struct snet_crypto *crypto, const struct text *key,
                          const struct text *first, const struct text *second)
{
    struct text mac = {.len = SNET_HASH_BYTES};
    const struct snet_bytes parts[] = {bytes_of(first), bytes_of(second)};
    assert_int_equal(snet_hash_hmac(crypto, bytes_of(key), parts, 2, mac.data), SNET_OK);
    return mac;
}

/* A call that does not come back has no error to look at. */
static void drop(snet_err err)
{
    (void)err;
}

static void hash_refuses_to_expand_beyond_one_block(void **state)
{
    static const uint8_t secret[SNET_HASH_BYTES];
    uint8_t key[SNET_HASH_BYTES + 1];
    const struct snet_hash_info info = {.label = "label"};
    ASSERT_ABORTS(drop(snet_hash_expand(*state, secret, &info, key, sizeof key)));
}

static void hash_refuses_noise_hkdf_with_one_output_or_four(void **state)
{
    static const uint8_t key[SNET_HASH_BYTES];
    uint8_t outputs[4][SNET_HASH_BYTES];
    const struct snet_bytes nothing = {NULL, 0};
    ASSERT_ABORTS(drop(snet_hash_noise_hkdf(*state, key, nothing, 1, outputs)));
    ASSERT_ABORTS(drop(snet_hash_noise_hkdf(*state, key, nothing, 4, outputs)));
}

static void hash_reports_what_cannot_be_made(void **state)
{
    static const uint8_t secret[SNET_HASH_BYTES];
    uint8_t outputs[2][SNET_HASH_BYTES];
    const struct snet_bytes part = {secret, sizeof secret};
    const struct snet_hash_info info = {.label = "label"};
    test_crypto_memory_fail_at(1);
    assert_int_equal(snet_hash_sha256(*state, &part, 1, outputs[0]), SNET_ERR_CRYPTO);
    assert_true(test_crypto_memory_heal());
    test_crypto_memory_fail_at(1);
    assert_int_equal(snet_hash_hmac(*state, part, &part, 1, outputs[0]), SNET_ERR_CRYPTO);
    assert_true(test_crypto_memory_heal());
    test_crypto_memory_fail_at(1);
    assert_int_equal(snet_hash_noise_hkdf(*state, secret, part, 2, outputs), SNET_ERR_CRYPTO);
    assert_true(test_crypto_memory_heal());
    test_crypto_memory_fail_at(1);
    assert_int_equal(snet_hash_expand(*state, secret, &info, outputs[0], 1), SNET_ERR_CRYPTO);
    assert_true(test_crypto_memory_heal());
}

static void hash_is_sha256_of_the_parts_joined(void **state)
{
    uint8_t hash[SNET_HASH_BYTES];
    for (size_t i = 0; i < sizeof sha256_cases / sizeof sha256_cases[0]; i++) {
        const struct text text = text_from(sha256_cases[i].text, 0, 0);
        for (size_t split = 0; split <= text.len; split++) {
            const struct snet_bytes parts[] = {
                {text.data, split}, {NULL, 0}, {text.data + split, text.len - split}};
            assert_int_equal(snet_hash_sha256(*state, parts, 3, hash), SNET_OK);
            ASSERT_HEX(hash, sizeof hash, sha256_cases[i].hash);
        }
    }
    assert_int_equal(snet_hash_sha256(*state, NULL, 0, hash), SNET_OK);
    ASSERT_HEX(hash, sizeof hash, sha256_cases[0].hash);
}

static void hash_of_a_million_bytes_is_that_of_the_standard(void **state)
{
    static uint8_t text[MILLION];
    uint8_t hash[SNET_HASH_BYTES];
    memset(text, 'a', sizeof text);
    const struct snet_bytes parts[] = {{text, 63}, {text, 65}, {text, sizeof text - 128}};
    assert_int_equal(snet_hash_sha256(*state, parts, 3, hash), SNET_OK);
    ASSERT_HEX(hash, sizeof hash, sha256_of_million_a);
}

static void hash_hmac_is_that_of_the_rfc_over_the_parts_joined(void **state)
{
    for (size_t i = 0; i < sizeof hmac_cases / sizeof hmac_cases[0]; i++) {
        const struct hmac_case *test = &hmac_cases[i];
        const struct text key = test->key != NULL
                                    ? text_from_hex(test->key)
                                    : text_from(test->key_text, test->key_byte, test->key_len);
        const struct text data = text_from(test->data_text, test->data_byte, test->data_len);
        for (size_t split = 0; split <= data.len; split++) {
            uint8_t mac[SNET_HASH_BYTES];
            const struct snet_bytes parts[] = {{data.data, split},
                                               {data.data + split, data.len - split}};
            assert_int_equal(snet_hash_hmac(*state, bytes_of(&key), parts, 2, mac), SNET_OK);
            ASSERT_HEX(mac, strlen(test->mac) / 2, test->mac);
        }
    }
}

/* libcrypto takes a key that is NULL for the key before. */
static void hash_hmac_takes_an_empty_key_and_forgets_the_last(void **state)
{
    uint8_t mac[SNET_HASH_BYTES];
    const struct text last = text_from("Jefe", 0, 0);
    const struct text text = text_from_hex(hkdf_cases[2].input);
    const struct snet_bytes part = bytes_of(&text);
    assert_int_equal(snet_hash_hmac(*state, bytes_of(&last), &part, 1, mac), SNET_OK);
    assert_int_equal(snet_hash_hmac(*state, (struct snet_bytes){NULL, 0}, &part, 1, mac), SNET_OK);
    ASSERT_HEX(mac, sizeof mac, hkdf_cases[2].extracted);
}

static void hash_expands_to_the_first_block_of_the_rfc(void **state)
{
    for (size_t i = 0; i < sizeof hkdf_cases / sizeof hkdf_cases[0]; i++) {
        const struct text secret = text_from_hex(hkdf_cases[i].extracted);
        const struct text wanted = text_from_hex(hkdf_cases[i].expanded);
        const struct text info = text_from_hex(hkdf_cases[i].info);
        for (size_t len = 0; len <= SNET_HASH_BYTES; len++) {
            uint8_t key[SNET_HASH_BYTES + 1] = {0};
            const struct snet_hash_info plain = {.label = "", .context = bytes_of(&info)};
            assert_int_equal(snet_hash_expand(*state, secret.data, &plain, key, len), SNET_OK);
            assert_memory_equal(key, wanted.data, len);
            assert_int_equal(key[len], 0);
        }
    }
}

/* The whole of RFC 5869 from our HMAC: what Extract is, and the blocks after the first. */
static void hash_hmac_builds_the_hkdf_of_the_rfc(void **state)
{
    for (size_t i = 0; i < sizeof hkdf_cases / sizeof hkdf_cases[0]; i++) {
        const struct text input = text_from_hex(hkdf_cases[i].input);
        const struct text salt = text_from_hex(hkdf_cases[i].salt);
        const struct text info = text_from_hex(hkdf_cases[i].info);
        const struct text wanted = text_from_hex(hkdf_cases[i].expanded);
        const struct text nothing = {.len = 0};
        const struct text secret = mac_of(*state, &salt, &input, &nothing);
        struct text block = nothing;
        ASSERT_HEX(secret.data, secret.len, hkdf_cases[i].extracted);
        for (size_t at = 0; at < wanted.len; at += SNET_HASH_BYTES) {
            struct text tail = info;
            tail.data[tail.len++] = (uint8_t)(at / SNET_HASH_BYTES + 1);
            block = mac_of(*state, &secret, &block, &tail);
            const size_t left = wanted.len - at;
            assert_memory_equal(block.data, wanted.data + at, left < block.len ? left : block.len);
        }
    }
}

static void hash_expand_takes_label_and_context_in_this_order(void **state)
{
    static const uint8_t secret[SNET_HASH_BYTES] = {1};
    uint8_t a[SNET_HASH_BYTES];
    uint8_t b[SNET_HASH_BYTES];
    const struct snet_hash_info split = {.label = "snet3 re", .context = {(uint8_t *)"sume", 4}};
    const struct snet_hash_info whole = {.label = "snet3 resume"};
    assert_int_equal(snet_hash_expand(*state, secret, &split, a, sizeof a), SNET_OK);
    assert_int_equal(snet_hash_expand(*state, secret, &whole, b, sizeof b), SNET_OK);
    assert_memory_equal(a, b, sizeof a);
}

/* Noise, revision 34, 4.3. */
static void hash_noise_hkdf_is_the_hmac_of_the_specification(void **state)
{
    static const char *const inputs[] = {"", "0b", "4a6f686e2047616c744a6f686e2047616c74"};
    const struct text nothing = {.len = 0};
    const struct text key = text_from(NULL, 0x5a, SNET_HASH_BYTES);
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        const struct text input = text_from_hex(inputs[i]);
        const struct text temp = mac_of(*state, &key, &input, &nothing);
        for (size_t count = 2; count <= 3; count++) {
            uint8_t outputs[4][SNET_HASH_BYTES] = {{0}};
            struct text wanted = nothing;
            assert_int_equal(
                snet_hash_noise_hkdf(*state, key.data, bytes_of(&input), count, outputs), SNET_OK);
            for (size_t number = 1; number <= count; number++) {
                const struct text tail = text_from(NULL, (uint8_t)number, 1);
                wanted = mac_of(*state, &temp, &wanted, &tail);
                assert_memory_equal(outputs[number - 1], wanted.data, wanted.len);
            }
            assert_int_equal(outputs[count][0], 0);
        }
    }
}

#define HASH_TEST(name) cmocka_unit_test_setup_teardown(name, hash_setup, hash_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HASH_TEST(hash_refuses_to_expand_beyond_one_block),
        HASH_TEST(hash_refuses_noise_hkdf_with_one_output_or_four),
        HASH_TEST(hash_reports_what_cannot_be_made),
        HASH_TEST(hash_is_sha256_of_the_parts_joined),
        HASH_TEST(hash_of_a_million_bytes_is_that_of_the_standard),
        HASH_TEST(hash_hmac_is_that_of_the_rfc_over_the_parts_joined),
        HASH_TEST(hash_hmac_takes_an_empty_key_and_forgets_the_last),
        HASH_TEST(hash_expands_to_the_first_block_of_the_rfc),
        HASH_TEST(hash_hmac_builds_the_hkdf_of_the_rfc),
        HASH_TEST(hash_expand_takes_label_and_context_in_this_order),
        HASH_TEST(hash_noise_hkdf_is_the_hmac_of_the_specification),
    };
    if (!test_crypto_memory_init()) {
        return 1;
    }
    return cmocka_run_group_tests_name("hash", tests, NULL, NULL);
}
