/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/sockopt.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* Whether an accepted connection has the options of its listening socket. */
#ifdef __linux__
#define SOCKOPT_INHERITS true
#else
#define SOCKOPT_INHERITS false
#endif

static void sockopt_set(int fd, int level, int name, unsigned value)
{
    const int number = (int)value;
    (void)setsockopt(fd, level, name, &number, sizeof number);
}

void snet_sockopt_before(uv_stream_t *stream, const struct snet_stream_options *options)
{
    uv_os_fd_t fd = -1;
    if (uv_fileno((uv_handle_t *)stream, &fd) != 0) {
        return;
    }
    if (options->segment_bytes != 0 && stream->type == UV_TCP) {
        sockopt_set(fd, IPPROTO_TCP, TCP_MAXSEG, options->segment_bytes);
    }
    if (options->buffer_bytes != 0) {
        sockopt_set(fd, SOL_SOCKET, SO_SNDBUF, options->buffer_bytes);
        sockopt_set(fd, SOL_SOCKET, SO_RCVBUF, options->buffer_bytes);
    }
}

/* Half of the time idle, the other half for probes; the system counts in seconds. */
static void sockopt_keepalive(int fd, unsigned limit_ms)
{
    const unsigned total_s = limit_ms / 1000 < 2 ? 2 : limit_ms / 1000;
    const unsigned idle_s = total_s / 2;
    const unsigned probe_s = total_s - idle_s;
    const unsigned interval_s = probe_s / 5 == 0 ? 1 : probe_s / 5;
    sockopt_set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    sockopt_set(fd, IPPROTO_TCP, TCP_KEEPIDLE, idle_s);
    sockopt_set(fd, IPPROTO_TCP, TCP_KEEPINTVL, interval_s);
    sockopt_set(fd, IPPROTO_TCP, TCP_KEEPCNT, probe_s / interval_s);
}

static void sockopt_dead_peer(int fd, unsigned dead_peer_timeout_ms)
{
    sockopt_keepalive(fd, dead_peer_timeout_ms);
    /* Also ends a connection whose peer keeps its window shut for this long. */
    sockopt_set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, dead_peer_timeout_ms);
}

void snet_sockopt_abortive(uv_stream_t *stream, bool abortive)
{
    uv_os_fd_t fd = -1;
    if (stream->type == UV_TCP && uv_fileno((uv_handle_t *)stream, &fd) == 0) {
        const struct linger linger = {.l_onoff = abortive ? 1 : 0};
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    }
}

void snet_sockopt_connected(uv_stream_t *stream, const struct snet_stream_options *options)
{
    uv_os_fd_t fd = -1;
    if (stream->type != UV_TCP || uv_fileno((uv_handle_t *)stream, &fd) != 0) {
        return;
    }
    sockopt_set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    snet_sockopt_abortive(stream, true);
    if (options->dead_peer_timeout_ms > 0) {
        sockopt_dead_peer(fd, options->dead_peer_timeout_ms);
    } else if (options->keepalive_ms > 0) {
        sockopt_keepalive(fd, options->keepalive_ms);
    }
}

bool snet_sockopt_inherited(uv_stream_t *stream, const struct snet_stream_options *options)
{
    uv_os_fd_t fd = -1;
    if (!SOCKOPT_INHERITS || uv_fileno((uv_handle_t *)stream, &fd) != 0) {
        return false;
    }
    /* Options may change while it listens: what it had goes first. */
    sockopt_set(fd, SOL_SOCKET, SO_KEEPALIVE, 0);
    sockopt_set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 0);
    snet_sockopt_connected(stream, options);
    return true;
}
