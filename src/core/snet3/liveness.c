/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/liveness.h"

#include "core/client.h"
#include "core/snet3/progress.h"

/* A new round trip has the weight of one part in this many. */
#define LIVENESS_RTT_PARTS 8u
/* The silence of a sleep: it says nothing of the path. */
#define LIVENESS_ASLEEP_NS 1u

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

/* How long the peer has for an answer. */
static uint64_t liveness_patience_ns(const snet_session *session)
{
    const uint64_t rtt_ns = snet_v3_session_of(session)->rtt_ns;
    const uint64_t path_ns =
        liveness_min(rtt_ns, SNET_V3_LIVENESS_MAX_NS) * SNET_V3_LIVENESS_ROUND_TRIPS;
    return liveness_max(SNET_HEARTBEAT_DEAD_NS, liveness_min(path_ns, SNET_V3_LIVENESS_MAX_NS));
}

/* What is outstanding waits for an acknowledgement from now on. */
static void liveness_wait(snet_link *link, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    state->progress_ns = liveness_outstanding(link->session) ? now : 0;
    state->progress_end = link->sent_bytes;
}

/* --- Silence [PROTO 20.4] ----------------------------------------------------------------- */

/* How long nothing has moved on the link, if nothing was outstanding meanwhile; else 0. */
static uint64_t liveness_silence_ns(const snet_link *link, uint64_t now)
{
    const struct snet_v3_link *state = snet_v3_link_of(link);
    return state->progress_ns != 0 ? 0 : now - liveness_max(state->heard_ns, state->sent_ns);
}

/* Clients learn how long the path keeps a link that is silent. NULL: this end does not. */
static struct snet_idle *liveness_idle(const snet_session *session)
{
    return session->server == NULL ? &snet_v3_session_of(session)->of.client.idle : NULL;
}

/* Bytes have come. */
static void liveness_break_silence(snet_link *link, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    if (liveness_live(link) && liveness_idle(link->session) != NULL) {
        const uint64_t silence_ns =
            state->silence_ns != 0 ? state->silence_ns : liveness_silence_ns(link, now);
        snet_idle_survived(liveness_idle(link->session), silence_ns);
    }
    state->silence_ns = 0;
    state->heard_ns = now;
}

void snet_v3_liveness_link_gone(snet_session *session, const snet_link *link, snet_err err,
                                uint64_t now)
{
    const struct snet_v3_link *state = snet_v3_link_of(link);
    if (session->links.live != link || liveness_idle(session) == NULL ||
        err == SNET_ERR_LINK_REPLACED) {
        return; /* it is this end that left it */
    }
    const uint64_t silence_ns =
        state->silence_ns != 0 ? state->silence_ns : liveness_silence_ns(link, now);
    const bool by_path = snet_err_class_of(err) == SNET_CLASS_LINK;
    snet_idle_died(liveness_idle(session), by_path ? silence_ns : 0);
}

static uint64_t liveness_heartbeat_ns(const snet_session *session)
{
    const struct snet_idle *idle = liveness_idle(session);
    const uint64_t wanted_ns = snet_v3_session_of(session)->heartbeat_ns;
    return idle == NULL ? wanted_ns : snet_idle_heartbeat_ns(idle, wanted_ns);
}

/* --- A link ------------------------------------------------------------------------------- */

void snet_v3_liveness_begin(snet_link *link, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    const struct snet_v3_session *session = snet_v3_session_of(link->session);
    state->heard_ns = now;
    state->sent_ns = now;
    liveness_wait(link, now);
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
    const bool first = link->state != SNET_LINK_LIVE || session->rtt_ns == 0;
    session->rtt_ns = first ? sample_ns
                            : session->rtt_ns - session->rtt_ns / LIVENESS_RTT_PARTS +
                                  sample_ns / LIVENESS_RTT_PARTS;
    snet_window_measured(&session->window, sample_ns, first, now);
}

void snet_v3_liveness_heard(snet_link *link, uint64_t now)
{
    liveness_break_silence(link, now);
}

void snet_v3_liveness_piece(snet_link *link, bool first, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    if (first) {
        state->record_ns = now;
        state->trickle_ns = now + SNET_V3_LIVENESS_TRICKLE_NS;
    }
    if (now - state->record_ns <= SNET_V3_LIVENESS_PIECES_NS) {
        liveness_break_silence(link, now); /* on a slow path a record takes long */
    }
    if (liveness_live(link) && state->trickle_ns <= now) {
        state->trickle_ns = now + SNET_V3_LIVENESS_TRICKLE_NS;
        snet_v3_session_of(link->session)->flow.ack_now = true;
        snet_link_want_send(link);
    }
}

void snet_v3_liveness_trickles(snet_link *link, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    if (state->progress_ns != 0) {
        state->progress_ns = now;
    }
}

void snet_v3_liveness_carried(snet_link *link, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    if (!liveness_live(link)) {
        return;
    }
    if (state->ping_out && snet_link_queue_moves(link, state->ping_end, now)) {
        state->ping_wait_ns = now;
    }
    if (state->progress_ns != 0 && snet_link_queue_moves(link, state->progress_end, now)) {
        state->progress_ns = now;
    }
}

uint64_t snet_v3_liveness_close_by_ns(const snet_session *session, uint64_t now)
{
    return snet_timer_after(
        now, liveness_max(session->handshake_timeout_ns, liveness_patience_ns(session)));
}

void snet_v3_liveness_acked(snet_link *link, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    liveness_wait(link, now);
    state->stall_timeout_ns = liveness_min(state->stall_timeout_ns, SNET_V3_STALL_TIMEOUT_MAX_NS);
    snet_v3_session_of(link->session)->stall_min_ns = 0;
}

void snet_v3_liveness_sent(snet_link *link, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    if (state->ping_out && !state->ping_owed && state->ping_end == UINT64_MAX &&
        snet_outbox_empty(&state->out)) {
        state->ping_end = link->sent_bytes;
    }
    const uint64_t silence_ns = liveness_silence_ns(link, now);
    if (state->silence_ns == 0 && silence_ns >= SNET_IDLE_MIN_NS) {
        state->silence_ns = silence_ns;
    }
    state->sent_ns = now;
    if (liveness_live(link) && state->progress_ns == 0 && liveness_outstanding(link->session)) {
        liveness_wait(link, now);
        snet_v3_liveness_arm(link);
    }
}

static uint64_t liveness_heartbeat_at(const snet_link *link)
{
    const struct snet_v3_link *state = snet_v3_link_of(link);
    const uint64_t heartbeat_ns = liveness_heartbeat_ns(link->session);
    if (!state->ping_out) {
        return snet_timer_after(state->heard_ns, heartbeat_ns);
    }
    /* No second PING before the PONG: what else is heard meanwhile proves life as well. */
    const uint64_t patience_ns = liveness_patience_ns(link->session);
    const uint64_t answer_ns = state->ping_wait_ns + patience_ns;
    return state->heard_ns <= state->asked_ns
               ? answer_ns
               : liveness_max(answer_ns,
                              snet_timer_after(state->heard_ns + patience_ns, heartbeat_ns));
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

/* Asks the peer for a sign of life. */
static void liveness_ask(snet_link *link, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    state->ping_owed = true;
    state->ping_out = true;
    state->asked_ns = now;
    state->ping_wait_ns = now;
    state->ping_end = UINT64_MAX;
    state->ping_token++;
    snet_link_want_send(link);
}

static snet_err liveness_heartbeat_due(snet_link *link, uint64_t now)
{
    if (snet_v3_link_of(link)->ping_out) {
        return SNET_ERR_LINK_TIMEOUT;
    }
    if (liveness_idle(link->session) != NULL) {
        snet_idle_asked(liveness_idle(link->session));
    }
    liveness_ask(link, now);
    return SNET_OK;
}

void snet_v3_liveness_overslept(snet_link *link, uint64_t slept_ns, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    (void)slept_ns;
    state->asked_ns = now; /* else the sleep would pass for a round trip */
    if (!liveness_live(link)) {
        return;
    }
    state->silence_ns = LIVENESS_ASLEEP_NS;
    state->progress_ns = state->progress_ns == 0 ? 0 : now;
    state->record_ns = now;
    if (state->ping_out) {
        state->ping_wait_ns = now;
    } else {
        liveness_ask(link, now);
    }
    snet_v3_liveness_arm(link);
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
