/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/socket.h>

#include "tests/support/asked.h"
#include "tests/support/sock_pair.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#define LONG_NS (20 * SNET_SECOND_NS)
#define SHORT_NS (20 * SNET_MS_NS)

static int16_t ready(snet_socket *socket, int16_t events, uint64_t timeout_ns)
{
    struct snet_pollfd poll_fd = {.socket = socket, .events = events, .revents = 77};
    const int count = snet_poll(&poll_fd, 1, timeout_ns);
    assert_int_equal(count, poll_fd.revents != 0 ? 1 : 0);
    return poll_fd.revents;
}

static void poll_sees_room_and_bytes_as_long_as_they_are_there(void **state)
{
    (void)state;
    static struct sock_pair pair;
    char text[8];
    const int16_t both = SNET_POLL_IN | SNET_POLL_OUT;
    sock_pair_begin(&pair);
    assert_int_equal(ready(pair.client, both, 0), SNET_POLL_OUT);
    assert_int_equal(ready(pair.client, SNET_POLL_IN, SHORT_NS), 0);
    assert_int_equal(snet_write(pair.server, "ab", 2), 2);
    assert_int_equal(ready(pair.client, SNET_POLL_IN, LONG_NS), SNET_POLL_IN);
    assert_int_equal(snet_read(pair.client, text, 1), 1);
    assert_int_equal(ready(pair.client, both, 0), both);
    assert_int_equal(snet_read(pair.client, text, 1), 1);
    assert_int_equal(ready(pair.client, SNET_POLL_IN, 0), 0);
    sock_pair_close(&pair);
}

static void poll_sees_how_a_session_has_ended(void **state)
{
    (void)state;
    static struct sock_pair pair;
    const int16_t in_and_hup = SNET_POLL_IN | SNET_POLL_HUP;
    sock_pair_begin(&pair);
    assert_int_equal(snet_shutdown(pair.server), 0);
    assert_int_equal(ready(pair.client, SNET_POLL_IN, LONG_NS), SNET_POLL_IN); /* reads 0 */
    assert_int_equal(snet_shutdown(pair.client), 0);
    while (asked(pair.client).state != SNET_STATE_ENDED) {
        (void)sched_yield();
    }
    assert_int_equal(ready(pair.client, SNET_POLL_IN, LONG_NS), in_and_hup);
    sock_pair_close(&pair);
    sock_pair_begin(&pair);
    assert_int_equal(snet_socket_abort(pair.server, SNET_CODE_APPLICATION, NULL), 0);
    assert_int_equal(ready(pair.client, 0, LONG_NS), SNET_POLL_ERR | SNET_POLL_HUP);
    sock_pair_close(&pair);
}

static void poll_waits_for_sockets_and_descriptors_together(void **state)
{
    (void)state;
    static struct sock_pair pair;
    int fds[2];
    sock_pair_begin(&pair);
    assert_int_equal(pipe(fds), 0);
    struct snet_pollfd polls[] = {
        {.socket = pair.listener, .events = SNET_POLL_IN},
        {.socket = pair.client, .events = SNET_POLL_IN},
        {.fd = fds[0], .events = SNET_POLL_IN},
        {.fd = -1, .events = SNET_POLL_IN},
    };
    assert_int_equal(snet_poll(polls, 4, SHORT_NS), 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
    assert_int_equal(snet_poll(polls, 4, LONG_NS), 1);
    assert_int_equal(polls[2].revents, SNET_POLL_IN);
    assert_int_equal(snet_write(pair.server, "x", 1), 1);
    assert_int_equal(snet_flush(pair.server), 0);
    assert_int_equal(snet_poll(polls, 4, LONG_NS), 2);
    assert_int_equal(polls[1].revents, SNET_POLL_IN);
    assert_int_equal(close(fds[0]), 0);
    assert_int_equal(close(fds[1]), 0);
    sock_pair_close(&pair);
}

static void *write_later(void *arg)
{
    const struct sock_pair *pair = arg;
    sock_pair_await_user(pair->client);
    return snet_write(pair->server, "x", 1) == 1 ? arg : NULL;
}

static void *close_later(void *arg)
{
    sock_pair_await_user(arg);
    (void)snet_close(arg);
    return arg;
}

static void poll_is_woken_by_what_another_thread_does(void **state)
{
    (void)state;
    static struct sock_pair pair;
    pthread_t thread;
    sock_pair_begin(&pair);
    assert_int_equal(pthread_create(&thread, NULL, write_later, &pair), 0);
    assert_int_equal(ready(pair.client, SNET_POLL_IN, SNET_NEVER), SNET_POLL_IN);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(pthread_create(&thread, NULL, close_later, pair.server), 0);
    assert_int_equal(ready(pair.server, SNET_POLL_IN, SNET_NEVER), SNET_POLL_HUP);
    assert_int_equal(pthread_join(thread, NULL), 0);
    pair.server = NULL;
    sock_pair_close(&pair);
}

static void poll_refuses_what_it_cannot_wait_for(void **state)
{
    (void)state;
    struct snet_pollfd polls = {.fd = -1};
    assert_int_equal(snet_poll(NULL, 1, 0), -1);
    assert_int_equal(errno, EINVAL);
    assert_int_equal(snet_poll(&polls, SIZE_MAX, 0), -1);
    assert_int_equal(errno, EINVAL);
    assert_int_equal(snet_poll(NULL, 0, SHORT_NS), 0); /* sleeps */
    polls.fd = 1000000;
    assert_int_equal(snet_poll(&polls, 1, 0), 1);
    assert_int_equal(polls.revents, SNET_POLL_ERR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(poll_refuses_what_it_cannot_wait_for),
        cmocka_unit_test(poll_sees_room_and_bytes_as_long_as_they_are_there),
        cmocka_unit_test(poll_sees_how_a_session_has_ended),
        cmocka_unit_test(poll_waits_for_sockets_and_descriptors_together),
        cmocka_unit_test(poll_is_woken_by_what_another_thread_does),
    };
    return cmocka_run_group_tests_name("poll", tests, NULL, NULL);
}
