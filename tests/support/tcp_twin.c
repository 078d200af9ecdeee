/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/tcp_twin.h"

#include "tests/support/asked.h"
#include "tests/support/core_pair.h"
#include "tests/support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define TWINS_US_NS UINT64_C(1000)
#define TWINS_SECOND_US UINT64_C(1000000)
#define TWINS_WAIT_MS 20000
#define TWINS_MAX 128u

static struct twin_way twin_ways[TWINS_MAX];
static unsigned twin_count;

/* --- Opening ------------------------------------------------------------------------------- */

struct snet_config twin_server_config(const struct twin_options *options)
{
    struct snet_config config = {
        .size = sizeof config,
        .key = &core_pair_keys()->server,
        .key_count = 1,
    };
    if (options != NULL) {
        if (options->wires != 0 && options->wires != SNET_WIRE_3) {
            config.key = NULL; /* the wire has none */
            config.key_count = 0;
        }
        config.wires = options->wires;
        config.history_bytes = options->history_bytes;
        config.inbox_bytes = options->inbox_bytes;
        config.resume_timeout_ns = options->resume_timeout_ns;
        config.nonblocking = options->nonblocking;
        config.linger_ns = options->linger_ns;
    }
    return config;
}

struct snet_config twin_client_config(const struct twin_options *options)
{
    struct snet_config config = twin_server_config(options);
    config.key = NULL;
    config.key_count = 0;
    config.server_key =
        config.wires == 0 || config.wires == SNET_WIRE_3 ? &core_pair_keys()->server_public : NULL;
    return config;
}

int twin_listen(struct sockaddr_in *ret_address)
{
    socklen_t len = sizeof *ret_address;
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    *ret_address = (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
    };
    assert_int_equal(bind(fd, (const struct sockaddr *)ret_address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)ret_address, &len), 0);
    assert_int_equal(listen(fd, SOMAXCONN), 0);
    return fd;
}

int twin_connect(const struct sockaddr_in *address)
{
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) != 0) {
        const int number = errno;
        (void)close(fd);
        errno = number;
        return -1;
    }
    return fd;
}

static int way_connect(void *user)
{
    struct twin_way *way = user;
    if (way->closed) {
        errno = ECONNREFUSED;
        return -1;
    }
    const int fd = twin_connect(&way->address);
    const int before = atomic_exchange(&way->fd, dup(fd));
    if (before >= 0) {
        (void)close(before);
    }
    return fd;
}

static void tcp_twin_open_tcp(struct tcp_twin *twins, bool nonblocking)
{
    twins->client.fd = twin_connect(&twins->way->address);
    assert_true(twins->client.fd >= 0);
    const int flags = nonblocking ? SOCK_NONBLOCK : 0;
    twins->server.fd = accept4(twins->listener, NULL, NULL, SOCK_CLOEXEC | flags);
    assert_true(twins->server.fd >= 0);
    if (nonblocking) {
        assert_int_equal(fcntl(twins->client.fd, F_SETFL, O_NONBLOCK), 0);
    }
}

static void tcp_twin_open_snet(struct tcp_twin *twins, const struct twin_options *options)
{
    struct snet_config server = twin_server_config(options);
    struct snet_config client = twin_client_config(options);
    client.connect = way_connect;
    client.user = twins->way;
    twins->listening = snet_listen_fd(twins->listener, &server, NULL);
    assert_non_null(twins->listening);
    twins->client.socket = snet_dial(NULL, &client, NULL);
    assert_non_null(twins->client.socket);
    while (twins->server.socket == NULL) {
        twins->server.socket = snet_accept(twins->listening);
        assert_true(twins->server.socket != NULL || errno == EAGAIN);
    }
}

void tcp_twin_open(struct tcp_twin *twins, enum twin_kind kind, const struct twin_options *options)
{
    assert_true(twin_count < TWINS_MAX);
    *twins = (struct tcp_twin){
        .kind = kind,
        .client = {.fd = -1},
        .server = {.fd = -1},
        .way = &twin_ways[twin_count++],
    };
    twins->way->fd = -1;
    twins->listener = twin_listen(&twins->way->address);
    if (kind == TWIN_TCP) {
        tcp_twin_open_tcp(twins, options != NULL && options->nonblocking);
    } else {
        tcp_twin_open_snet(twins, options);
    }
}

void tcp_twin_close(struct tcp_twin *twins)
{
    twin_close(&twins->client);
    twin_close(&twins->server);
    if (twins->kind == TWIN_TCP) {
        (void)close(twins->listener);
    }
    assert_int_equal(snet_close(twins->listening), 0);
}

void tcp_twin_for_both(void (*check)(struct tcp_twin *twins), const struct twin_options *options)
{
    for (unsigned kind = 0; kind < TWIN_KINDS; kind++) {
        struct tcp_twin twins;
        tcp_twin_open(&twins, (enum twin_kind)kind, options);
        check(&twins);
        tcp_twin_close(&twins);
    }
}

void tcp_twin_cut(struct tcp_twin *twins, bool closed)
{
    twins->way->closed = closed;
    assert_int_equal(shutdown(twins->way->fd, SHUT_RDWR), 0);
}

void tcp_twin_mend(struct tcp_twin *twins)
{
    twins->way->closed = false;
    snet_network_changed();
}

/* --- Calls --------------------------------------------------------------------------------- */

ssize_t twin_read(const struct twin_end *end, void *ret_data, size_t len)
{
    return end->socket != NULL ? snet_read(end->socket, ret_data, len)
                               : read(end->fd, ret_data, len);
}

ssize_t twin_write(const struct twin_end *end, const void *data, size_t len)
{
    return end->socket != NULL ? snet_write(end->socket, data, len)
                               : send(end->fd, data, len, MSG_NOSIGNAL);
}

int twin_shutdown(const struct twin_end *end)
{
    return end->socket != NULL ? snet_shutdown(end->socket) : shutdown(end->fd, SHUT_WR);
}

void twin_close(struct twin_end *end)
{
    assert_int_equal(snet_close(end->socket), 0);
    if (end->fd >= 0) {
        (void)close(end->fd);
    }
    *end = (struct twin_end){.fd = -1};
}

void twin_reset(struct twin_end *end)
{
    const struct linger linger = {.l_onoff = 1};
    assert_int_equal(setsockopt(end->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
    twin_close(end);
}

void twin_await(const struct twin_end *end, short events)
{
    struct pollfd ready = {.fd = end->fd, .events = events};
    assert_int_equal(poll(&ready, 1, TWINS_WAIT_MS), 1);
}

void twin_set_timeout(const struct twin_end *end, uint64_t timeout_ns)
{
    if (end->socket != NULL) {
        assert_int_equal(snet_socket_set_timeout(end->socket, SNET_READ | SNET_WRITE, timeout_ns),
                         0);
        return;
    }
    const struct timeval wait = {
        .tv_sec = (time_t)(timeout_ns / SNET_SECOND_NS),
        .tv_usec = (suseconds_t)(timeout_ns / TWINS_US_NS % TWINS_SECOND_US),
    };
    assert_int_equal(setsockopt(end->fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait), 0);
    assert_int_equal(setsockopt(end->fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait), 0);
}

uint64_t twin_unacked(const struct twin_end *end)
{
    if (end->socket != NULL) {
        return asked_unacked(end->socket);
    }
    int len = 0;
    assert_int_equal(ioctl(end->fd, SIOCOUTQ, &len), 0);
    return (uint64_t)len;
}

/* --- What comes ---------------------------------------------------------------------------- */

void twin_expect(const struct twin_end *end, const void *data, size_t len)
{
    uint8_t got[256];
    size_t done = 0;
    while (done < len) {
        const size_t want = len - done < sizeof got ? len - done : sizeof got;
        const ssize_t part = twin_read(end, got, want);
        assert_true(part > 0);
        assert_memory_equal(got, (const uint8_t *)data + done, (size_t)part);
        done += (size_t)part;
    }
}

void twin_expect_error(const struct twin_end *end, int number)
{
    uint8_t byte = 0;
    errno = 0;
    assert_int_equal(twin_read(end, &byte, 1), -1);
    assert_int_equal(errno, number);
}

void twin_expect_end(const struct twin_end *end)
{
    uint8_t byte = 0;
    assert_int_equal(twin_read(end, &byte, 1), 0);
}
