/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/arguments.h"

#include "tests/support/capture.h"
#include "tests/support/unit.h"

#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define OUT_BYTES 1024u
#define WORDS_MAX 8
#define USE_HERE SNET_USE_OWN_FIRST
#define USE_ELSEWHERE (SNET_USE_OWN_FIRST << 1)

struct object {
    const char *listen;
    uint64_t rate;
    uint64_t delay_ns;
    uint32_t freeze;
    uint32_t count;
};

#define ROW(name, values, min, max, type, uses, field)                                             \
    {                                                                                              \
        {name, values, "0", "", "a sentence", min, max, type, uses, ""},                           \
            offsetof(struct object, field), 0                                                      \
    }
static const struct snet_schema_row rows[] = {
    ROW("listen", "ADDR", 1, 319, SNET_TYPE_TEXT, USE_HERE, listen),
    ROW("rate", "", 0, 1u << 20, SNET_TYPE_RATE, USE_HERE, rate),
    ROW("delay", "", 0, 10 * SNET_SECOND_NS, SNET_TYPE_TIME, USE_HERE, delay_ns),
    ROW("freeze", "", 0, 1, SNET_TYPE_FLAG, USE_HERE, freeze),
    ROW("count", "", 1, 9, SNET_TYPE_COUNT, USE_ELSEWHERE, count),
};
static const struct snet_schema schema = {rows, sizeof rows / sizeof rows[0]};

/* Takes a command line of the program "snet test". */
static int parse(struct snet_arguments *ret_arguments, struct object *ret_object,
                 const char *const *words, char out[OUT_BYTES])
{
    struct test_capture capture;
    char *argv[WORDS_MAX + 2] = {(char *)(uintptr_t) "test"};
    int argc = 1;
    for (; words[argc - 1] != NULL; argc++) {
        argv[argc] = (char *)(uintptr_t)words[argc - 1];
    }
    *ret_object = (struct object){.listen = NULL};
    *ret_arguments = (struct snet_arguments){.program = "snet test", .object = ret_object};
    snet_arguments_add(ret_arguments, &schema, USE_HERE);
    optind = 0; /* GNU getopt begins anew */
    test_capture_begin(&capture);
    const int code = snet_arguments_parse(ret_arguments, argc, argv);
    (void)test_capture_end(&capture, out, OUT_BYTES);
    return code;
}

static void arguments_are_refused_in_one_line_that_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *words[WORDS_MAX];
        const char *line;
    } cases[] = {
        {{"--count", "1"}, "unknown option or missing value: '--count'"},
        {{"--rat", "1"}, "unknown option or missing value: '--rat'"},
        {{"--rate"}, "unknown option or missing value: '--rate'"},
        {{"-v"}, "unknown option or missing value: '-v'"},
        {{"-o", "x"}, "unknown option or missing value: '-o'"},
        {{"--help-all"}, "unknown option or missing value: '--help-all'"},
        {{"--early"}, "--early is --early-data"},
        {{"--rate", "1", "--rate", "2"}, "--rate is given twice"},
        {{"--rate", "2M/s"},
         "--rate takes a rate from 0 to 1M/s, such as 20k/s or 1M/s, not '2M/s'"},
        {{"--delay", "20"}, "--delay takes a time from 0 to 10s, such as 20ms or 1.5s, not '20'"},
        {{"--freeze=maybe"}, "--freeze takes yes or no, not 'maybe'"},
        {{"-l", "here"}, "--listen: 'here': the port is missing: HOST:PORT"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct snet_arguments arguments;
        struct object object;
        char out[OUT_BYTES];
        char want[OUT_BYTES];
        (void)snprintf(want, sizeof want, "snet test: %s; see snet test --help\n", cases[i].line);
        assert_int_equal(parse(&arguments, &object, cases[i].words, out), SNET_EXIT_USAGE);
        assert_string_equal(out, want);
        snet_arguments_deinit(&arguments);
    }
}

static void arguments_go_into_the_object_and_leave_operands(void **state)
{
    (void)state;
    struct snet_arguments arguments;
    struct object object;
    char out[OUT_BYTES];
    const char *const words[] = {"operand",  "-l:1", "--rate=20k/s", "--delay", "0.5",
                                 "--freeze", NULL};
    assert_int_equal(parse(&arguments, &object, words, out), SNET_EXIT_OK);
    assert_string_equal(out, "");
    assert_string_equal(object.listen, ":1");
    assert_int_equal(object.rate, 20480);
    assert_int_equal(object.delay_ns, 500 * SNET_MS_NS);
    assert_int_equal(object.freeze, 1);
    assert_int_equal(arguments.operand, 6);
    assert_false(arguments.help);
    snet_arguments_deinit(&arguments);
    const char *const asking[] = {"-h", NULL};
    assert_int_equal(parse(&arguments, &object, asking, out), SNET_EXIT_OK);
    assert_true(arguments.help);
    snet_arguments_deinit(&arguments);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_are_refused_in_one_line_that_says_why),
        cmocka_unit_test(arguments_go_into_the_object_and_leave_operands),
    };
    return cmocka_run_group_tests_name("arguments", tests, NULL, NULL);
}
