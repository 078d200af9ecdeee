/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/version.h>

#include "tests/support/unit.h"

#include <stdio.h>

/* SNET_TEST_VERSION is what CMakeLists.txt says of the project. */

static void version_of_the_headers_is_that_of_the_project(void **state)
{
    (void)state;
    char parts[32];
    (void)snprintf(parts, sizeof parts, "%d.%d.%d", SNET_VERSION_MAJOR, SNET_VERSION_MINOR,
                   SNET_VERSION_PATCH);
    assert_string_equal(parts, SNET_TEST_VERSION);
    assert_string_equal(SNET_VERSION, SNET_TEST_VERSION);
}

static void version_of_the_library_is_that_of_its_headers(void **state)
{
    (void)state;
    assert_string_equal(snet_version(), SNET_VERSION);
    assert_int_equal(snet_version_number(), SNET_VERSION_NUMBER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version_of_the_headers_is_that_of_the_project),
        cmocka_unit_test(version_of_the_library_is_that_of_its_headers),
    };
    return cmocka_run_group_tests_name("version", tests, NULL, NULL);
}
