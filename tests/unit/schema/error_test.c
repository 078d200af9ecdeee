/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/schema.h>

#include "tests/support/unit.h"

#include <errno.h>
#include <string.h>

static void error_returns_what_it_was_given_with_or_without_a_place(void **state)
{
    (void)state;
    struct snet_error error;
    assert_int_equal(snet_error_set(&error, SNET_ERR_VALUE, "pad", "%s %d", "a", 7),
                     SNET_ERR_VALUE);
    assert_int_equal(error.err, SNET_ERR_VALUE);
    assert_int_equal(error.os_err, 0);
    assert_string_equal(error.option, "pad");
    assert_string_equal(error.text, "a 7");
    assert_int_equal(snet_error_set(NULL, SNET_ERR_VALUE, "pad", "%s", "a"), SNET_ERR_VALUE);
    assert_int_equal(snet_error_set(&error, SNET_ERR_KEY, NULL, "b"), SNET_ERR_KEY);
    assert_string_equal(error.option, "");
    snet_error_blame(&error, "psk");
    snet_error_blame(NULL, "psk");
    assert_string_equal(error.option, "psk");
}

static void error_of_the_system_says_why(void **state)
{
    (void)state;
    struct snet_error error;
    char name[400];
    assert_int_equal(snet_error_set_os(&error, ENOENT, "cannot read", "x"), SNET_ERR_OS);
    assert_int_equal(error.os_err, ENOENT);
    assert_string_equal(error.text, "cannot read x: No such file or directory");
    assert_int_equal(snet_error_set_os(NULL, ENOENT, "cannot read", "x"), SNET_ERR_OS);
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    (void)snet_error_set_os(&error, ENOENT, "cannot read", name);
    assert_non_null(strstr(error.text, "No such file"));
}

static void error_text_is_printable_and_ends_with_a_whole_character(void **state)
{
    (void)state;
    struct snet_error error;
    char text[300];
    (void)snet_error_set(&error, SNET_ERR_VALUE, "a\nb", "%s", "x\033[2J\r\n\x7fy\xc3\xa4");
    assert_string_equal(error.text, "x?[2J???y\xc3\xa4");
    assert_string_equal(error.option, "a?b");
    /* The place ends within the last character, at each of its bytes. */
    for (size_t lead = 190; lead < 200; lead++) {
        memset(text, 'x', lead);
        (void)strcpy(text + lead, "\xf0\x9f\x94\x91\xf0\x9f\x94\x91\xf0\x9f\x94\x91");
        (void)snet_error_set(&error, SNET_ERR_VALUE, NULL, "%s", text);
        const size_t len = strlen(error.text);
        const size_t whole = lead + (SNET_ERROR_TEXT_BYTES - 1 - lead) / 4 * 4;
        assert_int_equal(len, whole < lead + 12 ? whole : lead + 12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_returns_what_it_was_given_with_or_without_a_place),
        cmocka_unit_test(error_of_the_system_says_why),
        cmocka_unit_test(error_text_is_printable_and_ends_with_a_whole_character),
    };
    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
