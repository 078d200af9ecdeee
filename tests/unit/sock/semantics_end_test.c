/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The rows of docs/socket-semantics.md by their numbers, both columns where a test can: shutting
 * down, closing, and the ends of processes.
 */
#include <snet/socket.h>

#include "sock/loop.h"
#include "sock/socket.h"
#include "tests/support/asked.h"
#include "tests/support/tcp_twin.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOON_NS (100 * SNET_MS_NS)
#define MUCH_BYTES (1u << 17)

static const struct twin_options soon = {.linger_ns = SOON_NS};

/* --- Writing to nobody --------------------------------------------------------------------- */

static void check_s21(struct tcp_twin *twins)
{
    twin_close(&twins->server);
    twin_expect_end(&twins->client);
    assert_int_equal(twin_write(&twins->client, "x", 1), 1);
    if (twins->kind == TWIN_SNET) {
        assert_int_equal(snet_flush(twins->client.socket), 0); /* though nobody reads it */
    }
    while (twin_write(&twins->client, "x", 1) == 1) {
        (void)sched_yield();
    }
    assert_int_equal(errno, EPIPE);
    if (twins->kind == TWIN_SNET) {
        assert_int_equal(snet_socket_error(twins->client.socket), SNET_ERR_PEER_ABORTED);
    }
}

static void s21_writing_after_the_other_end_was_closed(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s21, &soon);
}

static void s23_waiting_until_the_other_end_has_all(void **state)
{
    (void)state;
    struct tcp_twin twins;
    tcp_twin_open(&twins, TWIN_SNET, NULL);
    assert_int_equal(snet_write(twins.client.socket, "all", 3), 3);
    assert_int_equal(snet_flush(twins.client.socket), 0);
    assert_int_equal(asked_unacked(twins.client.socket), 0);
    tcp_twin_cut(&twins, true);
    assert_int_equal(snet_write(twins.client.socket, "more", 4), 4);
    twin_set_timeout(&twins.client, SOON_NS);
    assert_int_equal(snet_flush(twins.client.socket), -1);
    assert_int_equal(errno, ETIMEDOUT);
    tcp_twin_mend(&twins);
    twin_set_timeout(&twins.client, 0);
    assert_int_equal(snet_flush(twins.client.socket), 0);
    twin_expect(&twins.server, "allmore", 7);
    tcp_twin_close(&twins);
}

/* --- Shutting down and closing ------------------------------------------------------------- */

static void check_s25(struct tcp_twin *twins)
{
    assert_int_equal(twin_write(&twins->client, "question", 8), 8);
    assert_int_equal(twin_shutdown(&twins->client), 0);
    twin_expect(&twins->server, "question", 8);
    twin_expect_end(&twins->server);
    assert_int_equal(twin_write(&twins->server, "answer", 6), 6);
    twin_expect(&twins->client, "answer", 6);
}

static void s25_the_own_direction_ends_alone(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s25, &soon);
}

static void s26_the_other_direction_is_refused(void **state)
{
    (void)state;
    struct tcp_twin twins;
    tcp_twin_open(&twins, TWIN_TCP, NULL);
    assert_int_equal(shutdown(twins.client.fd, SHUT_RD), 0);
    twin_expect_end(&twins.client);
    assert_int_equal(twin_write(&twins.server, "x", 1), 1); /* is not told */
    tcp_twin_close(&twins);
}

static void check_s27(struct tcp_twin *twins)
{
    assert_int_equal(twin_shutdown(&twins->client), 0);
    assert_int_equal(twin_shutdown(&twins->client), 0);
}

static void s27_the_own_direction_ends_twice(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s27, &soon);
}

static const uint8_t *much(void)
{
    static uint8_t bytes[MUCH_BYTES];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 7 + i / 256);
    }
    return bytes;
}

static void check_s28(struct tcp_twin *twins)
{
    const int bytes = MUCH_BYTES;
    if (twins->kind == TWIN_TCP) {
        (void)setsockopt(twins->client.fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    }
    assert_int_equal(twin_write(&twins->client, much(), MUCH_BYTES), MUCH_BYTES);
    twin_close(&twins->client);
    twin_expect(&twins->server, much(), MUCH_BYTES);
    twin_expect_end(&twins->server);
}

static void s28_closing_with_bytes_that_were_not_sent(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s28, &soon);
}

static void check_s29(struct tcp_twin *twins)
{
    assert_int_equal(twin_write(&twins->client, "unread", 6), 6);
    while (twin_unacked(&twins->client) > 0) {
        (void)sched_yield();
    }
    twin_close(&twins->server);
    if (twins->kind == TWIN_TCP) {
        twin_expect_error(&twins->client, ECONNRESET);
    } else {
        twin_expect_end(&twins->client);
    }
}

static void s29_closing_with_bytes_that_were_not_read(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s29, &soon);
}

static void check_s30(struct tcp_twin *twins)
{
    if (twins->kind == TWIN_TCP) {
        twin_reset(&twins->client);
    } else {
        snet_socket_abort(twins->client.socket, SNET_CODE_APPLICATION, NULL);
    }
    twin_expect_error(&twins->server, ECONNRESET);
}

static void s30_ending_without_what_was_not_sent(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s30, &soon);
}

/* Returns what it was given when reading says that the socket was closed meanwhile. */
static void *read_until_closed(void *arg)
{
    uint8_t byte = 0;
    return twin_read(arg, &byte, 1) == -1 && errno == EBADF ? arg : NULL;
}

static void s31_a_thread_waits_while_the_socket_is_closed(void **state)
{
    (void)state;
    struct tcp_twin twins;
    pthread_t thread;
    void *result = NULL;
    tcp_twin_open(&twins, TWIN_SNET, NULL);
    struct twin_end reader = twins.client;
    assert_int_equal(pthread_create(&thread, NULL, read_until_closed, &reader), 0);
    for (bool inside = false; !inside;) {
        snet_loop_lock();
        inside = reader.socket->users == 1;
        snet_loop_unlock();
        (void)sched_yield();
    }
    twin_close(&twins.client);
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_ptr_equal(result, &reader);
    tcp_twin_close(&twins);
}

/* --- Processes ----------------------------------------------------------------------------- */

/* What a process does that this one has begun: see child_main. */
struct child {
    char kind[2]; /* of enum twin_kind */
    char end[2];  /* e: exit, k: dies */
};

#define CHILD_WORKS 42

static pid_t child_run(char *const arguments[])
{
    const pid_t pid = fork();
    if (pid == 0) {
        (void)execv("/proc/self/exe", arguments);
        _exit(99);
    }
    assert_true(pid > 0);
    return pid;
}

/* An emulated program cannot run itself: /proc/self/exe is the emulator there. */
static void skip_without_children(void)
{
    char name[] = "socket_semantics_end_test";
    char probe[] = "?";
    char *const arguments[] = {name, probe, NULL};
    int status = 0;
    const pid_t pid = child_run(arguments);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WEXITSTATUS(status) != CHILD_WORKS) {
        skip();
    }
}

static pid_t child_begin(struct tcp_twin *twins, char end)
{
    char kind[2] = {(char)('0' + twins->kind), '\0'};
    char how[2] = {end, '\0'};
    char port[8];
    (void)snprintf(port, sizeof port, "%u", (unsigned)ntohs(twins->way->address.sin_port));
    char name[] = "socket_semantics_end_test";
    char *const arguments[] = {name, kind, how, port, NULL};
    return child_run(arguments);
}

/* The process: connects, writes, and ends without closing. */
static int child_main(char **arguments)
{
    if (arguments[1][0] == '?') {
        return CHILD_WORKS;
    }
    const bool tcp = arguments[1][0] == '0' + TWIN_TCP;
    const unsigned port = (unsigned)strtoul(arguments[3], NULL, 10);
    struct twin_end end = {.fd = -1};
    if (tcp) {
        const struct sockaddr_in address = {
            .sin_family = AF_INET,
            .sin_port = htons((uint16_t)port),
            .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
        };
        end.fd = twin_connect(&address);
    } else {
        char text[32];
        const struct snet_config config = twin_client_config(NULL);
        (void)snprintf(text, sizeof text, "127.0.0.1:%u", port);
        end.socket = snet_dial(text, &config, NULL);
    }
    const size_t len = arguments[2][0] == 'e' ? MUCH_BYTES : 1;
    if ((tcp ? end.fd < 0 : end.socket == NULL) || twin_write(&end, much(), len) != (ssize_t)len) {
        return 1;
    }
    if (arguments[2][0] == 'e') {
        exit(0);
    }
    if (!tcp) {
        (void)snet_flush(end.socket);
    }
    _exit(0);
}

/* The end of a child's stream at this process. */
static struct twin_end child_accept(struct tcp_twin *twins)
{
    struct twin_end end = {.fd = -1};
    if (twins->kind == TWIN_TCP) {
        end.fd = accept(twins->listener, NULL, NULL);
    } else {
        end.socket = snet_accept(twins->listening);
        assert_non_null(end.socket);
    }
    return end;
}

static void child_end(pid_t pid)
{
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void check_s32(struct tcp_twin *twins)
{
    const pid_t pid = child_begin(twins, 'e');
    struct twin_end end = child_accept(twins);
    twin_expect(&end, much(), MUCH_BYTES);
    if (twins->kind == TWIN_SNET) {
        twin_close(&end); /* or the child lingers for it */
    }
    child_end(pid);
    twin_close(&end);
}

static void s32_the_process_exits_with_bytes_that_were_not_sent(void **state)
{
    (void)state;
    skip_without_children();
    tcp_twin_for_both(check_s32, &soon);
}

static void check_s33(struct tcp_twin *twins)
{
    const pid_t pid = child_begin(twins, 'k');
    struct twin_end end = child_accept(twins);
    twin_expect(&end, much(), 1);
    child_end(pid);
    if (twins->kind == TWIN_TCP) {
        twin_expect_end(&end);
    } else {
        twin_set_timeout(&end, SOON_NS);
        twin_expect_error(&end, ETIMEDOUT);
        assert_int_equal(snet_socket_error(end.socket), SNET_OK);
        snet_socket_abort(end.socket, SNET_CODE_APPLICATION, NULL);
    }
    twin_close(&end);
}

static void s33_the_process_at_the_other_end_dies(void **state)
{
    (void)state;
    skip_without_children();
    tcp_twin_for_both(check_s33, &soon);
}

static void check_s34(struct tcp_twin *twins)
{
    const pid_t pid = fork();
    if (pid == 0) {
        _exit(twins->kind == TWIN_TCP && twin_write(&twins->client, "child ", 6) != 6);
    }
    child_end(pid);
    assert_int_equal(twin_write(&twins->client, "parent", 6), 6);
    if (twins->kind == TWIN_TCP) {
        twin_expect(&twins->server, "child ", 6);
    }
    twin_expect(&twins->server, "parent", 6);
}

static void s34_the_process_forks(void **state)
{
    (void)state;
    tcp_twin_for_both(check_s34, &soon);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(s21_writing_after_the_other_end_was_closed),
        cmocka_unit_test(s23_waiting_until_the_other_end_has_all),
        cmocka_unit_test(s25_the_own_direction_ends_alone),
        cmocka_unit_test(s26_the_other_direction_is_refused),
        cmocka_unit_test(s27_the_own_direction_ends_twice),
        cmocka_unit_test(s28_closing_with_bytes_that_were_not_sent),
        cmocka_unit_test(s29_closing_with_bytes_that_were_not_read),
        cmocka_unit_test(s30_ending_without_what_was_not_sent),
        cmocka_unit_test(s31_a_thread_waits_while_the_socket_is_closed),
        cmocka_unit_test(s32_the_process_exits_with_bytes_that_were_not_sent),
        cmocka_unit_test(s33_the_process_at_the_other_end_dies),
        cmocka_unit_test(s34_the_process_forks),
    };
    return argc > 1 ? child_main(argv) : cmocka_run_group_tests(tests, NULL, NULL);
}
