/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/bridge.h"

#include "tests/support/asked.h"
#include "tests/support/core_pair.h"
#include "tests/support/memory.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADDRESS "127.0.0.1:0"
#define TEXT "what every session says"
#define TEXT_BYTES (sizeof TEXT)
#define DESCRIPTORS_MAX 2048 /* far more than are ever open at once when they are counted */
#define STEP_MS 10
#define STEPS_MAX 1500u /* of waiting for something */
#define SESSIONS 2000u  /* SNET_TEST_SESSIONS says another number */
#define AT_ONCE 40u
#define WARM_UP 200u
#define FAILURES_MAX 2000u
/* A server remembers for half a minute how each session ended: core/tombs.h. */
#define TOMBSTONE_BYTES 128u
#define GROWTH_MAX_BYTES 65536u

static struct snet_config server_config(void)
{
    return (struct snet_config){
        .size = sizeof(struct snet_config),
        .key = &core_pair_keys()->server,
        .key_count = 1,
        .nonblocking = true,
    };
}

static struct snet_config client_config(void)
{
    return (struct snet_config){
        .size = sizeof(struct snet_config),
        .server_key = &core_pair_keys()->server_public,
        .connect_timeout_ns = 3 * SNET_SECOND_NS,
    };
}

static unsigned count_descriptors(void)
{
    unsigned count = 0;
    for (int fd = 0; fd < DESCRIPTORS_MAX; fd++) {
        count += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    }
    return count;
}

/* Waits until as many descriptors are open as before; some are closed in the background. */
static void await_descriptors(unsigned before)
{
    unsigned steps = 0;
    while (count_descriptors() > before) {
        assert_true(++steps < STEPS_MAX);
        (void)poll(NULL, 0, STEP_MS);
    }
}

/* The next session that was dialed; NULL when none comes, because its memory failed. */
static snet_socket *accept_soon(snet_socket *acceptor)
{
    snet_socket *socket = snet_accept(acceptor);
    for (unsigned i = 0; socket == NULL && i < 100; i++) {
        (void)poll(NULL, 0, STEP_MS);
        socket = snet_accept(acceptor);
    }
    return socket;
}

static bool says(int from, int to)
{
    char text[TEXT_BYTES];
    struct pollfd ready = {.fd = to, .events = POLLIN};
    return send(from, TEXT, TEXT_BYTES, MSG_NOSIGNAL) == (ssize_t)TEXT_BYTES &&
           poll(&ready, 1, 3000) == 1 && recv(to, text, TEXT_BYTES, MSG_WAITALL) > 0;
}

/* --- One session, whose memory may fail ------------------------------------------------------ */

static void live(snet_socket *acceptor)
{
    const struct snet_config client = client_config();
    const int fd = snet_dial_fd(asked_address(acceptor), &client, NULL);
    if (fd < 0) {
        assert_int_not_equal(errno, 0);
        return;
    }
    snet_socket *socket = accept_soon(acceptor);
    const int other = socket == NULL ? -1 : snet_socket_to_fd(socket);
    if (socket != NULL && other < 0) {
        assert_int_equal(snet_socket_error(socket), SNET_OK);
        snet_close(socket);
    } else if (other >= 0 && says(fd, other)) {
        (void)says(other, fd);
    }
    (void)close(fd);
    if (other >= 0) {
        (void)close(other);
    }
}

static void bridge_survives_each_failing_allocation_of_a_life(void **state)
{
    (void)state;
    const struct snet_config server = server_config();
    snet_socket *acceptor = snet_listen(ADDRESS, &server, NULL);
    assert_non_null(acceptor);
    live(acceptor);
    (void)poll(NULL, 0, 100);
    const unsigned before = count_descriptors();
    bool failed = true;
    unsigned failures = 0;
    for (; failed; failures++) {
        assert_true(failures < FAILURES_MAX);
        test_memory_fail_at(failures + 1, false);
        live(acceptor);
        failed = test_memory_heal();
        snet_socket *late = snet_accept(acceptor); /* of a client that has given up */
        for (; late != NULL; late = snet_accept(acceptor)) {
            snet_close(late);
        }
    }
    assert_true(failures > 20);
    await_descriptors(before);
    snet_close(acceptor);
}

/* --- Many sessions --------------------------------------------------------------------------- */

/* Opens some at once, lets each say something, and closes them, in turn from either end. */
static void live_together(snet_socket *acceptor, unsigned count)
{
    const struct snet_config client = client_config();
    int fds[2][AT_ONCE];
    for (unsigned i = 0; i < count; i++) {
        fds[0][i] = snet_dial_fd(asked_address(acceptor), &client, NULL);
        assert_true(fds[0][i] >= 0);
        fds[1][i] = snet_socket_to_fd(accept_soon(acceptor));
        assert_true(fds[1][i] >= 0);
        assert_true(says(fds[0][i], fds[1][i]));
    }
    for (unsigned i = 0; i < count; i++) {
        (void)close(fds[i % 2][i]);
        (void)close(fds[(i + 1) % 2][i]);
    }
}

static void bridge_gives_all_back_that_many_sessions_took(void **state)
{
    (void)state;
    const struct snet_config server = server_config();
    const char *wanted = getenv("SNET_TEST_SESSIONS");
    const unsigned sessions = wanted == NULL ? SESSIONS : (unsigned)atoi(wanted);
    const unsigned before = count_descriptors();
    snet_socket *acceptor = snet_listen(ADDRESS, &server, NULL);
    assert_non_null(acceptor);
    const unsigned listening = count_descriptors();
    for (unsigned i = 0; i < WARM_UP; i += AT_ONCE) {
        live_together(acceptor, AT_ONCE);
    }
    await_descriptors(listening);
    const size_t used_bytes = mallinfo2().uordblks;
    for (unsigned i = 0; i < sessions; i += AT_ONCE) {
        live_together(acceptor, AT_ONCE);
    }
    await_descriptors(listening);
    const size_t after_bytes = mallinfo2().uordblks;
    print_message("%u sessions: %zu bytes before, %zu after\n", sessions, used_bytes, after_bytes);
    assert_true(after_bytes < used_bytes + GROWTH_MAX_BYTES + sessions * TOMBSTONE_BYTES);
    snet_close(acceptor);
    await_descriptors(before);
}

/* --- Reasons --------------------------------------------------------------------------------- */

/* A descriptor whose session was aborted by the other end. */
static int aborted(snet_socket *acceptor)
{
    const struct snet_config client = client_config();
    char byte = 0;
    const int fd = snet_dial_fd(asked_address(acceptor), &client, NULL);
    assert_true(fd >= 0);
    snet_socket *socket = accept_soon(acceptor);
    assert_non_null(socket);
    snet_socket_abort(socket, SNET_CODE_APPLICATION, NULL);
    assert_int_equal(read(fd, &byte, 1), -1);
    assert_int_equal(errno, ECONNRESET);
    snet_close(socket);
    return fd;
}

static void bridge_keeps_the_latest_reasons_and_drops_those_of_closed_ones_first(void **state)
{
    (void)state;
    static int fds[SNET_FD_REASONS_MAX + 1];
    const struct snet_config server = server_config();
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    if (limit.rlim_max < 2 * SNET_FD_REASONS_MAX || setrlimit(RLIMIT_NOFILE, &limit) != 0) {
        skip();
    }
    snet_socket *acceptor = snet_listen(ADDRESS, &server, NULL);
    assert_non_null(acceptor);
    for (unsigned i = 0; i < SNET_FD_REASONS_MAX; i++) {
        fds[i] = aborted(acceptor);
    }
    assert_int_equal(snet_fd_error(fds[0]), SNET_ERR_PEER_ABORTED);
    (void)close(fds[7]);
    fds[SNET_FD_REASONS_MAX] = aborted(acceptor);
    assert_int_equal(snet_fd_error(fds[0]), SNET_ERR_PEER_ABORTED);
    fds[7] = aborted(acceptor);
    assert_int_equal(snet_fd_error(fds[0]), SNET_ERR_INVALID);
    assert_int_equal(snet_fd_error(fds[1]), SNET_ERR_PEER_ABORTED);
    for (unsigned i = 0; i <= SNET_FD_REASONS_MAX; i++) {
        (void)close(fds[i]);
    }
    snet_close(acceptor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bridge_survives_each_failing_allocation_of_a_life),
        cmocka_unit_test(bridge_gives_all_back_that_many_sessions_took),
        cmocka_unit_test(bridge_keeps_the_latest_reasons_and_drops_those_of_closed_ones_first),
    };
    (void)mallopt(M_ARENA_MAX, 1); /* mallinfo2 counts one */
    return cmocka_run_group_tests_name("bridge", tests, NULL, NULL);
}
