/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/digest.h>

#include "tests/support/crypto_memory.h"
#include "tests/support/unit.h"

#include <stdbool.h>
#include <string.h>

#define FAIL_TRIES_MAX 1000u

/* FIPS 180-4: no bytes, one block, two blocks, and many. */
#define SHA_OF_NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SHA_OF_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define TWO_BLOCKS "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
#define SHA_OF_TWO_BLOCKS "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
#define SHA_OF_A_MILLION "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"

static int digest_setup(void **state)
{
    snet_digest *digest = NULL;
    const snet_err err = snet_digest_new(&digest);
    *state = digest;
    return err;
}

static int digest_teardown(void **state)
{
    (void)test_crypto_memory_heal();
    snet_digest_free(*state);
    return 0;
}

static void add(snet_digest *digest, const char *text, size_t len)
{
    uint8_t bytes[100];
    assert_true(len <= sizeof bytes);
    memcpy(bytes, text, len);
    assert_int_equal(snet_digest_update(digest, bytes, len), SNET_OK);
}

static void expect(const snet_digest *digest, const char *wanted)
{
    char text[SNET_DIGEST_TEXT_BYTES];
    assert_int_equal(snet_digest_text(digest, text), SNET_OK);
    assert_string_equal(text, wanted);
}

/* One attempt in short memory; false when the failure was not reached. */
static bool try_all(size_t fail_at, size_t *failures)
{
    snet_digest *digest = NULL;
    char text[SNET_DIGEST_TEXT_BYTES] = "untouched";
    test_crypto_memory_fail_at(fail_at);
    const snet_err made = snet_digest_new(&digest);
    const snet_err read = made == SNET_OK ? snet_digest_text(digest, text) : made;
    const bool reached = test_crypto_memory_heal();
    assert_true(read == SNET_OK || read == SNET_ERR_CRYPTO || read == SNET_ERR_NO_MEMORY);
    assert_int_equal(made == SNET_OK, digest != NULL);
    assert_string_equal(text, read == SNET_OK ? SHA_OF_NOTHING : "untouched");
    *failures += read != SNET_OK;
    snet_digest_free(digest);
    return reached;
}

static void digest_survives_every_failure_of_memory(void **state)
{
    assert_non_null(*state);
    size_t failures = 0;
    size_t number = 1;
    /* What libcrypto cannot set up at its first use it never tries again: *state was that use. */
    while (try_all(number, &failures)) {
        assert_true(++number < FAIL_TRIES_MAX);
    }
    assert_true(failures > 1);
}

static void digest_of_no_bytes_is_that_of_the_standard(void **state)
{
    expect(*state, SHA_OF_NOTHING);
    add(*state, "", 0);
    expect(*state, SHA_OF_NOTHING);
}

static void digest_of_bytes_is_the_same_in_any_pieces(void **state)
{
    (void)state;
    for (size_t split = 0; split <= strlen(TWO_BLOCKS); split++) {
        snet_digest *digest = NULL;
        assert_int_equal(snet_digest_new(&digest), SNET_OK);
        add(digest, TWO_BLOCKS, split);
        add(digest, &TWO_BLOCKS[split], strlen(TWO_BLOCKS) - split);
        expect(digest, SHA_OF_TWO_BLOCKS);
        snet_digest_free(digest);
    }
}

static void digest_of_a_million_bytes_is_that_of_the_standard(void **state)
{
    char block[100];
    memset(block, 'a', sizeof block);
    for (unsigned i = 0; i < 10000; i++) {
        add(*state, block, sizeof block);
    }
    expect(*state, SHA_OF_A_MILLION);
}

static void digest_goes_on_after_it_was_read(void **state)
{
    add(*state, "a", 1);
    expect(*state, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
    expect(*state, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb");
    add(*state, "bc", 2);
    expect(*state, SHA_OF_ABC);
}

static void digest_free_accepts_null(void **state)
{
    (void)state;
    snet_digest_free(NULL);
}

#define DIGEST_TEST(name) cmocka_unit_test_setup_teardown(name, digest_setup, digest_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DIGEST_TEST(digest_survives_every_failure_of_memory),
        DIGEST_TEST(digest_of_no_bytes_is_that_of_the_standard),
        cmocka_unit_test(digest_of_bytes_is_the_same_in_any_pieces),
        DIGEST_TEST(digest_of_a_million_bytes_is_that_of_the_standard),
        DIGEST_TEST(digest_goes_on_after_it_was_read),
        cmocka_unit_test(digest_free_accepts_null),
    };
    if (!test_crypto_memory_init()) {
        return 1;
    }
    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
