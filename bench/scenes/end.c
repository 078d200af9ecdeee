/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "bench/scenes/end.h"

#include "app/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

/* --- Addresses ------------------------------------------------------------------------------- */

/* Turns HOST:PORT or [IPv6]:PORT into a socket address; an empty host is any address. */
static bool end_resolve(struct snet_bench_end *end, const char *address, bool listens)
{
    char host[SNET_STREAM_ADDRESS_MAX_BYTES];
    (void)snprintf(host, sizeof host, "%s", address);
    char *colon = strrchr(host, ':');
    if (colon == NULL) {
        errno = EINVAL;
        return false;
    }
    *colon = '\0';
    char *name = host;
    if (host[0] == '[' && colon > host && colon[-1] == ']') {
        colon[-1] = '\0';
        name++;
    }
    struct addrinfo *found = NULL;
    const struct addrinfo hints = {
        .ai_socktype = SOCK_STREAM,
        .ai_flags = listens ? AI_PASSIVE : 0,
    };
    if (getaddrinfo(name[0] == '\0' ? NULL : name, colon + 1, &hints, &found) != 0) {
        errno = EADDRNOTAVAIL;
        return false;
    }
    /* tidy: allow bytes because the system alone knows the length of an address */
    memcpy(&end->to, found->ai_addr, found->ai_addrlen);
    end->to_len = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

static void end_format(struct snet_bench_end *end)
{
    char host[INET6_ADDRSTRLEN + 2] = "";
    char port[8] = "";
    (void)getnameinfo((struct sockaddr *)&end->to, end->to_len, host, sizeof host, port,
                      sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    const bool six = end->to.ss_family == AF_INET6;
    (void)snprintf(end->address, sizeof end->address, six ? "[%s]:%s" : "%s:%s", host, port);
}

/* --- TCP ------------------------------------------------------------------------------------- */

static bool tcp_listen(struct snet_bench_end *end, const char *address)
{
    const int one = 1;
    if (!end_resolve(end, address, true)) {
        return false;
    }
    end->listen_fd = socket(end->to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (end->listen_fd < 0) {
        return false;
    }
    (void)setsockopt(end->listen_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(end->listen_fd, (struct sockaddr *)&end->to, end->to_len) != 0 ||
        listen(end->listen_fd, SNET_BENCH_BACKLOG) != 0 ||
        getsockname(end->listen_fd, (struct sockaddr *)&end->to, &end->to_len) != 0) {
        return false;
    }
    end_format(end);
    return true;
}

static void tcp_set_up(const struct snet_bench_end *end, int fd)
{
    const int one = 1;
    if (end->nodelay) {
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    }
}

/* A connection to the address that the end dials, or -1. */
static int tcp_connect(const struct snet_bench_end *end)
{
    const int fd = socket(end->to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&end->to, end->to_len) != 0) {
        const int number = errno;
        (void)close(fd);
        errno = number;
        return -1;
    }
    return fd;
}

static bool tcp_dial(struct snet_bench_conn *conn)
{
    conn->fd = tcp_connect(conn->end);
    if (conn->fd >= 0) {
        tcp_set_up(conn->end, conn->fd);
    }
    return conn->fd >= 0;
}

static bool tcp_accept(struct snet_bench_conn *conn)
{
    conn->fd = accept4(conn->end->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (conn->fd >= 0) {
        tcp_set_up(conn->end, conn->fd);
    }
    return conn->fd >= 0;
}

static ssize_t tcp_read(struct snet_bench_conn *conn, void *ret_data, size_t len)
{
    return recv(conn->fd, ret_data, len, 0);
}

static bool tcp_write(struct snet_bench_conn *conn, const void *data, size_t len)
{
    const uint8_t *rest = data;
    while (len > 0) {
        const ssize_t sent = send(conn->fd, rest, len, MSG_NOSIGNAL);
        if (sent < 0) {
            return false;
        }
        rest += sent;
        len -= (size_t)sent;
    }
    return true;
}

static void tcp_close(struct snet_bench_conn *conn)
{
    (void)close(conn->fd);
    conn->fd = -1;
}

/* --- snet ------------------------------------------------------------------------------------ */

static void session_event(void *user, const struct snet_event *event)
{
    struct snet_bench_conn *conn = user;
    if (conn->on_event != NULL) {
        conn->on_event(conn, event);
    }
}

/* Connects, and keeps a second descriptor, with which the connection can be cut. */
static int session_connect(void *user)
{
    struct snet_bench_conn *conn = user;
    const int fd = tcp_connect(conn->end);
    const int second = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
    const int before = atomic_exchange(&conn->fd, second);
    if (before >= 0) {
        (void)close(before);
    }
    return fd;
}

static bool session_listen(struct snet_bench_end *end, const char *address)
{
    struct snet_config config = end->config;
    struct snet_error error;
    struct snet_info info;
    if (config.wires == SNET_WIRE_3) {
        config.key = &end->secret;
        config.key_count = 1;
    }
    config.suite = 0;      /* which the client chooses, */
    config.early_data = 0; /* as it does whether data goes along */
    config.on_event = end->on_event;
    config.user = end->user;
    if (end->queued) {
        end->events = snet_events_new();
        config.events = end->events;
        config.nonblocking = 1;
    }
    end->listener = snet_listen(address, &config, &error);
    if (end->listener == NULL) {
        (void)fprintf(stderr, "snet-bench: %s\n", error.text);
        return false;
    }
    if (snet_socket_info(end->listener, &info, sizeof info) != 0) {
        return false;
    }
    (void)snprintf(end->address, sizeof end->address, "%s", info.address);
    return true;
}

static bool session_dial(struct snet_bench_conn *conn)
{
    const struct snet_bench_end *end = conn->end;
    struct snet_config config = end->config;
    struct snet_error error;
    config.server_key = config.wires == SNET_WIRE_3 ? &end->public_key : NULL;
    config.user = conn;
    config.on_event = conn->on_event == NULL ? NULL : session_event;
    config.connect = conn->cuts ? session_connect : NULL;
    conn->socket = snet_dial(end->address, &config, &error);
    if (conn->socket == NULL) {
        (void)fprintf(stderr, "snet-bench: %s\n", error.text);
    }
    return conn->socket != NULL;
}

static bool session_accept(struct snet_bench_conn *conn)
{
    conn->socket = snet_accept(conn->end->listener);
    return conn->socket != NULL;
}

static ssize_t session_read(struct snet_bench_conn *conn, void *ret_data, size_t len)
{
    return snet_read(conn->socket, ret_data, len);
}

static bool session_write(struct snet_bench_conn *conn, const void *data, size_t len)
{
    return snet_write(conn->socket, data, len) == (ssize_t)len;
}

static void session_close(struct snet_bench_conn *conn)
{
    (void)snet_close(conn->socket);
    conn->socket = NULL;
    const int before = atomic_exchange(&conn->fd, -1);
    if (before >= 0) {
        (void)close(before);
    }
}

/* --- Both ------------------------------------------------------------------------------------ */

static const struct snet_bench_end_row end_tcp = {
    tcp_listen, tcp_dial, tcp_accept, tcp_read, tcp_write, tcp_close,
};
static const struct snet_bench_end_row end_session = {
    session_listen, session_dial, session_accept, session_read, session_write, session_close,
};

bool snet_bench_end_init(struct snet_bench_end *end, const struct snet_bench_options *options)
{
    *end = (struct snet_bench_end){
        .options = options,
        .row = options->over->tcp ? &end_tcp : &end_session,
        .nodelay = options->nodelay != 0,
        .listen_fd = -1,
        .config =
            {
                .size = sizeof end->config,
                .wires = (uint32_t)options->over->wire,
                .early_data = options->over->wire == SNET_WIRE_3 && options->early_data != 0,
                .suite = options->over->suite,
                .plain = options->over->plain,
                .history_bytes = options->history_bytes,
                .heartbeat_ns = options->over->wire == SNET_WIRE_3 ? options->heartbeat_ns : 0,
            },
    };
    return snet_key_generate(&end->secret) == SNET_OK &&
           snet_key_public(&end->secret, &end->public_key) == SNET_OK;
}

bool snet_bench_end_listen(struct snet_bench_end *end)
{
    return end->row->listen(end, end->options->listen);
}

bool snet_bench_end_aim(struct snet_bench_end *end, const char *address)
{
    (void)snprintf(end->address, sizeof end->address, "%s", address);
    return end_resolve(end, address, false);
}

bool snet_bench_end_dial(struct snet_bench_end *end, struct snet_bench_conn *conn)
{
    conn->end = end;
    conn->fd = -1;
    return end->row->dial(conn);
}

bool snet_bench_end_accept(struct snet_bench_end *end, struct snet_bench_conn *conn)
{
    conn->end = end;
    conn->fd = -1;
    return end->row->accept(conn);
}

ssize_t snet_bench_end_read(struct snet_bench_conn *conn, void *ret_data, size_t len)
{
    return conn->end->row->read(conn, ret_data, len);
}

bool snet_bench_end_read_all(struct snet_bench_conn *conn, void *ret_data, size_t len)
{
    size_t filled = 0;
    while (filled < len) {
        const ssize_t got = conn->end->row->read(conn, (uint8_t *)ret_data + filled, len - filled);
        if (got <= 0) {
            return false;
        }
        filled += (size_t)got;
    }
    return true;
}

bool snet_bench_end_write(struct snet_bench_conn *conn, const void *data, size_t len)
{
    return conn->end->row->write(conn, data, len);
}

void snet_bench_end_close(struct snet_bench_conn *conn)
{
    conn->end->row->close(conn);
}

bool snet_bench_end_cut(struct snet_bench_conn *conn)
{
    /* Closing one of two descriptors resets nothing; connecting it to AF_UNSPEC does. */
    const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    const int fd = atomic_exchange(&conn->fd, -1);
    if (fd < 0) {
        return false;
    }
    if (connect(fd, &nowhere, sizeof nowhere) != 0) {
        (void)shutdown(fd, SHUT_RDWR);
    }
    (void)close(fd);
    return true;
}

void snet_bench_end_explain(const struct snet_bench_conn *conn)
{
    const int number = errno;
    const snet_err err = conn->socket == NULL ? SNET_OK : snet_socket_error(conn->socket);
    (void)fprintf(stderr, "snet-bench: %s\n",
                  err == SNET_OK ? strerror(number) : snet_err_message(err));
}

void snet_bench_end_congestion(char *ret_name, size_t size)
{
    char name[32] = "unknown";
    socklen_t len = sizeof name - 1;
    struct sockaddr_in address;
    socklen_t address_len = sizeof address;
    (void)uv_ip4_addr("127.0.0.1", 0, &address);
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    /* Only a connected socket has the congestion control of its route. */
    if (bind(listener, (struct sockaddr *)&address, sizeof address) == 0 &&
        listen(listener, 1) == 0 &&
        getsockname(listener, (struct sockaddr *)&address, &address_len) == 0 &&
        connect(fd, (struct sockaddr *)&address, sizeof address) == 0) {
        (void)getsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, name, &len);
    }
    (void)close(fd);
    (void)close(listener);
    (void)snprintf(ret_name, size, "%s", name);
}
