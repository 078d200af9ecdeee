/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The stream of a session as programs see it: writing into it, reading from it, ending it.
 */
#include "base/assert.h"
#include "base/cursor.h"
#include "core/link.h"
#include "core/session.h"

/* A paused link goes on when this part of the inbox is free. */
#define STREAM_READABLE_DIVISOR 4u

/* The session's own history would take more. */
static bool stream_would_take(const snet_session *session)
{
    return session->state != SNET_SESSION_OPENING && snet_session_window(session) > 0;
}

/* A page is all that a writer lacks. */
static bool stream_lacks_page(const snet_session *session)
{
    return stream_would_take(session) && snet_pool_available(&session->core->send_pool) == 0;
}

/* It lacks that its session may hold more. */
static bool stream_lacks_more(const snet_session *session)
{
    return stream_would_take(session) && snet_pool_available(&session->core->send_pool) > 0 &&
           session->wire->session_room(session) == 0;
}

/* Only a writer that lacks one thing alone waits for it: another would not use it. */
static void stream_wait_for_room(snet_session *session)
{
    session->want_write = true;
    if (stream_lacks_page(session)) {
        snet_pressure_writer_waits(&session->core->pressure, &session->task);
    } else if (stream_lacks_more(session)) {
        snet_pressure_grower_waits(&session->core->pressure, &session->task);
    }
}

/* A session ends for one that writes, if there is one that may. */
static void stream_evict(const snet_session *writer, enum snet_holders_lack lack)
{
    snet_core *core = writer->core;
    struct snet_holder *holder =
        snet_holders_victim(&core->holders, &writer->holder, lack, core->now_ns);
    if (holder != NULL) {
        snet_session_end(SNET_CONTAINER(holder, snet_session, holder), SNET_ERR_EVICTED,
                         core->now_ns);
    }
}

/* As session_room of the wire, after asking others for pages when they are what is missing. */
static size_t stream_make_room(snet_session *session)
{
    const size_t room = session->wire->session_room(session);
    if (room > 0 || !stream_would_take(session)) {
        return room;
    }
    if (stream_lacks_more(session)) {
        stream_evict(session, SNET_HOLDERS_LACK_MORE);
        return session->wire->session_room(session);
    }
    snet_pressure_reclaim(&session->core->pressure);
    if (snet_pool_available(&session->core->send_pool) == 0) {
        stream_evict(session, SNET_HOLDERS_LACK_PAGE);
    }
    return session->wire->session_room(session);
}

size_t snet_session_room(const snet_session *session)
{
    const bool open =
        session->state == SNET_SESSION_LIVE || session->state == SNET_SESSION_DETACHED;
    return open && !session->ending.shut ? session->wire->session_room(session) : 0;
}

void snet_session_await_room(snet_session *session)
{
    if (session->ending.shut || session->state == SNET_SESSION_ENDED) {
        return;
    }
    if (session->state != SNET_SESSION_OPENING && stream_make_room(session) > 0) {
        snet_core_post(session->core, &session->task, SNET_CORE_EVENT_WRITABLE);
    } else {
        stream_wait_for_room(session);
    }
}

uint64_t snet_session_unsent(const snet_session *session)
{
    return session->history.end - session->history.sent;
}

snet_err snet_session_write(snet_session *session, const uint8_t *data, size_t len,
                            size_t *ret_written, uint64_t now)
{
    if (session->state == SNET_SESSION_ENDED) {
        return session->ending.err;
    }
    if (session->ending.shut) {
        return SNET_ERR_STATE;
    }
    if (len == 0) {
        *ret_written = 0;
        return SNET_OK;
    }
    size_t written = 0;
    if (session->state != SNET_SESSION_OPENING && stream_make_room(session) > 0) {
        SNET_ASSERT(session->wire->session_write != NULL);
        const snet_err err = session->wire->session_write(session, data, len, &written);
        if (err != SNET_OK) {
            return err;
        }
    }
    if (written == 0) {
        stream_wait_for_room(session);
        if (session->state != SNET_SESSION_OPENING && session->wire->session_room(session) > 0) {
            /* There is room, but the machine has no memory now, and no event says when it has some:
               a timer tries again. */
            session->write_at_ns = now + SNET_SESSION_MEMORY_RETRY_NS;
            snet_session_arm(session);
        }
        return SNET_ERR_AGAIN;
    }
    if (session->links.live != NULL) {
        snet_link_want_send(session->links.live);
    }
    if (session->core->pressure.writers.count > 0) {
        snet_pressure_wake_writers(
            &session->core->pressure); /* for pages that this write has not used */
    }
    *ret_written = written;
    return SNET_OK;
}

snet_err snet_session_peek(snet_session *session, struct snet_span *ret_spans, size_t span_max,
                           size_t *ret_count)
{
    const size_t count = snet_inbox_look(&session->inbox, ret_spans, span_max);
    if (count > 0) {
        *ret_count = count;
        return SNET_OK;
    }
    /* That our own end is in doubt casts no doubt on what came in. */
    const bool complete =
        session->ending.peer_ended && session->ending.err == SNET_ERR_CLOSE_UNCONFIRMED;
    if (session->state == SNET_SESSION_ENDED && !complete) {
        return session->ending.err;
    }
    return session->ending.peer_ended ? SNET_ERR_CLOSED : SNET_ERR_AGAIN;
}

void snet_session_consume(snet_session *session, size_t len, uint64_t now)
{
    snet_inbox_consume(&session->inbox, &session->core->recv_pool, len);
    if (session->wire->session_consumed != NULL && session->state != SNET_SESSION_ENDED) {
        session->wire->session_consumed(session, now);
    }
    if (session->core->pressure.links.count > 0) {
        snet_pressure_wake_links(&session->core->pressure);
    }
    /*
     * The inbox alone decides, whether or not there are pages: a link that finds none when it asks
     * again is put on the list of those woken for one, and this session may be read no more.
     */
    const struct snet_inbox *inbox = &session->inbox;
    if (session->links.live != NULL && !snet_list_contains(&session->links.live->task.wait) &&
        snet_inbox_window(inbox) >= inbox->capacity_bytes / STREAM_READABLE_DIVISOR) {
        snet_link_want_recv(session->links.live);
    }
}

snet_err snet_session_read(snet_session *session, uint8_t *ret_data, size_t len, size_t *ret_read,
                           uint64_t now)
{
    struct snet_span spans[SNET_CHAIN_SPANS_MAX];
    size_t count = 0;
    const snet_err err = snet_session_peek(session, spans, SNET_CHAIN_SPANS_MAX, &count);
    if (err != SNET_OK) {
        return err;
    }
    struct snet_writer writer;
    snet_writer_init(&writer, ret_data, len);
    (void)snet_chain_write_spans(spans, count, writer.left, &writer);
    snet_session_consume(session, writer.written, now);
    *ret_read = writer.written;
    return SNET_OK;
}

snet_err snet_session_flush(snet_session *session)
{
    struct snet_session_info info;
    snet_session_get_info(session, &info);
    if (info.unacked == 0 && session->state != SNET_SESSION_OPENING) {
        return (session->wire->caps & SNET_WIRE_CAP_ACK) == 0 ? SNET_ERR_STATE : SNET_OK;
    }
    if (session->state == SNET_SESSION_ENDED) {
        return session->ending.err;
    }
    session->want_flush = true;
    return SNET_ERR_AGAIN;
}

void snet_session_shutdown(snet_session *session, uint64_t now)
{
    if (session->ending.shut || session->state == SNET_SESSION_ENDED) {
        return;
    }
    session->ending.shut = true;
    session->want_write = false;
    snet_pressure_writer_leaves(&session->core->pressure, &session->task);
    snet_pressure_wake_writers(
        &session->core->pressure); /* for a page that it was woken for, and will not use */
    if (session->state == SNET_SESSION_OPENING) {
        snet_session_end(session, SNET_ERR_ABORTED, now);
        return;
    }
    if (session->links.live != NULL) {
        snet_link_want_send(session->links.live);
    }
    snet_session_progress(session, now);
}

snet_err snet_session_expire_err(const snet_session *session)
{
    if (snet_session_done(session)) {
        return SNET_ERR_CLOSED;
    }
    /* Where each direction ends by itself, ours alone would cast no doubt on what came in. */
    const bool both =
        session->ending.peer_ended || (session->wire->caps & SNET_WIRE_CAP_CLOSE) == 0;
    if (session->ending.shut && both && !session->ending.acked) {
        return SNET_ERR_CLOSE_UNCONFIRMED;
    }
    if (session->links.found_err != SNET_OK) {
        return session->links.found_err;
    }
    /* It has had a link since the first that moved nothing, and that one was no better. */
    const uint64_t barren_ns = session->links.barren_since_ns;
    return barren_ns != 0 && barren_ns < session->links.lost_at_ns ? SNET_ERR_NO_PROGRESS
                                                                   : SNET_ERR_EXPIRED;
}
