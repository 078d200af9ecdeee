/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/backoff.h"

#include "tests/support/unit.h"

/* [PROTO 8.2] */
static void backoff_makes_the_first_attempt_at_once(void **state)
{
    (void)state;
    struct snet_backoff backoff = {0};
    assert_int_equal(snet_backoff_next_ns(&backoff, UINT64_MAX), 0);
}

/* [PROTO 8.2] */
static void backoff_doubles_its_ceiling_up_to_the_maximum(void **state)
{
    (void)state;
    struct snet_backoff backoff = {0};
    uint64_t ceiling_ns = SNET_BACKOFF_FIRST_NS;
    (void)snet_backoff_next_ns(&backoff, 0);
    for (unsigned i = 0; i < 20; i++) {
        /* The largest random number below the modulus gives the ceiling itself. */
        assert_int_equal(snet_backoff_next_ns(&backoff, ceiling_ns), ceiling_ns);
        ceiling_ns = 2 * ceiling_ns < SNET_BACKOFF_MAX_NS ? 2 * ceiling_ns : SNET_BACKOFF_MAX_NS;
    }
    assert_int_equal(ceiling_ns, SNET_BACKOFF_MAX_NS);
}

static void backoff_spreads_over_the_whole_range(void **state)
{
    (void)state;
    struct snet_backoff backoff = {0};
    (void)snet_backoff_next_ns(&backoff, 0);
    assert_int_equal(snet_backoff_next_ns(&backoff, 0), 0);
    assert_int_equal(snet_backoff_next_ns(&backoff, 12345), 12345);
}

static void backoff_starts_again_after_a_reset(void **state)
{
    (void)state;
    struct snet_backoff backoff = {0};
    for (unsigned i = 0; i < 8; i++) {
        (void)snet_backoff_next_ns(&backoff, 1);
    }
    snet_backoff_reset(&backoff);
    assert_int_equal(snet_backoff_next_ns(&backoff, 1), 0);
    assert_int_equal(snet_backoff_next_ns(&backoff, SNET_BACKOFF_FIRST_NS), SNET_BACKOFF_FIRST_NS);
}

/* The short wait comes once: what follows is spread as after any other failure. */
static void backoff_is_short_once_behind_a_link_that_moved(void **state)
{
    (void)state;
    struct snet_backoff backoff = {0};
    for (unsigned i = 0; i < 2; i++) {
        snet_backoff_moved(&backoff, 0);
        assert_int_equal(snet_backoff_next_ns(&backoff, SNET_BACKOFF_MOVED_NS),
                         SNET_BACKOFF_MOVED_NS);
        assert_int_equal(snet_backoff_next_ns(&backoff, SNET_BACKOFF_FIRST_NS),
                         SNET_BACKOFF_FIRST_NS);
    }
}

/* A wait that was worked out is kept to the nanosecond, whatever the dice say, and once. */
static void backoff_is_as_long_as_said_once_behind_a_link_that_was_worth_it(void **state)
{
    (void)state;
    static const uint32_t waits_ns[] = {0, 700000};
    struct snet_backoff backoff = {0};
    for (unsigned i = 0; i < 2; i++) {
        snet_backoff_soon(&backoff, waits_ns[i]);
        assert_int_equal(snet_backoff_next_ns(&backoff, UINT64_MAX), waits_ns[i]);
        assert_int_equal(snet_backoff_next_ns(&backoff, SNET_BACKOFF_FIRST_NS),
                         SNET_BACKOFF_FIRST_NS);
        snet_backoff_moved(&backoff, waits_ns[i]);
        assert_int_equal(snet_backoff_next_ns(&backoff, SNET_BACKOFF_MOVED_NS),
                         waits_ns[i] + SNET_BACKOFF_MOVED_NS);
        assert_int_equal(snet_backoff_next_ns(&backoff, SNET_BACKOFF_FIRST_NS),
                         SNET_BACKOFF_FIRST_NS);
    }
    snet_backoff_reset(&backoff);
    assert_int_equal(snet_backoff_next_ns(&backoff, UINT64_MAX), 0);
}

/* A server that is just coming back refuses who is there at once: that is worth one more try. */
static void backoff_is_short_once_more_behind_an_attempt_at_once_that_was_refused(void **state)
{
    (void)state;
    struct snet_backoff backoff = {0};
    snet_backoff_soon(&backoff, 0);
    (void)snet_backoff_next_ns(&backoff, 1);
    for (unsigned i = 0; i < 3; i++) {
        snet_backoff_refused(&backoff);
        const uint64_t ceiling_ns = i == 0 ? SNET_BACKOFF_MOVED_NS : i * SNET_BACKOFF_FIRST_NS;
        assert_int_equal(snet_backoff_next_ns(&backoff, ceiling_ns), ceiling_ns);
    }
    snet_backoff_reset(&backoff);
    (void)snet_backoff_next_ns(&backoff, 1);
    snet_backoff_refused(&backoff);
    assert_int_equal(snet_backoff_next_ns(&backoff, SNET_BACKOFF_FIRST_NS), SNET_BACKOFF_FIRST_NS);
}

/* Waits of 10, 20, 40 ms, ...; an attempt without an answer waits as ever. */
static void backoff_is_gentle_while_the_server_answers(void **state)
{
    (void)state;
    struct snet_backoff backoff = {0};
    uint64_t ceiling_ns = SNET_BACKOFF_ANSWERED_NS;
    snet_backoff_moved(&backoff, 0);
    (void)snet_backoff_next_ns(&backoff, 0);
    for (; ceiling_ns < SNET_BACKOFF_FIRST_NS; ceiling_ns *= 2) {
        snet_backoff_answered(&backoff);
        assert_int_equal(snet_backoff_next_ns(&backoff, ceiling_ns), ceiling_ns);
    }
    assert_int_equal(snet_backoff_next_ns(&backoff, SNET_BACKOFF_FIRST_NS), SNET_BACKOFF_FIRST_NS);
    for (unsigned i = 0; i < 20; i++) {
        snet_backoff_answered(&backoff);
    }
    assert_in_range(snet_backoff_next_ns(&backoff, UINT64_MAX), 0, SNET_BACKOFF_MAX_NS);
    snet_backoff_moved(&backoff, 0);
    (void)snet_backoff_next_ns(&backoff, 0);
    snet_backoff_answered(&backoff);
    assert_int_equal(snet_backoff_next_ns(&backoff, SNET_BACKOFF_ANSWERED_NS),
                     SNET_BACKOFF_ANSWERED_NS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backoff_makes_the_first_attempt_at_once),
        cmocka_unit_test(backoff_doubles_its_ceiling_up_to_the_maximum),
        cmocka_unit_test(backoff_spreads_over_the_whole_range),
        cmocka_unit_test(backoff_starts_again_after_a_reset),
        cmocka_unit_test(backoff_is_short_once_behind_a_link_that_moved),
        cmocka_unit_test(backoff_is_as_long_as_said_once_behind_a_link_that_was_worth_it),
        cmocka_unit_test(backoff_is_short_once_more_behind_an_attempt_at_once_that_was_refused),
        cmocka_unit_test(backoff_is_gentle_while_the_server_answers),
    };
    return cmocka_run_group_tests_name("backoff", tests, NULL, NULL);
}
