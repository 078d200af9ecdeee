/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/legacy/ending.h"

#include "tests/support/unit.h"

#define T0 (1000 * SNET_SECOND_NS)

/* A session whose server had written 100 bytes at the last agreement and closed at T0. */
static struct snet_ending closed_ending(void)
{
    struct snet_ending ending = {0};
    snet_ending_agreed(&ending, 100, T0);
    snet_ending_fin(&ending, true, T0);
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
    snet_ending_agreed(&ending, 100, T0);
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
    snet_ending_fin(&ending, true, T0);
    assert_row(&ending, 0, T0 + 1, SNET_ENDING_LOST);
    ending = (struct snet_ending){0};
    snet_ending_fin(&ending, true, T0);
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
    snet_ending_agreed(&ending, 100, T0);
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
    snet_ending_agreed(&ending, 100, T0);
    assert_int_equal(snet_ending_refused(&ending, SNET_ENDING_MESSAGE, 99, T0 + 1),
                     SNET_ENDING_RETRY);
    snet_ending_agreed(&ending, 100, T0);
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

/* --- What is known of the server ----------------------------------------------------------------
 */

#define OUR_ID (UINT64_C(1) << 32)

/* A session of ours whose last link was resumed at T0, ended by FIN so much later, and brought a
   byte or not. */
static struct snet_ending resumed_ending(bool challenged, uint64_t lived_ns, bool brought)
{
    struct snet_ending ending;
    snet_ending_begin(&ending, OUR_ID, challenged);
    snet_ending_agreed(&ending, 100, T0);
    snet_ending_fin(&ending, brought, T0 + lived_ns);
    return ending;
}

/* What a row of bare closes behind that says. */
static enum snet_ending_verdict verdict_of_a_row(struct snet_ending *ending, uint64_t received)
{
    const uint64_t first = T0 + 3 * SNET_SECOND_NS;
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(snet_ending_refused(ending, SNET_ENDING_BARE_CLOSE, received, first + i),
                         SNET_ENDING_RETRY);
    }
    return snet_ending_refused(ending, SNET_ENDING_BARE_CLOSE, received,
                               first + SNET_ENDING_ROW_NS);
}

/* [PROTO 7.5]: a server that proves its ends has none that it does not prove. */
static void ending_of_a_server_that_proves_is_never_guessed(void **state)
{
    (void)state;
    struct snet_ending ending = resumed_ending(true, 1, false);
    assert_row(&ending, 100, T0 + 1, SNET_ENDING_LOST);
}

/* [PROTO 7.5] */
static void ending_is_shown_by_an_empty_link_and_a_row(void **state)
{
    (void)state;
    struct snet_ending ending = resumed_ending(false, SNET_ENDING_SHOWN_MAX_NS, false);
    assert_int_equal(verdict_of_a_row(&ending, 100), SNET_ENDING_CLEAN);
}

/* [PROTO 7.5]: each condition for itself. */
static void ending_is_not_shown_by_less(void **state)
{
    (void)state;
    struct snet_ending ending = resumed_ending(false, SNET_ENDING_SHOWN_MAX_NS + 1, false);
    assert_int_equal(verdict_of_a_row(&ending, 100), SNET_ENDING_LOST);
    ending = resumed_ending(false, 1, true);
    assert_int_equal(verdict_of_a_row(&ending, 100), SNET_ENDING_LOST);
    ending = resumed_ending(false, 1, false);
    assert_int_equal(verdict_of_a_row(&ending, 99), SNET_ENDING_LOST);
    ending = resumed_ending(false, 1, false);
    snet_ending_interrupted(&ending);
    assert_int_equal(verdict_of_a_row(&ending, 100), SNET_ENDING_LOST);
    snet_ending_begin(&ending, OUR_ID, false); /* the link that began it is no goodbye */
    snet_ending_fin(&ending, false, T0 + 1);
    assert_int_equal(verdict_of_a_row(&ending, 0), SNET_ENDING_LOST);
}

/* [PROTO 7.5]: what was refused before the empty link does not count. */
static void ending_is_shown_by_refusals_behind_the_link_only(void **state)
{
    (void)state;
    struct snet_ending ending;
    snet_ending_begin(&ending, OUR_ID, false);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(snet_ending_refused(&ending, SNET_ENDING_BARE_CLOSE, 100, T0 - 1 + i),
                         SNET_ENDING_RETRY);
    }
    snet_ending_agreed(&ending, 100, T0);
    snet_ending_fin(&ending, false, T0 + 1);
    assert_int_equal(verdict_of_a_row(&ending, 100), SNET_ENDING_CLEAN);
}

/* [PROTO 4.2] */
static void ending_of_a_small_id_is_guessed(void **state)
{
    (void)state;
    struct snet_ending ending;
    snet_ending_begin(&ending, OUR_ID - 1, true);
    assert_int_equal(ending.kind, SNET_ENDING_GUESSED);
    snet_ending_begin(&ending, OUR_ID, true);
    assert_int_equal(ending.kind, SNET_ENDING_PROVES);
    snet_ending_begin(&ending, OUR_ID, false);
    assert_int_equal(ending.kind, SNET_ENDING_SHOWS);
}

/* [PROTO 6.2]: only a server that declares nothing else says so by what it declares. */
static void ending_knows_of_an_overrun_by_what_is_declared(void **state)
{
    (void)state;
    struct snet_ending ending = resumed_ending(true, 1, false);
    assert_true(snet_ending_told_overrun(&ending, 99));
    assert_false(snet_ending_told_overrun(&ending, 100));
    ending = closed_ending();
    assert_false(snet_ending_told_overrun(&ending, 99));
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
        cmocka_unit_test(ending_of_a_server_that_proves_is_never_guessed),
        cmocka_unit_test(ending_is_shown_by_an_empty_link_and_a_row),
        cmocka_unit_test(ending_is_not_shown_by_less),
        cmocka_unit_test(ending_is_shown_by_refusals_behind_the_link_only),
        cmocka_unit_test(ending_of_a_small_id_is_guessed),
        cmocka_unit_test(ending_knows_of_an_overrun_by_what_is_declared),
    };
    return cmocka_run_group_tests_name("ending", tests, NULL, NULL);
}
