/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/log_session.h"
#include "tests/support/capture.h"
#include "tests/support/unit.h"

#include <string.h>

#define LOG_TEST_BYTES 4096u
#define LOG_TEST_FIELDS 4u

static const struct snet_log log_text = {.command = "serve"};
static const struct snet_log log_debug = {.command = "serve", .verbosity = 1};
static const struct snet_log log_json = {.command = "serve", .json = true};

/* Fills a text with `c`. */
static void fill(char *ret_text, size_t size, char c)
{
    memset(ret_text, c, size - 1);
    ret_text[size - 1] = '\0';
}

/* How often `c` is in the text. */
static unsigned count_of(const char *text, char c)
{
    unsigned count = 0;
    for (; *text != '\0'; text++) {
        count += *text == c ? 1 : 0;
    }
    return count;
}

/* The line is one, and closes all that it opens. */
static void assert_json_line(const char *line)
{
    const size_t len = strlen(line);
    assert_int_equal(line[0], '{');
    assert_string_equal(line + len - 2, "}\n");
    assert_int_equal(count_of(line, '\n'), 1);
    assert_int_equal(count_of(line, '"') % 2, 0);
}

static void log_leaves_a_field_out_that_does_not_fit(void **state)
{
    (void)state;
    char long_text[600];
    char out[LOG_TEST_BYTES];
    struct test_capture capture;
    fill(long_text, sizeof long_text, 'x');
    const struct snet_log_field fields[LOG_TEST_FIELDS] = {
        SNET_LOG_TEXT("first", long_text),
        SNET_LOG_TEXT("second", long_text),
        SNET_LOG_NUMBER("third", 3),
        SNET_LOG_TEXT("fourth", "four"),
    };
    test_capture_begin(&capture);
    snet_log_event(&log_json, SNET_LOG_INFO, "opened", fields, LOG_TEST_FIELDS);
    const size_t len = test_capture_end(&capture, out, sizeof out);
    assert_in_range(len, 600, 1100);
    assert_json_line(out);
    assert_non_null(strstr(out, ",\"first\":\"xxx"));
    assert_null(strstr(out, "second"));
    assert_non_null(strstr(out, ",\"third\":3,\"fourth\":\"four\"}"));
}

static void log_cuts_a_text_that_no_line_can_hold(void **state)
{
    (void)state;
    char long_text[3000];
    char out[LOG_TEST_BYTES];
    struct test_capture capture;
    fill(long_text, sizeof long_text, 'x');
    test_capture_begin(&capture);
    snet_log_say(&log_json, "%s", long_text);
    (void)test_capture_end(&capture, out, sizeof out);
    assert_json_line(out);
    assert_non_null(strstr(
        out, "\"level\":\"info\",\"command\":\"serve\",\"event\":\"message\",\"text\":\"xxx"));
    assert_in_range(count_of(out, 'x'), 600, 900);
}

static void log_lets_no_text_break_out_of_its_field(void **state)
{
    (void)state;
    char out[LOG_TEST_BYTES];
    struct test_capture capture;
    const struct snet_log_field field = SNET_LOG_TEXT("peer", "a\"b\\c\nd\x7f");
    test_capture_begin(&capture);
    snet_log_event(&log_json, SNET_LOG_INFO, "opened", &field, 1);
    (void)test_capture_end(&capture, out, sizeof out);
    assert_json_line(out);
    assert_non_null(strstr(out, "\"peer\":\"a?b?c?d?\"}"));
}

static void log_escape_replaces_what_is_not_plain_text(void **state)
{
    (void)state;
    char escaped[9];
    snet_log_escape("\x1b[2J\n\xc3\xa4\x7f", escaped, sizeof escaped);
    assert_string_equal(escaped, "?[2J????");
    snet_log_escape("longer than that", escaped, sizeof escaped);
    assert_string_equal(escaped, "longer t");
    snet_log_escape("", escaped, sizeof escaped);
    assert_string_equal(escaped, "");
}

static void log_writes_text_as_key_and_value(void **state)
{
    (void)state;
    char out[LOG_TEST_BYTES];
    struct test_capture capture;
    const struct snet_log_field fields[] = {
        SNET_LOG_TEXT("reason", "CLOSED"),
        SNET_LOG_TEXT("message", "two words"),
        SNET_LOG_NUMBER("sent", UINT64_MAX),
    };
    test_capture_begin(&capture);
    snet_log_event(&log_text, SNET_LOG_WARNING, "ended", fields, 3);
    (void)test_capture_end(&capture, out, sizeof out);
    assert_non_null(strstr(out, "Z warning serve ended reason=CLOSED message=\"two words\" "
                                "sent=18446744073709551615\n"));
    assert_int_equal(count_of(out, '\n'), 1);
}

static void log_says_sentences_to_people(void **state)
{
    (void)state;
    char out[LOG_TEST_BYTES];
    struct test_capture capture;
    test_capture_begin(&capture);
    snet_log_say(&log_text, "cannot listen on %s", ":7000");
    (void)test_capture_end(&capture, out, sizeof out);
    assert_string_equal(out, "snet serve: cannot listen on :7000\n");
}

static void log_says_in_one_line_that_a_provider_is_refused(void **state)
{
    (void)state;
    char out[LOG_TEST_BYTES];
    struct test_capture capture;
    const struct snet_note note = {.kind = SNET_NOTE_PROVIDER_REFUSED, .err = SNET_ERR_CRYPTO};
    test_capture_begin(&capture);
    snet_log_session_note(&log_text, &note, "-");
    (void)test_capture_end(&capture, out, sizeof out);
    assert_non_null(strstr(out, " warning serve provider-refused message=\"ipsec-mb "));
    assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
}

static void log_tells_the_counts_of_a_refused_resume_only(void **state)
{
    (void)state;
    char out[LOG_TEST_BYTES];
    struct test_capture capture;
    struct snet_note note = {.kind = SNET_NOTE_RESUME_REFUSED,
                             .err = SNET_ERR_HISTORY_OVERRUN,
                             .session_id = 0xAB,
                             .own_read = 7};
    test_capture_begin(&capture);
    snet_log_session_note(&log_debug, &note, "192.0.2.1:5");
    (void)test_capture_end(&capture, out, sizeof out);
    assert_non_null(strstr(out,
                           " debug serve resume-refused session=00000000000000ab peer=192.0.2.1:5 "
                           "reason=HISTORY_OVERRUN "));
    assert_non_null(strstr(out, " received=7\n"));
    note.kind = SNET_NOTE_LINK_REFUSED;
    note.session_id = 0;
    test_capture_begin(&capture);
    snet_log_session_note(&log_debug, &note, "192.0.2.1:5");
    (void)test_capture_end(&capture, out, sizeof out);
    assert_non_null(strstr(out, " link-refused session=- peer=192.0.2.1:5 "
                                "reason=HISTORY_OVERRUN "));
    assert_null(strstr(out, "received="));
    test_capture_begin(&capture);
    snet_log_session_note(&log_text, &note, "192.0.2.1:5");
    assert_int_equal(test_capture_end(&capture, out, sizeof out), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(log_leaves_a_field_out_that_does_not_fit),
        cmocka_unit_test(log_cuts_a_text_that_no_line_can_hold),
        cmocka_unit_test(log_lets_no_text_break_out_of_its_field),
        cmocka_unit_test(log_escape_replaces_what_is_not_plain_text),
        cmocka_unit_test(log_writes_text_as_key_and_value),
        cmocka_unit_test(log_says_sentences_to_people),
        cmocka_unit_test(log_says_in_one_line_that_a_provider_is_refused),
        cmocka_unit_test(log_tells_the_counts_of_a_refused_resume_only),
    };
    return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
