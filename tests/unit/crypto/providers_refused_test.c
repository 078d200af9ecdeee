/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A libipsec-mb that computes something else does not serve, and one note says so. Its function
 * that looks up all others is this program's, which breaks one of them.
 */
#include <snet/core.h>

#include "crypto/providers.h"
#include "crypto/suites.h"
#include "tests/support/unit.h"

#ifdef SNET_WITH_IPSEC_MB
#include <intel-ipsec-mb.h>
#endif

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef SNET_WITH_IPSEC_MB

static enum broken {
    BROKEN_NOTHING,
    BROKEN_SEAL,
    BROKEN_OPEN,
    BROKEN_KEY,
    BROKEN_SELF_TEST,
    BROKENS
} broken;

static aes_gcm_enc_dec_t real_seal;
static aes_gcm_enc_dec_t real_open;
static aes_gcm_pre_t real_key;

/* tidy: allow func-params because it is the library's */
static void broken_seal(const struct gcm_key_data *key, struct gcm_context_data *context,
                        uint8_t *out, const uint8_t *in, uint64_t len, const uint8_t *iv,
                        const uint8_t *aad, uint64_t aad_len, uint8_t *tag, uint64_t tag_len)
{
    real_seal(key, context, out, in, len, iv, aad, aad_len, tag, tag_len);
    tag[0] ^= 1;
}

/* tidy: allow func-params because it is the library's */
static void broken_open(const struct gcm_key_data *key, struct gcm_context_data *context,
                        uint8_t *out, const uint8_t *in, uint64_t len, const uint8_t *iv,
                        const uint8_t *aad, uint64_t aad_len, uint8_t *tag, uint64_t tag_len)
{
    real_open(key, context, out, in, len, iv, aad, aad_len, tag, tag_len);
    if (len > 0) {
        out[len - 1] ^= 1;
    }
}

static void broken_key(const void *key, struct gcm_key_data *schedule)
{
    real_key(key, schedule);
    schedule->expanded_keys[5] ^= 1;
}

void init_mb_mgr_avx512(IMB_MGR *manager)
{
    void *found = dlsym(RTLD_NEXT, "init_mb_mgr_avx512");
    init_mb_mgr_t real = NULL;
    memcpy(&real, &found, sizeof real);
    real(manager);
    real_seal = manager->gcm256_enc;
    real_open = manager->gcm256_dec;
    real_key = manager->gcm256_pre;
    manager->gcm256_enc = broken == BROKEN_SEAL ? broken_seal : real_seal;
    manager->gcm256_dec = broken == BROKEN_OPEN ? broken_open : real_open;
    manager->gcm256_pre = broken == BROKEN_KEY ? broken_key : real_key;
    if (broken == BROKEN_SELF_TEST) {
        manager->features &= ~IMB_FEATURE_SELF_TEST_PASS;
    }
}

static void count_note(void *ctx, const struct snet_note *note)
{
    unsigned *count = ctx;
    if (note->kind == SNET_NOTE_PROVIDER_REFUSED && note->err == SNET_ERR_CRYPTO &&
        note->link == NULL) {
        (*count)++;
    }
}

/* Makes cores until all notes have come; how many there were. The first core takes no notes. */
static unsigned count_notes(void)
{
    unsigned count = 0;
    for (unsigned i = 0; i < 4; i++) {
        struct snet_env env;
        const struct snet_core_config config = {0};
        snet_core *core = NULL;
        snet_env_system(&env);
        env.ctx = &count;
        env.note = i > 0 ? count_note : NULL;
        if (snet_core_new(&env, &config, &core) != SNET_OK) {
            return UINT8_MAX;
        }
        snet_core_free(core);
    }
    return count;
}

/* Whether this process, in which nothing is settled yet, does what it should. */
static bool holds(void)
{
    const bool refused = broken != BROKEN_NOTHING;
    const unsigned count = count_notes();
    return count == (refused ? 1 : 0) && !snet_providers_take_refusal() &&
           strcmp(snet_suite_provider(SNET_SUITE_AES_256_GCM), refused ? "openssl" : "ipsec-mb") ==
               0 &&
           snet_suites_aes_256_gcm.selftest() == 0;
}

static void expect_holds(void)
{
    int status = -1;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(unsetenv("SNET_AEAD") == 0 && holds() ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void providers_refuse_a_library_that_is_wrong_and_say_so_once(void **state)
{
    (void)state;
    const struct snet_aead *aead = NULL;
    broken = BROKEN_NOTHING;
    if (snet_aead_ipsec_mb(&aead) == SNET_ERR_UNSUPPORTED) {
        print_message("skipped: the processor lacks VAES, VPCLMULQDQ or AVX-512\n");
        skip();
    }
    for (broken = BROKEN_NOTHING; broken < BROKENS; broken++) {
        expect_holds();
    }
}

#else

static void providers_refuse_a_library_that_is_wrong_and_say_so_once(void **state)
{
    (void)state;
    print_message("skipped: built without libipsec-mb\n");
    skip();
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(providers_refuse_a_library_that_is_wrong_and_say_so_once),
    };
    return cmocka_run_group_tests_name("providers_refused", tests, NULL, NULL);
}
