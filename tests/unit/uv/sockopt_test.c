/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/sockopt.h"

#include "tests/support/sockets.h"
#include "tests/support/unit.h"
#include "uv/stream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#define SOCKOPT_BUFFER_BYTES 16384u

static void closed(uv_handle_t *stream)
{
    free(stream);
}

static int option_of(const uv_stream_t *stream, int level, int name)
{
    int value = -1;
    socklen_t len = sizeof value;
    assert_int_equal(getsockopt(test_socket_of(stream), level, name, &value, &len), 0);
    return value;
}

static void sockopt_leaves_a_stream_without_a_socket_alone(void **state)
{
    (void)state;
    const struct snet_stream_options options = {.buffer_bytes = SOCKOPT_BUFFER_BYTES,
                                                .dead_peer_timeout_ms = 20000};
    struct test_loop loop;
    int os_err = 0;
    test_loop_open(&loop);
    uv_stream_t *stream = snet_stream_new(&loop.uv, AF_UNSPEC, &os_err);
    assert_non_null(stream);
    snet_sockopt_before(stream, &options);
    snet_sockopt_connected(stream, &options);
    snet_stream_close(stream, false);
    test_loop_close(&loop);
}

static void sockopt_leaves_to_the_system_what_is_zero(void **state)
{
    (void)state;
    const struct snet_stream_options none = {0};
    struct test_loop loop;
    int peer = -1;
    test_loop_open(&loop);
    uv_stream_t *stream = test_socket_stream(&loop, AF_INET, &peer);
    const int before = option_of(stream, SOL_SOCKET, SO_RCVBUF);
    snet_sockopt_before(stream, &none);
    snet_sockopt_connected(stream, &none);
    assert_int_equal(option_of(stream, SOL_SOCKET, SO_RCVBUF), before);
    assert_int_equal(option_of(stream, SOL_SOCKET, SO_KEEPALIVE), 0);
    assert_int_equal(option_of(stream, IPPROTO_TCP, TCP_USER_TIMEOUT), 0);
    snet_stream_close(stream, false);
    test_socket_close(peer);
    test_loop_close(&loop);
}

static void sockopt_asks_no_tcp_of_a_local_stream(void **state)
{
    (void)state;
    const struct snet_stream_options options = {.dead_peer_timeout_ms = 20000};
    struct test_loop loop;
    int peer = -1;
    test_loop_open(&loop);
    uv_stream_t *stream = test_socket_stream(&loop, AF_UNIX, &peer);
    snet_sockopt_connected(stream, &options);
    assert_int_equal(option_of(stream, SOL_SOCKET, SO_KEEPALIVE), 0);
    snet_stream_close(stream, false);
    test_socket_close(peer);
    test_loop_close(&loop);
}

static void sockopt_sets_both_buffers_of_any_stream(void **state)
{
    (void)state;
    static const int families[] = {AF_INET, AF_UNIX};
    const struct snet_stream_options options = {.buffer_bytes = SOCKOPT_BUFFER_BYTES};
    for (size_t i = 0; i < 2; i++) {
        struct test_loop loop;
        int peer = -1;
        test_loop_open(&loop);
        uv_stream_t *stream = test_socket_stream(&loop, families[i], &peer);
        snet_sockopt_before(stream, &options);
        /* Linux counts its bookkeeping in: it doubles what it is given. */
        assert_in_range(option_of(stream, SOL_SOCKET, SO_SNDBUF), SOCKOPT_BUFFER_BYTES,
                        2 * SOCKOPT_BUFFER_BYTES);
        assert_in_range(option_of(stream, SOL_SOCKET, SO_RCVBUF), SOCKOPT_BUFFER_BYTES,
                        2 * SOCKOPT_BUFFER_BYTES);
        snet_stream_close(stream, false);
        test_socket_close(peer);
        test_loop_close(&loop);
    }
}

/* Linux gives back less, by what its own options in each segment take. */
static void sockopt_limits_the_segments_of_tcp_alone(void **state)
{
    (void)state;
    const struct snet_stream_options options = {.segment_bytes = 536};
    struct test_loop loop;
    int os_err = 0;
    int peer = -1;
    test_loop_open(&loop);
    uv_stream_t *stream = snet_stream_new(&loop.uv, AF_INET, &os_err);
    snet_sockopt_before(stream, &options);
    assert_int_equal(option_of(stream, IPPROTO_TCP, TCP_MAXSEG), 536);
    uv_stream_t *local = test_socket_stream(&loop, AF_UNIX, &peer);
    snet_sockopt_before(local, &options);
    snet_stream_close(stream, false);
    snet_stream_close(local, false);
    test_socket_close(peer);
    test_loop_close(&loop);
}

static void sockopt_makes_the_death_of_a_process_a_reset(void **state)
{
    (void)state;
    const struct snet_stream_options none = {0};
    for (unsigned orderly = 0; orderly < 2; orderly++) {
        struct test_loop loop;
        int peer = -1;
        test_loop_open(&loop);
        uv_stream_t *stream = test_socket_stream(&loop, AF_INET, &peer);
        snet_sockopt_connected(stream, &none);
        if (orderly == 1) {
            snet_sockopt_abortive(stream, false);
        }
        uv_close((uv_handle_t *)stream, closed);
        assert_int_equal(test_socket_await_end(&loop, peer), orderly == 1 ? UV_EOF : UV_ECONNRESET);
        test_socket_close(peer);
        test_loop_close(&loop);
    }
}

static void sockopt_sends_small_writes_at_once(void **state)
{
    (void)state;
    const struct snet_stream_options none = {0};
    struct test_loop loop;
    int peer = -1;
    test_loop_open(&loop);
    uv_stream_t *stream = test_socket_stream(&loop, AF_INET, &peer);
    assert_int_equal(option_of(stream, IPPROTO_TCP, TCP_NODELAY), 0);
    snet_sockopt_connected(stream, &none);
    assert_int_equal(option_of(stream, IPPROTO_TCP, TCP_NODELAY), 1);
    snet_stream_close(stream, false);
    test_socket_close(peer);
    test_loop_close(&loop);
}

struct dead_peer_row {
    uint32_t limit_ms;
    int idle_s;
    int interval_s;
    int count;
};

/* Half of the time passes idle, the other half in probes; seconds are the system's smallest unit.
 */
static void sockopt_finds_a_dead_peer_within_the_time_given(void **state)
{
    (void)state;
    static const struct dead_peer_row rows[] = {
        {1, 1, 1, 1},      {1999, 1, 1, 1},   {3000, 1, 1, 2},   {7000, 3, 1, 4},
        {20000, 10, 2, 5}, {33000, 16, 3, 5}, {60000, 30, 6, 5},
    };
    for (size_t i = 0; i < 2 * (sizeof rows / sizeof rows[0]); i++) {
        const struct dead_peer_row *row = &rows[i / 2];
        const bool alone = i % 2 == 0; /* without a bound on a window that stays shut */
        const struct snet_stream_options options = {
            .dead_peer_timeout_ms = alone ? 0 : row->limit_ms,
            .keepalive_ms = alone ? row->limit_ms : 0,
        };
        struct test_loop loop;
        int peer = -1;
        test_loop_open(&loop);
        uv_stream_t *stream = test_socket_stream(&loop, AF_INET, &peer);
        snet_sockopt_connected(stream, &options);
        assert_int_equal(option_of(stream, SOL_SOCKET, SO_KEEPALIVE), 1);
        assert_int_equal(option_of(stream, IPPROTO_TCP, TCP_KEEPIDLE), row->idle_s);
        assert_int_equal(option_of(stream, IPPROTO_TCP, TCP_KEEPINTVL), row->interval_s);
        assert_int_equal(option_of(stream, IPPROTO_TCP, TCP_KEEPCNT), row->count);
        assert_int_equal(option_of(stream, IPPROTO_TCP, TCP_USER_TIMEOUT),
                         alone ? 0 : row->limit_ms);
        snet_stream_close(stream, false);
        test_socket_close(peer);
        test_loop_close(&loop);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sockopt_leaves_a_stream_without_a_socket_alone),
        cmocka_unit_test(sockopt_leaves_to_the_system_what_is_zero),
        cmocka_unit_test(sockopt_asks_no_tcp_of_a_local_stream),
        cmocka_unit_test(sockopt_sets_both_buffers_of_any_stream),
        cmocka_unit_test(sockopt_limits_the_segments_of_tcp_alone),
        cmocka_unit_test(sockopt_makes_the_death_of_a_process_a_reset),
        cmocka_unit_test(sockopt_sends_small_writes_at_once),
        cmocka_unit_test(sockopt_finds_a_dead_peer_within_the_time_given),
    };
    return cmocka_run_group_tests_name("sockopt", tests, NULL, NULL);
}
