/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/stream.h"

#include "base/assert.h"
#include "uv/address.h"
#include "uv/sockopt.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

/* Limit of an orderly close on a long path: in round trips, and in all [PROTO 20.3]. */
#define STREAM_FINISH_ROUND_TRIPS 4u
#define STREAM_FINISH_MAX_MS 30000u

/* One allocation for whichever kind, freed when the handle is closed. */
union stream_handle {
    uv_stream_t stream;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
};

uv_stream_t *snet_stream_new(uv_loop_t *loop, int family, int *ret_os_err)
{
    union stream_handle *handle = calloc(1, sizeof *handle);
    if (handle == NULL) {
        *ret_os_err = UV_ENOMEM;
        return NULL;
    }
    const int os_err = family == AF_UNIX ? uv_pipe_init(loop, &handle->pipe, 0)
                                         : uv_tcp_init_ex(loop, &handle->tcp, (unsigned)family);
    if (os_err != 0) {
        free(handle);
        *ret_os_err = os_err;
        return NULL;
    }
    return &handle->stream;
}

static void stream_closed(uv_handle_t *handle)
{
    free(handle);
}

void snet_stream_close(uv_stream_t *stream, bool reset)
{
    if (uv_is_closing((uv_handle_t *)stream)) {
        return;
    }
    if (reset && stream->type == UV_TCP &&
        uv_tcp_close_reset((uv_tcp_t *)stream, stream_closed) == 0) {
        return;
    }
    snet_sockopt_abortive(stream, reset);
    uv_close((uv_handle_t *)stream, stream_closed);
}

int snet_stream_release(uv_stream_t *stream)
{
    uv_os_fd_t own = -1;
    const int fd =
        uv_fileno((const uv_handle_t *)stream, &own) == 0 ? fcntl(own, F_DUPFD_CLOEXEC, 0) : -1;
    if (fd < 0) {
        snet_stream_close(stream, true);
        return -1;
    }
    uv_close((uv_handle_t *)stream, stream_closed); /* of two descriptors, so nothing is sent */
    return fd;
}

/*
 * When a poll reports bytes and the death of the connection at once, libuv reads the bytes and then
 * says UV_EOF without another read. The error is still with the socket then. EPIPE is a reset
 * behind a FIN that had arrived in good order.
 */
int snet_stream_end_err(const uv_stream_t *stream, ssize_t len)
{
    uv_os_fd_t fd = -1;
    int socket_err = 0;
    socklen_t socket_err_len = sizeof socket_err;
    if (len != UV_EOF || stream->type != UV_TCP ||
        uv_fileno((const uv_handle_t *)stream, &fd) != 0 ||
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &socket_err, &socket_err_len) != 0) {
        return (int)len;
    }
    return socket_err == 0 || socket_err == EPIPE ? UV_EOF : uv_translate_sys_error(socket_err);
}

void snet_stream_path(const uv_stream_t *stream, struct snet_netwatch_path *ret_path)
{
    int local_len = sizeof ret_path->local;
    int peer_len = sizeof ret_path->peer;
    *ret_path = (struct snet_netwatch_path){.peer = {.ss_family = AF_UNSPEC}};
    if (stream->type == UV_TCP) {
        const uv_tcp_t *tcp = (const uv_tcp_t *)stream;
        (void)uv_tcp_getsockname(tcp, (struct sockaddr *)&ret_path->local, &local_len);
        (void)uv_tcp_getpeername(tcp, (struct sockaddr *)&ret_path->peer, &peer_len);
    }
}

void snet_stream_tcp(const uv_stream_t *stream, struct snet_link_tcp *ret_tcp)
{
    uv_os_fd_t fd = -1;
    int queued = 0;
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    *ret_tcp = (struct snet_link_tcp){.queued_bytes = uv_stream_get_write_queue_size(stream)};
    if (stream->type != UV_TCP || uv_fileno((const uv_handle_t *)stream, &fd) != 0) {
        return;
    }
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0) {
        ret_tcp->rtt_ns = info.tcpi_rtt * UINT64_C(1000);
    }
    /* Of a TCP socket: what was sent and not acknowledged, and what was not sent. */
    if (ioctl(fd, TIOCOUTQ, &queued) == 0 && queued > 0) {
        ret_tcp->queued_bytes += (uint64_t)queued;
    }
}

bool snet_stream_alive(const uv_stream_t *stream)
{
    uv_os_fd_t fd = -1;
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    if (stream->type != UV_TCP || uv_fileno((const uv_handle_t *)stream, &fd) != 0 ||
        getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0) {
        return true;
    }
    return info.tcpi_state != TCP_CLOSE;
}

void snet_stream_peer(const uv_stream_t *stream, char *ret_text, size_t size)
{
    struct sockaddr_storage socket = {.ss_family = AF_UNIX};
    int len = sizeof socket;
    if (stream->type == UV_TCP) {
        socket.ss_family = AF_UNSPEC; /* and stays so when the peer is not known any more */
        (void)uv_tcp_getpeername((const uv_tcp_t *)stream, (struct sockaddr *)&socket, &len);
    }
    snet_address_format(&socket, ret_text, size);
}

/* --- Orderly close --------------------------------------------------------------------------- */

struct stream_finish {
    uv_timer_t timer;
    uv_shutdown_t shutdown;
    uv_stream_t *stream; /* NULL once closed */
    unsigned waits;      /* for the end of the timer, and of the shutdown */
    size_t waste_left;
    char waste[512];
};

/* A shutdown that waits is over with its stream, and libuv may close the timer before that. */
static void finish_unref(struct stream_finish *finish)
{
    finish->waits--;
    if (finish->waits == 0) {
        free(finish);
    }
}

static void finish_timer_closed(uv_handle_t *timer)
{
    finish_unref(timer->data);
}

static void finish_end(struct stream_finish *finish)
{
    if (finish->stream == NULL) {
        return;
    }
    snet_stream_close(finish->stream, false);
    finish->stream = NULL;
    uv_close((uv_handle_t *)&finish->timer, finish_timer_closed);
}

static void finish_timeout(uv_timer_t *timer)
{
    finish_end(timer->data);
}

static void finish_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
    (void)suggested;
    struct stream_finish *finish = handle->data;
    const size_t room = sizeof finish->waste;
    *ret_buf = uv_buf_init(finish->waste,
                           (unsigned)(room < finish->waste_left ? room : finish->waste_left));
}

static void finish_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    (void)buf;
    struct stream_finish *finish = stream->data;
    if (len < 0) {
        finish_end(finish);
        return;
    }
    finish->waste_left -= (size_t)len;
    if (finish->waste_left == 0) {
        (void)uv_read_stop(stream);
    }
}

static void finish_shut(uv_shutdown_t *shutdown, int os_err)
{
    struct stream_finish *finish = shutdown->data;
    if (os_err != 0) {
        finish_end(finish);
    }
    finish_unref(finish);
}

/* A long path has more time for the last bytes and the FIN. */
static uint64_t finish_ms(const uv_stream_t *stream)
{
    struct snet_link_tcp tcp;
    snet_stream_tcp(stream, &tcp);
    const uint64_t path_ms = STREAM_FINISH_ROUND_TRIPS * tcp.rtt_ns / SNET_MS_NS;
    if (path_ms > STREAM_FINISH_MAX_MS) {
        return STREAM_FINISH_MAX_MS;
    }
    return path_ms > SNET_STREAM_FINISH_MS ? path_ms : SNET_STREAM_FINISH_MS;
}

void snet_stream_finish(uv_stream_t *stream, size_t waste_max_bytes)
{
    SNET_ASSERT(waste_max_bytes > 0);
    struct stream_finish *finish = calloc(1, sizeof *finish);
    if (finish == NULL || uv_is_closing((uv_handle_t *)stream)) {
        free(finish);
        snet_stream_close(stream, false);
        return;
    }
    finish->stream = stream;
    finish->waits = 1;
    finish->waste_left = waste_max_bytes;
    finish->shutdown.data = finish;
    stream->data = finish;
    (void)uv_timer_init(stream->loop, &finish->timer);
    finish->timer.data = finish;
    (void)uv_timer_start(&finish->timer, finish_timeout, finish_ms(stream), 0);
    (void)uv_read_stop(stream);
    snet_sockopt_abortive(stream, false);
    const bool shuts = uv_shutdown(&finish->shutdown, stream, finish_shut) == 0;
    finish->waits += shuts ? 1 : 0;
    if (!shuts || uv_read_start(stream, finish_alloc, finish_read) != 0) {
        finish_end(finish);
    }
}
