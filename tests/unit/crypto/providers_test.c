/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A provider that errs anywhere is found out, and who serves is settled once. What a process has
 * settled stays, so each case of that is a process of its own.
 */
#include "crypto/providers.h"

#include "tests/support/crypto_memory.h"
#include "tests/support/unit.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 8u
#define FAIL_TRIES_MAX 500u
#define LONG_BYTES 15000u

/* --- One that errs ---------------------------------------------------------------------------- */

static enum {
    LIE_NONE,
    LIE_LONG_TEXT,  /* a byte of a long text */
    LIE_TAG,        /* a bit of the tag */
    LIE_IN_PLACE,   /* only where the text is sealed in place */
    LIE_UNALIGNED,  /* only for texts on odd addresses */
    LIE_OLD_KEY,    /* only with a key that was there before */
    LIE_NO_SEAL,    /* does not seal */
    LIE_NO_OPEN,    /* does not open */
    LIE_ANY_OPENS,  /* opens what was changed */
    LIE_OPEN_TEXT,  /* opens another text */
    LIE_OPEN_NO_AD, /* opens as if nothing went with the text */
    LIES
} lie;

static bool lies_when_sealed(const struct snet_aead_text *text, const uint8_t *sealed)
{
    return (lie == LIE_LONG_TEXT && text->in.len > LONG_BYTES) ||
           (lie == LIE_IN_PLACE && text->in.data == sealed) ||
           (lie == LIE_UNALIGNED && (uintptr_t)sealed % 2 != 0) ||
           (lie == LIE_OLD_KEY && text->key == NULL);
}

static bool liar_seal(void *state, const struct snet_aead_text *text, uint8_t *ret_sealed)
{
    const bool lies = lies_when_sealed(text, ret_sealed);
    const size_t len = text->in.len;
    const bool sealed = snet_aead_openssl.seal(state, text, ret_sealed);
    ret_sealed[len / 2] ^= lies ? 0x10 : 0;
    ret_sealed[len + SNET_SUITE_TAG_BYTES - 1] ^= lie == LIE_TAG ? 0x80 : 0;
    return sealed && lie != LIE_NO_SEAL;
}

static bool liar_open(void *state, const struct snet_aead_text *text, uint8_t *ret_plain)
{
    struct snet_aead_text own = *text;
    own.ad.len = lie == LIE_OPEN_NO_AD ? 0 : own.ad.len;
    const bool opened = snet_aead_openssl.open(state, &own, ret_plain);
    if (lie == LIE_OPEN_TEXT && text->in.len > SNET_SUITE_TAG_BYTES) {
        ret_plain[0] ^= 1;
    }
    return (opened || lie == LIE_ANY_OPENS) && lie != LIE_NO_OPEN;
}

static struct snet_aead liar(void)
{
    struct snet_aead aead = snet_aead_openssl;
    aead.seal = liar_seal;
    aead.open = liar_open;
    return aead;
}

static const enum snet_aead_cipher ciphers[] = {SNET_AEAD_CHACHA20_POLY1305, SNET_AEAD_AES_256_GCM};

static void providers_find_out_every_lie(void **state)
{
    (void)state;
    const struct snet_aead aead = liar();
    for (unsigned i = 0; i < 2; i++) {
        for (lie = LIE_NONE + 1; lie < LIES; lie++) {
            assert_int_equal(snet_providers_compare(&aead, &snet_aead_openssl, ciphers[i]),
                             SNET_ERR_CRYPTO);
        }
        lie = LIE_NONE;
        assert_int_equal(snet_providers_compare(&aead, &snet_aead_openssl, ciphers[i]), SNET_OK);
    }
}

static void providers_blame_nobody_when_the_model_fails(void **state)
{
    (void)state;
    const struct snet_aead aead = liar();
    lie = LIE_NO_SEAL;
    assert_int_equal(snet_providers_compare(&snet_aead_openssl, &aead, SNET_AEAD_AES_256_GCM),
                     SNET_ERR_NO_MEMORY);
    lie = LIE_NONE;
}

/* --- Who serves ------------------------------------------------------------------------------- */

/* Runs a case in a process of its own, which has settled nothing. */
static void expect_in_child(bool (*holds)(void))
{
    int status = -1;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(holds() ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static bool is_openssl(enum snet_aead_cipher cipher)
{
    return snet_providers_for(cipher) == &snet_aead_openssl;
}

static bool has_second(void)
{
    const struct snet_aead *aead = NULL;
    return snet_aead_ipsec_mb(&aead) == SNET_OK;
}

static bool openssl_as_wished(void)
{
    return setenv("SNET_AEAD", "openssl", 1) == 0 && is_openssl(SNET_AEAD_AES_256_GCM) &&
           is_openssl(SNET_AEAD_CHACHA20_POLY1305) && !snet_providers_take_refusal() &&
           strcmp(snet_suite_provider(SNET_SUITE_AES_256_GCM), "openssl") == 0;
}

static void providers_are_openssl_where_that_is_wished(void **state)
{
    (void)state;
    expect_in_child(openssl_as_wished);
}

static bool second_without_wish(void)
{
    const char *wanted = has_second() ? "ipsec-mb" : "openssl";
    return setenv("SNET_AEAD", "anything", 1) == 0 &&
           strcmp(snet_suite_provider(SNET_SUITE_AES_256_GCM), wanted) == 0 &&
           strcmp(snet_suite_provider(SNET_SUITE_CHACHA20_POLY1305), "openssl") == 0 &&
           snet_suite_provider(SNET_SUITE_PRIVATE_FIRST) == NULL && !snet_providers_take_refusal();
}

static void providers_are_the_fastest_otherwise(void **state)
{
    (void)state;
    expect_in_child(second_without_wish);
}

static bool settled_once(void)
{
    const struct snet_aead *first = snet_providers_for(SNET_AEAD_AES_256_GCM);
    return setenv("SNET_AEAD", is_openssl(SNET_AEAD_AES_256_GCM) ? "ipsec-mb" : "openssl", 1) ==
               0 &&
           snet_providers_for(SNET_AEAD_AES_256_GCM) == first;
}

static void providers_are_settled_once(void **state)
{
    (void)state;
    expect_in_child(settled_once);
}

/* Without memory OpenSSL serves meanwhile, and nobody is refused for that. */
static bool settled_later(void)
{
    bool reached = true;
    size_t failures = 0;
    (void)unsetenv("SNET_AEAD");
    for (size_t number = 1; reached && number < FAIL_TRIES_MAX; number++) {
        test_crypto_memory_fail_at(number);
        failures += is_openssl(SNET_AEAD_AES_256_GCM) ? 1 : 0;
        reached = test_crypto_memory_heal();
    }
    return !reached && failures > 1 && !is_openssl(SNET_AEAD_AES_256_GCM) &&
           !snet_providers_take_refusal();
}

static void providers_are_settled_when_there_is_memory(void **state)
{
    (void)state;
    if (!has_second()) {
        print_message("skipped: OpenSSL is the only provider here\n");
        skip();
    }
    expect_in_child(settled_later);
}

static void *ask(void *arg)
{
    *(const struct snet_aead **)arg = snet_providers_for(SNET_AEAD_AES_256_GCM);
    return NULL;
}

static bool same_in_threads(void)
{
    pthread_t threads[THREADS];
    const struct snet_aead *found[THREADS] = {NULL};
    bool same = true;
    for (unsigned i = 0; i < THREADS; i++) {
        same = pthread_create(&threads[i], NULL, ask, &found[i]) == 0 && same;
    }
    for (unsigned i = 0; i < THREADS; i++) {
        same = pthread_join(threads[i], NULL) == 0 && found[i] == found[0] && same;
    }
    return same && found[0] == snet_providers_for(SNET_AEAD_AES_256_GCM);
}

static void providers_are_the_same_for_threads_that_ask_at_once(void **state)
{
    (void)state;
    expect_in_child(same_in_threads);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(providers_find_out_every_lie),
        cmocka_unit_test(providers_blame_nobody_when_the_model_fails),
        cmocka_unit_test(providers_are_openssl_where_that_is_wished),
        cmocka_unit_test(providers_are_the_fastest_otherwise),
        cmocka_unit_test(providers_are_settled_once),
        cmocka_unit_test(providers_are_settled_when_there_is_memory),
        cmocka_unit_test(providers_are_the_same_for_threads_that_ask_at_once),
    };
    if (!test_crypto_memory_init()) {
        return 1;
    }
    return cmocka_run_group_tests_name("providers", tests, NULL, NULL);
}
