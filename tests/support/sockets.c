/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/sockets.h"

#include "tests/support/pattern.h"
#include "tests/support/unit.h"
#include "uv/address.h"
#include "uv/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define SOCKETS_CHUNK_BYTES 4096u
#define SOCKETS_WAIT_MS 10000

/* --- Sockets --------------------------------------------------------------------------------- */

static socklen_t sockets_parse(const char *text, struct sockaddr_storage *ret_socket)
{
    struct snet_address address;
    assert_int_equal(snet_address_parse(text, &address), SNET_OK);
    memset(ret_socket, 0, sizeof *ret_socket);
    if (address.local) {
        struct sockaddr_un *local = (struct sockaddr_un *)ret_socket;
        local->sun_family = AF_UNIX;
        (void)snprintf(local->sun_path, sizeof local->sun_path, "%s", text + strlen("unix:"));
        return sizeof *local;
    }
    assert_true(snet_address_numeric(&address, ret_socket));
    return ret_socket->ss_family == AF_INET ? sizeof(struct sockaddr_in)
                                            : sizeof(struct sockaddr_in6);
}

static int sockets_new(const struct sockaddr_storage *socket_address)
{
    const int fd = socket(socket_address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    return fd;
}

int test_socket_listen(const char *address, int backlog, char *ret_address, size_t size)
{
    struct sockaddr_storage socket_address;
    socklen_t len = sockets_parse(address, &socket_address);
    const int fd = sockets_new(&socket_address);
    assert_int_equal(bind(fd, (const struct sockaddr *)&socket_address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&socket_address, &len), 0);
    snet_address_format(&socket_address, ret_address, size);
    if (backlog != TEST_SOCKET_CLOSED) {
        assert_int_equal(listen(fd, backlog), 0);
    }
    return fd;
}

int test_socket_connect(const char *address)
{
    struct sockaddr_storage socket_address;
    const socklen_t len = sockets_parse(address, &socket_address);
    const int fd = sockets_new(&socket_address);
    const int result = connect(fd, (const struct sockaddr *)&socket_address, len);
    assert_true(result == 0 || errno == EINPROGRESS);
    return fd;
}

int test_socket_accept(int listener)
{
    struct pollfd ready = {.fd = listener, .events = POLLIN};
    assert_int_equal(poll(&ready, 1, SOCKETS_WAIT_MS), 1);
    const int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

const char *test_socket_port(const char *address)
{
    const char *colon = strrchr(address, ':');
    assert_non_null(colon);
    return colon + 1;
}

void test_silent_open(struct test_silent *silent, const char *address)
{
    silent->listener = test_socket_listen(address, 0, silent->address, sizeof silent->address);
    for (size_t i = 0; i < sizeof silent->peers / sizeof silent->peers[0]; i++) {
        silent->peers[i] = test_socket_connect(silent->address);
    }
}

void test_silent_close(struct test_silent *silent)
{
    for (size_t i = 0; i < sizeof silent->peers / sizeof silent->peers[0]; i++) {
        test_socket_close(silent->peers[i]);
    }
    test_socket_close(silent->listener);
}

/* --- Streams --------------------------------------------------------------------------------- */

uv_stream_t *test_socket_stream(struct test_loop *loop, int family, int *ret_peer)
{
    int os_err = 0;
    int fds[2] = {-1, -1};
    uv_stream_t *stream =
        snet_stream_new(&loop->uv, family == AF_UNIX ? AF_UNIX : AF_UNSPEC, &os_err);
    assert_non_null(stream);
    if (family == AF_UNIX) {
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds),
                         0);
        assert_int_equal(uv_pipe_open((uv_pipe_t *)stream, fds[0]), 0);
    } else {
        char address[SNET_STREAM_ADDRESS_MAX_BYTES];
        const int listener = test_socket_listen("127.0.0.1:0", 1, address, sizeof address);
        fds[0] = test_socket_connect(address);
        fds[1] = test_socket_accept(listener);
        test_socket_close(listener);
        assert_int_equal(uv_tcp_open((uv_tcp_t *)stream, fds[0]), 0);
    }
    *ret_peer = fds[1];
    return stream;
}

int test_socket_of(const uv_stream_t *stream)
{
    uv_os_fd_t fd = -1;
    assert_int_equal(uv_fileno((const uv_handle_t *)stream, &fd), 0);
    return fd;
}

/* --- Bytes ----------------------------------------------------------------------------------- */

size_t test_socket_write(int peer, uint64_t offset, size_t len)
{
    uint8_t chunk[SOCKETS_CHUNK_BYTES];
    size_t done = 0;
    ssize_t sent = 1;
    while (done < len && sent > 0) {
        const size_t want = len - done < sizeof chunk ? len - done : sizeof chunk;
        test_pattern_fill(chunk, want, offset + done);
        sent = send(peer, chunk, want, MSG_NOSIGNAL);
        done += sent > 0 ? (size_t)sent : 0;
    }
    return done;
}

size_t test_socket_read(int peer, uint64_t offset, size_t max)
{
    uint8_t chunk[SOCKETS_CHUNK_BYTES];
    size_t done = 0;
    ssize_t len = 1;
    while (done < max && len > 0) {
        len = recv(peer, chunk, max - done < sizeof chunk ? max - done : sizeof chunk, 0);
        if (len > 0) {
            test_pattern_expect(chunk, (size_t)len, offset + done);
            done += (size_t)len;
        }
    }
    return done;
}

int test_socket_end(int peer)
{
    char byte = 0;
    const ssize_t len = recv(peer, &byte, 1, MSG_PEEK);
    if (len < 0) {
        return errno == EAGAIN ? TEST_SOCKET_OPEN : uv_translate_sys_error(errno);
    }
    return len == 0 ? UV_EOF : TEST_SOCKET_OPEN;
}

int test_socket_await_end(struct test_loop *loop, int peer)
{
    int end = test_socket_end(peer);
    for (test_loop_begin(loop); end == TEST_SOCKET_OPEN; end = test_socket_end(peer)) {
        test_loop_turn(loop, 0, "the stream has ended", __FILE__, __LINE__);
    }
    return end;
}

size_t test_socket_pending(int fd)
{
    int len = 0;
    assert_int_equal(ioctl(fd, FIONREAD, &len), 0);
    return (size_t)len;
}

void test_socket_reset(int fd)
{
    /* To connect with no address takes a connection apart: the other end is told by a reset. */
    const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    assert_int_equal(connect(fd, &nowhere, sizeof nowhere), 0);
}

void test_socket_close(int fd)
{
    assert_int_equal(close(fd), 0);
}

/* A new socket is closed. qemu-user takes the answer for a number and swaps its bytes. */
void test_socket_need_tcp_info(void)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
    assert_int_equal(close(fd), 0);
    if (info.tcpi_state != TCP_CLOSE) {
        print_message("needs TCP_INFO, whose state is %u here\n", (unsigned)info.tcpi_state);
        skip();
    }
}
