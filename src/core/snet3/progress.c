/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/progress.h"

#include "core/snet3/remedy.h"

static uint64_t progress_max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Whether anything has moved since the last link began. */
static bool progress_moved(const snet_session *session)
{
    const struct snet_v3_session *state = snet_v3_session_of(session);
    return state->flow.acked > state->progress.acked ||
           snet_v3_state_recv_next(session) > state->progress.recv_next;
}

/* Whether the links since have shown that the path carries more than a little. */
static bool progress_moved_much(const snet_session *session)
{
    const struct snet_v3_session *state = snet_v3_session_of(session);
    return state->flow.acked - state->progress.acked >= SNET_PATH_TRUSTED_BYTES ||
           snet_v3_state_recv_next(session) - state->progress.recv_next >= SNET_PATH_TRUSTED_BYTES;
}

/* Whether an end waits for something on this link [PROTO 17.4]. */
static bool progress_outstanding(const snet_session *session, const snet_link *link)
{
    const struct snet_v3_session *state = snet_v3_session_of(session);
    const bool end_owed = state->end_sent && !session->ending.acked;
    return snet_v3_state_unacked(session, session->history.sent_max) > 0 || end_owed ||
           snet_v3_link_of(link)->in.want > 0 || !snet_v3_link_of(link)->start_seen;
}

/* Whether the link is too young for its silence to say anything. */
static bool progress_early(const snet_session *session, const snet_link *link, uint64_t now)
{
    const uint64_t rtt_ns = snet_v3_session_of(session)->rtt_ns;
    /* No longer than an attempt may take, or none would ever have taken long enough. */
    const uint64_t patience_ns =
        progress_max(SNET_V3_PROGRESS_PATIENCE_NS, snet_link_path_ns(rtt_ns));
    return now - snet_v3_link_of(link)->began_ns < patience_ns;
}

/* Whether this end left the link before it could know. */
static bool progress_left_early(const snet_session *session, const snet_link *link, snet_err err,
                                uint64_t now)
{
    if (err == SNET_ERR_HANDSHAKE_TIMEOUT &&
        now - snet_v3_link_of(link)->began_ns >= session->handshake_timeout_ns) {
        return false; /* it has had all the time that there is */
    }
    const bool own = err == SNET_ERR_LINK_REPLACED || err == SNET_ERR_HANDSHAKE_TIMEOUT;
    return own && progress_early(session, link, now);
}

/* Whether a server answered the client's attempt, by a refusal. */
static bool progress_refused(const snet_link *link, snet_err err)
{
    return link->state == SNET_LINK_CLOSED && snet_err_class_of(err) != SNET_CLASS_LINK;
}

/*
 * Whether a link was silent until it was given up [PROTO 17.5]: by this end, or after as long a
 * time by the other one, which may have lost its patience first.
 */
static bool progress_silent(const snet_session *session, const snet_link *link, snet_err err,
                            uint64_t now)
{
    if (err == SNET_ERR_LINK_RESET || err == SNET_ERR_LINK_FIN) {
        return !progress_early(session, link, now);
    }
    return err == SNET_ERR_LINK_TIMEOUT || err == SNET_ERR_HANDSHAKE_TIMEOUT ||
           err == SNET_ERR_LINK_REPLACED;
}

/* A client's attempt is over without an answer: nothing of the stream can have moved on it. */
static void progress_unanswered(snet_session *session, snet_err err, bool silent)
{
    snet_v3_session_of(session)->progress.unanswered = true;
    snet_v3_remedy_barren(session, err, silent);
    snet_v3_remedy_tell(session);
}

/* A link that moved nothing, as far as this end knows, is over, or as good as that. */
static void progress_left_waiting(snet_session *session, snet_err err, bool silent)
{
    struct snet_v3_progress *progress = &snet_v3_session_of(session)->progress;
    if (!progress->left_waiting) {
        progress->left_waiting = true;
        snet_v3_remedy_barren(session, err, silent);
    }
}

/* What the end of the live link says of it. */
static void progress_live_gone(snet_session *session, const snet_link *link, bool waiting,
                               uint64_t now)
{
    struct snet_v3_progress *progress = &snet_v3_session_of(session)->progress;
    const bool moved = progress_moved(session);
    const uint64_t lived_ns = now - snet_v3_link_of(link)->began_ns;
    const bool outstanding = progress_outstanding(session, link);
    progress->worked = moved || (!outstanding && lived_ns >= SNET_V3_PROGRESS_IDLE_NS);
    if (moved || !outstanding) {
        session->links.barren_since_ns = 0;
    } else if (waiting && session->links.barren_since_ns == 0) {
        session->links.barren_since_ns = now;
    }
    if (moved) {
        snet_v3_remedy_moved(session, progress_moved_much(session), now);
    }
}

void snet_v3_progress_link_gone(snet_session *session, const snet_link *link, snet_err err,
                                uint64_t now)
{
    if (session->state == SNET_SESSION_OPENING) {
        return; /* a handshake that failed says little of the path, and there is no stream yet */
    }
    const bool waiting = err != SNET_ERR_NO_MEMORY && !progress_refused(link, err) &&
                         !progress_left_early(session, link, err, now) &&
                         progress_outstanding(session, link);
    const bool live = link == session->links.live;
    if (live) {
        progress_live_gone(session, link, waiting, now);
    }
    if (waiting && !live && session->server == NULL) {
        progress_unanswered(session, err, progress_silent(session, link, err, now));
    } else if (waiting && !progress_moved(session)) {
        progress_left_waiting(session, err, progress_silent(session, link, err, now));
    }
}

void snet_v3_progress_stalled(snet_session *session, uint64_t now)
{
    if (!progress_moved(session) && !progress_early(session, session->links.live, now)) {
        progress_left_waiting(session, SNET_ERR_LINK_TIMEOUT, true);
    }
}

/* Whether a loss says nothing of others: a timer may run out for all clients of a server at once,
   and a link that went for want of memory would soon go again. */
static bool progress_is_alone(snet_err err)
{
    return snet_err_class_of(err) == SNET_CLASS_LINK && err != SNET_ERR_LINK_TIMEOUT;
}

void snet_v3_progress_plan_retry(snet_session *session, snet_err err, uint64_t now)
{
    const struct snet_v3_session *state = snet_v3_session_of(session);
    const uint64_t lived_ns = now - session->links.since_ns;
    const uint64_t moved_bytes = state->flow.acked - state->progress.acked +
                                 snet_v3_state_recv_next(session) - state->progress.recv_next;
    if (!state->progress.worked) {
        return;
    }
    /* A server counts none that comes later. */
    const uint64_t age_ns = moved_bytes < SNET_V3_RESUME_MOVED_BYTES ? SNET_V3_RESUME_EVERY_NS
                                                                     : SNET_V3_RESUME_MOVED_NS;
    const uint32_t rest_ns = lived_ns < age_ns ? (uint32_t)(age_ns - lived_ns) : 0;
    const bool worth =
        lived_ns >= SNET_V3_RESUME_EVERY_NS || moved_bytes >= SNET_V3_PROGRESS_SOON_BYTES;
    const bool dials =
        session->dial.state == SNET_DIAL_ASKED || session->dial.state == SNET_DIAL_ATTEMPTING;
    if (worth && !dials && progress_is_alone(err)) {
        snet_backoff_soon(&session->dial.backoff, rest_ns);
    } else {
        snet_backoff_moved(&session->dial.backoff, rest_ns);
    }
}

bool snet_v3_progress_barren(const snet_session *session)
{
    const struct snet_v3_progress *progress = &snet_v3_session_of(session)->progress;
    return progress->unanswered ||
           (!progress_moved(session) && (progress->barren || progress->left_waiting));
}

bool snet_v3_progress_careful(const snet_session *session)
{
    return snet_v3_progress_barren(session) || snet_v3_session_of(session)->progress.careful;
}

/* The links before have moved something after all. */
static void progress_judge_moved(snet_session *session)
{
    session->links.barren_since_ns = 0;
    if (session->server == NULL) {
        /* Acknowledgements may have been lost with the link: it has worked all the same. */
        snet_backoff_moved(&session->dial.backoff, 0);
    }
}

bool snet_v3_progress_judge(snet_session *session)
{
    struct snet_v3_session *state = snet_v3_session_of(session);
    struct snet_v3_progress *progress = &state->progress;
    const bool moved = progress_moved(session);
    progress->barren = snet_v3_progress_barren(session);
    progress->careful = progress->barren || (progress->careful && !progress_moved_much(session));
    if (moved) {
        progress_judge_moved(session);
    } else if (progress->left_waiting) {
        snet_v3_remedy_tell(session);
        if (session->server == NULL) {
            snet_backoff_answered(&session->dial.backoff);
        }
    }
    progress->left_waiting = progress->unanswered = progress->worked = false;
    progress->acked = state->flow.acked;
    progress->recv_next = snet_v3_state_recv_next(session);
    return moved;
}

bool snet_v3_progress_over(const snet_session *session, uint64_t now)
{
    const uint64_t since_ns = session->links.barren_since_ns;
    return since_ns != 0 && now >= snet_timer_after(since_ns, session->resume_timeout_ns);
}

void snet_v3_progress_begin(snet_session *session, snet_link *link, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    state->began_ns = now;
    state->path.small = snet_v3_progress_careful(session);
    state->path.barren = snet_v3_progress_barren(session);
}
