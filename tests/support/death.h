/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* Proof that an assertion of the code under test stops the process: a child process runs into it.
 */
#ifndef SNET_TESTS_SUPPORT_DEATH_H
#define SNET_TESTS_SUPPORT_DEATH_H

#include <stdbool.h>

/*
 * The test goes on only if `statement` ends its process by SIGABRT. It runs in a child, so it
 * changes nothing here, and it must not contain assertions of cmocka.
 */
#define ASSERT_ABORTS(statement)                                                                   \
    do {                                                                                           \
        if (test_death_fork()) {                                                                   \
            statement;                                                                             \
            test_death_survived();                                                                 \
        }                                                                                          \
        test_death_expect(#statement, __FILE__, __LINE__);                                         \
    } while (0)

/* Only for the macro. True in the child. */
bool test_death_fork(void);
_Noreturn void test_death_survived(void);
void test_death_expect(const char *statement, const char *file, int line);

#endif
