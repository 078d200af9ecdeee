/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/slots.h"

#include "crypto/crypto.h"
#include "crypto/suites.h"
#include "tests/support/crypto_memory.h"
#include "tests/support/unit.h"

#include <string.h>

#define KEYS (2u * SNET_SLOTS_MAX + 1)
#define TEXT_BYTES 40u
#define FAIL_TRIES_MAX 200u

static const struct snet_suite *const suites[] = {&snet_suites_chacha20_poly1305,
                                                  &snet_suites_aes_256_gcm};
static const uint8_t nonce[SNET_SUITE_NONCE_BYTES] = {5};

/* A key with a context of its own, both directions. */
struct user {
    const struct snet_suite *suite;
    _Alignas(16) uint8_t ctx[SNET_SUITE_CTX_MAX_BYTES];
};

static void user_open(struct user *user, struct snet_crypto *crypto, unsigned number)
{
    const uint8_t key[SNET_SUITE_KEY_BYTES] = {(uint8_t)number, (uint8_t)(number >> 8), 1};
    user->suite = suites[number % 2];
    assert_int_equal(snet_suites_key(user->suite, crypto, user->ctx, key), SNET_OK);
}

static int user_seal(struct user *user, uint8_t text[TEXT_BYTES + SNET_SUITE_TAG_BYTES])
{
    memset(text, 'x', TEXT_BYTES);
    return user->suite->seal(user->ctx, nonce, NULL, 0, text, TEXT_BYTES);
}

static int user_read(struct user *user, uint8_t text[TEXT_BYTES + SNET_SUITE_TAG_BYTES])
{
    return user->suite->open(user->ctx, nonce, NULL, 0, text, TEXT_BYTES + SNET_SUITE_TAG_BYTES);
}

static void slots_leave_no_key_behind(void **state)
{
    (void)state;
    struct snet_crypto *crypto = NULL;
    struct user user;
    struct user other;
    uint8_t text[TEXT_BYTES + SNET_SUITE_TAG_BYTES];
    uint8_t before[TEXT_BYTES + SNET_SUITE_TAG_BYTES];
    assert_int_equal(snet_crypto_new(&crypto), SNET_OK);
    user_open(&user, crypto, 0);
    assert_int_equal(user_seal(&user, before), 0);
    user.suite->wipe(user.ctx);
    for (unsigned i = 0; i <= SNET_SLOTS_MAX; i++) {
        user_open(&other, crypto, 2 * (i + 1));
        assert_int_equal(user_seal(&other, text), 0);
        assert_memory_not_equal(text, before, sizeof text);
        memcpy(text, before, sizeof text);
        assert_int_equal(user_read(&other, text), -1);
        other.suite->wipe(other.ctx);
    }
    snet_crypto_free(crypto);
}

/* Seals zeros under the key that the slot has. */
static bool slot_seal(struct snet_slot *slot, struct snet_slot_use use, uint8_t *ret_sealed)
{
    static const uint8_t zeros[TEXT_BYTES];
    use.text.in = (struct snet_bytes){zeros, sizeof zeros};
    use.text.key = NULL;
    return slot->aead->seal(slot->state, &use.text, ret_sealed);
}

static void slots_have_a_key_of_zeros_when_nobody_holds_them(void **state)
{
    (void)state;
    static const uint8_t zeros[SNET_SUITE_KEY_BYTES];
    static const uint8_t key[SNET_SUITE_KEY_BYTES] = {1};
    static struct snet_slots slots;
    struct snet_slot *holders[2] = {NULL, NULL};
    struct snet_slot_use use = {
        .aead = &snet_aead_openssl,
        .text = {.cipher = SNET_AEAD_AES_256_GCM, .key = key, .nonce = nonce},
        .seal = true,
    };
    uint8_t wanted[TEXT_BYTES + SNET_SUITE_TAG_BYTES];
    uint8_t left[TEXT_BYTES + SNET_SUITE_TAG_BYTES];
    assert_true(snet_slots_run(&slots, &holders[0], &use, left));
    struct snet_slot *slot = holders[0];
    snet_slots_give_back(&holders[0]);
    assert_null(holders[0]);
    use.text.key = zeros;
    assert_true(snet_slots_run(&slots, &holders[1], &use, wanted));
    assert_true(slot_seal(holders[1], use, wanted));
    assert_true(slot_seal(slot, use, left));
    assert_memory_equal(left, wanted, sizeof left);
    snet_slots_give_back(&holders[1]);
    snet_slots_deinit(&slots);
}

/* Who was taken his slot away goes on as if he had it. */
static void slots_serve_more_keys_than_there_are(void **state)
{
    (void)state;
    static struct user users[KEYS];
    static uint8_t texts[KEYS][TEXT_BYTES + SNET_SUITE_TAG_BYTES];
    struct snet_crypto *crypto = NULL;
    assert_int_equal(snet_crypto_new(&crypto), SNET_OK);
    for (unsigned i = 0; i < KEYS; i++) {
        user_open(&users[i], crypto, i);
        assert_int_equal(user_seal(&users[i], texts[i]), 0);
    }
    for (unsigned i = 0; i < KEYS; i++) {
        uint8_t wrong[sizeof texts[i]];
        memcpy(wrong, texts[(i + 1) % KEYS], sizeof wrong);
        assert_int_equal(user_read(&users[i], wrong), -1);
        assert_int_equal(user_read(&users[i], texts[i]), 0);
        assert_int_equal(texts[i][TEXT_BYTES - 1], 'x');
    }
    for (unsigned i = 0; i < KEYS; i += 2) {
        users[i].suite->wipe(users[i].ctx);
    }
    for (unsigned i = 1; i < KEYS; i += 2) {
        assert_int_equal(user_seal(&users[i], texts[i]), 0);
        assert_int_equal(user_read(&users[i], texts[i]), 0);
        users[i].suite->wipe(users[i].ctx);
    }
    snet_crypto_free(crypto);
}

static void slots_are_made_once(void **state)
{
    (void)state;
    struct snet_crypto *crypto = NULL;
    struct user user;
    uint8_t text[TEXT_BYTES + SNET_SUITE_TAG_BYTES];
    assert_int_equal(snet_crypto_new(&crypto), SNET_OK);
    for (unsigned i = 0; i < 4 * SNET_SLOTS_MAX; i++) {
        if (i == SNET_SLOTS_MAX) {
            test_crypto_memory_fail_at(1); /* from here on nothing may be allocated */
        }
        user_open(&user, crypto, 2 * i);
        assert_int_equal(user_seal(&user, text), 0);
        user.suite->wipe(user.ctx);
    }
    assert_false(test_crypto_memory_heal());
    snet_crypto_free(crypto);
}

static void expect_failures_survived(unsigned kind)
{
    size_t failures = 0;
    bool reached = true;
    for (unsigned number = 1; reached && number < FAIL_TRIES_MAX; number++) {
        struct snet_crypto *crypto = NULL;
        struct user user;
        uint8_t text[TEXT_BYTES + SNET_SUITE_TAG_BYTES];
        assert_int_equal(snet_crypto_new(&crypto), SNET_OK);
        user_open(&user, crypto, kind);
        test_crypto_memory_fail_at(number);
        failures += user_seal(&user, text) == -1;
        reached = test_crypto_memory_heal();
        assert_int_equal(user_seal(&user, text), 0);
        assert_int_equal(user_read(&user, text), 0);
        user.suite->wipe(user.ctx);
        snet_crypto_free(crypto);
    }
    assert_false(reached);
    assert_true(failures > 0);
}

static void slots_survive_every_failed_allocation(void **state)
{
    (void)state;
    expect_failures_survived(0);
    expect_failures_survived(1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_leave_no_key_behind),
        cmocka_unit_test(slots_have_a_key_of_zeros_when_nobody_holds_them),
        cmocka_unit_test(slots_survive_every_failed_allocation),
        cmocka_unit_test(slots_serve_more_keys_than_there_are),
        cmocka_unit_test(slots_are_made_once),
    };
    if (!test_crypto_memory_init()) {
        return 1;
    }
    return cmocka_run_group_tests_name("slots", tests, NULL, NULL);
}
