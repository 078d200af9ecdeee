/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* How long calls wait: timeouts, deadlines, cancelling. */
#include <snet/socket.h>

#include "tests/support/sock_pair.h"
#include "tests/support/tcp_twin.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SHORT_NS (20 * SNET_MS_NS)
#define LONG_NS (60 * SNET_SECOND_NS)

static void expect_read_fails(snet_socket *socket, int number)
{
    char byte = 0;
    errno = 0;
    assert_int_equal(snet_read(socket, &byte, 1), -1);
    assert_int_equal(errno, number);
}

static void limits_are_of_the_kinds_of_calls_that_were_named(void **state)
{
    (void)state;
    static struct sock_pair pair;
    static char much[1u << 17];
    sock_pair_prepare(&pair);
    pair.client_config.history_bytes = 1u << 16;
    pair.server_config.inbox_bytes = 1u << 16;
    sock_pair_open(&pair);
    assert_int_equal(snet_socket_set_timeout(pair.client, SNET_READ, SHORT_NS), 0);
    assert_int_equal(snet_socket_set_timeout(pair.client, SNET_WRITE, LONG_NS), 0);
    expect_read_fails(pair.client, ETIMEDOUT);
    assert_int_equal(snet_write(pair.server, "x", 1), 1);
    assert_int_equal(snet_flush(pair.server), 0);
    char byte = 0;
    assert_int_equal(snet_read(pair.client, &byte, 1), 1); /* what is there is read in any case */
    assert_int_equal(snet_socket_set_deadline(pair.client, SNET_WRITE, snet_now() + SHORT_NS), 0);
    ssize_t len = 1;
    while (len > 0) {
        len = snet_write(pair.client, much, sizeof much);
    }
    assert_int_equal(errno, ETIMEDOUT);
    assert_int_equal(snet_socket_set_deadline(pair.listener, SNET_READ, 1), 0); /* it is past */
    assert_null(snet_accept(pair.listener));
    assert_int_equal(errno, ETIMEDOUT);
    sock_pair_close(&pair);
}

static void *set_deadline_later(void *arg)
{
    sock_pair_await_user(arg);
    return snet_socket_set_deadline(arg, SNET_READ, snet_now() + SHORT_NS) == 0 ? arg : NULL;
}

static void *cancel_later(void *arg)
{
    sock_pair_await_user(arg);
    return snet_socket_cancel(arg) == 0 ? arg : NULL;
}

static void limits_reach_a_call_that_waits_already(void **state)
{
    (void)state;
    static struct sock_pair pair;
    pthread_t thread;
    sock_pair_begin(&pair);
    assert_int_equal(pthread_create(&thread, NULL, set_deadline_later, pair.client), 0);
    expect_read_fails(pair.client, ETIMEDOUT);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(snet_socket_set_deadline(pair.client, SNET_READ, 0), 0);
    assert_int_equal(pthread_create(&thread, NULL, cancel_later, pair.client), 0);
    expect_read_fails(pair.client, ECANCELED);
    assert_int_equal(pthread_join(thread, NULL), 0);
    expect_read_fails(pair.client, ECANCELED); /* for good */
    assert_int_equal(pthread_create(&thread, NULL, cancel_later, pair.listener), 0);
    assert_null(snet_accept(pair.listener));
    assert_int_equal(errno, ECANCELED);
    assert_int_equal(pthread_join(thread, NULL), 0);
    sock_pair_close(&pair);
}

/* To a listener that answers nothing: without the cancel it would take all of connect_timeout. */
static void limits_end_a_dial_that_waits(void **state)
{
    (void)state;
    struct sockaddr_in address;
    struct sock_pair pair;
    struct snet_error error = {.err = SNET_OK};
    pthread_t thread;
    char text[32];
    sock_pair_prepare(&pair);
    pair.client_config.connect = NULL;
    pair.client_config.connect_timeout_ns = LONG_NS;
    const int silent = twin_listen(&address);
    (void)snprintf(text, sizeof text, "127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
    snet_socket *socket = snet_dial_start(text, &pair.client_config, &error);
    assert_non_null(socket);
    assert_int_equal(pthread_create(&thread, NULL, cancel_later, socket), 0);
    assert_int_equal(snet_dial_wait(socket, &error), -1);
    assert_int_equal(errno, ECANCELED);
    assert_int_equal(error.err, SNET_ERR_CANCELED);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(snet_close(socket), 0);
    socket = snet_dial_start(text, &pair.client_config, &error);
    assert_non_null(socket);
    assert_int_equal(snet_socket_set_timeout(socket, SNET_READ, SHORT_NS), 0);
    assert_int_equal(snet_dial_wait(socket, &error), -1);
    assert_int_equal(errno, ETIMEDOUT);
    assert_int_equal(snet_socket_set_nonblocking(socket, 1), 0);
    expect_read_fails(socket, EAGAIN);
    assert_int_equal(snet_close(socket), 0);
    assert_int_equal(close(silent), 0);
}

/* What would fail again fails at once, with what to do about it; `retry` tries for longer. */
static void limits_do_not_delay_a_dial_that_is_refused(void **state)
{
    (void)state;
    struct sockaddr_in address;
    struct sock_pair pair;
    struct snet_error error = {.err = SNET_OK};
    char text[32];
    sock_pair_prepare(&pair);
    pair.client_config.connect = NULL;
    pair.client_config.connect_timeout_ns = LONG_NS;
    assert_int_equal(close(twin_listen(&address)), 0);
    (void)snprintf(text, sizeof text, "127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
    assert_null(snet_dial(text, &pair.client_config, &error));
    assert_int_equal(errno, ECONNREFUSED);
    assert_int_equal(error.err, SNET_ERR_CONNECT);
    assert_int_equal(error.os_err, ECONNREFUSED);
    assert_non_null(strstr(error.text, "is the server running"));
    assert_null(snet_dial("unix:/nonexistent/socket", &pair.client_config, &error));
    assert_int_equal(errno, ENOENT);
    pair.client_config.retry = 1;
    pair.client_config.connect_timeout_ns = SHORT_NS;
    const uint64_t begin_ns = snet_now();
    assert_null(snet_dial(text, &pair.client_config, &error));
    assert_true(snet_now() - begin_ns >= SHORT_NS);
}

static void limits_end_what_the_backlog_cannot_hold(void **state)
{
    (void)state;
    static struct sock_pair pair;
    char byte = 0;
    sock_pair_prepare(&pair);
    pair.server_config.backlog_max = 1;
    sock_pair_open(&pair);
    pair.client_config.connect = NULL;
    snet_socket *waiting = snet_dial(pair.address, &pair.client_config, NULL);
    struct snet_pollfd poll_listener = {.socket = pair.listener, .events = SNET_POLL_IN};
    assert_int_equal(snet_poll(&poll_listener, 1, SNET_NEVER), 1);
    snet_socket *too_many = snet_dial(pair.address, &pair.client_config, NULL);
    assert_int_equal(snet_socket_set_timeout(too_many, SNET_READ, LONG_NS / 10), 0);
    assert_int_equal(snet_read(too_many, &byte, 1), -1);
    assert_int_equal(snet_socket_error(too_many), SNET_ERR_PEER_ABORTED);
    snet_socket *accepted = snet_accept(pair.listener);
    assert_int_equal(snet_write(accepted, "x", 1), 1);
    assert_int_equal(snet_read(waiting, &byte, 1), 1);
    assert_int_equal(snet_close(too_many), 0);
    assert_int_equal(snet_close(accepted), 0);
    assert_int_equal(snet_close(waiting), 0);
    sock_pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_are_of_the_kinds_of_calls_that_were_named),
        cmocka_unit_test(limits_reach_a_call_that_waits_already),
        cmocka_unit_test(limits_end_a_dial_that_waits),
        cmocka_unit_test(limits_do_not_delay_a_dial_that_is_refused),
        cmocka_unit_test(limits_end_what_the_backlog_cannot_hold),
    };
    return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
