/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What programs, drivers and checks ask of a session, and what they leave with it.
 */
#include "base/assert.h"
#include "core/link.h"
#include "core/session.h"

void snet_session_set_user(snet_session *session, void *user)
{
    session->user = user;
}

void *snet_session_user(const snet_session *session)
{
    return session->user;
}

void snet_session_set_driver(snet_session *session, void *driver)
{
    session->driver = driver;
    if (driver == NULL && session->freed) {
        snet_session_destroy(session);
    }
}

void *snet_session_driver(const snet_session *session)
{
    return session->driver;
}

uint32_t snet_session_take_events(snet_session *session, uint32_t types)
{
    const uint32_t taken = session->task.events & types;
    for (uint32_t left = taken; left != 0; left &= left - 1) {
        snet_core_clear(session->core, &session->task,
                        (enum snet_core_event_type)__builtin_ctz(left));
    }
    return taken;
}

snet_link *snet_session_link(const snet_session *session)
{
    return session->links.live;
}

void snet_session_get_info(const snet_session *session, struct snet_session_info *ret_info)
{
    *ret_info = (struct snet_session_info){
        .id = session->id,
        .wire = session->wire->id,
        .attached = session->state == SNET_SESSION_LIVE,
        .end_err = session->ending.err,
        .written = session->history.end,
        .sent = session->history.sent_max,
        .received = session->inbox.received,
        .peer_written = session->counts.peer.peer_written,
        .peer_received = session->counts.peer.peer_received,
        .resumes = session->counts.resumes,
        .resent_bytes = session->counts.resent_bytes,
        .last_resent_bytes = session->counts.last_resent_bytes,
        .last_missing_bytes = session->counts.last_missing_bytes,
        .last_detached_ns = session->counts.last_detached_ns,
        .peer_ended = session->ending.peer_ended,
        .half_close = (session->wire->caps & SNET_WIRE_CAP_CLOSE) != 0,
        .peer_code = session->ending.peer_code,
        .retry_after_ns = session->dial.retry_after_ns,
        .barren_links = session->links.barren_count,
        .segment_bytes = session->dial.advice.segment_bytes,
    };
    if (session->wire->session_info != NULL) {
        session->wire->session_info(session, ret_info);
    }
}

void snet_session_check(const snet_session *session)
{
    snet_history_check(&session->history);
    snet_inbox_check(&session->inbox);
    SNET_ASSERT((session->state == SNET_SESSION_LIVE) == (session->links.live != NULL));
    SNET_ASSERT(session->server != NULL ||
                (session->dial.state == SNET_DIAL_ATTEMPTING) == (session->links.attempt != NULL));
    SNET_ASSERT(session->links.attempt == NULL || session->links.attempt->session == session);
    SNET_ASSERT(session->links.attempt == NULL || session->links.attempt != session->links.live);
    SNET_ASSERT(session->links.live == NULL || session->links.live->session == session);
    SNET_ASSERT((session->state == SNET_SESSION_ENDED) == (session->ending.err != SNET_OK));
    SNET_ASSERT(!snet_list_contains(&session->task.wait) || session->want_write);
}
