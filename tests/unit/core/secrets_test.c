/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/secrets.h"

#include "tests/support/death.h"
#include "tests/support/test_env.h"
#include "tests/support/unit.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_PLACES (SNET_SECRETS_PAGE_BYTES / SNET_SECRETS_PLACE_BYTES - 1)
#define PAGES_MAX 4u

/* Pages of the environment, which a test can empty as a fork does. */
struct fixture {
    struct test_env env;
    struct snet_secrets secrets;
    void *pages[PAGES_MAX];
    size_t page_count;
    size_t freed_count;
    size_t dirty_count; /* pages given back that were not wiped */
};

static void *secret_alloc(void *ctx, size_t size_bytes)
{
    struct fixture *fixture = ctx;
    assert_int_equal(size_bytes, SNET_SECRETS_PAGE_BYTES);
    if (fixture->page_count == PAGES_MAX) {
        return NULL;
    }
    fixture->pages[fixture->page_count] = malloc(size_bytes);
    return fixture->pages[fixture->page_count++];
}

static void secret_free(void *ctx, void *memory, size_t size_bytes)
{
    static const uint8_t zeros[SNET_SECRETS_PAGE_BYTES];
    struct fixture *fixture = ctx;
    assert_int_equal(size_bytes, SNET_SECRETS_PAGE_BYTES);
    fixture->dirty_count += memcmp(memory, zeros, size_bytes) != 0;
    fixture->freed_count++;
    free(memory);
}

static void fixture_init(struct fixture *fixture)
{
    *fixture = (struct fixture){.page_count = 0};
    test_env_init(&fixture->env, 1);
    fixture->env.env.ctx = fixture;
    fixture->env.env.secret_alloc = secret_alloc;
    fixture->env.env.secret_free = secret_free;
    snet_secrets_init(&fixture->secrets, &fixture->env.env);
}

static void fork_empties(const struct fixture *fixture)
{
    for (size_t i = 0; i < fixture->page_count; i++) {
        memset(fixture->pages[i], 0, SNET_SECRETS_PAGE_BYTES);
    }
}

static void secrets_refuse_to_end_while_a_place_is_out(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    void *place = snet_secrets_take(&fixture.secrets);
    assert_non_null(place);
    ASSERT_ABORTS(snet_secrets_deinit(&fixture.secrets));
    snet_secrets_give(&fixture.secrets, place);
    ASSERT_ABORTS(snet_secrets_give(&fixture.secrets, place));
    snet_secrets_deinit(&fixture.secrets);
}

static void secrets_report_that_there_is_no_memory(void **state)
{
    (void)state;
    struct fixture fixture;
    void *places[PAGES_MAX * PAGE_PLACES];
    fixture_init(&fixture);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        places[i] = snet_secrets_take(&fixture.secrets);
        assert_non_null(places[i]);
    }
    assert_null(snet_secrets_take(&fixture.secrets));
    assert_int_equal(fixture.page_count, PAGES_MAX);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        snet_secrets_give(&fixture.secrets, places[i]);
    }
    snet_secrets_give(&fixture.secrets, NULL);
    assert_int_equal(fixture.freed_count, 0);
    snet_secrets_deinit(&fixture.secrets);
    assert_int_equal(fixture.freed_count, PAGES_MAX);
    assert_int_equal(fixture.dirty_count, 0);
}

static void secrets_are_wiped_when_given_back_and_places_begin_as_zeros(void **state)
{
    (void)state;
    static const uint8_t zeros[SNET_SECRETS_PLACE_BYTES];
    struct fixture fixture;
    fixture_init(&fixture);
    uint8_t *place = snet_secrets_take(&fixture.secrets);
    assert_memory_equal(place, zeros, sizeof zeros);
    assert_int_equal((uintptr_t)place % _Alignof(max_align_t), 0);
    memset(place, 0x5a, SNET_SECRETS_PLACE_BYTES);
    snet_secrets_give(&fixture.secrets, place);
    /* What comes first links the places that are not in use. */
    assert_memory_equal(place + sizeof(void *), zeros, sizeof zeros - sizeof(void *));
    assert_ptr_equal(snet_secrets_take(&fixture.secrets), place);
    assert_memory_equal(place, zeros, sizeof zeros);
    snet_secrets_give(&fixture.secrets, place);
    snet_secrets_deinit(&fixture.secrets);
}

/* A child must not take zeros for keys, nor find a new page among those that are lost. */
static void secrets_are_lost_in_a_child_for_good(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_false(snet_secrets_lost(&fixture.secrets)); /* there is nothing to lose yet */
    void *place = snet_secrets_take(&fixture.secrets);
    assert_false(snet_secrets_lost(&fixture.secrets));
    fork_empties(&fixture);
    assert_true(snet_secrets_lost(&fixture.secrets));
    assert_null(snet_secrets_take(&fixture.secrets));
    snet_secrets_give(&fixture.secrets, place);
    assert_null(snet_secrets_take(&fixture.secrets));
    assert_true(snet_secrets_lost(&fixture.secrets));
    assert_int_equal(fixture.page_count, 1);
    snet_secrets_deinit(&fixture.secrets);
    assert_int_equal(fixture.freed_count, 1);
}

static void secrets_are_in_ordinary_memory_where_there_is_no_other(void **state)
{
    (void)state;
    struct test_env env;
    struct snet_secrets secrets;
    test_env_init(&env, 1);
    snet_secrets_init(&secrets, &env.env);
    assert_int_equal(env.live_count, 0);
    env.fail_at = 1;
    assert_null(snet_secrets_take(&secrets));
    void *place = snet_secrets_take(&secrets);
    assert_non_null(place);
    assert_int_equal(env.live_count, 1);
    snet_secrets_give(&secrets, place);
    snet_secrets_deinit(&secrets);
    assert_int_equal(env.live_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_refuse_to_end_while_a_place_is_out),
        cmocka_unit_test(secrets_report_that_there_is_no_memory),
        cmocka_unit_test(secrets_are_wiped_when_given_back_and_places_begin_as_zeros),
        cmocka_unit_test(secrets_are_lost_in_a_child_for_good),
        cmocka_unit_test(secrets_are_in_ordinary_memory_where_there_is_no_other),
    };
    return cmocka_run_group_tests_name("secrets", tests, NULL, NULL);
}
