/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/stream.h"

#include "tests/support/death.h"
#include "tests/support/memory.h"
#include "tests/support/sockets.h"
#include "tests/support/unit.h"
#include "uv/sockopt.h"

#include <string.h>
#include <sys/socket.h>

#define STREAM_NO_FAMILY 250
#define STREAM_NOT_ENDED 1

/* A stream that reads, and what it has got. Its death would be a reset, as that of a new stream. */
struct fixture {
    struct test_loop loop;
    uv_stream_t *stream;
    int peer;
    size_t received;
    int end_err; /* STREAM_NOT_ENDED until it ended */
    uint8_t buffer[256];
};

static void fixture_init(struct fixture *fixture, int family)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->end_err = STREAM_NOT_ENDED;
    test_loop_open(&fixture->loop);
    fixture->stream = test_socket_stream(&fixture->loop, family, &fixture->peer);
    fixture->stream->data = fixture;
    snet_sockopt_abortive(fixture->stream, true);
}

/* Whoever closes the stream is the test. */
static void fixture_deinit(struct fixture *fixture)
{
    test_socket_close(fixture->peer);
    test_loop_close(&fixture->loop);
}

static void fixture_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
    (void)suggested;
    struct fixture *fixture = handle->data;
    *ret_buf = uv_buf_init((char *)fixture->buffer, sizeof fixture->buffer);
}

static void fixture_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    (void)buf;
    struct fixture *fixture = stream->data;
    if (len > 0) {
        fixture->received += (size_t)len;
    } else if (len < 0) {
        fixture->end_err = snet_stream_end_err(stream, len);
        (void)uv_read_stop(stream);
    }
}

/* What the stream hears after its peer did what it did. */
static int heard_end(struct fixture *fixture)
{
    assert_int_equal(uv_read_start(fixture->stream, fixture_alloc, fixture_read), 0);
    TEST_LOOP_UNTIL(&fixture->loop, fixture->end_err != STREAM_NOT_ENDED);
    return fixture->end_err;
}

static void stream_new_refuses_a_family_that_is_none(void **state)
{
    (void)state;
    struct test_loop loop;
    int os_err = 0;
    test_loop_open(&loop);
    assert_null(snet_stream_new(&loop.uv, STREAM_NO_FAMILY, &os_err));
    assert_int_not_equal(os_err, 0);
    test_loop_close(&loop);
}

static void stream_new_says_when_memory_is_out(void **state)
{
    (void)state;
    struct test_loop loop;
    int os_err = 0;
    test_loop_open(&loop);
    test_memory_fail_at(1, false);
    assert_null(snet_stream_new(&loop.uv, AF_INET, &os_err));
    assert_true(test_memory_heal());
    assert_int_equal(os_err, UV_ENOMEM);
    test_loop_close(&loop);
}

static void stream_close_may_be_called_again(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, AF_INET);
    snet_stream_close(fixture.stream, false);
    snet_stream_close(fixture.stream, true);
    fixture_deinit(&fixture);
}

static void stream_close_in_order_ends_with_a_fin(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, AF_INET);
    snet_stream_close(fixture.stream, false);
    assert_int_equal(test_socket_await_end(&fixture.loop, fixture.peer), UV_EOF);
    fixture_deinit(&fixture);
}

static void stream_close_with_a_reset_says_so_to_the_peer(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, AF_INET);
    snet_stream_close(fixture.stream, true);
    assert_int_equal(test_socket_await_end(&fixture.loop, fixture.peer), UV_ECONNRESET);
    fixture_deinit(&fixture);
}

static void stream_close_with_a_reset_closes_a_local_stream(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, AF_UNIX);
    snet_stream_close(fixture.stream, true);
    assert_int_equal(test_socket_await_end(&fixture.loop, fixture.peer), UV_EOF);
    fixture_deinit(&fixture);
}

static void stream_end_is_a_reset_also_right_behind_bytes(void **state)
{
    (void)state;
    for (size_t len = 0; len < 2; len++) {
        struct fixture fixture;
        fixture_init(&fixture, AF_INET);
        assert_int_equal(test_socket_write(fixture.peer, 0, len), len);
        test_socket_reset(fixture.peer);
        assert_int_equal(heard_end(&fixture), UV_ECONNRESET);
        assert_int_equal(fixture.received, len);
        snet_stream_close(fixture.stream, false);
        fixture_deinit(&fixture);
    }
}

static void stream_end_is_eof_after_a_fin(void **state)
{
    static const int families[] = {AF_INET, AF_UNIX};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fixture fixture;
        fixture_init(&fixture, families[i]);
        assert_int_equal(test_socket_write(fixture.peer, 0, 10), 10);
        assert_int_equal(shutdown(fixture.peer, SHUT_WR), 0);
        assert_int_equal(heard_end(&fixture), UV_EOF);
        assert_int_equal(fixture.received, 10);
        snet_stream_close(fixture.stream, false);
        fixture_deinit(&fixture);
    }
}

/* The peer was done: that it takes no more of ours does not make its own end a bad one. */
static void stream_end_is_eof_when_the_reset_comes_behind_a_fin(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, AF_INET);
    assert_int_equal(shutdown(fixture.peer, SHUT_WR), 0);
    test_socket_reset(fixture.peer);
    assert_int_equal(heard_end(&fixture), UV_EOF);
    snet_stream_close(fixture.stream, false);
    fixture_deinit(&fixture);
}

static void stream_death_shows_even_if_nobody_reads(void **state)
{
    (void)state;
    struct fixture fixture;
    test_socket_need_tcp_info();
    fixture_init(&fixture, AF_INET);
    assert_true(snet_stream_alive(fixture.stream));
    assert_int_equal(test_socket_write(fixture.peer, 0, 10), 10);
    assert_int_equal(shutdown(fixture.peer, SHUT_WR), 0);
    test_loop_settle(&fixture.loop);
    assert_true(snet_stream_alive(fixture.stream));
    test_socket_reset(fixture.peer);
    TEST_LOOP_UNTIL(&fixture.loop, !snet_stream_alive(fixture.stream));
    snet_stream_close(fixture.stream, false);
    fixture_deinit(&fixture);
}

static void stream_of_which_nothing_is_known_counts_as_alive(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, AF_UNIX);
    assert_int_equal(shutdown(fixture.peer, SHUT_RDWR), 0);
    assert_true(snet_stream_alive(fixture.stream));
    snet_stream_close(fixture.stream, false);
    fixture_deinit(&fixture);
}

static void stream_peer_is_an_address_or_unix(void **state)
{
    (void)state;
    struct fixture fixture;
    char text[SNET_STREAM_ADDRESS_MAX_BYTES];
    fixture_init(&fixture, AF_UNIX);
    snet_stream_peer(fixture.stream, text, sizeof text);
    assert_string_equal(text, "unix");
    snet_stream_close(fixture.stream, false);
    fixture_deinit(&fixture);

    fixture_init(&fixture, AF_INET);
    snet_stream_peer(fixture.stream, text, sizeof text);
    assert_memory_equal(text, "127.0.0.1:", 10);
    assert_int_equal(snet_stream_address_check(text), SNET_OK);
    snet_stream_peer(fixture.stream, text, 4);
    assert_string_equal(text, "127");
    snet_stream_close(fixture.stream, false);
    fixture_deinit(&fixture);
}

static void stream_peer_that_has_gone_is_not_called_local(void **state)
{
    (void)state;
    struct fixture fixture;
    char text[SNET_STREAM_ADDRESS_MAX_BYTES];
    test_socket_need_tcp_info();
    fixture_init(&fixture, AF_INET);
    test_socket_reset(fixture.peer);
    TEST_LOOP_UNTIL(&fixture.loop, !snet_stream_alive(fixture.stream));
    snet_stream_peer(fixture.stream, text, sizeof text);
    assert_string_equal(text, "?");
    snet_stream_close(fixture.stream, false);
    fixture_deinit(&fixture);
}

static void stream_finish_is_a_close_where_nothing_can_be_finished(void **state)
{
    (void)state;
    struct test_loop loop;
    struct fixture fixture;
    int os_err = 0;
    test_loop_open(&loop);
    uv_stream_t *unconnected = snet_stream_new(&loop.uv, AF_INET, &os_err);
    assert_non_null(unconnected);
    snet_stream_finish(unconnected, 1);
    test_loop_close(&loop);

    fixture_init(&fixture, AF_INET);
    snet_stream_close(fixture.stream, false);
    snet_stream_finish(fixture.stream, 1);
    fixture_deinit(&fixture);
}

static void stream_finish_without_memory_still_closes(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, AF_INET);
    test_memory_fail_at(1, false);
    snet_stream_finish(fixture.stream, 1);
    assert_true(test_memory_heal());
    assert_int_equal(test_socket_await_end(&fixture.loop, fixture.peer), UV_EOF);
    fixture_deinit(&fixture);
}

static void stream_finish_wants_to_throw_something_away(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, AF_INET);
    ASSERT_ABORTS(snet_stream_finish(fixture.stream, 0));
    snet_stream_close(fixture.stream, false);
    fixture_deinit(&fixture);
}

static void stream_finish_sends_a_fin_and_waits_for_the_other(void **state)
{
    static const int families[] = {AF_INET, AF_UNIX};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fixture fixture;
        fixture_init(&fixture, families[i]);
        snet_stream_finish(fixture.stream, SIZE_MAX);
        assert_int_equal(test_socket_await_end(&fixture.loop, fixture.peer), UV_EOF);
        test_loop_pass(&fixture.loop, SNET_STREAM_FINISH_MS - 1);
        assert_int_equal(test_loop_handles(&fixture.loop), 2); /* the stream and its timer */
        assert_int_equal(test_socket_write(fixture.peer, 0, 10000), 10000);
        assert_int_equal(shutdown(fixture.peer, SHUT_WR), 0);
        TEST_LOOP_UNTIL(&fixture.loop, test_loop_handles(&fixture.loop) == 0);
        assert_int_equal(test_socket_end(fixture.peer), UV_EOF);
        fixture_deinit(&fixture);
    }
}

static void stream_finish_does_not_wait_for_ever(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, AF_INET);
    snet_stream_finish(fixture.stream, SIZE_MAX);
    test_loop_settle(&fixture.loop);
    test_loop_pass(&fixture.loop, SNET_STREAM_FINISH_MS);
    assert_int_equal(test_loop_handles(&fixture.loop), 0);
    fixture_deinit(&fixture);
}

static void stream_finish_ends_with_a_peer_that_breaks(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, AF_INET);
    snet_stream_finish(fixture.stream, SIZE_MAX);
    test_loop_settle(&fixture.loop);
    test_socket_reset(fixture.peer);
    TEST_LOOP_UNTIL(&fixture.loop, test_loop_handles(&fixture.loop) == 0);
    fixture_deinit(&fixture);
}

static void count_write(uv_write_t *request, int os_err)
{
    *(unsigned *)request->data += os_err == UV_ECANCELED;
}

/* The FIN still waits behind bytes that are not read. */
static void stream_finish_does_not_wait_for_ever_to_send_its_fin(void **state)
{
    (void)state;
    static char much[8u << 20];
    unsigned cancelled = 0;
    uv_write_t request = {.data = &cancelled};
    const uv_buf_t buffer = uv_buf_init(much, sizeof much);
    struct fixture fixture;
    fixture_init(&fixture, AF_INET);
    assert_int_equal(uv_write(&request, fixture.stream, &buffer, 1, count_write), 0);
    snet_stream_finish(fixture.stream, SIZE_MAX);
    test_loop_settle(&fixture.loop);
    test_loop_pass(&fixture.loop, SNET_STREAM_FINISH_MS);
    assert_int_equal(test_loop_handles(&fixture.loop), 0);
    assert_int_equal(cancelled, 1);
    fixture_deinit(&fixture);
}

/* What counts is that the other end can tell by its acknowledgements what was not wanted. */
static void stream_finish_leaves_unread_what_is_beyond_its_waste(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, AF_INET);
    const int fd = test_socket_of(fixture.stream);
    assert_int_equal(test_socket_write(fixture.peer, 0, 5000), 5000);
    snet_stream_finish(fixture.stream, 1000);
    test_loop_settle(&fixture.loop);
    assert_int_equal(test_socket_pending(fd), 4000);
    test_loop_pass(&fixture.loop, SNET_STREAM_FINISH_MS);
    assert_int_equal(test_loop_handles(&fixture.loop), 0);
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stream_new_refuses_a_family_that_is_none),
        cmocka_unit_test(stream_new_says_when_memory_is_out),
        cmocka_unit_test(stream_close_may_be_called_again),
        cmocka_unit_test(stream_close_in_order_ends_with_a_fin),
        cmocka_unit_test(stream_close_with_a_reset_says_so_to_the_peer),
        cmocka_unit_test(stream_close_with_a_reset_closes_a_local_stream),
        cmocka_unit_test(stream_end_is_a_reset_also_right_behind_bytes),
        cmocka_unit_test(stream_end_is_eof_after_a_fin),
        cmocka_unit_test(stream_end_is_eof_when_the_reset_comes_behind_a_fin),
        cmocka_unit_test(stream_death_shows_even_if_nobody_reads),
        cmocka_unit_test(stream_of_which_nothing_is_known_counts_as_alive),
        cmocka_unit_test(stream_peer_is_an_address_or_unix),
        cmocka_unit_test(stream_peer_that_has_gone_is_not_called_local),
        cmocka_unit_test(stream_finish_is_a_close_where_nothing_can_be_finished),
        cmocka_unit_test(stream_finish_without_memory_still_closes),
        cmocka_unit_test(stream_finish_wants_to_throw_something_away),
        cmocka_unit_test(stream_finish_sends_a_fin_and_waits_for_the_other),
        cmocka_unit_test(stream_finish_does_not_wait_for_ever),
        cmocka_unit_test(stream_finish_does_not_wait_for_ever_to_send_its_fin),
        cmocka_unit_test(stream_finish_ends_with_a_peer_that_breaks),
        cmocka_unit_test(stream_finish_leaves_unread_what_is_beyond_its_waste),
    };
    return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
