/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* Threads that serve the connection for which they wait. */
#include "uv/conn_inline.h"

#include "sock/socket.h"
#include "tests/support/asked.h"
#include "tests/support/pattern.h"
#include "tests/support/tcp_twin.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TRIPS_MAX 20000u
#define CUTS 10u
#define TRIPS_PER_CUT 100u
#define BULK_BYTES (64u << 20) /* more than the send buffers, which grow to 16 MiB, and TCP's */
#define CHUNK_BYTES 65536u

/* Writes to a number that was closed: it could have been a file of the program's by then. */
static atomic_uint strays;

/* In place of the C library's. */
SNET_API ssize_t write(int fd, const void *buf, size_t n);
SNET_API ssize_t write(int fd, const void *buf, size_t n)
{
    const ssize_t len = syscall(SYS_write, fd, buf, n);
    if (len == -1 && errno == EBADF) {
        strays++;
    }
    return len;
}

static const struct twin_options quick = {.linger_ns = SNET_MS_NS};

static enum snet_conn_inline_state conn_inline_state(const struct twin_end *end)
{
    enum snet_conn_inline_state state = SNET_CONN_INLINE_OFF;
    snet_loop_lock();
    (void)snet_conn_inline_state(end->socket->session, &state);
    snet_loop_unlock();
    return state;
}

static void *echo(void *arg)
{
    const struct twin_end *end = arg;
    char text[64];
    ssize_t len = twin_read(end, text, sizeof text);
    while (len > 0 && twin_write(end, text, (size_t)len) == len) {
        len = twin_read(end, text, sizeof text);
    }
    return NULL;
}

static void trip(const struct tcp_twin *twins, unsigned number)
{
    char text[16] = {0};
    memcpy(text, &number, sizeof number);
    assert_int_equal(twin_write(&twins->client, text, sizeof text), sizeof text);
    twin_expect(&twins->client, text, sizeof text);
}

/* Round trips until the client's thread serves its connection. */
static void trips_until_inline(const struct tcp_twin *twins)
{
    unsigned trips = 0;
    while (conn_inline_state(&twins->client) != SNET_CONN_INLINE_ON) {
        assert_true(trips < TRIPS_MAX);
        trip(twins, trips++);
    }
}

static void await_conn_inline_end(const struct twin_end *end)
{
    while (conn_inline_state(end) != SNET_CONN_INLINE_OFF) {
        (void)sched_yield(); /* the test has a time limit of its own */
    }
}

struct echoing {
    struct tcp_twin twins;
    pthread_t thread;
};

static void echoing_open(struct echoing *echoing)
{
    tcp_twin_open(&echoing->twins, TWIN_SNET, &quick);
    assert_int_equal(pthread_create(&echoing->thread, NULL, echo, &echoing->twins.server), 0);
}

static void echoing_close(struct echoing *echoing)
{
    (void)twin_shutdown(&echoing->twins.client);
    assert_int_equal(pthread_join(echoing->thread, NULL), 0);
    tcp_twin_close(&echoing->twins);
}

static void conn_inline_begins_when_waits_are_brief(void **state)
{
    (void)state;
    struct echoing echoing;
    echoing_open(&echoing);
    assert_int_equal(conn_inline_state(&echoing.twins.client), SNET_CONN_INLINE_OFF);
    trips_until_inline(&echoing.twins);
    echoing_close(&echoing);
}

/* It would take a descriptor more for a program that merely looks whether there is something. */
static void conn_inline_is_not_for_calls_that_run_out_of_time(void **state)
{
    (void)state;
    struct echoing echoing;
    char byte = 0;
    echoing_open(&echoing);
    twin_set_timeout(&echoing.twins.client, 1);
    for (unsigned i = 0; i < 1000; i++) {
        assert_int_equal(twin_read(&echoing.twins.client, &byte, 1), -1);
        assert_int_equal(errno, ETIMEDOUT);
    }
    assert_int_equal(echoing.twins.client.socket->wait.wake_fd, -1);
    echoing_close(&echoing);
}

static void conn_inline_ends_when_it_is_not_used(void **state)
{
    (void)state;
    struct echoing echoing;
    echoing_open(&echoing);
    trips_until_inline(&echoing.twins);
    await_conn_inline_end(&echoing.twins.client);
    /* The loop serves the connection: no thread reads, and it acknowledges. */
    assert_int_equal(twin_write(&echoing.twins.server, "x", 1), 1);
    assert_int_equal(snet_flush(echoing.twins.server.socket), 0);
    twin_expect(&echoing.twins.client, "x", 1);
    trip(&echoing.twins, 1);
    /* It did not take a connection that seemed dead for that. */
    assert_int_equal(asked(echoing.twins.client.socket).resumes, 0);
    echoing_close(&echoing);
}

/* The loop does not wait for a thread that polls no more. */
static void conn_inline_goes_back_when_a_write_meets_a_broken_connection(void **state)
{
    (void)state;
    struct echoing echoing;
    echoing_open(&echoing);
    trips_until_inline(&echoing.twins);
    tcp_twin_cut(&echoing.twins, false);
    assert_int_equal(twin_write(&echoing.twins.client, "x", 1), 1);
    assert_int_not_equal(conn_inline_state(&echoing.twins.client), SNET_CONN_INLINE_ON);
    twin_expect(&echoing.twins.client, "x", 1);
    echoing_close(&echoing);
}

static void conn_inline_keeps_the_time_limit(void **state)
{
    (void)state;
    struct echoing echoing;
    char byte = 0;
    echoing_open(&echoing);
    twin_set_timeout(&echoing.twins.client, SNET_SECOND_NS / 20);
    trips_until_inline(&echoing.twins);
    assert_int_equal(twin_read(&echoing.twins.client, &byte, 1), -1);
    assert_int_equal(errno, ETIMEDOUT);
    echoing_close(&echoing);
}

static void conn_inline_goes_on_with_the_next_connection(void **state)
{
    (void)state;
    struct echoing echoing;
    echoing_open(&echoing);
    for (unsigned i = 0; i < CUTS; i++) {
        trips_until_inline(&echoing.twins);
        tcp_twin_cut(&echoing.twins, false);
        for (unsigned k = 0; k < TRIPS_PER_CUT; k++) {
            trip(&echoing.twins, k);
        }
    }
    echoing_close(&echoing);
}

static void *read_one(void *arg)
{
    char byte = 0;
    const struct twin_end *end = arg;
    return twin_read(end, &byte, 1) == -1 && errno == EBADF ? arg : NULL;
}

static void conn_inline_ends_for_who_waits_when_the_socket_is_closed(void **state)
{
    (void)state;
    struct echoing echoing;
    pthread_t reader;
    void *result = NULL;
    bool polling = false;
    echoing_open(&echoing);
    trips_until_inline(&echoing.twins);
    struct twin_end client = echoing.twins.client;
    assert_int_equal(pthread_create(&reader, NULL, read_one, &client), 0);
    while (!polling) {
        snet_loop_lock();
        polling = client.socket->users == 1;
        snet_loop_unlock();
        (void)sched_yield();
    }
    twin_close(&echoing.twins.client);
    assert_int_equal(pthread_join(reader, &result), 0);
    assert_ptr_equal(result, &client);
    assert_int_equal(pthread_join(echoing.thread, NULL), 0);
    tcp_twin_close(&echoing.twins);
}

/* The connection of a session that is given up outlives its thread, and must not wake that. */
static void conn_inline_wakes_no_thread_that_has_gone(void **state)
{
    (void)state;
    struct echoing echoing;
    struct snet_config other = twin_client_config(&quick);
    echoing_open(&echoing);
    trips_until_inline(&echoing.twins);
    strays = 0;
    snet_loop_lock();
    const int wake_fd = echoing.twins.client.socket->wait.wake_fd;
    echoing.twins.client.socket->linger_ns = 0; /* it is given up before the loop takes over */
    snet_loop_unlock();
    twin_close(&echoing.twins.client);
    while (fcntl(wake_fd, F_GETFD) != -1) {
        (void)sched_yield();
    }
    assert_int_equal(pthread_join(echoing.thread, NULL), 0);
    other.connect_timeout_ns = 1;
    assert_null(snet_dial("127.0.0.1:1", &other, NULL)); /* the loop has been past the close */
    assert_int_equal(strays, 0);
    tcp_twin_close(&echoing.twins);
}

static void *write_bulk(void *arg)
{
    const struct twin_end *end = arg;
    for (uint64_t done = 0; done < BULK_BYTES; done += CHUNK_BYTES) {
        uint8_t chunk[CHUNK_BYTES];
        test_pattern_fill(chunk, sizeof chunk, done);
        if (twin_write(end, chunk, sizeof chunk) != (ssize_t)sizeof chunk) {
            return NULL;
        }
    }
    return arg;
}

static void read_bulk(const struct twin_end *end)
{
    static uint8_t got[30011];
    uint64_t done = 0;
    while (done < BULK_BYTES) {
        const ssize_t len = twin_read(end, got, sizeof got);
        assert_true(len > 0);
        test_pattern_expect(got, (size_t)len, done);
        done += (uint64_t)len;
    }
    assert_int_equal(done, BULK_BYTES);
}

/* Both ends write more than all buffers hold before one of them reads. */
static void conn_inline_of_a_writer_does_not_hold_up_the_other_direction(void **state)
{
    (void)state;
    struct tcp_twin twins;
    pthread_t writers[2];
    void *result = NULL;
    tcp_twin_open(&twins, TWIN_SNET, &quick);
    assert_int_equal(pthread_create(&writers[0], NULL, write_bulk, &twins.client), 0);
    assert_int_equal(pthread_create(&writers[1], NULL, write_bulk, &twins.server), 0);
    tcp_twin_cut(&twins, false);
    read_bulk(&twins.server);
    read_bulk(&twins.client);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(writers[i], &result), 0);
        assert_non_null(result);
    }
    tcp_twin_close(&twins);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conn_inline_begins_when_waits_are_brief),
        cmocka_unit_test(conn_inline_is_not_for_calls_that_run_out_of_time),
        cmocka_unit_test(conn_inline_ends_when_it_is_not_used),
        cmocka_unit_test(conn_inline_goes_back_when_a_write_meets_a_broken_connection),
        cmocka_unit_test(conn_inline_keeps_the_time_limit),
        cmocka_unit_test(conn_inline_goes_on_with_the_next_connection),
        cmocka_unit_test(conn_inline_ends_for_who_waits_when_the_socket_is_closed),
        cmocka_unit_test(conn_inline_wakes_no_thread_that_has_gone),
        cmocka_unit_test(conn_inline_of_a_writer_does_not_hold_up_the_other_direction),
    };
    return cmocka_run_group_tests_name("conn_inline", tests, NULL, NULL);
}
