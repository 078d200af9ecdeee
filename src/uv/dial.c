/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Dialing: resolve, then race the addresses in turns of IPv6 and IPv4, each started when the one
 * before failed or SNET_STREAM_DIAL_STAGGER_MS after it (RFC 8305).
 */
#include <snet/stream.h>

#include "base/assert.h"
#include "uv/address.h"
#include "uv/sockopt.h"
#include "uv/stream.h"

#include <stdlib.h>

#define DIAL_ADDRESSES_MAX 8u

struct dial_attempt {
    snet_stream_dial *dial;
    uv_stream_t *stream; /* NULL once lost or won */
    uv_connect_t connect;
};

struct snet_stream_dial {
    uv_loop_t *loop;
    struct snet_address address;
    struct snet_stream_options options;
    int family; /* tried first */
    snet_stream_dial_fn *on_done;
    void *user;
    uv_timer_t stagger;
    uv_timer_t limit;
    uv_getaddrinfo_t resolve;
    struct sockaddr_storage sockets[DIAL_ADDRESSES_MAX];
    struct dial_attempt attempts[DIAL_ADDRESSES_MAX];
    unsigned socket_count;
    unsigned next;    /* the next address to try */
    unsigned running; /* attempts on their way */
    unsigned refs;    /* callbacks of libuv still to come */
    bool resolving;
    bool finished;
    int os_err;
};

/* Declared ahead: an attempt that fails starts the next one. */
static void dial_start_next(snet_stream_dial *dial);

static void dial_unref(snet_stream_dial *dial)
{
    SNET_ASSERT(dial->refs > 0);
    dial->refs--;
    if (dial->refs == 0) {
        free(dial);
    }
}

static void dial_handle_closed(uv_handle_t *handle)
{
    dial_unref(handle->data);
}

/* `on_done` is not called after this. The memory goes with the last callback of libuv. */
static void dial_finish(snet_stream_dial *dial)
{
    SNET_ASSERT(!dial->finished);
    dial->finished = true;
    for (unsigned i = 0; i < dial->next && i < DIAL_ADDRESSES_MAX; i++) {
        if (dial->attempts[i].stream != NULL) {
            snet_stream_close(dial->attempts[i].stream, false);
            dial->attempts[i].stream = NULL;
        }
    }
    if (dial->resolving) {
        (void)uv_cancel((uv_req_t *)&dial->resolve);
    }
    uv_close((uv_handle_t *)&dial->stagger, dial_handle_closed);
    uv_close((uv_handle_t *)&dial->limit, dial_handle_closed);
}

static void dial_done(snet_stream_dial *dial, snet_err err, uv_stream_t *stream)
{
    dial_finish(dial);
    dial->on_done(dial->user, err, dial->os_err, stream);
}

static void dial_attempt_over(struct dial_attempt *attempt, int os_err)
{
    snet_stream_dial *dial = attempt->dial;
    uv_stream_t *stream = attempt->stream;
    attempt->stream = NULL;
    dial->running--;
    if (os_err == 0) {
        stream->data = NULL;
        snet_sockopt_connected(stream, &dial->options);
        dial->os_err = 0;
        dial_done(dial, SNET_OK, stream);
        return;
    }
    dial->os_err = os_err;
    if (stream != NULL) {
        snet_stream_close(stream, false);
    }
    dial_start_next(dial);
}

static void dial_connected(uv_connect_t *connect, int os_err)
{
    struct dial_attempt *attempt = connect->data;
    snet_stream_dial *dial = attempt->dial;
    if (!dial->finished) {
        dial_attempt_over(attempt, os_err);
    }
    dial_unref(dial);
}

static int dial_connect(snet_stream_dial *dial, struct dial_attempt *attempt, unsigned index)
{
    const int family = dial->address.local ? AF_UNIX : dial->sockets[index].ss_family;
    int os_err = 0;
    attempt->stream = snet_stream_new(dial->loop, family, &os_err);
    if (attempt->stream == NULL) {
        return os_err;
    }
    snet_sockopt_before(attempt->stream, &dial->options);
    attempt->connect.data = attempt;
    if (dial->address.local) {
        uv_pipe_connect(&attempt->connect, (uv_pipe_t *)attempt->stream, dial->address.host,
                        dial_connected);
        return 0;
    }
    os_err = uv_tcp_connect(&attempt->connect, (uv_tcp_t *)attempt->stream,
                            (const struct sockaddr *)&dial->sockets[index], dial_connected);
    if (os_err != 0) {
        snet_stream_close(attempt->stream, false);
        attempt->stream = NULL;
    }
    return os_err;
}

static void dial_stagger_over(uv_timer_t *timer)
{
    dial_start_next(timer->data);
}

static void dial_start_next(snet_stream_dial *dial)
{
    while (dial->next < dial->socket_count) {
        const unsigned index = dial->next++;
        struct dial_attempt *attempt = &dial->attempts[index];
        attempt->dial = dial;
        const int os_err = dial_connect(dial, attempt, index);
        if (os_err == 0) {
            dial->running++;
            dial->refs++;
            (void)uv_timer_start(&dial->stagger, dial_stagger_over, SNET_STREAM_DIAL_STAGGER_MS, 0);
            return;
        }
        dial->os_err = os_err;
    }
    if (dial->running == 0) {
        dial_done(dial, SNET_ERR_CONNECT, NULL);
    }
}

static void dial_limit_over(uv_timer_t *timer)
{
    snet_stream_dial *dial = timer->data;
    dial->os_err = UV_ETIMEDOUT;
    dial_done(dial, dial->resolving ? SNET_ERR_RESOLVE : SNET_ERR_CONNECT, NULL);
}

/* The `nth` result of `family`, or NULL. */
static const struct addrinfo *dial_pick(const struct addrinfo *list, int family, unsigned nth)
{
    for (const struct addrinfo *info = list; info != NULL; info = info->ai_next) {
        if (info->ai_family == family && nth-- == 0) {
            return info;
        }
    }
    return NULL;
}

static void dial_add(snet_stream_dial *dial, const struct addrinfo *info)
{
    if (info != NULL && dial->socket_count < DIAL_ADDRESSES_MAX &&
        snet_address_resolved(info, &dial->sockets[dial->socket_count])) {
        dial->socket_count++;
    }
}

static void dial_resolved(uv_getaddrinfo_t *resolve, int os_err, struct addrinfo *list)
{
    snet_stream_dial *dial = resolve->data;
    dial->resolving = false;
    const int second = dial->family == AF_INET ? AF_INET6 : AF_INET;
    if (!dial->finished) {
        for (unsigned nth = 0; nth < DIAL_ADDRESSES_MAX; nth++) {
            dial_add(dial, dial_pick(list, dial->family, nth));
            dial_add(dial, dial_pick(list, second, nth));
        }
        if (os_err != 0 || dial->socket_count == 0) {
            dial->os_err = os_err;
            dial_done(dial, SNET_ERR_RESOLVE, NULL);
        } else {
            dial_start_next(dial);
        }
    }
    uv_freeaddrinfo(list);
    dial_unref(dial);
}

static snet_err dial_resolve(snet_stream_dial *dial)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    const char *host = dial->address.host[0] == '\0' ? "localhost" : dial->address.host;
    dial->resolve.data = dial;
    if (uv_getaddrinfo(dial->loop, &dial->resolve, dial_resolved, host, dial->address.port,
                       &hints) != 0) {
        return SNET_ERR_OS;
    }
    dial->resolving = true;
    dial->refs++;
    return SNET_OK;
}

snet_err snet_stream_dial_start(uv_loop_t *loop, const struct snet_stream_dial_config *config,
                                snet_stream_dial **ret_dial)
{
    snet_stream_dial *dial = calloc(1, sizeof *dial);
    if (dial == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    const snet_err err = snet_address_parse(config->address, &dial->address);
    if (err != SNET_OK) {
        free(dial);
        return err;
    }
    dial->loop = loop;
    dial->options = config->options;
    dial->family = config->family == AF_INET ? AF_INET : AF_INET6;
    dial->on_done = config->on_done;
    dial->user = config->user;
    dial->refs = 2;
    (void)uv_timer_init(loop, &dial->stagger);
    (void)uv_timer_init(loop, &dial->limit);
    dial->stagger.data = dial;
    dial->limit.data = dial;
    (void)uv_timer_start(&dial->limit, dial_limit_over, SNET_STREAM_DIAL_TIMEOUT_MS, 0);
    if (dial->address.local || snet_address_numeric(&dial->address, &dial->sockets[0])) {
        /* From the loop, so that `on_done` is never called from within this call. */
        dial->socket_count = 1;
        (void)uv_timer_start(&dial->stagger, dial_stagger_over, 0, 0);
    } else if (dial_resolve(dial) != SNET_OK) {
        dial_finish(dial);
        return SNET_ERR_OS;
    }
    *ret_dial = dial;
    return SNET_OK;
}

void snet_stream_dial_cancel(snet_stream_dial *dial)
{
    if (dial != NULL && !dial->finished) {
        dial_finish(dial);
    }
}
