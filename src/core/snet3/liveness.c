/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/liveness.h"

#include "core/client.h"
#include "core/snet3/progress.h"

/* A new round trip has the weight of one part in this many. */
#define LIVENESS_RTT_PARTS 8u

static uint64_t liveness_min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t liveness_max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

uint64_t snet_v3_liveness_heartbeat(uint64_t wanted_ns)
{
    return liveness_max(SNET_HEARTBEAT_MIN_NS, liveness_min(wanted_ns, SNET_HEARTBEAT_MAX_NS));
}

/* Bytes are out that the peer has not acknowledged. */
static bool liveness_outstanding(const snet_session *session)
{
    return snet_v3_state_unacked(session, session->history.sent_max) > 0;
}

static bool liveness_live(const snet_link *link)
{
    return link->state == SNET_LINK_LIVE && link->session != NULL;
}

void snet_v3_liveness_begin(snet_link *link, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    const struct snet_v3_session *session = snet_v3_session_of(link->session);
    state->heard_ns = now;
    state->progress_ns = liveness_outstanding(link->session) ? now : 0;
    state->stall_timeout_ns =
        liveness_max(SNET_V3_STALL_TIMEOUT_NS, SNET_V3_STALL_ROUND_TRIPS * session->rtt_ns);
    state->stall_timeout_ns = liveness_max(state->stall_timeout_ns, session->stall_min_ns);
    state->rekey_at_ns = session->rekey_interval_ns == 0
                             ? SNET_NEVER
                             : snet_timer_after(now, session->rekey_interval_ns);
    snet_v3_liveness_arm(link);
}

void snet_v3_liveness_answered(snet_link *link, uint64_t now)
{
    const struct snet_v3_link *state = snet_v3_link_of(link);
    struct snet_v3_session *session = snet_v3_session_of(link->session);
    const uint64_t sample_ns = now - state->asked_ns;
    /* The first of a link counts whole: it is of another path. */
    session->rtt_ns = link->state != SNET_LINK_LIVE || session->rtt_ns == 0
                          ? sample_ns
                          : session->rtt_ns - session->rtt_ns / LIVENESS_RTT_PARTS +
                                sample_ns / LIVENESS_RTT_PARTS;
}

void snet_v3_liveness_heard(snet_link *link, uint64_t now)
{
    snet_v3_link_of(link)->heard_ns = now;
}

void snet_v3_liveness_acked(snet_link *link, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    state->progress_ns = liveness_outstanding(link->session) ? now : 0;
    state->stall_timeout_ns = liveness_min(state->stall_timeout_ns, SNET_V3_STALL_TIMEOUT_MAX_NS);
    snet_v3_session_of(link->session)->stall_min_ns = 0;
}

void snet_v3_liveness_sent(snet_link *link, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    if (liveness_live(link) && state->progress_ns == 0 && liveness_outstanding(link->session)) {
        state->progress_ns = now;
        snet_v3_liveness_arm(link);
    }
}

static uint64_t liveness_heartbeat_at(const snet_link *link)
{
    const struct snet_v3_link *state = snet_v3_link_of(link);
    const struct snet_v3_session *session = snet_v3_session_of(link->session);
    if (!state->ping_out) {
        return snet_timer_after(state->heard_ns, session->heartbeat_ns);
    }
    /* No second PING before the PONG: what else is heard meanwhile proves life as well. */
    return state->heard_ns <= state->asked_ns
               ? state->asked_ns + SNET_HEARTBEAT_DEAD_NS
               : snet_timer_after(state->heard_ns + SNET_HEARTBEAT_DEAD_NS, session->heartbeat_ns);
}

static uint64_t liveness_stall_at(const snet_link *link)
{
    const struct snet_v3_link *state = snet_v3_link_of(link);
    const bool watched = link->server == NULL && state->progress_ns != 0;
    return watched ? state->progress_ns + state->stall_timeout_ns : SNET_NEVER;
}

void snet_v3_liveness_arm(snet_link *link)
{
    const struct snet_v3_link *state = snet_v3_link_of(link);
    if (!liveness_live(link)) {
        return;
    }
    const struct snet_flow *flow = &snet_v3_session_of(link->session)->flow;
    uint64_t at_ns = liveness_min(liveness_heartbeat_at(link), liveness_stall_at(link));
    at_ns = liveness_min(at_ns, liveness_min(flow->ack_by_ns, state->rekey_at_ns));
    if (at_ns < link->alarm_ns) {
        /* A later time need not be set: the alarm looks again when it goes off. */
        snet_link_alarm(link, at_ns);
    }
}

static snet_err liveness_heartbeat_due(snet_link *link, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    if (state->ping_out) {
        return SNET_ERR_LINK_TIMEOUT;
    }
    state->ping_owed = true;
    state->ping_out = true;
    state->asked_ns = now;
    state->ping_token++;
    snet_link_want_send(link);
    return SNET_OK;
}

static void liveness_stall_due(snet_link *link, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    const uint64_t waited_ns = now - state->progress_ns;
    /* More than what has passed: what were due again at once would keep the core busy for ever. */
    state->stall_timeout_ns = waited_ns + liveness_min(waited_ns, SNET_V3_STALL_TIMEOUT_MAX_NS);
    /* Else a path that is merely slow is left before it can acknowledge, and the next one too. */
    snet_v3_session_of(link->session)->stall_min_ns =
        liveness_min(state->stall_timeout_ns, SNET_V3_STALL_TIMEOUT_MAX_NS);
    snet_v3_progress_stalled(link->session, now);
    snet_client_handover(link->session, now);
}

snet_err snet_v3_liveness_due(snet_link *link, uint64_t now)
{
    if (!liveness_live(link)) {
        return SNET_OK;
    }
    struct snet_v3_link *state = snet_v3_link_of(link);
    struct snet_v3_session *session = snet_v3_session_of(link->session);
    if (session->flow.ack_by_ns <= now) {
        session->flow.ack_now = true;
        session->flow.ack_by_ns = SNET_NEVER;
        snet_link_want_send(link);
    }
    if (liveness_heartbeat_at(link) <= now) {
        const snet_err err = liveness_heartbeat_due(link, now);
        if (err != SNET_OK) {
            return err;
        }
    }
    if (liveness_stall_at(link) <= now) {
        liveness_stall_due(link, now);
    }
    if (state->rekey_at_ns <= now) {
        state->rekey_at_ns = snet_timer_after(now, session->rekey_interval_ns);
        snet_client_handover(link->session, now);
    }
    if (state->out_retry) {
        state->out_retry = false;
        snet_link_want_send(link);
    }
    snet_v3_liveness_arm(link);
    return state->broken_err;
}
