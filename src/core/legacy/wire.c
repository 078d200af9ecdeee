/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/legacy/wire.h"

#include "core/legacy/client.h"
#include "core/legacy/handshake.h"
#include "core/legacy/server.h"
#include "core/legacy/state.h"
#include "core/legacy/stream.h"
#include "core/server.h"
#include "crypto/secret.h"

/* What differs between the three wires [PROTO 3]. */
static const struct snet_legacy_format legacy_format_1 = {.prefixed = false};
static const struct snet_legacy_format legacy_format_1_padded = {.padded = true};
static const struct snet_legacy_format legacy_format_2 = {.prefixed = true, .challenged = true};

static snet_err legacy_link_recv(snet_link *link, const uint8_t *data, size_t len,
                                 size_t *ret_taken, uint64_t now)
{
    size_t taken = 0;
    snet_err err = snet_legacy_handshake_feed(link, data, len, &taken, now);
    const struct snet_legacy_link *state = snet_legacy_link_of(link);
    if (err == SNET_OK && taken < len) {
        /* After a refusal, bytes are dropped; what is passed on leaves them to others. */
        size_t more = link->close_how == SNET_CLOSE_PASS ? 0 : len - taken;
        if (state->step == SNET_LEGACY_STREAM && link->state == SNET_LINK_LIVE) {
            err = snet_legacy_stream_take(link, data + taken, len - taken, &more, now);
        }
        taken += more;
    }
    *ret_taken = taken;
    return err;
}

static size_t legacy_link_room(const snet_link *link)
{
    const size_t need = snet_legacy_handshake_need(link);
    if (need > 0) {
        return need;
    }
    return link->state == SNET_LINK_LIVE ? snet_legacy_stream_room(link) : SNET_PAGE_BYTES;
}

static size_t legacy_link_send(snet_link *link, struct snet_span *ret_spans, size_t span_max)
{
    const struct snet_legacy_link *state = snet_legacy_link_of(link);
    size_t count = 0;
    if (state->out_sent < state->out_len && span_max > 0) {
        ret_spans[count++] = (struct snet_span){
            .data = state->out + state->out_sent,
            .len = (size_t)(state->out_len - state->out_sent),
        };
    }
    if (link->state == SNET_LINK_LIVE) {
        count += snet_history_look(&link->session->history, ret_spans + count, span_max - count);
    }
    return count;
}

static void legacy_link_sent(snet_link *link, size_t len, uint64_t now)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    const size_t queued = (size_t)(state->out_len - state->out_sent);
    const size_t own = len < queued ? len : queued;
    state->out_sent = (uint8_t)(state->out_sent + own);
    if (link->state == SNET_LINK_LIVE) {
        snet_history_sent(&link->session->history, len - own);
        snet_session_progress(link->session, now);
    }
}

/* It is a resume, whose step is over. */
static struct snet_bytes legacy_link_first(const snet_link *link)
{
    return (struct snet_bytes){snet_legacy_link_of(link)->message,
                               snet_legacy_resume_len(link->wire->format)};
}

static void legacy_session_init(snet_session *session, const struct snet_session_config *config,
                                struct snet_wire_sizes *sizes)
{
    (void)session;
    (void)config;
    if (sizes->inbox_bytes < SNET_LEGACY_INBOX_MIN_BYTES) {
        sizes->inbox_bytes = SNET_LEGACY_INBOX_MIN_BYTES;
    }
}

static size_t legacy_session_room(const snet_session *session)
{
    return snet_history_room(&session->history, &session->core->send_pool);
}

/* The link is closed in good order, and a resume will show whether all arrived [PROTO 7.2]. */
static void legacy_session_sent_all(snet_session *session, uint64_t now)
{
    snet_link *link = session->links.live;
    snet_session_let_go(session, link);
    snet_link_close(link, SNET_CLOSE_FIN, SNET_OK);
    if (!snet_legacy_session_of(session)->fin_sent) {
        session->links.on_trial = false; /* the wait for the end is another one, and begins here */
    }
    snet_legacy_session_of(session)->fin_sent = true;
    const uint64_t keep_ns = session->server == NULL ? session->resume_timeout_ns
                                                     : session->server->config.ended_keep_ns;
    snet_session_detach(session, SNET_ERR_CLOSED, keep_ns, now);
}

static void legacy_session_wipe(snet_session *session)
{
    snet_secret_wipe(snet_legacy_session_of(session),
                     session->plain ? SNET_LEGACY_PLAIN_BYTES : sizeof(struct snet_legacy_session));
}

/* What came during a sleep was not read: the grace begins again [PROTO 4.3]. */
static void legacy_link_overslept(snet_link *link, uint64_t slept_ns, uint64_t now)
{
    (void)slept_ns;
    if (snet_legacy_link_of(link)->step == SNET_LEGACY_S_GRACE) {
        snet_link_alarm(link, snet_timer_after(now, link->server->config.grace_ns));
    }
}

#define LEGACY_WIRE(wire_id, wire_name, wire_format)                                               \
    {                                                                                              \
        .id = (wire_id), .name = (wire_name), .format = (wire_format), .caps = 0,                  \
        .session_bytes = sizeof(struct snet_legacy_session),                                       \
        .session_plain_bytes = SNET_LEGACY_PLAIN_BYTES,                                            \
        .link_bytes = sizeof(struct snet_legacy_link), .link_start = snet_legacy_client_start,     \
        .link_accept = snet_legacy_server_accept, .link_recv = legacy_link_recv,                   \
        .link_room = legacy_link_room, .link_send = legacy_link_send,                              \
        .link_sent = legacy_link_sent, .link_first = legacy_link_first,                            \
        .link_timer = snet_legacy_handshake_alarm, .link_overslept = legacy_link_overslept,        \
        .attempt_failed = snet_legacy_client_attempt_failed,                                       \
        .link_lost = snet_legacy_client_link_lost, .retry_by = snet_legacy_client_retry_by,        \
        .session_init = legacy_session_init, .session_write = snet_legacy_stream_write,            \
        .session_room = legacy_session_room, .session_sent_all = legacy_session_sent_all,          \
        .session_wipe = legacy_session_wipe                                                        \
    }

const struct snet_wire_ops snet_legacy_wire_1 = LEGACY_WIRE(SNET_WIRE_1, "1", &legacy_format_1);
const struct snet_wire_ops snet_legacy_wire_1_padded =
    LEGACY_WIRE(SNET_WIRE_1_PADDED, "1-padded", &legacy_format_1_padded);
const struct snet_wire_ops snet_legacy_wire_2 = LEGACY_WIRE(SNET_WIRE_2, "2", &legacy_format_2);
