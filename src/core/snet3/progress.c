/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/progress.h"

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

/* Whether an end waits for something on this link [PROTO 17.4]. */
static bool progress_outstanding(const snet_session *session, const snet_link *link)
{
    const struct snet_v3_session *state = snet_v3_session_of(session);
    const bool end_owed = state->end_sent && !session->ending.acked;
    return snet_v3_state_unacked(session, session->history.sent_max) > 0 || end_owed ||
           snet_v3_link_of(link)->in.want > 0 || !snet_v3_link_of(link)->start_seen;
}

/* Whether this end left the link before it could know. */
static bool progress_left_early(const snet_session *session, const snet_link *link, snet_err err,
                                uint64_t now)
{
    const uint64_t rtt_ns = snet_v3_session_of(session)->rtt_ns;
    const uint64_t patience_ns =
        progress_max(SNET_V3_PROGRESS_PATIENCE_NS, SNET_V3_PROGRESS_ROUND_TRIPS * rtt_ns);
    const bool own = err == SNET_ERR_LINK_REPLACED || err == SNET_ERR_HANDSHAKE_TIMEOUT;
    return own && now - snet_v3_link_of(link)->began_ns < patience_ns;
}

/* Whether a server answered the client's attempt, by a refusal. */
static bool progress_refused(const snet_link *link, snet_err err)
{
    return link->state == SNET_LINK_CLOSED && snet_err_class_of(err) != SNET_CLASS_LINK;
}

void snet_v3_progress_link_gone(snet_session *session, const snet_link *link, snet_err err,
                                uint64_t now)
{
    struct snet_v3_progress *progress = &snet_v3_session_of(session)->progress;
    if (session->state == SNET_SESSION_OPENING) {
        return; /* a handshake that failed says little of the path, and there is no stream yet */
    }
    const bool outstanding = progress_outstanding(session, link);
    if (err != SNET_ERR_NO_MEMORY && !progress_refused(link, err) &&
        !progress_left_early(session, link, err, now) && outstanding) {
        progress->left_waiting = true;
        /* Nothing of the stream can have moved on a client's link that was not answered. */
        progress->unanswered = session->server == NULL && link != session->links.live;
    }
    if (link == session->links.live) {
        const uint64_t lived_ns = now - snet_v3_link_of(link)->began_ns;
        progress->worked =
            progress_moved(session) || (!outstanding && lived_ns >= SNET_V3_PROGRESS_IDLE_NS);
    }
}

bool snet_v3_progress_worked(const snet_session *session)
{
    return snet_v3_session_of(session)->progress.worked;
}

/* Whether the links since have shown that the path carries more than a little. */
static bool progress_moved_much(const snet_session *session)
{
    const struct snet_v3_session *state = snet_v3_session_of(session);
    return state->flow.acked - state->progress.acked >= SNET_PATH_TRUSTED_BYTES ||
           snet_v3_state_recv_next(session) - state->progress.recv_next >= SNET_PATH_TRUSTED_BYTES;
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

bool snet_v3_progress_judge(snet_session *session)
{
    struct snet_v3_session *state = snet_v3_session_of(session);
    struct snet_v3_progress *progress = &state->progress;
    const bool moved = progress_moved(session);
    progress->barren = snet_v3_progress_barren(session);
    progress->careful = progress->barren || (progress->careful && !progress_moved_much(session));
    progress->left_waiting = progress->unanswered = false;
    if (moved && !progress->worked && session->server == NULL) {
        /* Its acknowledgements were lost with the link: it has worked all the same. */
        snet_backoff_moved(&session->dial.backoff);
    }
    progress->worked = false;
    progress->acked = state->flow.acked;
    progress->recv_next = snet_v3_state_recv_next(session);
    return moved;
}

void snet_v3_progress_begin(const snet_session *session, snet_link *link, uint64_t now)
{
    snet_v3_link_of(link)->began_ns = now;
    snet_v3_link_of(link)->path.small = snet_v3_progress_careful(session);
}
