/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/pressure.h"

#include "tests/support/test_env.h"
#include "tests/support/unit.h"

#include <stdlib.h>

#define PAGES 8u
#define HISTORIES 3u
#define MANY (SNET_PRESSURE_RECLAIM_MAX + 10u)

struct waiter {
    struct snet_task task;
    struct snet_pressure *pressure;
    unsigned woken;
    bool idle; /* has no use for a page */
};

struct fixture {
    struct test_env env;
    struct snet_pool send_pool;
    struct snet_pool recv_pool;
    struct snet_holders holders;
    struct snet_pressure pressure;
    struct snet_history histories[HISTORIES];
    struct waiter waiters[PAGES];
};

static bool waiter_wake(struct snet_task *task)
{
    struct waiter *waiter = SNET_CONTAINER(task, struct waiter, task);
    snet_pressure_writer_leaves(waiter->pressure, task);
    waiter->woken++;
    return !waiter->idle;
}

static int fixture_open(void **state)
{
    static const struct snet_task_ops ops = {.wake = waiter_wake};
    struct fixture *fixture = calloc(1, sizeof *fixture);
    assert_non_null(fixture);
    test_env_init(&fixture->env, 1);
    snet_pool_init(&fixture->send_pool, &fixture->env.env, PAGES * SNET_PAGE_BYTES);
    snet_pool_init(&fixture->recv_pool, &fixture->env.env, PAGES * SNET_PAGE_BYTES);
    snet_holders_init(&fixture->holders, &fixture->send_pool);
    snet_pressure_init(&fixture->pressure, &fixture->send_pool, &fixture->recv_pool,
                       &fixture->holders);
    for (size_t i = 0; i < HISTORIES; i++) {
        snet_history_init(&fixture->histories[i], 2 * SNET_PAGE_DATA_BYTES);
    }
    for (size_t i = 0; i < PAGES; i++) {
        fixture->waiters[i].task.ops = &ops;
        fixture->waiters[i].pressure = &fixture->pressure;
    }
    *state = fixture;
    return 0;
}

static int fixture_close(void **state)
{
    struct fixture *fixture = *state;
    for (size_t i = 0; i < HISTORIES; i++) {
        snet_history_deinit(&fixture->histories[i], &fixture->send_pool);
    }
    snet_pool_deinit(&fixture->send_pool);
    snet_pool_deinit(&fixture->recv_pool);
    const bool whole = fixture->env.live_count == 0;
    free(fixture);
    return whole ? 0 : -1;
}

/* The history takes this many pages and sends what is in them. */
static void fill(struct fixture *fixture, struct snet_history *history, unsigned pages)
{
    size_t left = pages * SNET_PAGE_DATA_BYTES;
    while (left > 0) {
        size_t len = 0;
        assert_non_null(snet_history_reserve(history, &fixture->send_pool, left, &len));
        snet_history_commit(history, len);
        snet_history_sent(history, len);
        left -= len;
    }
}

/* Takes all pages that are free. */
static void exhaust(struct fixture *fixture, struct snet_history *ret_history)
{
    snet_history_init(ret_history, PAGES * SNET_PAGE_BYTES);
    fill(fixture, ret_history, (unsigned)snet_pool_available(&fixture->send_pool));
}

static size_t pages_of(const struct snet_history *history)
{
    return (size_t)(history->end - history->base) / SNET_PAGE_DATA_BYTES;
}

static void pressure_lets_a_writer_try_when_one_may_be_evicted(void **state)
{
    struct fixture *fixture = *state;
    struct snet_pressure *pressure = &fixture->pressure;
    struct snet_history all;
    exhaust(fixture, &all);
    fixture->waiters[0].idle = true;
    for (size_t i = 0; i < 3; i++) {
        snet_pressure_writer_waits(pressure, &fixture->waiters[i].task);
    }
    snet_pressure_retry(pressure);
    assert_int_equal(fixture->waiters[0].woken, 1);
    assert_int_equal(fixture->waiters[1].woken, 1);
    assert_int_equal(pressure->writers.count, 1);
    snet_history_deinit(&all, &fixture->send_pool);
}

static void pressure_reclaims_of_what_slides_in_turn(void **state)
{
    struct fixture *fixture = *state;
    struct snet_pressure *pressure = &fixture->pressure;
    struct snet_history *still = &fixture->histories[0];
    struct snet_history *first = &fixture->histories[1];
    struct snet_history *second = &fixture->histories[2];
    snet_pressure_slide(pressure, first, true);
    snet_pressure_slide(pressure, second, true);
    fill(fixture, still, 2);
    fill(fixture, first, 2);
    fill(fixture, second, 2);
    snet_pressure_reclaim(pressure); /* two pages are free: none is asked */
    assert_int_equal(pages_of(first) + pages_of(second), 4);
    struct snet_history more;
    snet_history_init(&more, PAGES * SNET_PAGE_BYTES);
    fill(fixture, &more, 2);
    snet_pressure_reclaim(pressure);
    assert_int_equal(pages_of(first), 1);
    assert_int_equal(pages_of(second), 2);
    fill(fixture, &more, 1);
    snet_pressure_reclaim(pressure);
    assert_int_equal(pages_of(second), 1);
    fill(fixture, &more, 1);
    snet_pressure_reclaim(pressure); /* both are at their floor */
    assert_int_equal(snet_pool_available(&fixture->send_pool), 0);
    assert_int_equal(pages_of(still), 2);
    snet_pressure_slide(pressure, first, false);
    snet_pressure_slide(pressure, second, false);
    snet_history_deinit(&more, &fixture->send_pool);
}

/* Also when none of those that were to be asked slides any more: then nothing is due. */
static void pressure_asks_all_that_slide_once(void **state)
{
    struct fixture *fixture = *state;
    struct snet_pressure *pressure = &fixture->pressure;
    struct snet_history all;
    struct snet_history *many = calloc(MANY, sizeof *many);
    assert_non_null(many);
    exhaust(fixture, &all);
    for (size_t i = 0; i < MANY; i++) {
        snet_history_init(&many[i], 1);
        snet_pressure_slide(pressure, &many[i], true);
    }
    snet_pressure_reclaim(pressure);
    snet_pressure_writer_waits(pressure, &fixture->waiters[0].task);
    assert_int_equal(snet_pressure_due_ns(pressure, 5), 5);
    snet_pressure_tick(pressure, 5);
    assert_int_equal(snet_pressure_due_ns(pressure, 5), SNET_NEVER);
    snet_pressure_writer_leaves(pressure, &fixture->waiters[0].task);
    snet_pressure_writer_waits(pressure, &fixture->waiters[0].task);
    for (size_t i = 0; i < MANY; i++) {
        snet_pressure_slide(pressure, &many[i], false);
    }
    assert_int_equal(snet_pressure_due_ns(pressure, 6), 6);
    snet_pressure_tick(pressure, 6);
    assert_int_equal(snet_pressure_due_ns(pressure, 6), SNET_NEVER);
    snet_history_deinit(&all, &fixture->send_pool);
    free(many);
}

static void pressure_wakes_no_more_than_there_are_pages(void **state)
{
    struct fixture *fixture = *state;
    struct snet_pressure *pressure = &fixture->pressure;
    struct snet_history most;
    snet_history_init(&most, PAGES * SNET_PAGE_BYTES);
    fill(fixture, &most, PAGES - 2);
    for (size_t i = 0; i < PAGES; i++) {
        snet_pressure_writer_waits(pressure, &fixture->waiters[i].task);
        snet_pressure_writer_waits(pressure, &fixture->waiters[i].task);
    }
    fixture->waiters[0].idle = true; /* costs none */
    snet_pressure_wake_writers(pressure);
    for (size_t i = 0; i < PAGES; i++) {
        assert_int_equal(fixture->waiters[i].woken, i < 3 ? 1 : 0);
    }
    assert_int_equal(pressure->writers.count, PAGES - 3);
    assert_int_equal(snet_pressure_due_ns(pressure, 1), 0);
    snet_pressure_tick(pressure, 1); /* the pages were not used: two more */
    assert_int_equal(pressure->writers.count, PAGES - 5);
    assert_int_equal(snet_pressure_due_ns(pressure, 1), 1 + SNET_PRESSURE_WAKE_NS);
    snet_history_deinit(&most, &fixture->send_pool);
}

int main(void)
{
#define PRESSURE_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_open, fixture_close)
    const struct CMUnitTest tests[] = {
        PRESSURE_TEST(pressure_lets_a_writer_try_when_one_may_be_evicted),
        PRESSURE_TEST(pressure_reclaims_of_what_slides_in_turn),
        PRESSURE_TEST(pressure_asks_all_that_slide_once),
        PRESSURE_TEST(pressure_wakes_no_more_than_there_are_pages),
    };
    return cmocka_run_group_tests_name("pressure", tests, NULL, NULL);
}
