/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/stream_writer.h"

#include "tests/support/death.h"
#include "tests/support/memory.h"
#include "tests/support/pattern.h"
#include "tests/support/sockets.h"
#include "tests/support/unit.h"

#include <string.h>
#include <sys/socket.h>

#define WRITER_SPAN_BYTES 1000u
#define WRITER_SPANS 40u /* more than a copy holds */
#define WRITER_SPANS_TAKEN_MAX 64u
#define WRITER_BUFFER_BYTES 65536

struct fixture {
    struct test_loop loop;
    uv_stream_t *stream;
    int peer;
    snet_stream_writer *writer;
    unsigned idle_count;
    int os_err;        /* what the writer said last */
    uint64_t taken;    /* bytes of the pattern, by the writer */
    uint64_t received; /* by the peer */
    uint8_t data[WRITER_SPANS * WRITER_SPAN_BYTES];
    struct snet_span spans[WRITER_SPANS];
};

static void fixture_idle(void *user, int os_err)
{
    struct fixture *fixture = user;
    fixture->idle_count++;
    fixture->os_err = os_err;
}

static void fixture_init(struct fixture *fixture, int family)
{
    memset(fixture, 0, sizeof *fixture);
    test_loop_open(&fixture->loop);
    fixture->stream = test_socket_stream(&fixture->loop, family, &fixture->peer);
    const int small = WRITER_BUFFER_BYTES;
    (void)setsockopt(test_socket_of(fixture->stream), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    (void)setsockopt(fixture->peer, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    assert_int_equal(
        snet_stream_writer_new(fixture->stream, fixture_idle, fixture, &fixture->writer), SNET_OK);
}

static void fixture_deinit(struct fixture *fixture)
{
    snet_stream_writer_free(fixture->writer);
    snet_stream_close(fixture->stream, false);
    test_socket_close(fixture->peer);
    test_loop_close(&fixture->loop);
}

/*
 * Sends `count` spans of the pattern that goes on, whose memory is used for other things then.
 * Returns how many bytes were taken, or the error of libuv.
 */
static ssize_t send_spans(struct fixture *fixture, size_t count)
{
    test_pattern_fill(fixture->data, count * WRITER_SPAN_BYTES, fixture->taken);
    for (size_t i = 0; i < count; i++) {
        fixture->spans[i] = (struct snet_span){.data = fixture->data + i * WRITER_SPAN_BYTES,
                                               .len = WRITER_SPAN_BYTES};
    }
    size_t taken = 0;
    const int os_err = snet_stream_writer_send(fixture->writer, fixture->spans, count, &taken);
    memset(fixture->data, 0, sizeof fixture->data);
    fixture->taken += taken;
    return os_err != 0 ? os_err : (ssize_t)taken;
}

/* Sends until the kernel is full for good and a copy waits. */
static void send_until_full(struct fixture *fixture)
{
    while (snet_stream_writer_is_idle(fixture->writer)) {
        assert_true(send_spans(fixture, WRITER_SPANS) > 0);
        test_loop_settle(&fixture->loop);
    }
    fixture->idle_count = 0;
}

/* What arrives is the pattern, checked while the loop turns. */
static void receive_all(struct fixture *fixture)
{
    TEST_LOOP_UNTIL(&fixture->loop,
                    (fixture->received += test_socket_read(fixture->peer, fixture->received,
                                                           SIZE_MAX)) == fixture->taken);
}

static void writer_refuses_bytes_while_some_wait(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, AF_INET);
    send_until_full(&fixture);
    size_t taken = 0;
    ASSERT_ABORTS((void)!snet_stream_writer_send(fixture.writer, fixture.spans, 1, &taken));
    fixture_deinit(&fixture);
}

static void writer_refuses_to_send_nothing(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, AF_INET);
    size_t taken = 0;
    ASSERT_ABORTS((void)!snet_stream_writer_send(fixture.writer, fixture.spans, 0, &taken));
    fixture_deinit(&fixture);
}

static void writer_says_that_its_stream_is_broken(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, AF_INET);
    test_socket_reset(fixture.peer);
    assert_int_equal(send_spans(&fixture, 1), UV_ECONNRESET);
    assert_true(snet_stream_writer_is_idle(fixture.writer));
    fixture_deinit(&fixture);
}

static void writer_takes_nothing_it_has_no_memory_for(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, AF_INET);
    ssize_t sent = 1;
    test_memory_fail_at(1, true);
    while (sent > 0) {
        sent = send_spans(&fixture, WRITER_SPANS);
    }
    assert_true(test_memory_heal());
    assert_int_equal(sent, UV_ENOMEM);
    assert_true(snet_stream_writer_is_idle(fixture.writer));
    fixture_deinit(&fixture);
}

static void writer_gives_spans_to_the_kernel_in_order(void **state)
{
    static const int families[] = {AF_INET, AF_UNIX};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fixture fixture;
        fixture_init(&fixture, families[i]);
        assert_int_equal(send_spans(&fixture, 1), WRITER_SPAN_BYTES);
        assert_int_equal(send_spans(&fixture, 2), 2 * WRITER_SPAN_BYTES);
        assert_true(snet_stream_writer_is_idle(fixture.writer));
        receive_all(&fixture);
        assert_int_equal(fixture.idle_count, 0);
        fixture_deinit(&fixture);
    }
}

static void writer_takes_this_many_spans_at_once(void **state)
{
    (void)state;
    struct fixture fixture;
    struct snet_span spans[WRITER_SPANS_TAKEN_MAX + 1];
    fixture_init(&fixture, AF_INET);
    test_pattern_fill(fixture.data, sizeof spans / sizeof spans[0], 0);
    for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
        spans[i] = (struct snet_span){.data = fixture.data + i, .len = 1};
    }
    size_t taken = 0;
    assert_int_equal(
        snet_stream_writer_send(fixture.writer, spans, WRITER_SPANS_TAKEN_MAX + 1, &taken), 0);
    assert_int_equal(taken, WRITER_SPANS_TAKEN_MAX);
    fixture.taken = taken;
    receive_all(&fixture);
    fixture_deinit(&fixture);
}

static void writer_copies_a_little_of_what_the_kernel_does_not_take(void **state)
{
    static const int families[] = {AF_INET, AF_UNIX};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fixture fixture;
        fixture_init(&fixture, families[i]);
        send_until_full(&fixture);
        assert_in_range(uv_stream_get_write_queue_size(fixture.stream), 1,
                        SNET_STREAM_WRITER_COPY_BYTES);
        assert_int_equal(fixture.idle_count, 0);
        receive_all(&fixture);
        TEST_LOOP_UNTIL(&fixture.loop, fixture.idle_count == 1);
        assert_int_equal(fixture.os_err, 0);
        assert_true(snet_stream_writer_is_idle(fixture.writer));
        fixture_deinit(&fixture);
    }
}

static void writer_that_is_full_reports_that_its_stream_breaks(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, AF_INET);
    send_until_full(&fixture);
    test_socket_reset(fixture.peer);
    TEST_LOOP_UNTIL(&fixture.loop, fixture.idle_count == 1);
    assert_int_not_equal(fixture.os_err, 0);
    assert_true(snet_stream_writer_is_idle(fixture.writer));
    fixture_deinit(&fixture);
}

static void writer_freed_reports_nothing(void **state)
{
    (void)state;
    for (unsigned broken = 0; broken < 2; broken++) {
        struct fixture fixture;
        fixture_init(&fixture, AF_INET);
        send_until_full(&fixture);
        snet_stream_writer_free(fixture.writer);
        fixture.writer = NULL;
        if (broken == 1) {
            test_socket_reset(fixture.peer);
            test_loop_settle(&fixture.loop);
        } else {
            receive_all(&fixture);
        }
        snet_stream_close(fixture.stream, true);
        test_loop_settle(&fixture.loop);
        assert_int_equal(fixture.idle_count, 0);
        fixture_deinit(&fixture);
    }
}

static void writer_freed_still_sends_before_an_orderly_close(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, AF_INET);
    send_until_full(&fixture);
    snet_stream_writer_free(fixture.writer);
    snet_stream_finish(fixture.stream, SIZE_MAX);
    receive_all(&fixture);
    assert_int_equal(test_socket_await_end(&fixture.loop, fixture.peer), UV_EOF);
    test_socket_close(fixture.peer);
    test_loop_close(&fixture.loop);
}

static void free_when_idle(void *user, int os_err)
{
    struct fixture *fixture = user;
    fixture_idle(fixture, os_err);
    snet_stream_writer_free(fixture->writer);
    fixture->writer = NULL;
}

static void writer_may_be_freed_by_what_it_calls(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, AF_INET);
    snet_stream_writer_free(fixture.writer);
    assert_int_equal(
        snet_stream_writer_new(fixture.stream, free_when_idle, &fixture, &fixture.writer), SNET_OK);
    send_until_full(&fixture);
    receive_all(&fixture);
    TEST_LOOP_UNTIL(&fixture.loop, fixture.idle_count == 1);
    assert_null(fixture.writer);
    fixture_deinit(&fixture);
}

static void writer_new_refuses_without_memory(void **state)
{
    (void)state;
    struct fixture fixture;
    snet_stream_writer *writer = NULL;
    fixture_init(&fixture, AF_INET);
    test_memory_fail_at(1, false);
    assert_int_equal(snet_stream_writer_new(fixture.stream, fixture_idle, &fixture, &writer),
                     SNET_ERR_NO_MEMORY);
    assert_true(test_memory_heal());
    assert_null(writer);
    fixture_deinit(&fixture);
}

static void writer_is_idle_after_it_was_full_and_takes_more(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture, AF_UNIX);
    for (unsigned round = 0; round < 3; round++) {
        send_until_full(&fixture);
        receive_all(&fixture);
        TEST_LOOP_UNTIL(&fixture.loop, fixture.idle_count == 1);
        assert_int_equal(fixture.taken, fixture.received);
    }
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writer_refuses_bytes_while_some_wait),
        cmocka_unit_test(writer_refuses_to_send_nothing),
        cmocka_unit_test(writer_says_that_its_stream_is_broken),
        cmocka_unit_test(writer_takes_nothing_it_has_no_memory_for),
        cmocka_unit_test(writer_gives_spans_to_the_kernel_in_order),
        cmocka_unit_test(writer_takes_this_many_spans_at_once),
        cmocka_unit_test(writer_copies_a_little_of_what_the_kernel_does_not_take),
        cmocka_unit_test(writer_that_is_full_reports_that_its_stream_breaks),
        cmocka_unit_test(writer_freed_reports_nothing),
        cmocka_unit_test(writer_freed_still_sends_before_an_orderly_close),
        cmocka_unit_test(writer_may_be_freed_by_what_it_calls),
        cmocka_unit_test(writer_new_refuses_without_memory),
        cmocka_unit_test(writer_is_idle_after_it_was_full_and_takes_more),
    };
    return cmocka_run_group_tests_name("stream_writer", tests, NULL, NULL);
}
