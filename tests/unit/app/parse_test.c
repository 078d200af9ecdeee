/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/parse.h"

#include <snet/core.h>

#include "tests/support/unit.h"

static void parse_refuses_numbers_that_are_not_complete(void **state)
{
    static const char *const bad[] = {
        "", "x", "-1", "+1", "1x", " 1", "1 ", "0x10", "18446744073709551616"};
    (void)state;
    uint64_t number = 42;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(snet_parse_number(bad[i], &number));
    }
    assert_int_equal(number, 42);
    assert_true(snet_parse_number("18446744073709551615", &number));
    assert_int_equal(number, UINT64_MAX);
}

static void parse_takes_sizes_in_powers_of_1024(void **state)
{
    static const char *const bad[] = {"", "k", "1kk", "1T", "1 k", "17179869184G", "-1k"};
    (void)state;
    uint64_t bytes = 42;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(snet_parse_size(bad[i], &bytes));
    }
    assert_int_equal(bytes, 42);
    assert_true(snet_parse_size("7", &bytes));
    assert_int_equal(bytes, 7);
    assert_true(snet_parse_size("64k", &bytes));
    assert_int_equal(bytes, 65536);
    assert_true(snet_parse_size("3K", &bytes));
    assert_int_equal(bytes, 3072);
    assert_true(snet_parse_size("2M", &bytes));
    assert_int_equal(bytes, 2 << 20);
    assert_true(snet_parse_size("1G", &bytes));
    assert_int_equal(bytes, 1 << 30);
}

static void parse_takes_seconds_with_decimals(void **state)
{
    static const char *const bad[] = {"", "-1", ".5", "1s", "nan", "inf", "1e9", "1000001"};
    (void)state;
    uint64_t ms = 42;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(snet_parse_seconds(bad[i], &ms));
    }
    assert_int_equal(ms, 42);
    assert_true(snet_parse_seconds("0.25", &ms));
    assert_int_equal(ms, 250);
    assert_true(snet_parse_seconds("300", &ms));
    assert_int_equal(ms, 300000);
}

static void parse_takes_lists_of_known_wires(void **state)
{
    static const char *const bad[] = {"", ",", "1,", ",1", "4", "1-padde", "1-paddedd", "1, 2"};
    (void)state;
    unsigned wires = 42;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(snet_parse_wires(bad[i], &wires));
    }
    assert_int_equal(wires, 42);
    assert_true(snet_parse_wires("2", &wires));
    assert_int_equal(wires, SNET_WIRE_2);
    assert_true(snet_parse_wires("1,1-padded,2", &wires));
    assert_int_equal(wires, SNET_WIRE_1 | SNET_WIRE_1_PADDED | SNET_WIRE_2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parse_refuses_numbers_that_are_not_complete),
        cmocka_unit_test(parse_takes_sizes_in_powers_of_1024),
        cmocka_unit_test(parse_takes_seconds_with_decimals),
        cmocka_unit_test(parse_takes_lists_of_known_wires),
    };
    return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
