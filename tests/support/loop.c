/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/loop.h"

#include "tests/support/clock.h"
#include "tests/support/resolver.h"
#include "tests/support/unit.h"

#include <poll.h>
#include <stdbool.h>
#include <string.h>

void test_loop_open(struct test_loop *loop)
{
    memset(loop, 0, sizeof *loop);
    assert_int_equal(uv_loop_init(&loop->uv), 0);
    /* Nothing that another test taught it; and a test with a loop has no other resolver than this.
     */
    test_resolver_set(NULL, NULL, 0);
}

void test_loop_begin(struct test_loop *loop)
{
    loop->turns = 0;
    loop->silent = 0;
}

/* One turn, which does not wait if there is anything to do. */
static void loop_turn(struct test_loop *loop)
{
    struct pollfd kernel = {.fd = uv_backend_fd(&loop->uv), .events = POLLIN};
    const bool busy =
        uv_backend_timeout(&loop->uv) == 0 || poll(&kernel, 1, TEST_LOOP_SLICE_MS) > 0;
    (void)uv_run(&loop->uv, UV_RUN_NOWAIT);
    loop->turns++;
    loop->silent = busy ? 0 : loop->silent + 1;
}

void test_loop_turn(struct test_loop *loop, uint64_t ms, const char *what, const char *file,
                    int line)
{
    if (loop->silent > 0) {
        test_clock_pass(ms);
    }
    loop_turn(loop);
    if (loop->turns == TEST_LOOP_TURNS_MAX || loop->silent == TEST_LOOP_SILENT_MAX) {
        print_error("%s: not so after %u turns of the loop\n", what, loop->turns);
        _fail(file, line);
    }
}

void test_loop_settle(struct test_loop *loop)
{
    TEST_LOOP_UNTIL(loop, loop->silent == TEST_LOOP_SETTLED || uv_loop_alive(&loop->uv) == 0);
}

void test_loop_pass(struct test_loop *loop, uint64_t ms)
{
    test_clock_pass(ms);
    /* Otherwise a turn would first wait for what the loop takes for the future. */
    uv_update_time(&loop->uv); /* tidy: allow clock because it is the clock of the test */
    test_loop_settle(loop);
}

static void loop_count(uv_handle_t *handle, void *user)
{
    unsigned *count = user;
    *count += uv_is_closing(handle) ? 0 : 1;
}

unsigned test_loop_handles(struct test_loop *loop)
{
    unsigned count = 0;
    uv_walk(&loop->uv, loop_count, &count);
    return count;
}

static void loop_name(uv_handle_t *handle, void *user)
{
    (void)user;
    print_error("left in the loop: %s%s\n", uv_handle_type_name(handle->type),
                uv_is_closing(handle) != 0 ? ", closing" : "");
}

/* Requests end by themselves, closing handles too; others are of no use to anybody any more. */
static bool loop_leaks(struct test_loop *loop)
{
    return loop->silent >= TEST_LOOP_LEAKED && test_loop_handles(loop) > 0;
}

void test_loop_close(struct test_loop *loop)
{
    int busy = uv_loop_close(&loop->uv);
    for (test_loop_begin(loop); busy != 0; busy = uv_loop_close(&loop->uv)) {
        if (loop_leaks(loop)) {
            uv_walk(&loop->uv, loop_name, NULL);
            fail_msg("handles were left in the loop");
        }
        test_loop_turn(loop, 0, "the loop is closed", __FILE__, __LINE__);
    }
}
