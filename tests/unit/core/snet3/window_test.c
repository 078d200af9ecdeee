/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* How windows grow [PROTO 17.3]. */
#include "core/snet3/window.h"

#include "tests/support/unit.h"

#define RTT_NS (100 * SNET_MS_NS)

static void window_stays_while_the_reader_has_not_taken_all_of_it(void **state)
{
    (void)state;
    struct snet_window window;
    snet_window_init(&window, 1000, 8000);
    assert_int_equal(snet_window_read(&window, 1000, RTT_NS, SNET_SECOND_NS), 1000);
    assert_int_equal(snet_window_read(&window, 1999, RTT_NS, SNET_SECOND_NS + 1), 1000);
}

static void window_stays_when_it_lasts_for_two_round_trips(void **state)
{
    (void)state;
    struct snet_window window;
    snet_window_init(&window, 1000, 8000);
    assert_int_equal(snet_window_read(&window, 1000, RTT_NS, SNET_SECOND_NS), 1000);
    assert_int_equal(snet_window_read(&window, 2000, RTT_NS, SNET_SECOND_NS + 2 * RTT_NS), 1000);
}

static void window_stays_at_the_first_one_which_nobody_has_timed(void **state)
{
    (void)state;
    struct snet_window window;
    snet_window_init(&window, 1000, 8000);
    assert_int_equal(snet_window_read(&window, 1000, RTT_NS, 1), 1000);
}

static void window_doubles_when_it_is_used_up_within_two_round_trips(void **state)
{
    (void)state;
    struct snet_window window;
    snet_window_init(&window, 1000, 8000);
    assert_int_equal(snet_window_read(&window, 1000, RTT_NS, SNET_SECOND_NS), 1000);
    assert_int_equal(snet_window_read(&window, 2000, RTT_NS, SNET_SECOND_NS + 2 * RTT_NS - 1),
                     2000);
    snet_window_grow(&window, 2000);
    assert_int_equal(snet_window_read(&window, 3999, RTT_NS, SNET_SECOND_NS + 2 * RTT_NS), 2000);
    assert_int_equal(snet_window_read(&window, 4000, RTT_NS, SNET_SECOND_NS + 3 * RTT_NS), 4000);
}

static void window_that_could_not_be_had_is_asked_for_again(void **state)
{
    (void)state;
    struct snet_window window;
    snet_window_init(&window, 1000, 8000);
    (void)snet_window_read(&window, 1000, RTT_NS, SNET_SECOND_NS);
    assert_int_equal(snet_window_read(&window, 2000, RTT_NS, SNET_SECOND_NS + 1), 2000);
    assert_int_equal(window.bytes, 1000);
    assert_int_equal(snet_window_read(&window, 3000, RTT_NS, SNET_SECOND_NS + 2), 2000);
}

static void window_ends_at_its_maximum(void **state)
{
    (void)state;
    struct snet_window window;
    snet_window_init(&window, 1000, 1500);
    (void)snet_window_read(&window, 1000, RTT_NS, SNET_SECOND_NS);
    assert_int_equal(snet_window_read(&window, 2000, RTT_NS, SNET_SECOND_NS + 1), 1500);
    snet_window_grow(&window, 1500);
    assert_int_equal(snet_window_read(&window, 4000, RTT_NS, SNET_SECOND_NS + 2), 1500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(window_stays_while_the_reader_has_not_taken_all_of_it),
        cmocka_unit_test(window_stays_when_it_lasts_for_two_round_trips),
        cmocka_unit_test(window_stays_at_the_first_one_which_nobody_has_timed),
        cmocka_unit_test(window_doubles_when_it_is_used_up_within_two_round_trips),
        cmocka_unit_test(window_that_could_not_be_had_is_asked_for_again),
        cmocka_unit_test(window_ends_at_its_maximum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
