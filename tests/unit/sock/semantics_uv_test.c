/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The rows of docs/socket-semantics.md by their numbers, both columns where a test can: a stream of
 * libuv, and a duplex of <snet/uv.h>.
 */
#include <snet/duplex.h>
#include <snet/uv.h>

#include "tests/support/loop_pair.h"
#include "tests/support/pattern.h"
#include "tests/support/sockets.h"
#include "tests/support/unit.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define MUCH_BYTES (8u << 20) /* more than the kernel, or a session, takes at once */
#define SOME_BYTES 1000u
#define NOT_DONE 1

static uint8_t much[MUCH_BYTES];

/* --- A stream of libuv, the other end being the test ----------------------------------------- */

struct tcp {
    struct test_loop loop;
    uv_stream_t *stream; /* NULL once closed */
    int peer;
    uv_write_t write;
    uv_shutdown_t shutdown;
    int write_err; /* NOT_DONE until it is done */
    int shutdown_err;
    int read_err;
    unsigned ends;
    size_t read;
    uint8_t buffer[64];
};

static void tcp_open(struct tcp *tcp)
{
    *tcp = (struct tcp){.write_err = NOT_DONE, .shutdown_err = NOT_DONE, .read_err = NOT_DONE};
    test_loop_open(&tcp->loop);
    tcp->stream = test_socket_stream(&tcp->loop, AF_INET, &tcp->peer);
    tcp->stream->data = tcp;
}

static void tcp_shut(struct tcp *tcp)
{
    snet_stream_close(tcp->stream, true);
    tcp->stream = NULL;
}

static void tcp_close(struct tcp *tcp)
{
    if (tcp->stream != NULL) {
        tcp_shut(tcp);
    }
    test_socket_close(tcp->peer);
    test_loop_close(&tcp->loop);
}

static void tcp_written(uv_write_t *request, int err)
{
    ((struct tcp *)request->data)->write_err = err;
}

static int tcp_write(struct tcp *tcp, const void *data, size_t len)
{
    uv_buf_t buffer = uv_buf_init((char *)(uintptr_t)data, (unsigned)len);
    tcp->write.data = tcp;
    return uv_write(&tcp->write, tcp->stream, &buffer, 1, tcp_written);
}

static void tcp_shutdown_done(uv_shutdown_t *request, int err)
{
    ((struct tcp *)request->data)->shutdown_err = err;
}

static void tcp_shutdown(struct tcp *tcp)
{
    tcp->shutdown.data = tcp;
    assert_int_equal(uv_shutdown(&tcp->shutdown, tcp->stream, tcp_shutdown_done), 0);
}

static void tcp_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buffer)
{
    struct tcp *tcp = handle->data;
    (void)suggested;
    *ret_buffer = uv_buf_init((char *)tcp->buffer, sizeof tcp->buffer);
}

static void tcp_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buffer)
{
    struct tcp *tcp = stream->data;
    if (len < 0) {
        tcp->read_err = (int)len;
        tcp->ends++;
        return;
    }
    test_pattern_expect((const uint8_t *)buffer->base, (size_t)len, tcp->read);
    tcp->read += (size_t)len;
}

static void tcp_read_start(struct tcp *tcp)
{
    assert_int_equal(uv_read_start(tcp->stream, tcp_alloc, tcp_read), 0);
}

/* --- A duplex, the other end being a session of the test -------------------------------------- */

struct duo {
    struct test_pair pair;
    snet_duplex *duplex; /* NULL once closed */
    snet_duplex_request write;
    snet_duplex_request shutdown;
    snet_err read_err; /* INTERNAL until it has ended */
    unsigned ends;
    size_t read;
    size_t take_max;
    size_t shown;
    bool closed;
};

static void duo_event(void *user, const struct snet_core_event *event)
{
    struct duo *duo = user;
    if (event->server == NULL && duo->duplex != NULL) {
        snet_duplex_event(duo->duplex, event);
    }
}

static void duo_done(snet_duplex_request *request, snet_err err)
{
    assert_int_equal(request->err, err);
    request->user = NULL; /* done */
}

static void duo_adopt(struct duo *duo)
{
    duo->pair.forward = duo_event;
    duo->pair.user = duo;
    assert_int_equal(snet_duplex_new(duo->pair.driver, duo->pair.ends[TEST_PAIR_CLIENT].session,
                                     duo, &duo->duplex),
                     SNET_OK);
}

static void duo_open(struct duo *duo)
{
    const struct test_pair_config config = test_pair_secure();
    *duo = (struct duo){.read_err = SNET_ERR_INTERNAL, .take_max = SIZE_MAX};
    test_pair_begin(&duo->pair, &config);
    duo_adopt(duo);
}

static void duo_closed(void *user)
{
    ((struct duo *)user)->closed = true;
}

static void duo_shut(struct duo *duo)
{
    snet_duplex_close(duo->duplex, duo_closed);
    duo->duplex = NULL;
    duo->pair.ends[TEST_PAIR_CLIENT].session = NULL;
    TEST_LOOP_UNTIL(&duo->pair.loop, duo->closed);
}

static void duo_close(struct duo *duo)
{
    if (duo->duplex != NULL) {
        duo_shut(duo);
    }
    test_pair_close(&duo->pair);
}

static void duo_write(struct duo *duo, const void *data, size_t len)
{
    duo->write.user = duo;
    snet_duplex_write(duo->duplex, &duo->write, data, len, duo_done);
}

static void duo_shutdown(struct duo *duo)
{
    duo->shutdown.user = duo;
    snet_duplex_shutdown(duo->duplex, &duo->shutdown, duo_done);
}

static size_t duo_read(void *user, const struct snet_span *spans, size_t count, snet_err err)
{
    struct duo *duo = user;
    size_t taken = 0;
    if (err != SNET_OK) {
        duo->read_err = err;
        duo->ends++;
        return 0;
    }
    duo->shown = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t left = duo->take_max - taken;
        const size_t part = spans[i].len < left ? spans[i].len : left;
        test_pattern_expect(spans[i].data, part, duo->read + taken);
        taken += part;
        duo->shown += spans[i].len;
    }
    duo->read += taken;
    return taken;
}

static void duo_expect_heard(struct duo *duo, size_t len)
{
    TEST_LOOP_PASS_UNTIL(&duo->pair.loop, TEST_PAIR_STEP_MS,
                         test_pair_read(&duo->pair, TEST_PAIR_SERVER) == len);
}

/* --- Writing ---------------------------------------------------------------------------------- */

static void s59_writing_before_it_is_connected(void **state)
{
    (void)state;
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
    struct sockaddr_in target = {.sin_family = AF_INET};
    uv_connect_t connect;
    struct tcp tcp = {.write_err = NOT_DONE};
    uv_tcp_t handle = {.data = &tcp};
    const int listener = test_socket_listen("127.0.0.1:0", 1, address, sizeof address);
    test_loop_open(&tcp.loop);
    assert_int_equal(uv_ip4_addr("127.0.0.1", atoi(test_socket_port(address)), &target), 0);
    assert_int_equal(uv_tcp_init(&tcp.loop.uv, &handle), 0);
    tcp.stream = (uv_stream_t *)&handle;
    assert_int_equal(uv_tcp_connect(&connect, &handle, (const struct sockaddr *)&target, NULL), 0);
    assert_int_equal(tcp_write(&tcp, "x", 1), 0);
    TEST_LOOP_UNTIL(&tcp.loop, tcp.write_err == 0);
    uv_close((uv_handle_t *)&handle, NULL);
    test_socket_close(listener);
    test_loop_close(&tcp.loop);

    const struct test_pair_config config = test_pair_secure();
    struct duo duo = {.take_max = SIZE_MAX};
    test_pattern_fill(much, SOME_BYTES, 0);
    test_pair_open(&duo.pair, &config);
    test_pair_connect(&duo.pair, &config.client, snet_uv_server_address(duo.pair.server));
    duo_adopt(&duo);
    duo_write(&duo, much, SOME_BYTES);
    TEST_LOOP_PASS_UNTIL(&duo.pair.loop, TEST_PAIR_STEP_MS,
                         duo.pair.ends[TEST_PAIR_SERVER].session != NULL);
    duo_expect_heard(&duo, SOME_BYTES);
    assert_int_equal(duo.write.err, SNET_OK);
    duo_close(&duo);
}

static void s60_the_connection_is_lost_after_a_write_was_done(void **state)
{
    (void)state;
    struct tcp tcp;
    tcp_open(&tcp);
    tcp_read_start(&tcp);
    assert_int_equal(tcp_write(&tcp, "x", 1), 0);
    TEST_LOOP_UNTIL(&tcp.loop, tcp.write_err == 0);
    test_socket_reset(tcp.peer); /* unread */
    TEST_LOOP_UNTIL(&tcp.loop, tcp.read_err == UV_ECONNRESET);
    tcp_close(&tcp);

    struct duo duo;
    duo_open(&duo);
    snet_duplex_read_start(duo.duplex, duo_read);
    test_pattern_fill(much, SOME_BYTES, 0);
    test_pair_cut(&duo.pair); /* which this end has not seen yet */
    duo_write(&duo, much, SOME_BYTES);
    TEST_LOOP_UNTIL(&duo.pair.loop, duo.write.user == NULL);
    assert_int_equal(duo.write.err, SNET_OK);
    duo_expect_heard(&duo, SOME_BYTES);
    assert_int_equal(test_pair_count(&duo.pair, TEST_PAIR_CLIENT, SNET_CORE_EVENT_RESUMED), 1);
    assert_int_equal(duo.ends, 0);
    duo_close(&duo);
}

static void s61_the_connection_is_lost_while_a_write_waits(void **state)
{
    (void)state;
    struct tcp tcp;
    tcp_open(&tcp);
    assert_int_equal(tcp_write(&tcp, much, sizeof much), 0);
    test_loop_settle(&tcp.loop);
    assert_int_equal(tcp.write_err, NOT_DONE);
    test_socket_reset(tcp.peer);
    TEST_LOOP_UNTIL(&tcp.loop, tcp.write_err == UV_ECONNRESET || tcp.write_err == UV_EPIPE);
    tcp_close(&tcp);

    struct duo duo;
    duo_open(&duo);
    test_pattern_fill(much, sizeof much, 0);
    duo_write(&duo, much, sizeof much);
    test_loop_settle(&duo.pair.loop);
    assert_ptr_equal(duo.write.user, &duo);
    test_pair_cut(&duo.pair);
    duo_expect_heard(&duo, sizeof much);
    TEST_LOOP_UNTIL(&duo.pair.loop, duo.write.user == NULL);
    assert_int_equal(duo.write.err, SNET_OK);
    duo_close(&duo);
}

/* --- Reading ---------------------------------------------------------------------------------- */

static void s62_where_bytes_arrive(void **state)
{
    (void)state;
    struct tcp tcp;
    tcp_open(&tcp);
    tcp_read_start(&tcp);
    assert_int_equal(test_socket_write(tcp.peer, 0, SOME_BYTES), SOME_BYTES);
    TEST_LOOP_UNTIL(&tcp.loop, tcp.read == SOME_BYTES); /* each byte was the program's to take */
    tcp_close(&tcp);

    struct duo duo;
    duo_open(&duo);
    duo.take_max = 10;
    snet_duplex_read_start(duo.duplex, duo_read);
    test_pair_send(&duo.pair, TEST_PAIR_SERVER, SOME_BYTES);
    TEST_LOOP_UNTIL(&duo.pair.loop, duo.read == 10);
    test_loop_settle(&duo.pair.loop);
    assert_int_equal(duo.read, 10);
    test_pair_send(&duo.pair, TEST_PAIR_SERVER, 1);
    TEST_LOOP_UNTIL(&duo.pair.loop, duo.read == 20);
    assert_int_equal(duo.shown, SOME_BYTES - 10 + 1);
    duo_close(&duo);
}

static void s63_reading_is_stopped(void **state)
{
    (void)state;
    struct tcp tcp;
    tcp_open(&tcp);
    tcp_read_start(&tcp);
    assert_int_equal(uv_read_stop(tcp.stream), 0);
    assert_int_equal(test_socket_write(tcp.peer, 0, SOME_BYTES), SOME_BYTES);
    test_loop_settle(&tcp.loop);
    assert_int_equal(tcp.read, 0);
    tcp_read_start(&tcp);
    TEST_LOOP_UNTIL(&tcp.loop, tcp.read == SOME_BYTES);
    tcp_close(&tcp);

    struct duo duo;
    duo_open(&duo);
    snet_duplex_read_start(duo.duplex, duo_read);
    snet_duplex_read_stop(duo.duplex);
    test_pair_send(&duo.pair, TEST_PAIR_SERVER, SOME_BYTES);
    test_loop_settle(&duo.pair.loop);
    assert_int_equal(duo.read, 0);
    snet_duplex_read_start(duo.duplex, duo_read);
    TEST_LOOP_UNTIL(&duo.pair.loop, duo.read == SOME_BYTES);
    duo_close(&duo);
}

static void s64_the_other_end_has_written_its_last(void **state)
{
    (void)state;
    struct tcp tcp;
    tcp_open(&tcp);
    tcp_read_start(&tcp);
    assert_int_equal(test_socket_write(tcp.peer, 0, SOME_BYTES), SOME_BYTES);
    assert_int_equal(shutdown(tcp.peer, SHUT_WR), 0);
    TEST_LOOP_UNTIL(&tcp.loop, tcp.read_err == UV_EOF);
    assert_int_equal(tcp.read, SOME_BYTES);
    test_loop_settle(&tcp.loop);
    assert_int_equal(tcp.ends, 1);
    tcp_close(&tcp);

    struct duo duo;
    duo_open(&duo);
    snet_duplex_read_start(duo.duplex, duo_read);
    test_pair_send(&duo.pair, TEST_PAIR_SERVER, SOME_BYTES);
    snet_session_shutdown(duo.pair.ends[TEST_PAIR_SERVER].session, snet_uv_now(duo.pair.driver));
    TEST_LOOP_UNTIL(&duo.pair.loop, duo.read_err == SNET_ERR_CLOSED);
    assert_int_equal(duo.read, SOME_BYTES);
    test_loop_settle(&duo.pair.loop);
    assert_int_equal(duo.ends, 1);
    duo_close(&duo);
}

/* --- Ending ----------------------------------------------------------------------------------- */

static void s65_a_shutdown_is_done(void **state)
{
    (void)state;
    struct tcp tcp;
    tcp_open(&tcp);
    assert_int_equal(tcp_write(&tcp, "x", 1), 0);
    tcp_shutdown(&tcp);
    TEST_LOOP_UNTIL(&tcp.loop, tcp.shutdown_err == 0); /* who knows whether anybody has it */
    tcp_close(&tcp);

    struct duo duo;
    duo_open(&duo);
    test_pair_cut(&duo.pair);
    test_pattern_fill(much, SOME_BYTES, 0);
    duo_write(&duo, much, SOME_BYTES);
    duo_shutdown(&duo);
    TEST_LOOP_UNTIL(&duo.pair.loop,
                    test_pair_count(&duo.pair, TEST_PAIR_CLIENT, SNET_CORE_EVENT_LOST) == 1);
    assert_ptr_equal(duo.shutdown.user, &duo); /* and not without a connection */
    duo_expect_heard(&duo, SOME_BYTES);
    TEST_LOOP_PASS_UNTIL(&duo.pair.loop, TEST_PAIR_STEP_MS, duo.shutdown.user == NULL);
    assert_int_equal(duo.shutdown.err, SNET_OK);
    duo_close(&duo);
}

static void s66_writing_after_a_shutdown(void **state)
{
    (void)state;
    struct tcp tcp;
    tcp_open(&tcp);
    tcp_shutdown(&tcp);
    assert_int_equal(tcp_write(&tcp, "x", 1), UV_EPIPE);
    TEST_LOOP_UNTIL(&tcp.loop, tcp.shutdown_err == 0);
    assert_int_equal(tcp.write_err, NOT_DONE);
    tcp_close(&tcp);

    struct duo duo;
    duo_open(&duo);
    duo_shutdown(&duo);
    duo_write(&duo, "x", 1);
    TEST_LOOP_UNTIL(&duo.pair.loop, duo.write.user == NULL);
    assert_int_equal(duo.write.err, SNET_ERR_STATE);
    duo_close(&duo);
}

static void s67_closing_while_a_write_waits(void **state)
{
    (void)state;
    struct tcp tcp;
    tcp_open(&tcp);
    assert_int_equal(tcp_write(&tcp, much, sizeof much), 0);
    tcp_shut(&tcp);
    TEST_LOOP_UNTIL(&tcp.loop, tcp.write_err == UV_ECANCELED);
    tcp_close(&tcp);

    struct duo duo;
    duo_open(&duo);
    duo_write(&duo, much, sizeof much);
    duo_shut(&duo);
    assert_null(duo.write.user);
    assert_int_equal(duo.write.err, SNET_ERR_ABORTED);
    TEST_LOOP_PASS_UNTIL(&duo.pair.loop, TEST_PAIR_STEP_MS,
                         duo.pair.ends[TEST_PAIR_SERVER].ended == SNET_ERR_PEER_ABORTED);
    duo_close(&duo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s59_writing_before_it_is_connected),
        cmocka_unit_test(s60_the_connection_is_lost_after_a_write_was_done),
        cmocka_unit_test(s61_the_connection_is_lost_while_a_write_waits),
        cmocka_unit_test(s62_where_bytes_arrive),
        cmocka_unit_test(s63_reading_is_stopped),
        cmocka_unit_test(s64_the_other_end_has_written_its_last),
        cmocka_unit_test(s65_a_shutdown_is_done),
        cmocka_unit_test(s66_writing_after_a_shutdown),
        cmocka_unit_test(s67_closing_while_a_write_waits),
    };
    return cmocka_run_group_tests_name("socket semantics: libuv", tests, NULL, NULL);
}
