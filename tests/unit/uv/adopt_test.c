/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/adopt.h"

#include "tests/support/loop.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) != -1;
}

static void adopt_refuses_what_is_no_socket_and_leaves_it(void **state)
{
    (void)state;
    struct test_loop loop;
    int os_err = 0;
    int ends[2];
    test_loop_open(&loop);
    assert_int_equal(pipe(ends), 0);
    assert_null(snet_adopt_stream(&loop.uv, ends[0], &os_err));
    assert_int_equal(os_err, UV_ENOTSOCK);
    assert_true(is_open(ends[0]));
    (void)close(ends[0]);
    (void)close(ends[1]);
    test_loop_close(&loop);
}

/* What a dial brought: the other end of it is `peer`. */
struct brought {
    int peer;
    int own;
    unsigned calls;
    snet_err err;
    int os_err;
    uv_stream_t *stream;
};

static int bring_pair(void *user)
{
    struct brought *brought = user;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return -1;
    }
    brought->peer = ends[1];
    brought->own = ends[0];
    return ends[0];
}

static int bring_nothing(void *user)
{
    (void)user;
    errno = ENETUNREACH;
    return -1;
}

static void take(void *user, snet_err err, int os_err, uv_stream_t *stream)
{
    struct brought *brought = user;
    brought->calls++;
    brought->err = err;
    brought->os_err = os_err;
    brought->stream = stream;
}

static void dial_by(struct test_loop *loop, int (*connect)(void *user), struct brought *brought,
                    struct snet_adopt_dial **ret_dial)
{
    const struct snet_uv_connector connector = {.connect = connect, .user = brought};
    const struct snet_stream_dial_config config = {.on_done = take, .user = brought};
    assert_int_equal(snet_adopt_dial_start(&loop->uv, &connector, &config, ret_dial), SNET_OK);
    assert_int_equal(brought->calls, 0);
}

static void adopt_reports_why_the_program_could_not_connect(void **state)
{
    (void)state;
    struct test_loop loop;
    struct brought brought = {.calls = 0};
    struct snet_adopt_dial *dial = NULL;
    test_loop_open(&loop);
    dial_by(&loop, bring_nothing, &brought, &dial);
    (void)uv_run(&loop.uv, UV_RUN_DEFAULT);
    assert_int_equal(brought.calls, 1);
    assert_int_equal(brought.err, SNET_ERR_CONNECT);
    assert_int_equal(brought.os_err, UV_ENETUNREACH);
    test_loop_close(&loop);
}

static void adopt_makes_a_stream_of_what_the_program_connected(void **state)
{
    (void)state;
    struct test_loop loop;
    struct brought brought = {.calls = 0};
    struct snet_adopt_dial *dial = NULL;
    char text[4] = {0};
    test_loop_open(&loop);
    dial_by(&loop, bring_pair, &brought, &dial);
    (void)uv_run(&loop.uv, UV_RUN_DEFAULT);
    assert_int_equal(brought.err, SNET_OK);
    const uv_buf_t buf = uv_buf_init((char *)(uintptr_t) "hi!", 3);
    assert_int_equal(uv_try_write(brought.stream, &buf, 1), 3);
    assert_int_equal(read(brought.peer, text, sizeof text), 3);
    assert_string_equal(text, "hi!");
    snet_stream_close(brought.stream, false);
    (void)close(brought.peer);
    test_loop_close(&loop);
}

static void adopt_closes_what_comes_after_it_was_given_up(void **state)
{
    (void)state;
    struct test_loop loop;
    struct brought brought = {.own = -1, .peer = -1};
    struct snet_adopt_dial *dial = NULL;
    test_loop_open(&loop);
    dial_by(&loop, bring_pair, &brought, &dial);
    snet_adopt_dial_cancel(dial);
    snet_adopt_dial_cancel(NULL);
    (void)uv_run(&loop.uv, UV_RUN_DEFAULT);
    assert_int_equal(brought.calls, 0);
    assert_true(brought.own == -1 || !is_open(brought.own));
    if (brought.peer != -1) {
        (void)close(brought.peer);
    }
    test_loop_close(&loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adopt_refuses_what_is_no_socket_and_leaves_it),
        cmocka_unit_test(adopt_reports_why_the_program_could_not_connect),
        cmocka_unit_test(adopt_makes_a_stream_of_what_the_program_connected),
        cmocka_unit_test(adopt_closes_what_comes_after_it_was_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
