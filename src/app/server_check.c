/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/server_check.h"

#include <snet/env.h>

#define CHECK_SPANS 4u

static uint64_t check_now(const struct snet_server_check *check)
{
    return uv_now(check->timer.loop) * SNET_MS_NS;
}

/* The connection goes in good order: that it went is not worth a line in the server's log. */
static void check_stop(struct snet_server_check *check)
{
    check->done = true;
    (void)uv_timer_stop(&check->timer);
    snet_stream_dial_cancel(check->dial);
    check->dial = NULL;
    snet_link_free(check->link, check_now(check));
    check->link = NULL;
    snet_core_free(check->core);
    check->core = NULL;
    if (check->stream != NULL) {
        snet_stream_close(check->stream, false);
        check->stream = NULL;
    }
}

static void check_done(struct snet_server_check *check, snet_err err, int os_err)
{
    if (!check->done) {
        check_stop(check);
        check->on_done(check, err, os_err);
    }
}

/* What the core wants sent: HELLO, or, once that was answered well, something else. */
static void check_send(struct snet_server_check *check)
{
    struct snet_span spans[CHECK_SPANS];
    uv_buf_t bufs[CHECK_SPANS];
    if (check->asked) {
        check_done(check, SNET_OK, 0);
        return;
    }
    const size_t count = snet_link_send(check->link, spans, CHECK_SPANS);
    size_t len = 0;
    for (size_t i = 0; i < count; i++) {
        bufs[i] = uv_buf_init((char *)(uintptr_t)spans[i].data, (unsigned)spans[i].len);
        len += spans[i].len;
    }
    /* A connection that is new takes the few bytes at once, or is broken. */
    const int sent = count == 0 ? 0 : uv_try_write(check->stream, bufs, (unsigned)count);
    if (sent < 0 || (size_t)sent != len) {
        check_done(check, SNET_ERR_CONNECT, sent < 0 ? sent : UV_EAGAIN);
        return;
    }
    check->asked = true;
    snet_link_sent(check->link, len, check_now(check));
}

static void check_events(struct snet_server_check *check)
{
    struct snet_core_event event;
    while (!check->done && snet_core_next_event(check->core, &event)) {
        if (event.type == SNET_CORE_EVENT_ENDED || event.type == SNET_CORE_EVENT_LINK_CLOSE) {
            check_done(check, event.err, 0);
        } else if (event.type == SNET_CORE_EVENT_OPENED) {
            check_done(check, SNET_OK, 0);
        } else if (event.type == SNET_CORE_EVENT_LINK_SEND) {
            check_send(check);
        }
    }
}

static void check_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
    struct snet_server_check *check = handle->data;
    const size_t room = snet_link_room(check->link);
    (void)suggested;
    *ret_buf = uv_buf_init((char *)check->bytes,
                           (unsigned)(room < sizeof check->bytes ? room : sizeof check->bytes));
}

static void check_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    struct snet_server_check *check = stream->data;
    size_t taken = 0;
    if (len < 0 && snet_stream_end_err(stream, len) == UV_EOF) {
        check_done(check, SNET_ERR_LINK_FIN, 0);
    } else if (len < 0) {
        check_done(check, SNET_ERR_CONNECT, (int)len);
    } else if (len > 0) {
        snet_link_recv(check->link, (const uint8_t *)buf->base, (size_t)len, &taken,
                       check_now(check));
        check_events(check);
    }
}

/* The connection is up: the core says HELLO on it. */
static snet_err check_hello(struct snet_server_check *check)
{
    struct snet_env env;
    const struct snet_core_config defaults = {0};
    snet_env_system(&env);
    snet_err err = snet_core_new(&env, &defaults, &check->core);
    if (err == SNET_OK) {
        err = snet_client_open(check->core, check->config, &check->session, check_now(check));
    }
    if (err == SNET_OK) {
        err = snet_client_connected(check->session, &check->link, check_now(check));
    }
    return err;
}

static void check_dialed(void *user, snet_err err, int os_err, uv_stream_t *stream)
{
    struct snet_server_check *check = user;
    check->dial = NULL;
    check->stream = stream;
    if (err == SNET_OK) {
        stream->data = check;
        err = check_hello(check);
        if (err == SNET_OK) {
            os_err = uv_read_start(stream, check_alloc, check_read);
            err = os_err == 0 ? SNET_OK : SNET_ERR_CONNECT;
        }
        if (err == SNET_OK) {
            check_events(check);
            return;
        }
    }
    check_done(check, err, os_err);
}

static void check_late(uv_timer_t *timer)
{
    struct snet_server_check *check = timer->data;
    check_done(check, check->asked ? SNET_ERR_NO_ANSWER : SNET_ERR_CONNECT,
               check->asked ? 0 : UV_ETIMEDOUT);
}

snet_err snet_server_check_start(struct snet_server_check *check, uv_loop_t *loop,
                                 const char *address)
{
    const struct snet_stream_dial_config dial = {
        .address = address,
        .on_done = check_dialed,
        .user = check,
    };
    (void)uv_timer_init(loop, &check->timer);
    check->timer.data = check;
    const snet_err err = snet_stream_dial_start(loop, &dial, &check->dial);
    check->done = err != SNET_OK;
    check->begun = true;
    if (err == SNET_OK) {
        (void)uv_timer_start(&check->timer, check_late, SNET_SERVER_CHECK_MS, 0);
    }
    return err;
}

void snet_server_check_cancel(struct snet_server_check *check)
{
    if (check->begun && !check->done) {
        check_stop(check);
    }
}
