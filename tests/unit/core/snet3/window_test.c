/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* How windows grow [PROTO 17.3]. */
#include "core/snet3/window.h"

#include "tests/support/unit.h"

#define RTT_NS (100 * SNET_MS_NS)
#define BEGIN_NS SNET_SECOND_NS

/* A round has just begun at 1000, and cannot be shorter than a round trip. */
static struct snet_window window_in_a_round(uint32_t bytes, uint32_t max_bytes)
{
    struct snet_window window;
    snet_window_init(&window, bytes, max_bytes);
    snet_window_measured(&window, RTT_NS, true, BEGIN_NS);
    assert_int_equal(snet_window_read(&window, 1000, BEGIN_NS), bytes);
    return window;
}

static void window_stays_while_the_reader_has_not_taken_all_of_it(void **state)
{
    (void)state;
    struct snet_window window = window_in_a_round(1000, 8000);
    assert_int_equal(snet_window_read(&window, 1999, BEGIN_NS + 1), 1000);
}

static void window_stays_when_it_lasts_for_two_round_trips(void **state)
{
    (void)state;
    struct snet_window window = window_in_a_round(1000, 8000);
    assert_int_equal(snet_window_read(&window, 2000, BEGIN_NS + 2 * RTT_NS), 1000);
    assert_int_equal(snet_window_read(&window, 3500, BEGIN_NS + 4 * RTT_NS), 1000);
}

static void window_is_twice_what_was_read_in_a_round_trip(void **state)
{
    static const struct {
        uint64_t read;
        uint64_t took_ns;
        uint32_t bytes;
    } rows[] = {
        {1000, RTT_NS, 2000},         {1500, RTT_NS, 3000},
        {1000, RTT_NS / 2, 2000}, /* it is no more for being read sooner */
        {1000, RTT_NS * 5 / 4, 1600}, {1250, RTT_NS * 5 / 4, 2000},
        {1000, 2 * RTT_NS - 1, 1001}, {4000, RTT_NS, 8000},
        {5000, RTT_NS, 8000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct snet_window window = window_in_a_round(1000, 8000);
        assert_in_range(snet_window_read(&window, 1000 + rows[i].read, BEGIN_NS + rows[i].took_ns),
                        rows[i].bytes - 1, rows[i].bytes + 4);
    }
}

static void window_that_could_not_be_had_is_asked_for_again(void **state)
{
    (void)state;
    struct snet_window window = window_in_a_round(1000, 8000);
    assert_int_equal(snet_window_read(&window, 2000, BEGIN_NS + RTT_NS), 2000);
    assert_int_equal(window.bytes, 1000);
    assert_int_equal(snet_window_read(&window, 3000, BEGIN_NS + 2 * RTT_NS), 2000);
}

static void window_ends_at_its_maximum(void **state)
{
    (void)state;
    struct snet_window window = window_in_a_round(1000, 1500);
    assert_int_equal(snet_window_read(&window, 2000, BEGIN_NS + RTT_NS), 1500);
    snet_window_grow(&window, 1500);
    assert_int_equal(snet_window_read(&window, 4000, BEGIN_NS + 2 * RTT_NS), 1500);
}

/* From the first round on, and after a pause. */
static void time_in_which_nothing_came_is_not_the_readers(void **state)
{
    (void)state;
    struct snet_window window;
    snet_window_init(&window, 1000, 8000);
    snet_window_measured(&window, RTT_NS, true, BEGIN_NS);
    snet_window_arrived(&window, 0, BEGIN_NS);
    assert_int_equal(snet_window_read(&window, 1000, BEGIN_NS + RTT_NS), 2000);
    snet_window_grow(&window, 2000);
    snet_window_arrived(&window, 1000, BEGIN_NS + SNET_SECOND_NS);
    assert_int_equal(snet_window_read(&window, 3000, BEGIN_NS + SNET_SECOND_NS + RTT_NS), 4000);
}

static void arrivals_within_two_round_trips_do_not_begin_a_round(void **state)
{
    (void)state;
    struct snet_window window = window_in_a_round(1000, 8000);
    snet_window_arrived(&window, 1500, BEGIN_NS + 2 * RTT_NS - 2);
    assert_true(snet_window_read(&window, 2000, BEGIN_NS + 2 * RTT_NS - 1) > 1000);
}

static void least_round_trip_counts_for_10_s(void **state)
{
    (void)state;
    struct snet_window window;
    snet_window_init(&window, 1000, 8000);
    snet_window_measured(&window, RTT_NS, true, BEGIN_NS);
    snet_window_measured(&window, 2 * RTT_NS, false, BEGIN_NS + SNET_WINDOW_RTT_KEEP_NS - 1);
    assert_int_equal(window.rtt_ns, RTT_NS);
    snet_window_measured(&window, RTT_NS / 2, false, BEGIN_NS + SNET_WINDOW_RTT_KEEP_NS - 1);
    assert_int_equal(window.rtt_ns, RTT_NS / 2);
    snet_window_measured(&window, 2 * RTT_NS, false, BEGIN_NS + SNET_WINDOW_RTT_KEEP_NS);
    assert_int_equal(window.rtt_ns, RTT_NS / 2);
    snet_window_measured(&window, 2 * RTT_NS, false, BEGIN_NS + 2 * SNET_WINDOW_RTT_KEEP_NS);
    assert_int_equal(window.rtt_ns, 2 * RTT_NS);
    snet_window_measured(&window, 3 * RTT_NS, true, BEGIN_NS + 2 * SNET_WINDOW_RTT_KEEP_NS);
    assert_int_equal(window.rtt_ns, 3 * RTT_NS); /* another path */
}

/* A busy machine was late with its first answer. */
static void rounds_show_that_a_round_trip_was_measured_too_long(void **state)
{
    (void)state;
    struct snet_window window = window_in_a_round(1000, 8000);
    snet_window_arrived(&window, 1000, BEGIN_NS + 2 * RTT_NS);
    (void)snet_window_read(&window, 2000, BEGIN_NS + 2 * RTT_NS + 1);
    assert_int_equal(window.rtt_ns, RTT_NS); /* its credit was older than that round */
    const uint64_t took_ns = RTT_NS / SNET_WINDOW_RTT_ROUNDS - SNET_MS_NS;
    (void)snet_window_read(&window, 3000, BEGIN_NS + 2 * RTT_NS + 1 + took_ns);
    assert_int_equal(window.rtt_ns, SNET_WINDOW_RTT_ROUNDS * took_ns);
    snet_window_grow(&window, 2000);
    snet_window_shrink(&window, 1000);
    (void)snet_window_read(&window, 4000, BEGIN_NS + 2 * RTT_NS + 2 + took_ns);
    assert_int_equal(window.rtt_ns, SNET_WINDOW_RTT_ROUNDS * took_ns); /* it had been larger */
}

static void round_trip_counts_as_what_machines_take_at_least(void **state)
{
    (void)state;
    struct snet_window window;
    snet_window_init(&window, 1000, 8000);
    snet_window_measured(&window, SNET_WINDOW_RTT_MIN_NS / 10, true, BEGIN_NS);
    (void)snet_window_read(&window, 1000, BEGIN_NS);
    assert_int_equal(snet_window_read(&window, 2000, BEGIN_NS + SNET_WINDOW_RTT_MIN_NS), 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(window_stays_while_the_reader_has_not_taken_all_of_it),
        cmocka_unit_test(window_stays_when_it_lasts_for_two_round_trips),
        cmocka_unit_test(window_is_twice_what_was_read_in_a_round_trip),
        cmocka_unit_test(window_that_could_not_be_had_is_asked_for_again),
        cmocka_unit_test(window_ends_at_its_maximum),
        cmocka_unit_test(time_in_which_nothing_came_is_not_the_readers),
        cmocka_unit_test(arrivals_within_two_round_trips_do_not_begin_a_round),
        cmocka_unit_test(least_round_trip_counts_for_10_s),
        cmocka_unit_test(rounds_show_that_a_round_trip_was_measured_too_long),
        cmocka_unit_test(round_trip_counts_as_what_machines_take_at_least),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
