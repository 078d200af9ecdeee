/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/eof_wait.h"

#include "tests/support/loop_pair.h"
#include "tests/support/unit.h"

#include <string.h>

#define WAIT_MS 8000u
#define NEARLY_MS 7000u
#define STEPS 4u

struct fixture {
    struct test_pair pair;
    struct snet_eof_wait eof_wait;
};

static void fixture_init(struct fixture *fixture)
{
    memset(fixture, 0, sizeof *fixture);
    test_pair_begin(&fixture->pair, NULL);
    snet_eof_wait_init(&fixture->eof_wait, &fixture->pair.loop.uv);
}

static void fixture_start(struct fixture *fixture)
{
    snet_eof_wait_start(&fixture->eof_wait, fixture->pair.driver,
                        fixture->pair.ends[TEST_PAIR_CLIENT].session, WAIT_MS);
}

static void fixture_deinit(struct fixture *fixture)
{
    uv_close((uv_handle_t *)&fixture->eof_wait.timer, NULL);
    test_pair_close(&fixture->pair);
}

/* Whether the client's session was shut down: it takes no more bytes. */
static bool shut(struct fixture *fixture)
{
    const uint8_t byte = 0;
    size_t written = 0;
    return snet_session_write(fixture->pair.ends[TEST_PAIR_CLIENT].session, &byte, 1, &written,
                              snet_uv_now(fixture->pair.driver)) != SNET_OK;
}

static void eof_wait_does_nothing_before_it_is_started(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    test_loop_pass(&fixture.pair.loop, 2 * WAIT_MS);
    assert_false(shut(&fixture));
    fixture_deinit(&fixture);
}

static void eof_wait_shuts_a_silent_session_down_after_the_wait(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    fixture_start(&fixture);
    for (unsigned i = 0; i < STEPS; i++) {
        test_loop_pass(&fixture.pair.loop, NEARLY_MS / STEPS);
    }
    assert_false(shut(&fixture));
    TEST_LOOP_PASS_UNTIL(&fixture.pair.loop, TEST_PAIR_STEP_MS * 100, shut(&fixture));
    fixture_deinit(&fixture);
}

static void eof_wait_waits_anew_after_each_byte_that_came(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    fixture_start(&fixture);
    for (unsigned i = 0; i < STEPS; i++) {
        test_pair_send(&fixture.pair, TEST_PAIR_SERVER, 1);
        TEST_LOOP_UNTIL(&fixture.pair.loop,
                        test_pair_read(&fixture.pair, TEST_PAIR_CLIENT) == i + 1);
        test_loop_pass(&fixture.pair.loop, NEARLY_MS);
        assert_false(shut(&fixture));
        fixture_start(&fixture); /* changes nothing while it watches */
    }
    TEST_LOOP_PASS_UNTIL(&fixture.pair.loop, TEST_PAIR_STEP_MS * 100, shut(&fixture));
    fixture_deinit(&fixture);
}

static void eof_wait_waits_for_a_slow_reader(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    test_pair_send(&fixture.pair, TEST_PAIR_SERVER, 1);
    test_loop_settle(&fixture.pair.loop);
    fixture_start(&fixture);
    for (unsigned i = 0; i < STEPS; i++) {
        test_loop_pass(&fixture.pair.loop, NEARLY_MS);
    }
    assert_false(shut(&fixture));
    assert_int_equal(test_pair_read(&fixture.pair, TEST_PAIR_CLIENT), 1);
    TEST_LOOP_PASS_UNTIL(&fixture.pair.loop, TEST_PAIR_STEP_MS * 100, shut(&fixture));
    fixture_deinit(&fixture);
}

static void eof_wait_that_is_stopped_lets_the_session_be(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    fixture_start(&fixture);
    test_loop_pass(&fixture.pair.loop, NEARLY_MS);
    snet_eof_wait_stop(&fixture.eof_wait);
    test_loop_pass(&fixture.pair.loop, 2 * WAIT_MS);
    assert_false(shut(&fixture));
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eof_wait_does_nothing_before_it_is_started),
        cmocka_unit_test(eof_wait_shuts_a_silent_session_down_after_the_wait),
        cmocka_unit_test(eof_wait_waits_anew_after_each_byte_that_came),
        cmocka_unit_test(eof_wait_waits_for_a_slow_reader),
        cmocka_unit_test(eof_wait_that_is_stopped_lets_the_session_be),
    };
    return cmocka_run_group_tests_name("eof_wait", tests, NULL, NULL);
}
