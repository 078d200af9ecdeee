/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/acks.h"

#include "base/try.h"
#include "core/pressure.h"
#include "core/snet3/liveness.h"

static uint64_t acks_min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The send buffer follows the peer's limit, which follows the path. But a limit costs a peer
   nothing: it must have taken as many bytes as it wants held beyond the first ones. */
static void acks_grow_history(snet_session *session)
{
    const struct snet_v3_session *state = snet_v3_session_of(session);
    const uint64_t held = snet_flow_credit(&state->flow, state->flow.acked);
    const uint64_t earned = (uint64_t)SNET_V3_SEND_FIRST_BYTES + state->flow.acked;
    const uint64_t wanted =
        acks_min(acks_min(held + SNET_V3_UNALLOWED_MAX_BYTES, earned), state->send_max_bytes);
    if (wanted > session->history.capacity_bytes) {
        snet_history_grow(&session->history, (uint32_t)wanted);
    }
}

void snet_v3_acks_trim(snet_session *session)
{
    struct snet_history *history = &session->history;
    const snet_link *carrier =
        session->links.live != NULL ? session->links.live : session->links.attempt;
    const uint64_t acked = snet_v3_session_of(session)->flow.acked;
    uint64_t all = acked < history->end ? acked : history->end;
    if (carrier != NULL && snet_v3_link_of(carrier)->start_sent && history->sent < all) {
        all = history->sent;
    }
    if (all > history->base) {
        snet_history_trim(history, &session->core->send_pool, all);
        snet_session_recount(session);
        snet_pressure_wake_writers(&session->core->pressure);
        snet_session_window_grew(session);
    }
}

void snet_v3_acks_mark(snet_session *session, uint64_t now)
{
    const struct snet_v3_session *state = snet_v3_session_of(session);
    const uint64_t acked = state->flow.acked;
    const uint64_t sent = session->history.sent_max;
    /* As much as may wait for credit: what waits for the path behind that is no fault of the peer.
     */
    const uint64_t due = (sent > acked ? sent : acked) + SNET_V3_UNALLOWED_MAX_BYTES;
    session->holder.rtt_ms = (uint32_t)(state->rtt_ns / SNET_MS_NS);
    snet_holders_moved(&session->holder, acked, sent,
                       due < session->history.end ? due : session->history.end, now);
}

snet_err snet_v3_acks_take(snet_session *session, struct snet_flow_ack ack, uint64_t now)
{
    struct snet_v3_session *state = snet_v3_session_of(session);
    struct snet_history *history = &session->history;
    const uint64_t sent = history->sent_max + (state->end_sent ? 1 : 0);
    const uint64_t limit_before = state->flow.peer_limit;
    uint64_t acked = 0;
    SNET_TRY(snet_flow_acked(&state->flow, ack, sent, &acked));
    acks_grow_history(session);
    if (acked > 0) {
        snet_v3_acks_mark(session, now);
        snet_v3_acks_trim(session);
        snet_session_acked(session, state->flow.acked,
                           state->end_sent && state->flow.acked > history->end);
        if (session->links.live != NULL) {
            const struct snet_path_range range = {state->flow.acked, history->sent};
            struct snet_path *path = &snet_v3_link_of(session->links.live)->path;
            if (path->small) {
                snet_link_want_send(session->links.live);
            }
            snet_path_acked(path, &range, now);
            snet_v3_liveness_acked(session->links.live, now);
        }
    }
    if (state->flow.peer_limit > limit_before) {
        snet_history_allow(history, state->flow.peer_limit + SNET_V3_UNALLOWED_MAX_BYTES);
        snet_session_window_grew(session);
        if (session->links.live != NULL) {
            snet_link_want_send(session->links.live);
        }
    }
    return SNET_OK;
}

void snet_v3_acks_finish(snet_session *session, uint64_t now)
{
    const struct snet_flow *flow = &snet_v3_session_of(session)->flow;
    if (session->server == NULL || session->links.live == NULL || !snet_session_done(session)) {
        return;
    }
    /* On this link: what was said on the one before may have got lost with it. */
    const struct snet_v3_link *link = snet_v3_link_of(session->links.live);
    if (link->start_sent && flow->said_next == flow->recv_next && !flow->ack_now &&
        snet_outbox_empty(&link->out)) {
        snet_session_end(session, SNET_ERR_CLOSED, now);
    }
}
