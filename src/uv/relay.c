/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/relay.h"

#include "uv/driver.h"

#include <stdlib.h>
#include <sys/socket.h>

#define RELAY_SPANS_MAX 64u

snet_err snet_relay_new(snet_uv *driver, snet_session *session,
                        const struct snet_relay_config *config, snet_relay **ret_relay)
{
    struct snet_relay *relay = calloc(1, sizeof *relay);
    if (relay == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    relay->driver = driver;
    relay->session = session;
    relay->config = *config;
    snet_session_set_user(session, relay);
    *ret_relay = relay;
    return SNET_OK;
}

snet_session *snet_relay_session(const snet_relay *relay)
{
    return relay->session;
}

void *snet_relay_user(const snet_relay *relay)
{
    return relay->config.user;
}

static void relay_free(struct snet_relay *relay)
{
    snet_stream_writer_deinit(&relay->writer);
    if (relay->config.on_done != NULL) {
        relay->config.on_done(relay->config.user, relay->end_err);
    }
    if (!relay->keeps_session) {
        snet_session_free(relay->session, snet_uv_now(relay->driver));
    }
    free(relay->buffer);
    free(relay);
}

/* The stream is of no more use, or at least takes nothing any more. */
static void relay_broken(struct snet_relay *relay)
{
    if (relay->forgives) {
        relay->deaf = true;
        return;
    }
    if (relay->stream != NULL) {
        snet_stream_writer_deinit(&relay->writer);
        snet_stream_close(relay->stream, true);
        relay->stream = NULL;
    }
    if (!relay->session_ended) {
        snet_session_abort_with(relay->session, SNET_RELAY_CODE_BROKEN,
                                "the connection behind it broke", snet_uv_now(relay->driver));
    }
}

/* --- From the session to the stream ---------------------------------------------------------- */

/* The session is over: ends the stream in the same way, once it has taken everything. */
static void relay_finish(struct snet_relay *relay, snet_err err)
{
    if (relay->stream != NULL) {
        uv_stream_t *stream = relay->stream;
        relay->stream = NULL;
        snet_stream_writer_deinit(&relay->writer);
        if (err == SNET_ERR_CLOSED) {
            snet_stream_finish(stream, SIZE_MAX);
        } else {
            snet_stream_close(stream, true);
        }
    }
    relay_free(relay);
}

/*
 * The other end of a session that lives on writes no more: the stream gets a FIN. All bytes before
 * it are with the kernel, so that uv_shutdown would have nothing to wait for; its request, to be
 * kept until it is done, would only be one more way to fail.
 */
static void relay_shut_stream(struct snet_relay *relay)
{
    uv_os_fd_t fd = -1;
    if (!relay->local_shut && uv_fileno((const uv_handle_t *)relay->stream, &fd) == 0) {
        (void)shutdown(fd, SHUT_WR);
    }
    relay->local_shut = true;
}

/* Whether the session lives on although the other end has written its last byte. */
static bool relay_half_closed(const struct snet_relay *relay, snet_err err)
{
    struct snet_session_info info;
    snet_session_get_info(relay->session, &info);
    return err == SNET_ERR_CLOSED && info.end_err == SNET_OK;
}

/* Moves what it can. False when the relay no longer exists. */
static bool relay_deliver(struct snet_relay *relay)
{
    struct snet_span spans[RELAY_SPANS_MAX];
    while (relay->stream != NULL && !relay->deaf && snet_stream_writer_is_idle(&relay->writer)) {
        size_t count = 0;
        const snet_err err = snet_session_peek(relay->session, spans, RELAY_SPANS_MAX, &count);
        if (err == SNET_ERR_AGAIN) {
            return true;
        }
        if (relay_half_closed(relay, err)) {
            relay_shut_stream(relay);
            return true;
        }
        if (err != SNET_OK && !relay->session_ended) {
            return true; /* its event is on the way */
        }
        if (err != SNET_OK) {
            relay_finish(relay, err);
            return false;
        }
        size_t sent = 0;
        if (snet_stream_writer_send(&relay->writer, spans, count, &sent) != 0) {
            relay_broken(relay);
            break;
        }
        snet_session_consume(relay->session, sent, snet_uv_now(relay->driver));
    }
    if (relay->session_ended && (relay->stream == NULL || relay->deaf)) {
        relay_finish(relay, relay->end_err);
        return false;
    }
    return true;
}

static void relay_idle(void *user, int os_err)
{
    struct snet_relay *relay = user;
    snet_uv *driver = relay->driver;
    snet_driver_enter(driver);
    if (os_err != 0) {
        relay_broken(relay);
    }
    (void)relay_deliver(relay);
    snet_driver_leave(driver);
}

/* --- From the stream to the session ---------------------------------------------------------- */

static void relay_local_end(struct snet_relay *relay)
{
    struct snet_session_info info;
    if (!relay->local_ended || relay->held_len > 0 || relay->session_ended) {
        return;
    }
    snet_session_get_info(relay->session, &info);
    if (!info.half_close && relay->config.on_local_end != NULL) {
        relay->config.on_local_end(relay->config.user);
    } else if (info.id != 0) {
        /* A session that is not open yet would end; OPENED comes back here. */
        snet_session_shutdown(relay->session, snet_uv_now(relay->driver));
    }
}

/* Puts held bytes into the session. True when none are left; the buffer is freed then. */
static bool relay_push(struct snet_relay *relay)
{
    while (relay->held_len > 0) {
        size_t written = 0;
        const uint8_t *data = (const uint8_t *)relay->buffer + relay->held_offset;
        const snet_err err = snet_session_write(relay->session, data, relay->held_len, &written,
                                                snet_uv_now(relay->driver));
        if (err == SNET_ERR_AGAIN) {
            return false;
        }
        if (err != SNET_OK) {
            relay->held_len = 0; /* the session is over, and its event is on the way */
            return false;
        }
        relay->held_offset += written;
        relay->held_len -= written;
    }
    free(relay->buffer);
    relay->buffer = NULL;
    return true;
}

static void relay_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
    (void)suggested;
    struct snet_relay *relay = handle->data;
    snet_driver_enter(relay->driver);
    size_t room = relay->held_len > 0 ? 0 : snet_session_room(relay->session);
    if (room > 0 && relay->buffer == NULL) {
        relay->buffer = malloc(SNET_RELAY_BUFFER_BYTES);
    }
    if (relay->buffer == NULL) {
        room = 0;
    }
    room = room < SNET_RELAY_BUFFER_BYTES ? room : SNET_RELAY_BUFFER_BYTES;
    *ret_buf = uv_buf_init(relay->buffer, (unsigned)room);
    snet_driver_leave(relay->driver);
}

static void relay_pause(struct snet_relay *relay)
{
    relay->reading = false;
    (void)uv_read_stop(relay->stream);
    if (relay->on_pause != NULL) {
        relay->on_pause(relay->config.user);
    }
}

static void relay_local_close(struct snet_relay *relay, int os_err)
{
    if (os_err != UV_EOF) {
        relay_broken(relay);
    }
    if (relay->stream != NULL) {
        relay_pause(relay);
        relay->local_ended = true;
        relay_local_end(relay);
    }
    (void)relay_deliver(relay);
}

static void relay_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    (void)buf;
    struct snet_relay *relay = stream->data;
    snet_uv *driver = relay->driver;
    snet_driver_enter(driver);
    if (len > 0) {
        relay->held_offset = 0;
        relay->held_len = (size_t)len;
        if (!relay_push(relay)) {
            relay_pause(relay);
        }
    } else if (len == UV_ENOBUFS) {
        /* Without memory it goes on reading: no event would say when there is some again. */
        if (snet_session_room(relay->session) == 0) {
            relay_pause(relay);
            snet_session_await_room(relay->session);
        }
    } else if (len < 0) {
        relay_local_close(relay, snet_stream_end_err(stream, len));
    }
    snet_driver_leave(driver);
}

static void relay_resume_reading(struct snet_relay *relay)
{
    if (relay->stream == NULL || !relay_push(relay)) {
        return;
    }
    relay_local_end(relay);
    if (!relay->reading && !relay->local_ended) {
        relay->reading = true;
        (void)uv_read_start(relay->stream, relay_alloc, relay_read);
    }
}

/* --- Both ------------------------------------------------------------------------------------ */

void snet_relay_start(struct snet_relay *relay, uv_stream_t *stream)
{
    relay->stream = stream;
    snet_stream_writer_init(&relay->writer, stream, relay_idle, relay);
    stream->data = relay;
    relay_resume_reading(relay);
    (void)relay_deliver(relay);
}

void snet_relay_event(struct snet_relay *relay, const struct snet_core_event *event)
{
    if (event->type == SNET_CORE_EVENT_READABLE) {
        (void)relay_deliver(relay);
    } else if (event->type == SNET_CORE_EVENT_WRITABLE || event->type == SNET_CORE_EVENT_OPENED) {
        relay_resume_reading(relay);
    } else if (event->type == SNET_CORE_EVENT_ENDED) {
        relay->session_ended = true;
        relay->end_err = event->err;
        if (relay->stream != NULL) {
            relay_pause(relay);
        }
        (void)relay_deliver(relay);
    }
}
