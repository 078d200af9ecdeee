/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "base/assert.h"

#include "tests/support/death.h"
#include "tests/support/unit.h"

#ifdef SNET_DEBUG
#define ASSERT_TEST_DEBUG 1
#else
#define ASSERT_TEST_DEBUG 0
#endif

static void assert_aborts_on_a_false_condition(void **state)
{
    (void)state;
    const int one = 1;
    ASSERT_ABORTS(SNET_ASSERT(one == 2));
}

static void assert_aborts_when_a_failure_is_reported(void **state)
{
    (void)state;
    ASSERT_ABORTS(snet_assert_fail("condition", "file", 1));
}

static void assert_lets_a_true_condition_pass(void **state)
{
    (void)state;
    const int one = 1;
    SNET_ASSERT(one == 1);
}

static void assert_evaluates_its_condition_once(void **state)
{
    (void)state;
    int count = 0;
    SNET_ASSERT(++count > 0);
    assert_int_equal(count, 1);
}

static void assert_is_an_expression(void **state)
{
    (void)state;
    const int one = 1;
    const int two = (SNET_ASSERT(one == 1), one + 1);
    assert_int_equal(two, 2);
}

static void assert_debug_aborts_in_debug_builds_only(void **state)
{
    (void)state;
    int count = 0;
    if (ASSERT_TEST_DEBUG) {
        ASSERT_ABORTS(SNET_ASSERT_DEBUG(count == 1));
    }
    SNET_ASSERT_DEBUG(++count > 0);
    assert_int_equal(count, ASSERT_TEST_DEBUG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(assert_aborts_on_a_false_condition),
        cmocka_unit_test(assert_aborts_when_a_failure_is_reported),
        cmocka_unit_test(assert_lets_a_true_condition_pass),
        cmocka_unit_test(assert_evaluates_its_condition_once),
        cmocka_unit_test(assert_is_an_expression),
        cmocka_unit_test(assert_debug_aborts_in_debug_builds_only),
    };
    return cmocka_run_group_tests_name("assert", tests, NULL, NULL);
}
