/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/driver.h"

#include "tests/support/death.h"
#include "tests/support/loop.h"
#include "tests/support/loop_pair.h"
#include "tests/support/unit.h"

#define INTERVAL_MS 10u

/* What the hooks below have seen. */
static struct {
    unsigned events;
    unsigned prepares;
    unsigned dues;
} seen;

static void ignore_event(void *user, const struct snet_core_event *event)
{
    (void)user;
    (void)event;
}

static void count_event(snet_uv *driver, const struct snet_core_event *event)
{
    (void)event;
    seen.events++;
    snet_driver_drain(driver); /* from within itself */
}

static void count_prepare(snet_uv *driver)
{
    (void)driver;
    seen.prepares++;
}

static void ignore_use(snet_session *session, bool unlocks)
{
    (void)session;
    (void)unlocks;
}

static void count_due(snet_uv *driver)
{
    assert_false(driver->draining);
    seen.dues++;
}

static void count_due_once(snet_uv *driver)
{
    count_due(driver);
    snet_driver_stop(driver, SNET_DRIVER_TIMER_PROBE);
}

static const struct snet_driver_hooks hooks = {
    .event = count_event,
    .prepare = count_prepare,
    .used = ignore_use,
};

static snet_uv *open_driver(struct test_loop *loop)
{
    const struct snet_uv_config config = {.on_event = ignore_event};
    snet_uv *driver = NULL;
    seen.events = seen.prepares = seen.dues = 0;
    test_loop_open(loop);
    assert_int_equal(snet_driver_new(&loop->uv, &config, &hooks, &driver), SNET_OK);
    return driver;
}

static void ignore_timer(uv_timer_t *timer)
{
    (void)timer;
}

/* Something that the loop waits for, until the test is over. */
static void keep_running(struct test_loop *loop, uv_timer_t *timer)
{
    assert_int_equal(uv_timer_init(&loop->uv, timer), 0);
    assert_int_equal(uv_timer_start(timer, ignore_timer, 3600 * 1000, 0), 0);
}

static void driver_gives_all_events_of_the_core_to_its_hook(void **state)
{
    (void)state;
    const struct snet_client_config client = {.wire = SNET_WIRE_2};
    struct test_loop loop;
    snet_session *session = NULL;
    snet_uv *driver = open_driver(&loop);
    assert_int_equal(snet_client_open(driver->core, &client, &session, snet_driver_now()), SNET_OK);
    snet_driver_hold(driver);
    assert_int_not_equal(uv_loop_alive(&loop.uv), 0);
    test_loop_settle(&loop);
    assert_int_equal(seen.events, 1); /* DIAL */
    assert_false(snet_core_has_events(driver->core));
    snet_session_abort(session, snet_driver_now());
    snet_driver_drain(driver);
    assert_int_equal(seen.events, 2); /* ENDED */
    snet_driver_free(driver);
    test_loop_close(&loop);
}

static void driver_prepares_each_time_the_loop_waits(void **state)
{
    (void)state;
    struct test_loop loop;
    snet_uv *driver = open_driver(&loop);
    uv_timer_t later;
    keep_running(&loop, &later);
    (void)uv_run(&loop.uv, UV_RUN_NOWAIT);
    (void)uv_run(&loop.uv, UV_RUN_NOWAIT);
    assert_int_equal(seen.prepares, 2);
    uv_close((uv_handle_t *)&later, NULL);
    snet_driver_free(driver);
    test_loop_close(&loop);
}

static void driver_timer_goes_on_until_it_is_stopped(void **state)
{
    (void)state;
    struct test_loop loop;
    snet_uv *driver = open_driver(&loop);
    uv_timer_t later;
    keep_running(&loop, &later);
    snet_driver_every(driver, SNET_DRIVER_TIMER_PROBE, INTERVAL_MS, count_due);
    for (unsigned i = 0; i < 3; i++) {
        /* Asking again does not put it off. */
        snet_driver_every(driver, SNET_DRIVER_TIMER_PROBE, INTERVAL_MS, count_due);
        test_loop_pass(&loop, INTERVAL_MS / 2);
        snet_driver_every(driver, SNET_DRIVER_TIMER_PROBE, INTERVAL_MS, count_due);
        test_loop_pass(&loop, INTERVAL_MS / 2);
        assert_int_equal(seen.dues, i + 1);
    }
    snet_driver_every(driver, SNET_DRIVER_TIMER_PROBE, INTERVAL_MS, count_due_once);
    test_loop_pass(&loop, INTERVAL_MS);
    test_loop_pass(&loop, INTERVAL_MS);
    assert_int_equal(seen.dues, 4);
    uv_close((uv_handle_t *)&later, NULL);
    snet_driver_free(driver);
    test_loop_close(&loop);
}

static void driver_timers_do_not_keep_the_loop_running(void **state)
{
    (void)state;
    struct test_loop loop;
    snet_uv *driver = open_driver(&loop);
    for (unsigned id = SNET_DRIVER_TIMER_CORE + 1; id < SNET_DRIVER_TIMERS; id++) {
        snet_driver_every(driver, (enum snet_driver_timer_id)id, INTERVAL_MS, count_due);
    }
    assert_int_equal(uv_loop_alive(&loop.uv), 0);
    snet_driver_free(driver);
    test_loop_close(&loop);
}

static void driver_is_not_freed_before_what_belongs_to_it(void **state)
{
    (void)state;
    struct test_pair pair;
    test_pair_begin(&pair, NULL);
    ASSERT_ABORTS(snet_driver_free(pair.driver));
    test_pair_close(&pair);
}

static void driver_takes_its_options_from_the_history(void **state)
{
    (void)state;
    const struct test_pair_config config = test_pair_defaults();
    struct test_pair pair;
    test_pair_open(&pair, &config);
    assert_int_equal(snet_driver_options(pair.driver, SNET_WIRE_3,
                                         &(struct snet_session_config){.history_bytes = 80000})
                         .buffer_bytes,
                     0);
    assert_int_equal(snet_driver_options(pair.driver, SNET_WIRE_2,
                                         &(struct snet_session_config){.history_bytes = 80000})
                         .buffer_bytes,
                     10000);
    assert_int_equal(snet_driver_options(pair.driver, SNET_WIRE_2,
                                         &(struct snet_session_config){.history_bytes = 64})
                         .buffer_bytes,
                     4096);
    assert_int_equal(snet_driver_options(pair.driver, SNET_WIRE_2, &(struct snet_session_config){0})
                         .buffer_bytes,
                     SNET_HISTORY_DEFAULT_BYTES / 8);
    assert_int_equal(snet_driver_options(pair.driver, SNET_WIRE_2, &(struct snet_session_config){0})
                         .dead_peer_timeout_ms,
                     20000);
    pair.driver->config.dead_peer_timeout_ns = 5 * SNET_SECOND_NS;
    assert_int_equal(snet_driver_options(pair.driver, SNET_WIRE_2, &(struct snet_session_config){0})
                         .dead_peer_timeout_ms,
                     5000);
    test_pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(driver_gives_all_events_of_the_core_to_its_hook),
        cmocka_unit_test(driver_prepares_each_time_the_loop_waits),
        cmocka_unit_test(driver_timer_goes_on_until_it_is_stopped),
        cmocka_unit_test(driver_timers_do_not_keep_the_loop_running),
        cmocka_unit_test(driver_is_not_freed_before_what_belongs_to_it),
        cmocka_unit_test(driver_takes_its_options_from_the_history),
    };
    return cmocka_run_group_tests_name("driver", tests, NULL, NULL);
}
