/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "base/pool.h"

#include "tests/support/death.h"
#include "tests/support/test_env.h"
#include "tests/support/unit.h"

#define PAGES_MAX (4 * SNET_POOL_CACHE_MAX)

struct fixture {
    struct test_env env;
    struct snet_pool pool;
    struct snet_page *pages[PAGES_MAX];
    size_t taken;
};

/* A pool of `count` pages, and some bytes that are no whole page. */
static void fixture_init(struct fixture *fixture, size_t count)
{
    test_env_init(&fixture->env, 1);
    fixture->taken = 0;
    snet_pool_init(&fixture->pool, &fixture->env.env, count * SNET_PAGE_BYTES + 100);
}

static void take_pages(struct fixture *fixture, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct snet_page *page = snet_pool_take(&fixture->pool);
        assert_non_null(page);
        fixture->pages[fixture->taken++] = page;
    }
}

static void give_pages(struct fixture *fixture, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        snet_pool_give(&fixture->pool, fixture->pages[--fixture->taken]);
    }
}

/* Ends the pool; no memory may be left. */
static void fixture_deinit(struct fixture *fixture)
{
    snet_pool_deinit(&fixture->pool);
    assert_int_equal(fixture->env.live_count, 0);
}

static void pool_refuses_a_budget_below_one_page(void **state)
{
    (void)state;
    struct fixture fixture;
    test_env_init(&fixture.env, 1);
    ASSERT_ABORTS(snet_pool_init(&fixture.pool, &fixture.env.env, SNET_PAGE_BYTES - 1));
}

static void pool_refuses_to_end_while_a_page_is_out(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 1);
    take_pages(&fixture, 1);
    ASSERT_ABORTS(snet_pool_deinit(&fixture.pool));
    give_pages(&fixture, 1);
    fixture_deinit(&fixture);
}

static void pool_refuses_more_pages_than_were_taken(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 1);
    take_pages(&fixture, 1);
    give_pages(&fixture, 1);
    ASSERT_ABORTS(snet_pool_give(&fixture.pool, fixture.pages[0]));
    fixture_deinit(&fixture);
}

static void pool_has_no_page_beyond_its_budget(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 2);
    take_pages(&fixture, 2);
    assert_null(snet_pool_take(&fixture.pool));
    assert_int_equal(fixture.env.alloc_count, 2);
    give_pages(&fixture, 1);
    take_pages(&fixture, 1);
    give_pages(&fixture, 2);
    fixture_deinit(&fixture);
}

static void pool_has_no_page_while_the_machine_has_no_memory(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 2);
    fixture.env.fail_at = 1;
    assert_null(snet_pool_take(&fixture.pool));
    assert_int_equal(snet_pool_available(&fixture.pool), 2);
    take_pages(&fixture, 2);
    give_pages(&fixture, 2);
    fixture_deinit(&fixture);
}

static void pool_takes_no_memory_before_it_is_needed(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 2);
    assert_int_equal(fixture.env.alloc_count, 0);
    take_pages(&fixture, 1);
    assert_int_equal(fixture.env.alloc_count, 1);
    give_pages(&fixture, 1);
    fixture_deinit(&fixture);
}

static void pool_uses_a_returned_page_again(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 3);
    take_pages(&fixture, 3);
    struct snet_page *const last = fixture.pages[0]; /* the last one given back */
    give_pages(&fixture, 3);
    take_pages(&fixture, 3);
    assert_ptr_equal(fixture.pages[0], last);
    assert_int_equal(fixture.env.alloc_count, 3);
    give_pages(&fixture, 3);
    fixture_deinit(&fixture);
}

static void pool_gives_out_pages_that_lead_nowhere(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 2);
    for (unsigned round = 0; round < 2; round++) {
        take_pages(&fixture, 2);
        assert_null(fixture.pages[0]->next);
        assert_null(fixture.pages[1]->next);
        give_pages(&fixture, 2);
    }
    fixture_deinit(&fixture);
}

static void pool_keeps_as_many_pages_as_are_used(void **state)
{
    (void)state;
    struct fixture fixture;
    const unsigned used = SNET_POOL_CACHE_MAX;
    fixture_init(&fixture, PAGES_MAX);
    take_pages(&fixture, PAGES_MAX);
    give_pages(&fixture, PAGES_MAX - used);
    assert_int_equal(fixture.env.live_count, used + SNET_POOL_CACHE_MAX + used);
    give_pages(&fixture, used);
    assert_int_equal(fixture.env.live_count, SNET_POOL_CACHE_MAX);
    fixture_deinit(&fixture);
}

static void pool_keeps_no_more_pages_than_its_cache_holds(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, PAGES_MAX);
    for (unsigned round = 0; round < 2; round++) {
        take_pages(&fixture, PAGES_MAX);
        assert_int_equal(fixture.env.live_count, PAGES_MAX);
        give_pages(&fixture, PAGES_MAX);
        assert_int_equal(fixture.env.live_count, SNET_POOL_CACHE_MAX);
    }
    fixture_deinit(&fixture);
}

static void pool_counts_what_its_budget_allows(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, 3);
    assert_int_equal(snet_pool_available(&fixture.pool), 3);
    take_pages(&fixture, 3);
    assert_int_equal(snet_pool_available(&fixture.pool), 0);
    give_pages(&fixture, 2);
    assert_int_equal(snet_pool_available(&fixture.pool), 2);
    give_pages(&fixture, 1);
    fixture_deinit(&fixture);
}

/* Two pools with a page each and three of a stock: what one takes the other has not. */
static void pool_borrows_beyond_its_own_pages_and_gives_back(void **state)
{
    (void)state;
    struct fixture both[2];
    struct snet_stock stock = {.left = 3};
    for (unsigned i = 0; i < 2; i++) {
        fixture_init(&both[i], 1);
        snet_pool_share(&both[i].pool, &stock);
        assert_int_equal(snet_pool_available(&both[i].pool), 4);
    }
    take_pages(&both[0], 3);
    assert_int_equal(snet_stock_left(&stock), 1);
    assert_int_equal(snet_pool_budget(&both[0].pool), 4);
    assert_int_equal(snet_pool_budget(&both[1].pool), 2);
    take_pages(&both[1], 2);
    assert_null(snet_pool_take(&both[0].pool));
    assert_null(snet_pool_take(&both[1].pool));
    assert_int_equal(snet_pool_available(&both[0].pool), 0);
    give_pages(&both[0], 3);
    assert_int_equal(snet_stock_left(&stock), 2);
    give_pages(&both[1], 2);
    assert_int_equal(snet_stock_left(&stock), 3);
    fixture_deinit(&both[0]);
    fixture_deinit(&both[1]);
}

static void pool_gives_back_what_it_borrowed_for_a_page_that_the_machine_has_not(void **state)
{
    (void)state;
    struct fixture fixture;
    struct snet_stock stock = {.left = 1};
    fixture_init(&fixture, 1);
    snet_pool_share(&fixture.pool, &stock);
    take_pages(&fixture, 1);
    fixture.env.fail_one_in = 1;
    assert_null(snet_pool_take(&fixture.pool));
    assert_int_equal(snet_stock_left(&stock), 1);
    fixture.env.fail_one_in = 0;
    give_pages(&fixture, 1);
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pool_refuses_a_budget_below_one_page),
        cmocka_unit_test(pool_refuses_to_end_while_a_page_is_out),
        cmocka_unit_test(pool_refuses_more_pages_than_were_taken),
        cmocka_unit_test(pool_has_no_page_beyond_its_budget),
        cmocka_unit_test(pool_has_no_page_while_the_machine_has_no_memory),
        cmocka_unit_test(pool_takes_no_memory_before_it_is_needed),
        cmocka_unit_test(pool_uses_a_returned_page_again),
        cmocka_unit_test(pool_gives_out_pages_that_lead_nowhere),
        cmocka_unit_test(pool_keeps_as_many_pages_as_are_used),
        cmocka_unit_test(pool_keeps_no_more_pages_than_its_cache_holds),
        cmocka_unit_test(pool_counts_what_its_budget_allows),
        cmocka_unit_test(pool_borrows_beyond_its_own_pages_and_gives_back),
        cmocka_unit_test(pool_gives_back_what_it_borrowed_for_a_page_that_the_machine_has_not),
    };
    return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
