/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/standin/cmocka.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum standin_end {
    STANDIN_PASSED,
    STANDIN_FAILED,
    STANDIN_SKIPPED
};

static jmp_buf standin_out;

void print_message(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
}

void print_error(const char *format, ...)
{
    va_list arguments;
    (void)fflush(stdout);
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
}

_Noreturn void _fail(const char *file, int line)
{
    print_error("%s:%d: failed\n", file, line);
    longjmp(standin_out, STANDIN_FAILED);
}

_Noreturn void standin_skip(void)
{
    longjmp(standin_out, STANDIN_SKIPPED);
}

void standin_true(int condition, const char *text, struct standin_place place)
{
    if (!condition) {
        print_error("%s\n", text);
        _fail(place.file, place.line);
    }
}

void standin_equal(uintmax_t a, uintmax_t b, int wanted, struct standin_place place)
{
    if ((a == b) != (wanted != 0)) {
        print_error("%#jx %s %#jx\n", a, wanted ? "!=" : "==", b);
        _fail(place.file, place.line);
    }
}

void standin_within(uintmax_t value, uintmax_t minimum, uintmax_t maximum,
                    struct standin_place place)
{
    if (value < minimum || value > maximum) {
        print_error("%#jx is not from %#jx to %#jx\n", value, minimum, maximum);
        _fail(place.file, place.line);
    }
}

void standin_same(struct standin_bytes a, struct standin_bytes b, int wanted,
                  struct standin_place place)
{
    const int same = a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
    if (same != wanted) {
        print_error("%zu bytes %s\n", a.len, wanted ? "differ" : "are the same");
        _fail(place.file, place.line);
    }
}

void standin_strings(const char *a, const char *b, int wanted, struct standin_place place)
{
    if ((strcmp(a, b) == 0) != (wanted != 0)) {
        print_error("\"%s\" %s \"%s\"\n", a, wanted ? "!=" : "==", b);
        _fail(place.file, place.line);
    }
}

/* Nothing that changes after setjmp is looked at behind it. */
static enum standin_end standin_call(const struct CMUnitTest *test, void **state)
{
    const int end = setjmp(standin_out);
    if (end == STANDIN_PASSED) {
        test->test_func(state);
    }
    return (enum standin_end)end;
}

static enum standin_end standin_one(const struct CMUnitTest *test)
{
    void *state = test->initial_state;
    if (test->setup_func != NULL && test->setup_func(&state) != 0) {
        return STANDIN_FAILED;
    }
    enum standin_end end = standin_call(test, &state);
    if (test->teardown_func != NULL && test->teardown_func(&state) != 0) {
        end = STANDIN_FAILED;
    }
    return end;
}

int standin_run(const char *group, const struct CMUnitTest *tests, size_t count)
{
    static const char *const names[] = {"ok", "FAILED", "skipped"};
    int failed = 0;
    for (size_t i = 0; i < count; i++) {
        /* Those without a name are passed over, as cmocka does. */
        if (tests[i].name != NULL) {
            const enum standin_end end = standin_one(&tests[i]);
            print_message("%s: %s\n", tests[i].name, names[end]);
            failed += end == STANDIN_FAILED;
        }
    }
    print_message("%s: %d failed\n", group, failed);
    return failed;
}
