/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/exit_code.h"

#include "tests/support/unit.h"

static void exit_code_says_how_a_session_ended(void **state)
{
    (void)state;
    assert_int_equal(snet_exit_code_of(SNET_ERR_CLOSED), 0);
    assert_int_equal(snet_exit_code_of(SNET_ERR_NO_ANSWER), 69);
    assert_int_equal(snet_exit_code_of(SNET_ERR_CONNECT), 69);
    assert_int_equal(snet_exit_code_of(SNET_ERR_EXPIRED), 74);
    assert_int_equal(snet_exit_code_of(SNET_ERR_BUSY), 75);
    assert_int_equal(snet_exit_code_of(SNET_ERR_BAD_FRAME), 76);
    assert_int_equal(snet_exit_code_of(SNET_ERR_DENIED), 77);
    assert_int_equal(snet_exit_code_of(SNET_ERR_REFUSED), 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exit_code_says_how_a_session_ended),
    };
    return cmocka_run_group_tests_name("exit_code", tests, NULL, NULL);
}
