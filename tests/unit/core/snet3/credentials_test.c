/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* The rules R1 to R5, without a server [PROTO 15.1]. */
#include "core/snet3/credentials.h"

#include "tests/support/death.h"
#include "tests/support/test_env.h"
#include "tests/support/unit.h"

/* The secrets of each credential, by the number that a test names it by. */
static struct snet_credential_secrets secrets_of[UINT8_MAX + 1];

static void fill(struct snet_credential *slot, uint8_t number)
{
    slot->cid[0] = number;
    slot->secrets = &secrets_of[number];
    slot->secrets->secret[0] = number;
}

/* As the store does it: the secrets are given back first. */
static void retire(struct snet_credential *slot)
{
    slot->secrets = NULL;
    snet_credentials_retire(slot);
}

static struct snet_credential *accept_from(struct snet_credentials *credentials,
                                           const struct snet_credential *base, uint64_t attempt)
{
    retire(snet_credentials_next(credentials, base));
    return snet_credentials_accept(credentials, base, attempt);
}

static uint8_t number_of(const struct snet_credential *slot)
{
    assert_int_equal(slot->cid[0], slot->secrets->secret[0]);
    return slot->cid[0];
}

static uint8_t confirmed_of(const struct snet_credentials *credentials)
{
    return number_of(&credentials->slots[credentials->confirmed]);
}

static uint8_t pending_of(const struct snet_credentials *credentials)
{
    return credentials->pending ? number_of(&credentials->slots[1 - credentials->confirmed]) : 0;
}

/* The slot in use that holds credential `number`, NULL when the server would not know it. */
static struct snet_credential *find(struct snet_credentials *credentials, uint8_t number)
{
    for (unsigned i = 0; i < 2; i++) {
        const bool used = i == credentials->confirmed || credentials->pending;
        if (used && credentials->slots[i].cid[0] == number) {
            return &credentials->slots[i];
        }
    }
    return NULL;
}

static void credentials_refuse_attempts_that_are_not_newer(void **state)
{
    (void)state;
    struct snet_credentials credentials;
    fill(snet_credentials_begin(&credentials), 1);
    assert_int_equal(snet_credentials_fresh(&credentials, 0), SNET_ERR_STALE_RESUME);
    assert_int_equal(snet_credentials_fresh(&credentials, 1), SNET_OK);
    fill(accept_from(&credentials, find(&credentials, 1), 7), 2);
    assert_int_equal(snet_credentials_fresh(&credentials, 7), SNET_ERR_STALE_RESUME);
    assert_int_equal(snet_credentials_fresh(&credentials, 6), SNET_ERR_STALE_RESUME);
    assert_int_equal(snet_credentials_fresh(&credentials, 8), SNET_OK);
    /* A promotion forgets nothing of it. */
    retire(snet_credentials_promote(&credentials));
    assert_int_equal(snet_credentials_fresh(&credentials, 7), SNET_ERR_STALE_RESUME);
}

static void credentials_keep_the_confirmed_one_until_the_pending_one_is_proven(void **state)
{
    (void)state;
    struct snet_credentials credentials;
    fill(snet_credentials_begin(&credentials), 1);
    /* The answers are lost, again and again: the client comes back with what it has. */
    for (uint8_t attempt = 1; attempt < 100; attempt++) {
        struct snet_credential *base = find(&credentials, 1);
        assert_non_null(base);
        fill(accept_from(&credentials, base, attempt), (uint8_t)(attempt + 1));
        assert_int_equal(confirmed_of(&credentials), 1);
        assert_int_equal(pending_of(&credentials), attempt + 1);
    }
}

static void credentials_confirm_a_pending_base_before_they_replace_it(void **state)
{
    (void)state;
    struct snet_credentials credentials;
    fill(snet_credentials_begin(&credentials), 1);
    fill(accept_from(&credentials, find(&credentials, 1), 1), 2);
    /* The client got the answer, but its first record was lost with the link. */
    struct snet_credential *base = find(&credentials, 2);
    assert_ptr_not_equal(snet_credentials_next(&credentials, base), base);
    fill(accept_from(&credentials, base, 2), 3);
    assert_int_equal(confirmed_of(&credentials), 2);
    assert_int_equal(pending_of(&credentials), 3);
    assert_null(find(&credentials, 1));
}

static void credentials_promote_and_retire(void **state)
{
    (void)state;
    struct snet_credentials credentials;
    fill(snet_credentials_begin(&credentials), 1);
    assert_null(snet_credentials_promote(&credentials));
    fill(accept_from(&credentials, find(&credentials, 1), 1), 2);
    struct snet_credential *older = snet_credentials_promote(&credentials);
    assert_int_equal(number_of(older), 1);
    retire(older);
    assert_int_equal(older->cid[0], 0);
    assert_int_equal(confirmed_of(&credentials), 2);
    assert_int_equal(pending_of(&credentials), 0);
    assert_null(find(&credentials, 1));
}

/* Whatever is lost, in whatever order: one of the client's last two is always known. */
static void credentials_never_lock_a_client_out(void **state)
{
    (void)state;
    struct test_env dice;
    test_env_init(&dice, 815);
    for (unsigned run = 0; run < 200; run++) {
        struct snet_credentials credentials;
        uint8_t client = 1;
        uint8_t last = 1;
        fill(snet_credentials_begin(&credentials), 1);
        for (uint8_t attempt = 1; attempt < 60; attempt++) {
            struct snet_credential *base = find(&credentials, client);
            assert_non_null(base);
            if (test_env_below(&dice, 3) == 0) {
                continue; /* the request is lost */
            }
            assert_int_equal(snet_credentials_fresh(&credentials, attempt), SNET_OK);
            fill(accept_from(&credentials, base, attempt), ++last);
            if (test_env_below(&dice, 3) == 0) {
                continue; /* the answer is lost */
            }
            client = last;
            if (test_env_below(&dice, 2) == 0) {
                retire(snet_credentials_promote(&credentials));
            }
        }
    }
}

static void credentials_key_is_never_zero(void **state)
{
    (void)state;
    uint8_t cid[SNET_V3_CID_BYTES] = {9, 9, 9, 9, 9, 9, 9, 9, 9};
    assert_int_equal(snet_credentials_key(cid), 1);
    cid[16] = 1;
    assert_int_equal(snet_credentials_key(cid), UINT64_C(1) << 56);
}

static void wipe_a_registered_slot(void)
{
    struct snet_credential credential = {.node = {.id = 5}};
    snet_credentials_retire(&credential);
}

static void retire_a_slot_that_has_secrets(void)
{
    struct snet_credential credential = {.secrets = &secrets_of[1]};
    snet_credentials_retire(&credential);
}

static void credentials_in_a_registry_or_with_secrets_are_not_retired(void **state)
{
    (void)state;
    ASSERT_ABORTS(wipe_a_registered_slot());
    ASSERT_ABORTS(retire_a_slot_that_has_secrets());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(credentials_refuse_attempts_that_are_not_newer),
        cmocka_unit_test(credentials_keep_the_confirmed_one_until_the_pending_one_is_proven),
        cmocka_unit_test(credentials_confirm_a_pending_base_before_they_replace_it),
        cmocka_unit_test(credentials_promote_and_retire),
        cmocka_unit_test(credentials_never_lock_a_client_out),
        cmocka_unit_test(credentials_key_is_never_zero),
        cmocka_unit_test(credentials_in_a_registry_or_with_secrets_are_not_retired),
    };
    return cmocka_run_group_tests_name("credentials", tests, NULL, NULL);
}
