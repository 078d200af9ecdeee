/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/copy_out.h"

#include "tests/support/unit.h"

#include <string.h>

#define GUARD 0xaa

/* Copies 8 bytes to a place for `size`; `want` is what is there then. */
static void copies(size_t size, const char *want)
{
    char place[13];
    memset(place, GUARD, sizeof place);
    snet_copy_out(place, size, "12345678", 8);
    assert_memory_equal(place, want, size);
    for (size_t i = size; i < sizeof place; i++) {
        assert_int_equal((unsigned char)place[i], GUARD);
    }
}

static void copy_out_writes_no_more_than_an_older_program_knows(void **state)
{
    (void)state;
    copies(0, "");
    copies(1, "1");
    copies(7, "1234567");
}

static void copy_out_gives_zeros_for_what_only_a_newer_program_knows(void **state)
{
    (void)state;
    copies(8, "12345678");
    copies(12, "12345678\0\0\0\0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copy_out_writes_no_more_than_an_older_program_knows),
        cmocka_unit_test(copy_out_gives_zeros_for_what_only_a_newer_program_knows),
    };
    return cmocka_run_group_tests_name("copy_out", tests, NULL, NULL);
}
