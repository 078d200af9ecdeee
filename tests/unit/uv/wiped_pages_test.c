/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/wiped_pages.h"

#include "tests/support/unit.h"

#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE_BYTES 9000u /* no whole number of pages */

static void wiped_pages_refuse_no_size_and_too_much(void **state)
{
    (void)state;
    bool wiped = false;
    assert_null(snet_wiped_pages_map(0, &wiped));
    assert_null(snet_wiped_pages_map(SIZE_MAX / 2, &wiped));
}

static void wiped_pages_begin_as_zeros(void **state)
{
    (void)state;
    static const uint8_t zeros[SIZE_BYTES];
    bool wiped = false;
    void *pages = snet_wiped_pages_map(SIZE_BYTES, &wiped);
    assert_non_null(pages);
    assert_memory_equal(pages, zeros, SIZE_BYTES);
    snet_wiped_pages_unmap(pages, SIZE_BYTES);
}

static void wiped_pages_are_empty_in_a_child_to_the_last_byte(void **state)
{
    (void)state;
    bool wiped = false;
    uint8_t *pages = snet_wiped_pages_map(SIZE_BYTES, &wiped);
    assert_non_null(pages);
    if (!wiped) {
        snet_wiped_pages_unmap(pages, SIZE_BYTES);
        print_message("skipped: this kernel has no MADV_WIPEONFORK\n");
        skip();
    }
    memset(pages, 0x5a, SIZE_BYTES);
    const pid_t child = fork();
    if (child == 0) {
        _exit(memchr(pages, 0x5a, SIZE_BYTES) == NULL ? 0 : 1);
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(pages[0], 0x5a);
    assert_int_equal(pages[SIZE_BYTES - 1], 0x5a);
    snet_wiped_pages_unmap(pages, SIZE_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wiped_pages_refuse_no_size_and_too_much),
        cmocka_unit_test(wiped_pages_begin_as_zeros),
        cmocka_unit_test(wiped_pages_are_empty_in_a_child_to_the_last_byte),
    };
    return cmocka_run_group_tests_name("wiped_pages", tests, NULL, NULL);
}
