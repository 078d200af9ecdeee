/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "base/try.h"

#include "tests/support/unit.h"

/* Says how often it was called, and returns `err`. */
static snet_err call(snet_err err, int *ret_count)
{
    (*ret_count)++;
    return err;
}

static snet_err try_two(snet_err first, snet_err second, int *ret_count)
{
    SNET_TRY(call(first, ret_count));
    SNET_TRY(call(second, ret_count));
    return SNET_OK;
}

static void try_returns_the_first_error_at_once(void **state)
{
    (void)state;
    int count = 0;
    assert_int_equal(try_two(SNET_ERR_AGAIN, SNET_ERR_OS, &count), SNET_ERR_AGAIN);
    assert_int_equal(count, 1);
}

static void try_goes_on_after_success(void **state)
{
    (void)state;
    int count = 0;
    assert_int_equal(try_two(SNET_OK, SNET_ERR_OS, &count), SNET_ERR_OS);
    assert_int_equal(try_two(SNET_OK, SNET_OK, &count), SNET_OK);
    assert_int_equal(count, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(try_returns_the_first_error_at_once),
        cmocka_unit_test(try_goes_on_after_success),
    };
    return cmocka_run_group_tests_name("try", tests, NULL, NULL);
}
