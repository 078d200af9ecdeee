/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/death.h"

#include "tests/support/unit.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

bool test_death_fork(void)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child != 0) {
        return false;
    }
    /* The death is wanted: nobody needs its core, and nobody is to catch it. */
    const struct rlimit no_core = {0};
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)signal(SIGABRT, SIG_DFL);
    return true;
}

_Noreturn void test_death_survived(void)
{
    _exit(0);
}

void test_death_expect(const char *statement, const char *file, int line)
{
    int status = 0;
    const pid_t child = wait(&status);
    if (child < 0 || !WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT) {
        print_error("did not abort: %s (wait status %d)\n", statement, status);
        _fail(file, line);
    }
}
