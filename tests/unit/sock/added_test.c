/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Suites and stream ciphers of the program's own: registered for the process, and chosen by the
 * options `suite` and `cipher`. What is registered stays, so each test has others.
 */
#include "sock/added.h"

#include "crypto/suites.h"
#include "tests/support/asked.h"
#include "tests/support/core_pair.h"
#include "tests/support/sock_pair.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* How often a suite of these tests has sealed; how often a cipher has been begun. */
static atomic_uint sealed;
static atomic_uint begun;

/* tidy: allow func-params because snet_suite has it so */
static int count_seal(void *ctx, const uint8_t nonce[SNET_SUITE_NONCE_BYTES], const void *ad,
                      size_t ad_len, uint8_t *buf, size_t len)
{
    sealed++;
    return snet_suites_chacha20_poly1305.seal(ctx, nonce, ad, ad_len, buf, len);
}

static int fail_selftest(void)
{
    return -1;
}

static snet_suite suite_of(uint8_t id)
{
    snet_suite suite = snet_suites_chacha20_poly1305;
    suite.id = id;
    suite.noise_dh_cipher_hash = "25519_xCounted_SHA256";
    suite.seal = count_seal;
    return suite;
}

static void count_init(void *ret_state, const uint8_t key[SNET_CIPHER_KEY_BYTES])
{
    begun++;
    snet_cipher_rc4()->init(ret_state, key);
}

static struct snet_cipher cipher_of(const char *name)
{
    struct snet_cipher cipher = *snet_cipher_rc4();
    cipher.name = name;
    cipher.init = count_init;
    return cipher;
}

static void expect_talk(struct sock_pair *pair)
{
    char text[8];
    assert_int_equal(snet_write(pair->client, "there", 5), 5);
    assert_int_equal(snet_read(pair->server, text, sizeof text), 5);
    assert_memory_equal(text, "there", 5);
    assert_int_equal(snet_write(pair->server, "back", 4), 4);
    assert_int_equal(snet_read(pair->client, text, sizeof text), 4);
    assert_memory_equal(text, "back", 4);
}

/* --- Refusals ------------------------------------------------------------------------------ */

static void added_suite_that_cannot_be_is_refused(void **state)
{
    (void)state;
    snet_suite bad = suite_of(SNET_SUITE_PRIVATE_FIRST - 1);
    assert_int_equal(snet_library_add_suite(NULL), SNET_ERR_INVALID);
    assert_int_equal(snet_library_add_suite(&bad), SNET_ERR_INVALID);
    bad.id = SNET_SUITE_PRIVATE_LAST + 1;
    assert_int_equal(snet_library_add_suite(&bad), SNET_ERR_INVALID);
    bad = suite_of(0x70);
    bad.tag_len = 8;
    assert_int_equal(snet_library_add_suite(&bad), SNET_ERR_INVALID);
    assert_int_equal(snet_suite_check(&bad), SNET_ERR_INVALID);
    bad = suite_of(0x70);
    bad.selftest = fail_selftest;
    assert_int_equal(snet_library_add_suite(&bad), SNET_ERR_CRYPTO);
    assert_false(snet_added_has_suite(0x70));
}

static void added_cipher_that_cannot_be_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {
        NULL, "", "rc4", "two words", "line\n", "\xc3\xa9", "a_name_that_is_longer_than_any_one_",
    };
    struct snet_cipher bad = cipher_of("bad");
    assert_int_equal(snet_library_add_cipher(NULL), SNET_ERR_INVALID);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        bad.name = names[i];
        assert_int_equal(snet_library_add_cipher(&bad), SNET_ERR_INVALID);
    }
    bad = cipher_of("bad");
    bad.state_bytes = SNET_CIPHER_STATE_MAX_BYTES + 1;
    assert_int_equal(snet_library_add_cipher(&bad), SNET_ERR_INVALID);
    bad = cipher_of("bad");
    bad.load = NULL;
    assert_int_equal(snet_library_add_cipher(&bad), SNET_ERR_INVALID);
    assert_null(snet_added_find_cipher("bad"));
}

static void added_nothing_is_an_error_of_the_option(void **state)
{
    (void)state;
    static struct sock_pair pair;
    struct snet_error error;
    sock_pair_prepare(&pair);
    pair.client_config.suite = SNET_SUITE_PRIVATE_LAST;
    errno = 0;
    assert_null(snet_dial(NULL, &pair.client_config, &error));
    assert_int_equal(errno, EINVAL);
    assert_int_equal(error.err, SNET_ERR_VALUE);
    assert_string_equal(error.option, "suite");
    assert_non_null(strstr(error.text, "snet_library_add_suite"));
    pair.server_config.wires = SNET_WIRE_2;
    pair.server_config.key = NULL;
    pair.server_config.key_count = 0;
    pair.server_config.cipher = "unknown";
    assert_null(snet_listen("127.0.0.1:0", &pair.server_config, &error));
    assert_int_equal(error.err, SNET_ERR_VALUE);
    assert_string_equal(error.option, "cipher");
    assert_non_null(strstr(error.text, "snet_library_add_cipher"));
}

/* --- What they are for ---------------------------------------------------------------------- */

/* Before the library begins, while it runs, and after it has ended. */
static void added_suite_seals_what_sockets_carry(void **state)
{
    (void)state;
    static snet_suite first;
    static snet_suite second;
    static struct sock_pair pairs[3];
    first = suite_of(0x41);
    second = suite_of(0x42);
    assert_int_equal(snet_library_add_suite(&first), SNET_OK);
    for (unsigned i = 0; i < 3; i++) {
        sock_pair_prepare(&pairs[i]);
        if (i == 1) {
            assert_int_equal(snet_library_open(NULL, NULL), SNET_OK);
            assert_int_equal(snet_library_add_suite(&second), SNET_OK);
            assert_int_equal(snet_library_add_suite(&second), SNET_ERR_INVALID); /* twice */
        }
        pairs[i].client_config.suite = i == 0 ? first.id : second.id;
        const unsigned before = sealed;
        sock_pair_open(&pairs[i]);
        expect_talk(&pairs[i]);
        sock_pair_cut(&pairs[i], false);
        expect_talk(&pairs[i]);
        assert_true(sealed >= before + 4);
        sock_pair_close(&pairs[i]);
        assert_int_equal(snet_library_close(SNET_SECOND_NS), SNET_OK);
    }
}

static void added_cipher_encrypts_what_sockets_carry_over_the_old_wires(void **state)
{
    (void)state;
    static struct snet_cipher cipher;
    static struct snet_cipher same;
    static struct sock_pair pair;
    cipher = cipher_of("counted");
    same = cipher_of("counted");
    assert_int_equal(snet_library_add_cipher(&cipher), SNET_OK);
    assert_int_equal(snet_library_add_cipher(&cipher), SNET_ERR_INVALID);
    assert_int_equal(snet_library_add_cipher(&same), SNET_ERR_INVALID);
    sock_pair_prepare(&pair);
    pair.client_config.server_key = NULL;
    pair.server_config.key = NULL;
    pair.server_config.key_count = 0;
    pair.client_config.wires = pair.server_config.wires = SNET_WIRE_2;
    pair.client_config.cipher = pair.server_config.cipher = "counted";
    sock_pair_open(&pair);
    expect_talk(&pair);
    sock_pair_cut(&pair, false);
    expect_talk(&pair);
    assert_true(begun >= 4); /* one for each end and each way */
    sock_pair_close(&pair);
}

/* --- Many ----------------------------------------------------------------------------------- */

#define THREADS 4u

static atomic_uint taken;

static void *add_the_same(void *arg)
{
    taken += snet_library_add_suite(arg) == SNET_OK;
    return NULL;
}

static void added_by_many_threads_is_added_once_and_up_to_the_limit(void **state)
{
    (void)state;
    static snet_suite suites[SNET_SUITES_ADDED_MAX + 1];
    static struct snet_cipher ciphers[SNET_CIPHERS_ADDED_MAX + 1];
    static char names[SNET_CIPHERS_ADDED_MAX + 1][2];
    pthread_t threads[THREADS];
    snet_err err = SNET_OK;
    suites[0] = suite_of(0x50);
    for (unsigned i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, add_the_same, &suites[0]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    }
    assert_int_equal(taken, 1);
    for (unsigned i = 1; err == SNET_OK; i++) {
        assert_in_range(i, 1, SNET_SUITES_ADDED_MAX);
        suites[i] = suite_of((uint8_t)(0x50 + i));
        err = snet_library_add_suite(&suites[i]);
    }
    assert_int_equal(err, SNET_ERR_LIMIT);
    err = SNET_OK;
    for (unsigned i = 0; err == SNET_OK; i++) {
        assert_in_range(i, 0, SNET_CIPHERS_ADDED_MAX);
        names[i][0] = (char)('a' + i);
        ciphers[i] = cipher_of(names[i]);
        err = snet_library_add_cipher(&ciphers[i]);
    }
    assert_int_equal(err, SNET_ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(added_suite_that_cannot_be_is_refused),
        cmocka_unit_test(added_cipher_that_cannot_be_is_refused),
        cmocka_unit_test(added_nothing_is_an_error_of_the_option),
        cmocka_unit_test(added_suite_seals_what_sockets_carry),
        cmocka_unit_test(added_cipher_encrypts_what_sockets_carry_over_the_old_wires),
        cmocka_unit_test(added_by_many_threads_is_added_once_and_up_to_the_limit),
    };
    return cmocka_run_group_tests_name("added", tests, NULL, NULL);
}
