/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Stands in for cmocka where there is none, like with musl: what the tests of this project use of
 * its interface, by its names and with its meaning. A failed assertion ends its test by longjmp.
 */
#ifndef SNET_TESTS_STANDIN_CMOCKA_H
#define SNET_TESTS_STANDIN_CMOCKA_H

#include <stddef.h>
#include <stdint.h>

typedef void (*CMUnitTestFunction)(void **state);
typedef int (*CMFixtureFunction)(void **state);

struct CMUnitTest {
    const char *name;
    CMUnitTestFunction test_func;
    CMFixtureFunction setup_func;
    CMFixtureFunction teardown_func;
    void *initial_state;
};

struct standin_place {
    const char *file;
    int line;
};
struct standin_bytes {
    const void *data;
    size_t len;
};

/* Called by the macros below only. */
void standin_true(int condition, const char *text, struct standin_place place);
void standin_equal(uintmax_t a, uintmax_t b, int wanted, struct standin_place place);
void standin_within(uintmax_t value, uintmax_t minimum, uintmax_t maximum,
                    struct standin_place place);
void standin_same(struct standin_bytes a, struct standin_bytes b, int wanted,
                  struct standin_place place);
void standin_strings(const char *a, const char *b, int wanted, struct standin_place place);
_Noreturn void standin_skip(void);
_Noreturn void _fail(const char *file, int line);

__attribute__((format(printf, 1, 2))) void print_message(const char *format, ...);
__attribute__((format(printf, 1, 2))) void print_error(const char *format, ...);

/* The number of tests that failed, and of fixtures. */
int standin_run(const char *group, const struct CMUnitTest *tests, size_t count);

#define STANDIN_HERE ((struct standin_place){__FILE__, __LINE__})
#define assert_true(condition) standin_true((condition) ? 1 : 0, #condition, STANDIN_HERE)
#define assert_false(condition) standin_true((condition) ? 0 : 1, "not " #condition, STANDIN_HERE)
#define assert_null(pointer) assert_true((pointer) == NULL)
#define assert_non_null(pointer) assert_true((pointer) != NULL)
#define assert_int_equal(a, b) standin_equal((uintmax_t)(a), (uintmax_t)(b), 1, STANDIN_HERE)
#define assert_int_not_equal(a, b) standin_equal((uintmax_t)(a), (uintmax_t)(b), 0, STANDIN_HERE)
#define assert_ptr_equal(a, b)                                                                     \
    standin_equal((uintptr_t)(const void *)(a), (uintptr_t)(const void *)(b), 1, STANDIN_HERE)
#define assert_ptr_not_equal(a, b)                                                                 \
    standin_equal((uintptr_t)(const void *)(a), (uintptr_t)(const void *)(b), 0, STANDIN_HERE)
#define assert_in_range(value, minimum, maximum)                                                   \
    standin_within((uintmax_t)(value), (uintmax_t)(minimum), (uintmax_t)(maximum), STANDIN_HERE)
#define STANDIN_BYTES(data, len) ((struct standin_bytes){(data), (len)})
#define assert_memory_equal(a, b, len)                                                             \
    standin_same(STANDIN_BYTES(a, len), STANDIN_BYTES(b, len), 1, STANDIN_HERE)
#define assert_memory_not_equal(a, b, len)                                                         \
    standin_same(STANDIN_BYTES(a, len), STANDIN_BYTES(b, len), 0, STANDIN_HERE)
#define assert_string_equal(a, b) standin_strings((a), (b), 1, STANDIN_HERE)
#define assert_string_not_equal(a, b) standin_strings((a), (b), 0, STANDIN_HERE)
#define fail() _fail(__FILE__, __LINE__)
#define fail_msg(...) (print_error(__VA_ARGS__), print_error("\n"), _fail(__FILE__, __LINE__))
#define skip() standin_skip()

#define cmocka_unit_test(function)                                                                 \
    {                                                                                              \
#function, function, NULL, NULL, NULL                                                      \
    }
#define cmocka_unit_test_setup_teardown(function, setup, teardown)                                 \
    {                                                                                              \
#function, function, setup, teardown, NULL                                                 \
    }
#define cmocka_run_group_tests_name(group, tests, setup, teardown)                                 \
    ((void)(setup), (void)(teardown), standin_run(group, tests, sizeof(tests) / sizeof *(tests)))
#define cmocka_run_group_tests(tests, setup, teardown)                                             \
    cmocka_run_group_tests_name(#tests, tests, setup, teardown)

#endif
