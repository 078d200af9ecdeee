/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Listening: one address, many streams. When descriptors run out, libuv drops the connection with a
 * descriptor that it keeps in reserve, and the listener goes on. A connection that is not accepted
 * when libuv reports it stops the listening until it is accepted: so the listener tries again.
 */
#include "uv/listener.h"

#include "uv/address.h"
#include "uv/adopt.h"
#include "uv/descriptors.h"
#include "uv/local_socket.h"
#include "uv/sockopt.h"
#include "uv/stream.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LISTENER_RETRY_MS 100u
#define LISTENER_ROOM_MS 1u
/* Maximum: connections accepted in one turn of the loop, for its sessions wait meanwhile. */
#define LISTENER_TURN_MAX 8u
/* Connections that were accepted, and have yet to take the other descriptors that they need. */
#define LISTENER_NEAR_MAX 64u

struct snet_stream_listener {
    uv_stream_t *stream;
    uv_timer_t retry;
    bool waits;       /* a connection came before the start */
    bool inherited;   /* what is accepted has its options from the listening socket */
    uint64_t turn_ms; /* the time of the loop in this turn, and how many were accepted in it */
    unsigned turn_count;
    struct snet_stream_options options;
    snet_stream_accept_fn *on_accept;
    snet_listener_room_fn *has_room; /* NULL: there is always room */
    void *user;
    int family;
    struct snet_local_socket bound; /* the file of a local socket */
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
};

/* Declared ahead: it accepts by way of the function that starts it. */
static void listener_retry(uv_timer_t *timer);

/* Whether the connection is accepted now; otherwise it stays where it is, and libuv listens no more
   until it is accepted later. */
static bool listener_goes_on(snet_stream_listener *listener)
{
    const uint64_t now_ms = uv_now(listener->stream->loop);
    listener->turn_count = listener->turn_ms == now_ms ? listener->turn_count : 0;
    listener->turn_ms = now_ms;
    if (listener->has_room != NULL && !listener->has_room(listener->user)) {
        (void)uv_timer_start(&listener->retry, listener_retry, LISTENER_ROOM_MS, 0);
        return false;
    }
    const unsigned keep = listener->options.keep_descriptors;
    /* Each that is accepted takes more of them soon: near the end, that is waited for. */
    const bool near = keep > 0 && snet_descriptors_few(listener->stream, keep + LISTENER_NEAR_MAX);
    const bool few = near && snet_descriptors_few(listener->stream, keep);
    const bool full = listener->turn_count >= (near ? 1 : LISTENER_TURN_MAX);
    if (full || few) {
        /* At once is in the next turn, which begins with the timers. */
        (void)uv_timer_start(&listener->retry, listener_retry, few ? LISTENER_RETRY_MS : 0, 0);
        return false;
    }
    listener->turn_count++;
    return true;
}

static void listener_connection(uv_stream_t *server, int os_err)
{
    snet_stream_listener *listener = server->data;
    if (os_err != 0 || listener == NULL) {
        return;
    }
    if (listener->on_accept == NULL) {
        listener->waits = true;
        return;
    }
    if (!listener_goes_on(listener)) {
        return;
    }
    int ignored = 0;
    uv_stream_t *stream =
        snet_stream_new(server->loop, listener->family == AF_UNIX ? AF_UNIX : AF_UNSPEC, &ignored);
    if (stream == NULL) {
        (void)uv_timer_start(&listener->retry, listener_retry, LISTENER_RETRY_MS, 0);
        return;
    }
    if (uv_accept(server, stream) != 0) {
        snet_stream_close(stream, false);
        return;
    }
    if (!listener->inherited) {
        snet_sockopt_connected(stream, &listener->options);
    }
    listener->on_accept(listener->user, stream);
}

static void listener_retry(uv_timer_t *timer)
{
    snet_stream_listener *listener = timer->data;
    listener->turn_count = 0;
    listener_connection(listener->stream, 0);
}

/* Where to listen: a name stands for its first IPv4 address, or else for its first address. */
static int listener_resolve(uv_loop_t *loop, const struct snet_address *address,
                            struct sockaddr_storage *ret_socket)
{
    struct snet_address any = *address;
    if (any.host[0] == '\0') {
        (void)snprintf(any.host, sizeof any.host, "::");
    }
    if (snet_address_numeric(&any, ret_socket)) {
        return 0;
    }
    uv_getaddrinfo_t request;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    const int os_err = uv_getaddrinfo(loop, &request, NULL, address->host, address->port, &hints);
    if (os_err != 0) {
        return os_err;
    }
    const struct addrinfo *chosen = request.addrinfo;
    for (const struct addrinfo *info = chosen; info != NULL; info = info->ai_next) {
        if (info->ai_family == AF_INET) {
            chosen = info;
            break;
        }
    }
    const bool found = chosen != NULL && snet_address_resolved(chosen, ret_socket);
    uv_freeaddrinfo(request.addrinfo);
    return found ? 0 : UV_EAI_NONAME;
}

static int listener_bind_tcp(snet_stream_listener *listener, uv_loop_t *loop,
                             const struct sockaddr_storage *socket)
{
    int os_err = 0;
    listener->family = socket->ss_family;
    listener->stream = snet_stream_new(loop, socket->ss_family, &os_err);
    if (listener->stream == NULL) {
        return os_err;
    }
    snet_sockopt_before(listener->stream, &listener->options);
    listener->inherited = snet_sockopt_inherited(listener->stream, &listener->options);
    uv_tcp_t *tcp = (uv_tcp_t *)listener->stream;
    os_err = uv_tcp_bind(tcp, (const struct sockaddr *)socket, 0);
    return os_err != 0 ? os_err
                       : uv_listen(listener->stream, SNET_STREAM_BACKLOG, listener_connection);
}

static int listener_bind_local(snet_stream_listener *listener, uv_loop_t *loop, const char *path)
{
    int fd = -1;
    listener->family = AF_UNIX;
    /* libuv's own bind would remove whatever file has this name when the stream is closed. */
    int os_err = snet_local_socket_listen(path, &listener->bound, &fd);
    if (os_err != 0) {
        return os_err;
    }
    listener->stream = snet_adopt_stream(loop, fd, &os_err);
    if (listener->stream == NULL) {
        (void)close(fd);
        return os_err;
    }
    return uv_listen(listener->stream, SNET_STREAM_BACKLOG, listener_connection);
}

static void listener_name(snet_stream_listener *listener)
{
    struct sockaddr_storage socket = {0};
    int len = sizeof socket;
    if (listener->family == AF_UNIX) {
        (void)snprintf(listener->address, sizeof listener->address, "unix:%.*s",
                       (int)sizeof listener->address - 6, listener->bound.path);
        return;
    }
    const uv_tcp_t *tcp = (const uv_tcp_t *)listener->stream;
    if (uv_tcp_getsockname(tcp, (struct sockaddr *)&socket, &len) == 0) {
        snet_address_format(&socket, listener->address, sizeof listener->address);
    }
}

static int listener_bind_name(snet_stream_listener *listener, uv_loop_t *loop,
                              const struct snet_address *address, bool *ret_resolved)
{
    struct sockaddr_storage socket;
    int os_err = listener_resolve(loop, address, &socket);
    *ret_resolved = os_err == 0;
    if (os_err == 0) {
        os_err = listener_bind_tcp(listener, loop, &socket);
    }
    if (os_err == UV_EAFNOSUPPORT && address->host[0] == '\0') {
        /* Every local address, on a system without IPv6. */
        struct snet_address any = *address;
        (void)snprintf(any.host, sizeof any.host, "0.0.0.0");
        (void)snet_address_numeric(&any, &socket);
        os_err = listener_bind_tcp(listener, loop, &socket);
    }
    return os_err;
}

static snet_err listener_err(int os_err)
{
    return os_err == UV_ENOMEM ? SNET_ERR_NO_MEMORY : SNET_ERR_LISTEN;
}

static snet_err listener_bind(snet_stream_listener *listener, uv_loop_t *loop,
                              const struct snet_address *address, int *ret_os_err)
{
    bool resolved = true;
    const int os_err = address->local ? listener_bind_local(listener, loop, address->host)
                                      : listener_bind_name(listener, loop, address, &resolved);
    if (os_err == 0) {
        return SNET_OK;
    }
    *ret_os_err = os_err;
    if (!resolved) {
        return SNET_ERR_RESOLVE;
    }
    return listener_err(os_err);
}

static snet_stream_listener *listener_new(uv_loop_t *loop,
                                          const struct snet_stream_options *options)
{
    snet_stream_listener *listener = calloc(1, sizeof *listener);
    if (listener != NULL) {
        listener->options = *options;
        (void)uv_timer_init(loop, &listener->retry);
        listener->retry.data = listener;
    }
    return listener;
}

static void listener_ready(snet_stream_listener *listener, snet_stream_listener **ret_listener)
{
    listener->stream->data = listener;
    listener_name(listener);
    *ret_listener = listener;
}

snet_err snet_stream_listener_open(uv_loop_t *loop, const char *address,
                                   const struct snet_stream_options *options,
                                   snet_stream_listener **ret_listener, int *ret_os_err)
{
    struct snet_address parsed;
    snet_err err = snet_address_parse(address, &parsed);
    if (err != SNET_OK) {
        return err;
    }
    snet_stream_listener *listener = listener_new(loop, options);
    if (listener == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    err = listener_bind(listener, loop, &parsed, ret_os_err);
    if (err != SNET_OK) {
        snet_stream_listener_close(listener);
        return err;
    }
    listener_ready(listener, ret_listener);
    return SNET_OK;
}

snet_err snet_stream_listener_adopt(uv_loop_t *loop, int fd, snet_stream_listener **ret_listener,
                                    int *ret_os_err)
{
    const struct snet_stream_options none = {0};
    snet_stream_listener *listener = listener_new(loop, &none);
    if (listener == NULL) {
        (void)close(fd);
        return SNET_ERR_NO_MEMORY;
    }
    listener->stream = snet_adopt_stream(loop, fd, ret_os_err);
    if (listener->stream == NULL) {
        (void)close(fd);
        snet_stream_listener_close(listener);
        return listener_err(*ret_os_err);
    }
    listener->family = listener->stream->type == UV_TCP ? AF_INET : AF_UNIX;
    *ret_os_err = uv_listen(listener->stream, SNET_STREAM_BACKLOG, listener_connection);
    if (*ret_os_err != 0) {
        snet_stream_listener_close(listener);
        return listener_err(*ret_os_err);
    }
    listener_ready(listener, ret_listener);
    return SNET_OK;
}

void snet_stream_listener_start(snet_stream_listener *listener, snet_stream_accept_fn *on_accept,
                                void *user)
{
    listener->on_accept = on_accept;
    listener->user = user;
    if (listener->waits) {
        (void)uv_timer_start(&listener->retry, listener_retry, 0, 0);
    }
}

void snet_listener_wait_for(snet_stream_listener *listener, snet_listener_room_fn *has_room)
{
    listener->has_room = has_room;
}

void snet_stream_listener_set_options(snet_stream_listener *listener,
                                      const struct snet_stream_options *options)
{
    listener->options = *options; /* `buffer_bytes` counted before it listened */
    if (listener->inherited) {
        listener->inherited = snet_sockopt_inherited(listener->stream, options);
    }
}

const char *snet_stream_listener_address(const snet_stream_listener *listener)
{
    return listener->address;
}

static void listener_closed(uv_handle_t *retry)
{
    free(retry->data);
}

void snet_stream_listener_close(snet_stream_listener *listener)
{
    if (listener == NULL) {
        return;
    }
    if (listener->stream != NULL) {
        listener->stream->data = NULL;
        snet_stream_close(listener->stream, false);
    }
    snet_local_socket_remove(&listener->bound);
    uv_close((uv_handle_t *)&listener->retry, listener_closed);
}
