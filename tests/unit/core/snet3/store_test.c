/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* What a server keeps for all of its sessions: names, credentials, tombstones. */
#include "core/snet3/store.h"

#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

#include <string.h>

struct fixture {
    struct test_env env;
    snet_core *core;
    struct snet_v3_store *store;
    struct snet_credential credential;
};

static void fixture_open(struct fixture *fixture)
{
    memset(fixture, 0, sizeof *fixture);
    test_env_init(&fixture->env, 1);
    assert_int_equal(
        snet_core_new(&fixture->env.env, &(struct snet_core_config){0}, &fixture->core), SNET_OK);
    const struct snet_server_keys keys = {.secrets = &core_pair_keys()->server, .secret_count = 1};
    assert_int_equal(snet_v3_store_new(fixture->core, &keys, &fixture->store), SNET_OK);
}

static void fixture_close(struct fixture *fixture)
{
    snet_v3_store_retire(fixture->store, &fixture->credential);
    snet_v3_store_free(fixture->store);
    snet_core_free(fixture->core);
    assert_int_equal(fixture->env.live_count, 0);
}

/* A credential with a name of its own is entered. */
static void enter(struct fixture *fixture)
{
    assert_int_equal(snet_v3_store_draw(fixture->store, SNET_SHARD_NONE, fixture->credential.cid),
                     SNET_OK);
    fixture->credential.owner = (struct snet_session *)fixture; /* anybody */
    snet_v3_store_enter(fixture->store, &fixture->credential);
}

/* The next name drawn is the same as that of another one drawn with these numbers. */
static void queue_chance(struct fixture *fixture, uint64_t value)
{
    test_env_queue(&fixture->env, SNET_RANDOM_SESSION_ID, value);
    test_env_queue(&fixture->env, SNET_RANDOM_SESSION_ID, value);
}

static void store_without_keys_is_refused_and_leaves_nothing(void **state)
{
    (void)state;
    struct fixture fixture;
    struct snet_v3_store *store = NULL;
    fixture_open(&fixture);
    const size_t live = fixture.env.live_count;
    assert_int_equal(
        snet_v3_store_new(fixture.core, &(struct snet_server_keys){.secret_count = 0}, &store),
        SNET_ERR_INVALID);
    assert_int_equal(fixture.env.live_count, live);
    snet_v3_store_free(NULL);
    fixture_close(&fixture);
}

static void store_finds_no_credential_by_half_of_its_name(void **state)
{
    (void)state;
    struct fixture fixture;
    uint8_t cid[SNET_V3_CID_BYTES];
    fixture_open(&fixture);
    enter(&fixture);
    for (unsigned i = 0; i < sizeof cid; i++) {
        memcpy(cid, fixture.credential.cid, sizeof cid);
        cid[i] ^= 1;
        assert_null(snet_v3_store_find(fixture.store, cid));
    }
    assert_ptr_equal(snet_v3_store_find(fixture.store, fixture.credential.cid),
                     &fixture.credential);
    fixture_close(&fixture);
}

static void store_draws_no_name_that_is_taken_or_has_a_tombstone(void **state)
{
    (void)state;
    struct fixture fixture;
    uint8_t cid[SNET_V3_CID_BYTES];
    uint8_t first[SNET_V3_CID_BYTES];
    fixture_open(&fixture);
    queue_chance(&fixture, 77);
    enter(&fixture);
    memcpy(first, fixture.credential.cid, sizeof first);
    for (unsigned ended = 0; ended < 2; ended++) {
        queue_chance(&fixture, 77);
        assert_int_equal(snet_v3_store_draw(fixture.store, SNET_SHARD_NONE, cid), SNET_OK);
        assert_memory_not_equal(cid, first, sizeof cid);
        assert_true(snet_v3_store_is_unused(fixture.store, cid));
        assert_int_equal(snet_v3_store_is_unused(fixture.store, first), ended == 1);
        snet_v3_store_record_tombstone(fixture.store, &fixture.credential, SNET_V3_EXPIRED,
                                       SNET_SECOND_NS);
    }
    assert_int_equal(snet_tombstones_find(&fixture.store->tombstones, first), SNET_V3_EXPIRED);
    fixture_close(&fixture);
}

/* A random source that repeats itself is broken: better no session than a second one of a name. */
static void store_gives_up_when_chance_repeats_itself(void **state)
{
    (void)state;
    struct fixture fixture;
    uint8_t cid[SNET_V3_CID_BYTES];
    fixture_open(&fixture);
    queue_chance(&fixture, 77);
    enter(&fixture);
    for (unsigned i = 0; i < 4; i++) {
        queue_chance(&fixture, 77);
    }
    assert_int_equal(snet_v3_store_draw(fixture.store, SNET_SHARD_NONE, cid), SNET_ERR_RANDOM);
    fixture_close(&fixture);
}

static void store_wipes_what_it_retires(void **state)
{
    static const uint8_t zeros[SNET_HASH_BYTES];
    (void)state;
    struct fixture fixture;
    uint8_t cid[SNET_V3_CID_BYTES];
    fixture_open(&fixture);
    enter(&fixture);
    memcpy(cid, fixture.credential.cid, sizeof cid);
    struct snet_credential_secrets *secrets = snet_secrets_take(&fixture.core->secrets);
    assert_non_null(secrets);
    memset(secrets, 9, sizeof *secrets);
    fixture.credential.secrets = secrets;
    snet_v3_store_retire(fixture.store, &fixture.credential);
    assert_null(fixture.credential.secrets);
    /* What comes first links the places that are not in use. */
    assert_memory_equal(secrets->secret + sizeof(void *), zeros, sizeof zeros - sizeof(void *));
    assert_memory_equal(secrets->token, zeros, sizeof secrets->token);
    assert_null(snet_v3_store_find(fixture.store, cid));
    snet_v3_store_retire(fixture.store, &fixture.credential);
    /* One that could not be found gets no tombstone. */
    snet_v3_store_record_tombstone(fixture.store, &fixture.credential, SNET_V3_EXPIRED,
                                   SNET_SECOND_NS);
    assert_int_equal(snet_tombstones_find(&fixture.store->tombstones, cid), SNET_V3_UNKNOWN);
    fixture_close(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(store_without_keys_is_refused_and_leaves_nothing),
        cmocka_unit_test(store_finds_no_credential_by_half_of_its_name),
        cmocka_unit_test(store_draws_no_name_that_is_taken_or_has_a_tombstone),
        cmocka_unit_test(store_gives_up_when_chance_repeats_itself),
        cmocka_unit_test(store_wipes_what_it_retires),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
