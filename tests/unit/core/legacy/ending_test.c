/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/legacy/ending.h"

#include "tests/support/unit.h"

#define T0 (1000 * SNET_SECOND_NS)

/* A session whose server had written 100 bytes at the last agreement and closed at T0. */
static struct snet_ending closed_ending(void)
{
    struct snet_ending ending = {0};
    snet_ending_agreed(&ending, 100);
    snet_ending_fin(&ending, T0);
    return ending;
}

/* The first refusal of a row is no loss yet; the row that begins with it ends in `expected`. */
static void assert_row(struct snet_ending *ending, uint64_t received, uint64_t first,
                       enum snet_ending_verdict expected)
{
    assert_int_equal(snet_ending_refused(ending, SNET_ENDING_MESSAGE, received, first),
                     SNET_ENDING_RETRY);
    assert_int_equal(snet_ending_refused(ending, SNET_ENDING_MESSAGE, received, first + 1),
                     SNET_ENDING_RETRY);
    assert_int_equal(
        snet_ending_refused(ending, SNET_ENDING_MESSAGE, received, first + SNET_ENDING_ROW_NS),
        expected);
}

/* [PROTO 7.5] */
static void ending_without_a_fin_is_a_loss(void **state)
{
    (void)state;
    struct snet_ending ending = {0};
    snet_ending_agreed(&ending, 100);
    assert_row(&ending, 100, T0, SNET_ENDING_LOST);
}

/* [PROTO 7.5] */
static void ending_short_of_the_claim_is_a_loss(void **state)
{
    (void)state;
    struct snet_ending ending = closed_ending();
    assert_row(&ending, 99, T0 + 1, SNET_ENDING_LOST);
}

/* [PROTO 7.5] */
static void ending_long_after_the_fin_is_a_loss(void **state)
{
    (void)state;
    struct snet_ending ending = closed_ending();
    assert_row(&ending, 100, T0 + SNET_ENDING_FIN_MAX_NS + 1, SNET_ENDING_LOST);
}

/* [PROTO 9.4]: the proof of snet/2 may never have arrived. */
static void ending_of_a_session_that_the_server_may_not_know_is_a_loss(void **state)
{
    (void)state;
    struct snet_ending ending = {0};
    snet_ending_fin(&ending, T0);
    assert_row(&ending, 0, T0 + 1, SNET_ENDING_LOST);
    ending = (struct snet_ending){0};
    snet_ending_fin(&ending, T0);
    assert_int_equal(snet_ending_refused(&ending, SNET_ENDING_MESSAGE, 1, T0 + 1),
                     SNET_ENDING_CLEAN);
}

/* [PROTO 7.5] */
static void ending_after_a_fin_with_everything_is_clean(void **state)
{
    (void)state;
    struct snet_ending ending = closed_ending();
    assert_int_equal(
        snet_ending_refused(&ending, SNET_ENDING_MESSAGE, 100, T0 + SNET_ENDING_FIN_MAX_NS),
        SNET_ENDING_CLEAN);
}

static void ending_forgets_the_fin_at_the_next_agreement(void **state)
{
    (void)state;
    struct snet_ending ending = closed_ending();
    snet_ending_agreed(&ending, 100);
    assert_row(&ending, 100, T0 + 1, SNET_ENDING_LOST);
}

/* [PROTO 6.5] */
static void ending_believes_three_bare_closes_over_ten_seconds(void **state)
{
    (void)state;
    struct snet_ending ending = closed_ending();
    assert_int_equal(snet_ending_refused(&ending, SNET_ENDING_BARE_CLOSE, 100, T0 + 1),
                     SNET_ENDING_RETRY);
    assert_int_equal(snet_ending_retry_by_ns(&ending), SNET_NEVER);
    assert_int_equal(snet_ending_refused(&ending, SNET_ENDING_BARE_CLOSE, 100, T0 + 2),
                     SNET_ENDING_RETRY);
    const uint64_t row_end = T0 + 1 + SNET_ENDING_ROW_NS;
    assert_int_equal(snet_ending_retry_by_ns(&ending), row_end);
    /* Many in a short time are not enough. */
    assert_int_equal(snet_ending_refused(&ending, SNET_ENDING_BARE_CLOSE, 100, T0 + 3),
                     SNET_ENDING_RETRY);
    assert_int_equal(snet_ending_refused(&ending, SNET_ENDING_BARE_CLOSE, 100, row_end - 1),
                     SNET_ENDING_RETRY);
    assert_int_equal(snet_ending_refused(&ending, SNET_ENDING_BARE_CLOSE, 100, row_end),
                     SNET_ENDING_CLEAN);
}

/* [PROTO 6.5] */
static void ending_starts_the_row_again_after_another_failure(void **state)
{
    (void)state;
    struct snet_ending ending = closed_ending();
    assert_int_equal(snet_ending_refused(&ending, SNET_ENDING_BARE_CLOSE, 100, T0 + 1),
                     SNET_ENDING_RETRY);
    assert_int_equal(snet_ending_refused(&ending, SNET_ENDING_BARE_CLOSE, 100, T0 + 2),
                     SNET_ENDING_RETRY);
    snet_ending_interrupted(&ending);
    const uint64_t later = T0 + 12 * SNET_SECOND_NS;
    assert_int_equal(snet_ending_refused(&ending, SNET_ENDING_BARE_CLOSE, 100, later),
                     SNET_ENDING_RETRY);
    assert_int_equal(snet_ending_retry_by_ns(&ending), SNET_NEVER);
}

/* [PROTO 6.5]: anything may agree to a resume; only a link that works breaks the row. */
static void ending_goes_on_with_the_row_after_a_bare_agreement(void **state)
{
    (void)state;
    struct snet_ending ending = closed_ending();
    assert_int_equal(snet_ending_refused(&ending, SNET_ENDING_MESSAGE, 99, T0), SNET_ENDING_RETRY);
    snet_ending_agreed(&ending, 100);
    assert_int_equal(snet_ending_refused(&ending, SNET_ENDING_MESSAGE, 99, T0 + 1),
                     SNET_ENDING_RETRY);
    snet_ending_agreed(&ending, 100);
    assert_int_equal(snet_ending_refused(&ending, SNET_ENDING_MESSAGE, 99, T0 + SNET_ENDING_ROW_NS),
                     SNET_ENDING_LOST);
}

/* [PROTO 6.2]: nor does a lack of history end a session at the first word of it, or cleanly. */
static void ending_believes_an_overrun_after_a_row(void **state)
{
    (void)state;
    struct snet_ending ending = closed_ending();
    const enum snet_ending_answer overrun = SNET_ENDING_OVERRUN;
    assert_int_equal(snet_ending_refused(&ending, overrun, 100, T0 + 1), SNET_ENDING_RETRY);
    assert_int_equal(snet_ending_refused(&ending, overrun, 100, T0 + 2), SNET_ENDING_RETRY);
    assert_int_equal(snet_ending_refused(&ending, overrun, 100, T0 + 1 + SNET_ENDING_ROW_NS),
                     SNET_ENDING_LOST);
}

/* The time that counts is that of the first refusal of the row, not of the verdict. */
static void ending_measures_from_the_fin_to_the_first_refusal(void **state)
{
    (void)state;
    struct snet_ending ending = closed_ending();
    const uint64_t first = T0 + SNET_ENDING_FIN_MAX_NS;
    assert_int_equal(snet_ending_refused(&ending, SNET_ENDING_BARE_CLOSE, 100, first),
                     SNET_ENDING_RETRY);
    assert_int_equal(snet_ending_refused(&ending, SNET_ENDING_BARE_CLOSE, 100, first + 1),
                     SNET_ENDING_RETRY);
    assert_int_equal(
        snet_ending_refused(&ending, SNET_ENDING_BARE_CLOSE, 100, first + SNET_ENDING_ROW_NS),
        SNET_ENDING_CLEAN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ending_without_a_fin_is_a_loss),
        cmocka_unit_test(ending_short_of_the_claim_is_a_loss),
        cmocka_unit_test(ending_long_after_the_fin_is_a_loss),
        cmocka_unit_test(ending_of_a_session_that_the_server_may_not_know_is_a_loss),
        cmocka_unit_test(ending_after_a_fin_with_everything_is_clean),
        cmocka_unit_test(ending_forgets_the_fin_at_the_next_agreement),
        cmocka_unit_test(ending_believes_three_bare_closes_over_ten_seconds),
        cmocka_unit_test(ending_starts_the_row_again_after_another_failure),
        cmocka_unit_test(ending_goes_on_with_the_row_after_a_bare_agreement),
        cmocka_unit_test(ending_believes_an_overrun_after_a_row),
        cmocka_unit_test(ending_measures_from_the_fin_to_the_first_refusal),
    };
    return cmocka_run_group_tests_name("ending", tests, NULL, NULL);
}
