/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/descriptors.h"

#include "tests/support/unit.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#define LIMIT 64u

static void few_are_left_near_the_limit(void **state)
{
    (void)state;
    struct rlimit before;
    uv_loop_t loop;
    uv_tcp_t tcp;
    int last = 0;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_int_equal(uv_tcp_init_ex(&loop, &tcp, AF_INET), 0);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    const struct rlimit small = {.rlim_cur = LIMIT, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &small), 0);
    const int first = open("/dev/null", O_RDONLY);
    assert_true(first > 0 && first < (int)LIMIT - 8);
    assert_false(snet_descriptors_few((uv_stream_t *)&tcp, 8));
    do {
        last = open("/dev/null", O_RDONLY);
    } while (last >= 0 && last < (int)LIMIT - 9);
    assert_false(snet_descriptors_few((uv_stream_t *)&tcp, 8)); /* exactly 8 */
    assert_true(snet_descriptors_few((uv_stream_t *)&tcp, 9));
    do {
        last = open("/dev/null", O_RDONLY);
    } while (last >= 0);
    assert_true(snet_descriptors_few((uv_stream_t *)&tcp, 1));
    for (int fd = first; fd < (int)LIMIT; fd++) {
        (void)close(fd);
    }
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    uv_close((uv_handle_t *)&tcp, NULL);
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_are_left_near_the_limit),
    };
    return cmocka_run_group_tests_name("descriptors", tests, NULL, NULL);
}
