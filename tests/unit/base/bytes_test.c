/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "base/bytes.h"

#include "tests/support/unit.h"

static void copy_takes_exactly_the_bytes_asked_for(void **state)
{
    (void)state;
    const uint8_t from[4] = {1, 2, 3, 4};
    uint8_t to[4] = {9, 9, 9, 9};
    snet_bytes_copy(to, from, 3);
    const uint8_t expected[4] = {1, 2, 3, 9};
    assert_memory_equal(to, expected, sizeof to);
}

static void copy_of_nothing_may_come_from_nowhere(void **state)
{
    (void)state;
    uint8_t to[1] = {9};
    snet_bytes_copy(to, NULL, 0);
    snet_bytes_copy(NULL, NULL, 0);
    assert_int_equal(to[0], 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copy_takes_exactly_the_bytes_asked_for),
        cmocka_unit_test(copy_of_nothing_may_come_from_nowhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
