/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/nodump.h"

#include "tests/support/unit.h"

#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a child finds: the sum of what is as it should be. */
#define CHILD_NO_FLAG 1
#define CHILD_NO_LIMIT 2

static void nodump_leaves_no_way_to_a_dump(void **state)
{
    (void)state;
    struct rlimit limit = {.rlim_cur = 1};
    int status = 0;
    assert_int_equal(prctl(PR_GET_DUMPABLE), 1);
    /* In a child, because there is no way back. */
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        snet_nodump_process();
        snet_nodump_process();
        const bool limited = getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0;
        _exit((prctl(PR_GET_DUMPABLE) == 0 ? CHILD_NO_FLAG : 0) + (limited ? CHILD_NO_LIMIT : 0));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), CHILD_NO_FLAG + CHILD_NO_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodump_leaves_no_way_to_a_dump),
    };
    return cmocka_run_group_tests_name("nodump", tests, NULL, NULL);
}
