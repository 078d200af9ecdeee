/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* Threads that send without the lock: what happens meanwhile, and what the kernel does not take. */
#include "uv/conn_unlocked.h"

#include "sock/socket.h"
#include "tests/support/asked.h"
#include "tests/support/pattern.h"
#include "tests/support/tcp_twin.h"
#include "tests/support/unit.h"
#include "uv/conn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MESSAGE_BYTES 16u
#define MUCH_BYTES 40000u /* more than goes without the lock */
#define STRESS_PAIRS 25u  /* of sockets, with two threads at each end: 100 */
#define STRESS_NS (10 * SNET_SECOND_NS)
#define STRESS_CUT_MS 20

/* --- The system call ------------------------------------------------------------------------- */

typedef void meanwhile_fn(int fd);

/* What happens before the next call, and how much of it the kernel takes; -1: all. */
static _Atomic(meanwhile_fn *) meanwhile;
static atomic_int taken = -1;
static atomic_int taken_locked = -1; /* the same of a call with the lock, or by the loop */
static atomic_uint calls;

/* In place of the C library's. The first is for sending without the lock alone. */
SNET_API ssize_t send(int fd, const void *buf, size_t len, int flags);
SNET_API ssize_t send(int fd, const void *buf, size_t len, int flags)
{
    meanwhile_fn *does = atomic_exchange(&meanwhile, NULL);
    if (does != NULL) {
        does(fd);
    }
    calls++;
    const int most = atomic_exchange(&taken, -1);
    if (most == 0) {
        errno = EAGAIN;
        return -1;
    }
    const size_t part = most > 0 && (size_t)most < len ? (size_t)most : len;
    return syscall(SYS_sendto, fd, buf, part, flags, NULL, 0);
}

SNET_API ssize_t sendmsg(int fd, const struct msghdr *message, int flags);
SNET_API ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    const int most = atomic_exchange(&taken_locked, -1);
    struct iovec first = message->msg_iov[0];
    struct msghdr part = *message;
    if (most >= 0) {
        first.iov_len = (size_t)most < first.iov_len ? (size_t)most : first.iov_len;
        part.msg_iov = &first;
        part.msg_iovlen = 1;
    }
    return syscall(SYS_sendmsg, fd, &part, flags);
}

/* --- What threads see ------------------------------------------------------------------------ */

static const struct twin_options quick = {.linger_ns = SNET_MS_NS};
/* The one that a test is about: what happens meanwhile has to reach it. */
static struct tcp_twin *at_hand;

static void open_twins(struct tcp_twin *ret_twins)
{
    tcp_twin_open(ret_twins, TWIN_SNET, &quick);
    at_hand = ret_twins;
    atomic_store(&calls, 0);
    atomic_store(&taken, -1);
    atomic_store(&taken_locked, -1);
}

static enum snet_conn_unlocked_state unlocked_state(const struct twin_end *end)
{
    snet_loop_lock();
    const struct snet_conn *conn = snet_conn_of(end->socket->session);
    const enum snet_conn_unlocked_state state =
        conn == NULL ? SNET_CONN_UNLOCKED_IDLE : conn->unlocked.state;
    snet_loop_unlock();
    return state;
}

static void say(const struct twin_end *end, const char text[MESSAGE_BYTES])
{
    assert_int_equal(twin_write(end, text, MESSAGE_BYTES), MESSAGE_BYTES);
}

static void unlocked_is_how_a_message_goes_out(void **state)
{
    (void)state;
    struct tcp_twin twins;
    open_twins(&twins);
    say(&twins.client, "a first message");
    twin_expect(&twins.server, "a first message", MESSAGE_BYTES);
    assert_true(calls > 0);
    tcp_twin_close(&twins);
}

static void unlocked_leaves_to_the_loop_what_the_kernel_does_not_take(void **state)
{
    (void)state;
    static const int parts[] = {0, 1, 7};
    struct tcp_twin twins;
    open_twins(&twins);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        atomic_store(&taken, parts[i]);
        say(&twins.client, "this is in parts");
        say(&twins.client, "and that behind.");
        twin_expect(&twins.server, "this is in partsand that behind.", 2 * (size_t)MESSAGE_BYTES);
    }
    assert_int_equal(asked(twins.client.socket).resumes, 0);
    tcp_twin_close(&twins);
}

static void write_behind(int fd)
{
    (void)fd;
    assert_int_equal(unlocked_state(&at_hand->client), SNET_CONN_UNLOCKED_SENDING);
    const unsigned before = calls;
    say(&at_hand->client, "that comes after");
    assert_int_equal(calls, before); /* it is left to the one that is sending */
}

static void unlocked_looks_again_for_what_came_meanwhile(void **state)
{
    (void)state;
    struct tcp_twin twins;
    open_twins(&twins);
    atomic_store(&meanwhile, write_behind);
    say(&twins.client, "this comes first");
    assert_int_equal(calls, 2);
    twin_expect(&twins.server, "this comes firstthat comes after", 2 * (size_t)MESSAGE_BYTES);
    tcp_twin_close(&twins);
}

static void write_much_behind(int fd)
{
    static const uint8_t much[MUCH_BYTES];
    (void)fd;
    assert_int_equal(twin_write(&at_hand->client, much, sizeof much), sizeof much);
    atomic_store(&taken_locked, 5000);
}

/* Nobody has to call again, and no acknowledgement has to come, before the rest goes out. */
static bool rest_is_seen_to(const struct twin_end *end)
{
    snet_loop_lock();
    const struct snet_conn *conn = snet_conn_of(end->socket->session);
    struct snet_span span;
    const bool seen_to = snet_link_send(conn->link, &span, 1) == 0 ||
                         conn->unlocked.state == SNET_CONN_UNLOCKED_RETURNED ||
                         !snet_stream_writer_is_idle(&conn->writer) ||
                         snet_core_has_events(snet_uv_core(snet_loop_driver()));
    snet_loop_unlock();
    return seen_to;
}

static void unlocked_hands_over_what_came_meanwhile_and_does_not_fit(void **state)
{
    (void)state;
    struct tcp_twin twins;
    uint8_t got[MESSAGE_BYTES + MUCH_BYTES];
    size_t done = 0;
    open_twins(&twins);
    atomic_store(&meanwhile, write_much_behind);
    say(&twins.client, "this comes first");
    assert_true(rest_is_seen_to(&twins.client));
    assert_int_equal(taken_locked, -1);
    while (done < sizeof got) {
        const ssize_t len = twin_read(&twins.server, got + done, sizeof got - done);
        assert_true(len > 0);
        done += (size_t)len;
    }
    tcp_twin_close(&twins);
}

/* Until the loop has seen the loss of the connection, and has something else to do. */
static void lose_connection(int fd)
{
    tcp_twin_cut(at_hand, false);
    while (asked(at_hand->client.socket).resumes == 0) {
        (void)sched_yield();
    }
    assert_int_not_equal(fcntl(fd, F_GETFD), -1); /* it may be nobody else's yet */
}

static void unlocked_keeps_the_connection_open_until_it_is_back(void **state)
{
    (void)state;
    struct tcp_twin twins;
    open_twins(&twins);
    atomic_store(&meanwhile, lose_connection);
    say(&twins.client, "through two ways");
    twin_expect(&twins.server, "through two ways", MESSAGE_BYTES);
    snet_loop_lock();
    const unsigned count = (unsigned)snet_loop_driver()->conns.count;
    snet_loop_unlock();
    assert_int_equal(count, 2); /* the two ends of the second way */
    tcp_twin_close(&twins);
}

/* The other end answers what was sent before, and the loop has that before the thread waits. */
static void let_the_answer_come(int fd)
{
    (void)fd;
    say(&at_hand->server, "this is an answer");
    while (asked(at_hand->client.socket).received_bytes == 0) {
        (void)sched_yield();
    }
}

static void unlocked_does_not_wait_for_what_came_meanwhile(void **state)
{
    (void)state;
    struct tcp_twin twins;
    open_twins(&twins);
    snet_loop_lock(); /* bytes that nobody has sent yet go out before the thread waits */
    size_t done = 0;
    assert_int_equal(snet_session_write(twins.client.socket->session,
                                        (const uint8_t *)"is there anybody", MESSAGE_BYTES, &done,
                                        snet_loop_now()),
                     SNET_OK);
    snet_loop_unlock();
    atomic_store(&meanwhile, let_the_answer_come);
    twin_expect(&twins.client, "this is an answer", MESSAGE_BYTES);
    twin_expect(&twins.server, "is there anybody", MESSAGE_BYTES);
    tcp_twin_close(&twins);
}

/* --- Many of them ---------------------------------------------------------------------------- */

struct stress;

/* A thread: an end, and whose bytes it writes or reads. */
struct stress_role {
    struct stress *stress;
    const struct twin_end *end;
    size_t which; /* 0: the client's */
    pthread_t thread;
};

struct stress {
    struct tcp_twin twins;
    struct stress_role roles[4];
    atomic_ullong written[2]; /* by the client, by the server */
    atomic_bool over;
};

static void *stress_write(void *arg)
{
    const struct stress_role *role = arg;
    struct stress *stress = role->stress;
    uint64_t done = 0;
    unsigned seed = (unsigned)role->which + 1;
    while (!stress->over) {
        uint8_t bytes[10000];
        const size_t most = rand_r(&seed) % 16 == 0 ? sizeof bytes : 200;
        const size_t len = 1 + (size_t)rand_r(&seed) % most;
        test_pattern_fill(bytes, len, done);
        assert_int_equal(twin_write(role->end, bytes, len), len);
        done += len;
        stress->written[role->which] = done;
        if (rand_r(&seed) % 8 == 0) {
            (void)sched_yield();
        }
    }
    assert_int_equal(twin_shutdown(role->end), 0);
    return arg;
}

static void *stress_read(void *arg)
{
    const struct stress_role *role = arg;
    uint64_t done = 0;
    for (;;) {
        uint8_t bytes[4096];
        const ssize_t len = twin_read(role->end, bytes, sizeof bytes);
        assert_true(len >= 0);
        if (len == 0) {
            break;
        }
        test_pattern_expect(bytes, (size_t)len, done);
        done += (uint64_t)len;
    }
    assert_int_equal(done, role->stress->written[role->which]);
    return arg;
}

/* How long: SNET_STRESS_SECONDS, or a little. */
static uint64_t stress_ns(void)
{
    const char *asked_for = getenv("SNET_STRESS_SECONDS");
    return asked_for == NULL ? STRESS_NS : strtoull(asked_for, NULL, 10) * SNET_SECOND_NS;
}

static void unlocked_loses_nothing_with_a_hundred_threads(void **state)
{
    (void)state;
    static struct stress all[STRESS_PAIRS];
    for (size_t i = 0; i < STRESS_PAIRS; i++) {
        tcp_twin_open(&all[i].twins, TWIN_SNET, &quick);
        for (size_t k = 0; k < 4; k++) {
            const bool writes = k < 2;
            struct stress_role *role = &all[i].roles[k];
            *role = (struct stress_role){.stress = &all[i], .which = k % 2};
            role->end = (role->which == 0) == writes ? &all[i].twins.client : &all[i].twins.server;
            assert_int_equal(
                pthread_create(&role->thread, NULL, writes ? stress_write : stress_read, role), 0);
        }
    }
    const uint64_t until_ns = snet_loop_now() + stress_ns();
    for (size_t next = 0; snet_loop_now() < until_ns; next = (next + 1) % STRESS_PAIRS) {
        (void)poll(NULL, 0, STRESS_CUT_MS);
        (void)shutdown(all[next].twins.way->fd, SHUT_RDWR); /* unless it is broken already */
        atomic_store(&taken, (int)(next % 3)); /* and some kernel is full now and then */
        atomic_store(&taken_locked, 1000);
    }
    for (size_t i = 0; i < STRESS_PAIRS; i++) {
        all[i].over = true;
    }
    for (size_t i = 0; i < STRESS_PAIRS; i++) {
        for (size_t k = 0; k < 4; k++) {
            assert_int_equal(pthread_join(all[i].roles[k].thread, NULL), 0);
        }
        tcp_twin_close(&all[i].twins);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unlocked_is_how_a_message_goes_out),
        cmocka_unit_test(unlocked_leaves_to_the_loop_what_the_kernel_does_not_take),
        cmocka_unit_test(unlocked_looks_again_for_what_came_meanwhile),
        cmocka_unit_test(unlocked_hands_over_what_came_meanwhile_and_does_not_fit),
        cmocka_unit_test(unlocked_keeps_the_connection_open_until_it_is_back),
        cmocka_unit_test(unlocked_does_not_wait_for_what_came_meanwhile),
        cmocka_unit_test(unlocked_loses_nothing_with_a_hundred_threads),
    };
    return cmocka_run_group_tests_name("conn_unlocked", tests, NULL, NULL);
}
