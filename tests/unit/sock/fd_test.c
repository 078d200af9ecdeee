/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/socket.h>

#include "tests/support/asked.h"
#include "tests/support/core_pair.h"
#include "tests/support/memory.h"
#include "tests/support/pattern.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADDRESS "127.0.0.1:0"
#define SOME_BYTES 10000u
#define MUCH_BYTES (8u << 20)
#define HELD_MAX_BYTES (4u << 20) /* by buffers, kernel, and a session of 64 KiB */
#define SESSION_BYTES (64u << 10)
#define WAIT_MS 10000
#define FAILURES_MAX 1000u

/* A descriptor that dialed, and the socket at its other end. */
struct fixture {
    snet_socket *acceptor;
    int fd; /* -1 when closed */
    snet_socket *server;
};

static struct snet_config server_config(void)
{
    return (struct snet_config){
        .size = sizeof(struct snet_config),
        .history_bytes = SESSION_BYTES,
        .inbox_bytes = SESSION_BYTES,
        .key = &core_pair_keys()->server,
        .key_count = 1,
    };
}

static struct snet_config client_config(void)
{
    return (struct snet_config){
        .size = sizeof(struct snet_config),
        .history_bytes = SESSION_BYTES,
        .inbox_bytes = SESSION_BYTES,
        .server_key = &core_pair_keys()->server_public,
    };
}

static void fixture_init_with(struct fixture *fixture, const struct snet_config *client)
{
    const struct snet_config server = server_config();
    struct snet_error error = {.err = SNET_OK};
    fixture->acceptor = snet_listen(ADDRESS, &server, &error);
    assert_int_equal(error.err, SNET_OK);
    fixture->fd = snet_dial_fd(asked_address(fixture->acceptor), client, &error);
    assert_int_equal(error.err, SNET_OK);
    assert_true(fixture->fd >= 0);
    fixture->server = snet_accept(fixture->acceptor);
    assert_non_null(fixture->server);
}

static void fixture_init(struct fixture *fixture)
{
    const struct snet_config client = client_config();
    fixture_init_with(fixture, &client);
}

static void fixture_close(struct fixture *fixture)
{
    assert_int_equal(close(fixture->fd), 0);
    fixture->fd = -1;
}

static void fixture_deinit(struct fixture *fixture)
{
    if (fixture->fd >= 0) {
        fixture_close(fixture);
    }
    snet_close(fixture->server);
    snet_close(fixture->acceptor);
}

static short await(int fd, short events)
{
    struct pollfd ready = {.fd = fd, .events = events};
    assert_int_equal(poll(&ready, 1, WAIT_MS), 1);
    return ready.revents;
}

/* The server's end says `text` and goes away. */
static void server_leaves(struct fixture *fixture, const char *text)
{
    const ssize_t len = (ssize_t)strlen(text);
    assert_int_equal(snet_write(fixture->server, text, (size_t)len), len);
    assert_int_equal(snet_flush(fixture->server), 0);
    snet_socket_abort(fixture->server, SNET_CODE_APPLICATION, "no more");
}

/* Reads the pattern to the end of the stream; returns how many bytes. */
static uint64_t server_reads_all(struct fixture *fixture)
{
    uint8_t chunk[4096];
    uint64_t done = 0;
    ssize_t len = snet_read(fixture->server, chunk, sizeof chunk);
    for (; len > 0; len = snet_read(fixture->server, chunk, sizeof chunk)) {
        test_pattern_expect(chunk, (size_t)len, done);
        done += (uint64_t)len;
    }
    assert_int_equal(len, 0);
    return done;
}

static uint8_t *pattern(size_t len)
{
    static uint8_t data[MUCH_BYTES];
    assert_true(len <= sizeof data);
    test_pattern_fill(data, len, 0);
    return data;
}

/* --- Refusals -------------------------------------------------------------------------------- */

static void fd_says_why_there_is_none(void **state)
{
    (void)state;
    struct snet_config config = client_config();
    struct snet_error error = {.err = SNET_OK};
    assert_int_equal(snet_dial_fd("nowhere", &config, &error), -1);
    assert_int_equal(error.err, SNET_ERR_ADDRESS);
    assert_int_equal(errno, EINVAL);
    config = server_config();
    config.nonblocking = true;
    snet_socket *acceptor = snet_listen(ADDRESS, &config, NULL);
    assert_non_null(acceptor);
    assert_int_equal(snet_accept_fd(acceptor), -1);
    assert_int_equal(errno, EAGAIN);
    snet_close(acceptor);
}

static void fd_of_something_else_has_no_reason(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(snet_fd_error(-1), SNET_ERR_INVALID);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    assert_int_equal(snet_fd_error(fds[0]), SNET_ERR_INVALID);
    (void)close(fds[0]);
    (void)close(fds[1]);
}

static void fd_without_memory_is_none_and_leaves_the_socket(void **state)
{
    (void)state;
    struct fixture fixture;
    size_t failures = 0;
    int fd = -1;
    fixture_init(&fixture);
    for (bool failed = true; failed && fd < 0; failures++) {
        assert_true(failures < FAILURES_MAX);
        test_memory_fail_at(failures + 1, false);
        fd = snet_socket_to_fd(fixture.server);
        failed = test_memory_heal();
        if (fd < 0) {
            assert_int_equal(errno, ENOMEM);
            assert_int_equal(snet_write(fixture.server, "x", 1), 1);
        }
    }
    assert_true(failures > 3); /* bridge, relay and stream */
    assert_true(fd >= 0);
    (void)close(fd);
    fixture.server = NULL;
    fixture_deinit(&fixture);
}

static void fd_of_a_session_that_does_not_come_up_is_reset(void **state)
{
    (void)state;
    const struct snet_config server = server_config();
    struct snet_config client = client_config();
    struct snet_key stranger;
    char byte = 0;
    memset(&stranger, 9, sizeof stranger);
    client.server_key = &stranger;
    client.nonblocking = true;
    client.connect_timeout_ns = SNET_SECOND_NS;
    snet_socket *acceptor = snet_listen(ADDRESS, &server, NULL);
    assert_non_null(acceptor);
    const int fd = snet_dial_fd(asked_address(acceptor), &client, NULL);
    assert_true(fd >= 0);
    assert_int_equal(snet_fd_error(fd), SNET_OK);
    assert_true((await(fd, POLLIN) & POLLIN) != 0);
    assert_int_equal(read(fd, &byte, 1), -1);
    assert_int_equal(errno, ECONNRESET);
    assert_int_not_equal(snet_fd_error(fd), SNET_OK);
    assert_int_not_equal(snet_fd_error(fd), SNET_ERR_INVALID);
    (void)close(fd);
    snet_close(acceptor);
}

/* --- Ends ------------------------------------------------------------------------------------ */

static void fd_is_reset_after_the_last_byte_when_its_session_is_lost(void **state)
{
    (void)state;
    struct fixture fixture;
    char text[8];
    fixture_init(&fixture);
    server_leaves(&fixture, "bye");
    assert_int_equal(recv(fixture.fd, text, 3, MSG_WAITALL), 3);
    assert_memory_equal(text, "bye", 3);
    assert_int_equal(read(fixture.fd, text, sizeof text), -1);
    assert_int_equal(errno, ECONNRESET);
    assert_int_equal(read(fixture.fd, text, sizeof text), 0);
    assert_int_equal(send(fixture.fd, "x", 1, MSG_NOSIGNAL), -1);
    assert_int_equal(errno, EPIPE);
    assert_int_equal(snet_fd_error(fixture.fd), SNET_ERR_PEER_ABORTED);
    fixture_deinit(&fixture);
}

static void fd_that_is_shut_for_writing_has_a_reason_all_the_same(void **state)
{
    (void)state;
    struct fixture fixture;
    char byte = 0;
    fixture_init(&fixture);
    assert_int_equal(shutdown(fixture.fd, SHUT_WR), 0);
    assert_int_equal(snet_read(fixture.server, &byte, 1), 0);
    server_leaves(&fixture, "");
    assert_int_equal(read(fixture.fd, &byte, 1), 0);
    assert_int_equal(snet_fd_error(fixture.fd), SNET_ERR_PEER_ABORTED);
    fixture_deinit(&fixture);
}

static void fd_fails_a_writer_that_nobody_reads_from_any_more(void **state)
{
    (void)state;
    struct fixture fixture;
    struct snet_config client = client_config();
    client.nonblocking = true;
    fixture_init_with(&fixture, &client);
    uint8_t *data = pattern(MUCH_BYTES);
    snet_socket_set_timeout(fixture.server, SNET_READ | SNET_WRITE, 300 * SNET_MS_NS);
    (void)snet_write(fixture.server, data, MUCH_BYTES); /* the program does not read */
    snet_socket_abort(fixture.server, SNET_CODE_APPLICATION, NULL);
    ssize_t sent = 1;
    while (sent > 0 || errno == EAGAIN) {
        (void)await(fixture.fd, POLLOUT);
        sent = send(fixture.fd, data, SOME_BYTES, MSG_NOSIGNAL);
    }
    assert_int_equal(errno, EPIPE);
    fixture_deinit(&fixture);
}

static void fd_reasons_go_with_the_socket_and_not_with_its_number(void **state)
{
    (void)state;
    struct fixture fixture;
    char byte = 0;
    fixture_init(&fixture);
    const int number = fixture.fd;
    const int twin = dup(number);
    assert_int_equal(snet_fd_error(twin), SNET_OK);
    server_leaves(&fixture, "");
    assert_int_equal(read(fixture.fd, &byte, 1), -1);
    assert_int_equal(snet_fd_error(twin), SNET_ERR_PEER_ABORTED);
    assert_int_equal(snet_fd_error(number), SNET_ERR_PEER_ABORTED);
    fixture_close(&fixture);
    assert_int_equal(snet_fd_error(number), SNET_ERR_INVALID);
    const int other = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(dup2(other, number), number);
    assert_int_equal(snet_fd_error(number), SNET_ERR_INVALID);
    assert_int_equal(snet_fd_error(twin), SNET_ERR_PEER_ABORTED);
    (void)close(number);
    (void)close(other);
    (void)close(twin);
    fixture_deinit(&fixture);
}

static void fd_tells_a_clean_end_and_its_reason(void **state)
{
    (void)state;
    struct fixture fixture;
    char byte = 0;
    fixture_init(&fixture);
    assert_int_equal(snet_shutdown(fixture.server), 0);
    assert_int_equal(read(fixture.fd, &byte, 1), 0);
    assert_int_equal(snet_fd_error(fixture.fd), SNET_OK); /* it may still write */
    assert_int_equal(send(fixture.fd, "x", 1, MSG_NOSIGNAL), 1);
    assert_int_equal(snet_read(fixture.server, &byte, 1), 1);
    assert_int_equal(shutdown(fixture.fd, SHUT_WR), 0);
    assert_int_equal(snet_read(fixture.server, &byte, 1), 0);
    while (snet_fd_error(fixture.fd) == SNET_OK) {
        (void)poll(NULL, 0, 10);
    }
    assert_int_equal(snet_fd_error(fixture.fd), SNET_ERR_CLOSED);
    fixture_deinit(&fixture);
}

/* --- Closing --------------------------------------------------------------------------------- */

static void fd_that_is_closed_delivers_what_was_written(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(send(fixture.fd, pattern(SOME_BYTES), SOME_BYTES, 0), SOME_BYTES);
    fixture_close(&fixture);
    assert_int_equal(server_reads_all(&fixture), SOME_BYTES);
    fixture_deinit(&fixture);
}

static void fd_that_is_closed_unread_delivers_what_was_written(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    assert_int_equal(snet_write(fixture.server, "unread", 6), 6);
    (void)await(fixture.fd, POLLIN);
    assert_int_equal(send(fixture.fd, pattern(SOME_BYTES), SOME_BYTES, 0), SOME_BYTES);
    fixture_close(&fixture);
    assert_int_equal(server_reads_all(&fixture), SOME_BYTES);
    fixture_deinit(&fixture);
}

static void fd_that_is_closed_before_its_session_is_up_delivers_all(void **state)
{
    (void)state;
    struct fixture fixture;
    const struct snet_config server = server_config();
    struct snet_config client = client_config();
    client.nonblocking = true;
    fixture.acceptor = snet_listen(ADDRESS, &server, NULL);
    fixture.fd = snet_dial_fd(asked_address(fixture.acceptor), &client, NULL);
    assert_true(fixture.fd >= 0);
    assert_int_equal(send(fixture.fd, pattern(SOME_BYTES), SOME_BYTES, 0), SOME_BYTES);
    fixture_close(&fixture);
    fixture.server = snet_accept(fixture.acceptor);
    assert_non_null(fixture.server);
    assert_int_equal(server_reads_all(&fixture), SOME_BYTES);
    fixture_deinit(&fixture);
}

static void fd_that_is_closed_lingers_no_longer_than_it_may(void **state)
{
    (void)state;
    struct fixture fixture;
    struct snet_config client = client_config();
    client.nonblocking = true;
    client.linger_ns = SNET_MS_NS;
    fixture_init_with(&fixture, &client);
    /* Nobody reads, so that the end of the descriptor cannot be read either. */
    uint8_t *data = pattern(MUCH_BYTES);
    struct pollfd room = {.fd = fixture.fd, .events = POLLOUT};
    while (poll(&room, 1, 200) == 1) {
        assert_true(send(fixture.fd, data, SOME_BYTES, 0) > 0);
    }
    fixture_close(&fixture);
    while (snet_socket_error(fixture.server) == SNET_OK) {
        (void)poll(NULL, 0, 20);
    }
    assert_int_equal(snet_socket_error(fixture.server), SNET_ERR_PEER_ABORTED);
    fixture_deinit(&fixture);
}

/* --- Moving bytes ---------------------------------------------------------------------------- */

static void fd_is_as_the_config_says(void **state)
{
    (void)state;
    struct fixture fixture;
    struct snet_config client = client_config();
    fixture_init_with(&fixture, &client);
    assert_int_equal(fcntl(fixture.fd, F_GETFL) & O_NONBLOCK, 0);
    assert_int_equal(fcntl(fixture.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    fixture_deinit(&fixture);
    client.nonblocking = client.fd_inherited = true;
    fixture_init_with(&fixture, &client);
    assert_int_equal(fcntl(fixture.fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    assert_int_equal(fcntl(fixture.fd, F_GETFD) & FD_CLOEXEC, 0);
    fixture_deinit(&fixture);
}

static void fd_asks_to_wait_when_too_much_is_held(void **state)
{
    (void)state;
    struct fixture fixture;
    struct snet_config client = client_config();
    client.nonblocking = true;
    fixture_init_with(&fixture, &client);
    uint8_t *data = pattern(MUCH_BYTES);
    size_t sent = 0;
    struct pollfd room = {.fd = fixture.fd, .events = POLLOUT};
    while (poll(&room, 1, 200) == 1) {
        const ssize_t len = send(fixture.fd, data + sent, MUCH_BYTES - sent, 0);
        assert_true(len > 0 && sent + (size_t)len < HELD_MAX_BYTES);
        sent += (size_t)len;
    }
    assert_int_equal(shutdown(fixture.fd, SHUT_WR), 0);
    assert_int_equal(server_reads_all(&fixture), sent);
    fixture_deinit(&fixture);
}

/* Whether there is something to read, by poll, select and epoll. */
static void expect_readable(int fd, int epoll, bool readable)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    struct epoll_event event = {.events = 0};
    struct timeval wait = {.tv_sec = readable ? WAIT_MS / 1000 : 0};
    const int wait_ms = readable ? WAIT_MS : 0;
    fd_set set;
    FD_ZERO(&set);
    FD_SET(fd, &set);
    assert_int_equal(poll(&ready, 1, wait_ms), readable);
    assert_int_equal(select(fd + 1, &set, NULL, NULL, &wait), readable);
    assert_int_equal(epoll_wait(epoll, &event, 1, wait_ms), readable);
}

static void fd_is_ready_for_poll_select_and_epoll_alike(void **state)
{
    (void)state;
    struct fixture fixture;
    char byte = 0;
    fixture_init(&fixture);
    const int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event wanted = {.events = EPOLLIN};
    assert_int_equal(epoll_ctl(epoll, EPOLL_CTL_ADD, fixture.fd, &wanted), 0);
    expect_readable(fixture.fd, epoll, false);
    assert_int_equal(snet_write(fixture.server, "x", 1), 1);
    expect_readable(fixture.fd, epoll, true);
    assert_int_equal(read(fixture.fd, &byte, 1), 1);
    expect_readable(fixture.fd, epoll, false);
    assert_int_equal(snet_shutdown(fixture.server), 0);
    expect_readable(fixture.fd, epoll, true); /* the end */
    assert_int_equal(read(fixture.fd, &byte, 1), 0);
    (void)close(epoll);
    fixture_deinit(&fixture);
}

static void *send_file(void *arg)
{
    const int fd = *(int *)arg;
    const int file = memfd_create("much", MFD_CLOEXEC);
    off_t offset = 0;
    ssize_t len = write(file, pattern(MUCH_BYTES), MUCH_BYTES);
    while (len > 0 && offset < (off_t)MUCH_BYTES) {
        len = sendfile(fd, file, &offset, MUCH_BYTES - (size_t)offset);
    }
    (void)close(file);
    (void)shutdown(fd, SHUT_WR);
    return NULL;
}

static void fd_carries_megabytes_both_ways_between_descriptors(void **state)
{
    (void)state;
    struct fixture fixture;
    pthread_t senders[2];
    uint8_t chunk[4096];
    fixture_init(&fixture);
    int fds[2] = {fixture.fd, snet_socket_to_fd(fixture.server)};
    assert_true(fds[1] >= 0);
    assert_int_equal(snet_socket_to_fd(fixture.server), -1);
    assert_int_equal(errno, EBADF);
    fixture.server = NULL;
    (void)pattern(MUCH_BYTES);
    assert_int_equal(pthread_create(&senders[0], NULL, send_file, &fds[0]), 0);
    uint64_t done = 0;
    ssize_t len = read(fds[1], chunk, sizeof chunk);
    for (; len > 0; len = read(fds[1], chunk, sizeof chunk)) {
        test_pattern_expect(chunk, (size_t)len, done);
        done += (uint64_t)len;
    }
    assert_int_equal(len, 0);
    assert_int_equal(done, MUCH_BYTES);
    assert_int_equal(pthread_join(senders[0], NULL), 0);
    assert_int_equal(pthread_create(&senders[1], NULL, send_file, &fds[1]), 0);
    for (done = 0, len = 1; len > 0; done += (uint64_t)len) {
        len = recv(fds[0], chunk, sizeof chunk, MSG_WAITALL);
        test_pattern_expect(chunk, (size_t)len, done);
    }
    assert_int_equal(done, MUCH_BYTES);
    assert_int_equal(pthread_join(senders[1], NULL), 0);
    (void)close(fds[1]);
    fixture_deinit(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fd_says_why_there_is_none),
        cmocka_unit_test(fd_of_something_else_has_no_reason),
        cmocka_unit_test(fd_without_memory_is_none_and_leaves_the_socket),
        cmocka_unit_test(fd_of_a_session_that_does_not_come_up_is_reset),
        cmocka_unit_test(fd_is_reset_after_the_last_byte_when_its_session_is_lost),
        cmocka_unit_test(fd_that_is_shut_for_writing_has_a_reason_all_the_same),
        cmocka_unit_test(fd_fails_a_writer_that_nobody_reads_from_any_more),
        cmocka_unit_test(fd_reasons_go_with_the_socket_and_not_with_its_number),
        cmocka_unit_test(fd_tells_a_clean_end_and_its_reason),
        cmocka_unit_test(fd_that_is_closed_delivers_what_was_written),
        cmocka_unit_test(fd_that_is_closed_unread_delivers_what_was_written),
        cmocka_unit_test(fd_that_is_closed_before_its_session_is_up_delivers_all),
        cmocka_unit_test(fd_that_is_closed_lingers_no_longer_than_it_may),
        cmocka_unit_test(fd_is_as_the_config_says),
        cmocka_unit_test(fd_asks_to_wait_when_too_much_is_held),
        cmocka_unit_test(fd_is_ready_for_poll_select_and_epoll_alike),
        cmocka_unit_test(fd_carries_megabytes_both_ways_between_descriptors),
    };
    return cmocka_run_group_tests_name("fd", tests, NULL, NULL);
}
