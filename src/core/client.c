/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/client.h"

#include "base/assert.h"
#include "core/farewell.h"
#include "core/link.h"
#include "core/wire.h"

static uint64_t client_min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t client_max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* Asks for a connection; a farewell only when it is its turn. */
static void client_dial(snet_session *session, uint64_t now)
{
    if (!snet_farewell_carried(session) || snet_farewell_turn(session)) {
        snet_session_ask_link(session, now);
        return;
    }
    session->dial.state = SNET_DIAL_WAITING;
    session->dial.at_ns = SNET_NEVER;
    snet_session_arm(session);
}

/* Plans the next attempt [PROTO 8.2]. */
static void client_retry(snet_session *session, uint64_t now)
{
    if (snet_farewell_carried(session)) {
        snet_farewell_rest(session); /* the others have not tried since */
    }
    uint64_t random = 0;
    if (snet_core_random(session->core, SNET_RANDOM_JITTER, &random) != SNET_OK) {
        random = UINT64_MAX; /* no jitter is better than no attempt */
    }
    const uint64_t backoff_at_ns = now + snet_backoff_next_ns(&session->dial.backoff, random);
    const uint64_t by_ns =
        session->wire->retry_by == NULL ? SNET_NEVER : session->wire->retry_by(session, now);
    session->dial.at_ns =
        client_max(client_min(backoff_at_ns, by_ns), now + session->dial.retry_after_ns);
    if (session->dial.at_ns <= now) {
        client_dial(session, now);
    } else {
        session->dial.state = SNET_DIAL_WAITING;
        snet_session_arm(session);
    }
}

/* [PROTO 8.2] */
static bool client_link_worked(const snet_session *session, uint64_t now)
{
    return session->inbox.received > session->links.received ||
           session->history.sent_max >= session->links.sent + SNET_CLIENT_WORKED_BYTES ||
           now - session->links.since_ns >= SNET_CLIENT_WORKED_NS;
}

/* The next attempt may be soon when the link that is gone has worked. */
static void client_judge_link(snet_session *session, snet_err err, uint64_t now)
{
    if (session->wire->plan_retry != NULL) {
        session->wire->plan_retry(session, err, now);
    } else if (client_link_worked(session, now)) {
        snet_backoff_reset(&session->dial.backoff);
    }
}

/* Tries to resume, unless an attempt is already on its way. */
static void client_link_lost(snet_session *session, snet_err err, uint64_t now)
{
    SNET_ASSERT(session->state == SNET_SESSION_DETACHED);
    client_judge_link(session, err, now);
    if (session->wire->link_lost != NULL) {
        session->wire->link_lost(session, err, now);
    }
    if (session->dial.state == SNET_DIAL_IDLE || session->dial.state == SNET_DIAL_WAITING) {
        client_retry(session, now);
    }
}

void snet_client_pause(snet_session *session, uint64_t pause_ns)
{
    session->dial.retry_after_ns = pause_ns;
}

bool snet_client_passes(snet_err err)
{
    const enum snet_err_class err_class = snet_err_class_of(err);
    return err_class == SNET_CLASS_LINK || err_class == SNET_CLASS_SYSTEM;
}

static void client_failed(snet_session *session, const snet_link *link, snet_err err, uint64_t now)
{
    session->dial.state = SNET_DIAL_IDLE;
    session->links.lost_err = err;
    if (session->state == SNET_SESSION_LIVE) {
        /* The old link still works: it goes on, and a few more attempts are made beside it. */
        snet_link_freeze(session->links.live, false);
        snet_session_progress(session, now); /* it may have nothing left to send but its end */
        if (session->state == SNET_SESSION_LIVE && session->dial.handovers_left > 0) {
            session->dial.handovers_left--;
            client_retry(session, now);
            return;
        }
        snet_client_pause(session, 0); /* it was asked of this attempt, not of later ones */
        return;
    }
    const snet_err end_err = session->wire->attempt_failed(session, link, err, now);
    if (end_err != SNET_OK) {
        snet_session_end(session, end_err, now);
        return;
    }
    if (link == NULL) {
        snet_backoff_refused(&session->dial.backoff);
    }
    client_retry(session, now);
}

static void client_attempt_lost(snet_session *session, const snet_link *link, snet_err err,
                                uint64_t now)
{
    SNET_ASSERT(session->dial.state == SNET_DIAL_ATTEMPTING);
    client_failed(session, link, err, now);
}

static snet_err client_timeout_err(const snet_session *session)
{
    if (session->state != SNET_SESSION_OPENING) {
        return snet_session_expire_err(session);
    }
    return session->links.lost_err == SNET_OK ||
                   snet_err_class_of(session->links.lost_err) == SNET_CLASS_LINK
               ? SNET_ERR_NO_ANSWER
               : session->links.lost_err;
}

static void client_expire(snet_session *session, uint64_t now)
{
    snet_session_end(session, client_timeout_err(session), now);
}

static void client_leave(snet_session *session)
{
    if (snet_farewell_carried(session)) {
        snet_farewell_leave(session);
    }
}

snet_session *snet_session_farewell(snet_session *session, uint64_t now)
{
    snet_session *carrier = snet_farewell_take(session, now);
    if (carrier != NULL) {
        client_retry(carrier, now);
    }
    return carrier;
}

const struct snet_session_role snet_client_role = {
    .dial = client_dial,
    .forget = snet_farewell_forget,
    .link_lost = client_link_lost,
    .attempt_lost = client_attempt_lost,
    .expire = client_expire,
    .leave = client_leave,
};

snet_err snet_client_open(snet_core *core, const struct snet_client_config *config,
                          snet_session **ret_session, uint64_t now)
{
    const struct snet_wire_ops *wire = snet_wires_find(config->wire);
    if (wire == NULL) {
        return SNET_ERR_INVALID;
    }
    const uint64_t timeout_ns = config->connect_timeout_ns == 0 ? SNET_CONNECT_TIMEOUT_DEFAULT_NS
                                                                : config->connect_timeout_ns;
    const struct snet_session_origin origin = {
        .config = &config->session,
        .wire = wire,
        .role = &snet_client_role,
        .expire_at_ns = snet_timer_after(now, timeout_ns),
    };
    snet_session *session = NULL;
    const snet_err err = snet_session_new(core, &origin, &session);
    if (err != SNET_OK) {
        return err;
    }
    session->visible_to_app = true;
    session->expire_follows = config->connect_timeout_ns == 0;
    if (wire->client_open != NULL) {
        const snet_err open_err = wire->client_open(session, config);
        if (open_err != SNET_OK) {
            snet_session_destroy(session);
            return open_err;
        }
    }
    client_retry(session, now);
    *ret_session = session;
    return SNET_OK;
}

/*
 * How long a handshake may take. A resume that gets no answer is given up early at first, for its
 * connection may be dead already, and another one is faster than waiting; a slow path has the whole
 * time at the third try.
 */
static uint64_t client_handshake_ns(snet_session *session, uint64_t path_ns)
{
    const uint64_t most_ns = client_max(session->handshake_timeout_ns, path_ns);
    if (session->state == SNET_SESSION_OPENING) {
        return most_ns;
    }
    const uint64_t limit_ns =
        client_max(SNET_CLIENT_HANDOVER_NS << session->dial.slow_tries, path_ns);
    if (session->state == SNET_SESSION_DETACHED &&
        session->dial.slow_tries < SNET_CLIENT_SLOW_TRIES) {
        session->dial.slow_tries++;
    }
    return client_min(limit_ns, most_ns);
}

/* [PROTO 20.3] The time of a handshake on a path that is as long as its connect took, or its last
 * round trip. */
static uint64_t client_path_ns(const snet_session *session, uint64_t now)
{
    if (session->wire->session_rtt_ns == NULL) {
        return 0; /* the times of the legacy wires are fixed [PROTO 8.1] */
    }
    const uint64_t connect_ns = now - session->dial.asked_ns;
    return snet_link_path_ns(client_max(connect_ns, session->wire->session_rtt_ns(session)));
}

snet_err snet_client_connected(snet_session *session, snet_link **ret_link, uint64_t now)
{
    if (session->dial.state != SNET_DIAL_ASKED || session->state == SNET_SESSION_ENDED) {
        return SNET_ERR_STATE;
    }
    snet_link *link = NULL;
    snet_err err = snet_link_new(session->core, NULL, session->wire, &link);
    if (err == SNET_OK) {
        link->session = session;
        err = session->wire->link_start(link, now);
        if (err != SNET_OK) {
            snet_link_destroy(link);
        }
    }
    if (err != SNET_OK) {
        client_failed(session, NULL, err, now);
        return err;
    }
    const uint64_t path_ns = client_path_ns(session, now);
    const uint64_t path_by_ns = snet_timer_after(now, path_ns);
    if (session->state == SNET_SESSION_OPENING && session->expire_follows &&
        session->expire_at_ns < path_by_ns) {
        session->expire_at_ns = path_by_ns;
        session->expire_follows = false; /* once: else each connection would put the end off */
    }
    snet_link_set_deadline(link, snet_timer_after(now, client_handshake_ns(session, path_ns)));
    session->links.attempt = link;
    session->dial.state = SNET_DIAL_ATTEMPTING;
    snet_link_want_send(link);
    *ret_link = link;
    return SNET_OK;
}

void snet_client_dial_failed(snet_session *session, snet_err err, uint64_t now)
{
    if (session->dial.state == SNET_DIAL_ASKED && session->state != SNET_SESSION_ENDED) {
        client_failed(session, NULL, err, now);
    }
}

void snet_client_dial_refused(snet_session *session, snet_err err, uint64_t now)
{
    if (session->state == SNET_SESSION_OPENING && session->dial.state == SNET_DIAL_ASKED) {
        snet_session_end(session, err, now);
    } else {
        snet_client_dial_failed(session, err, now);
    }
}

void snet_client_handover(snet_session *session, uint64_t now)
{
    SNET_ASSERT(session->state == SNET_SESSION_LIVE);
    if (session->dial.state == SNET_DIAL_IDLE) {
        snet_backoff_reset(&session->dial.backoff);
        session->dial.handovers_left = 0;
        client_retry(session, now);
    }
}

void snet_client_network_changed(snet_session *session, uint64_t now)
{
    if (session->state == SNET_SESSION_ENDED) {
        return;
    }
    snet_backoff_reset(&session->dial.backoff);
    session->dial.handovers_left = SNET_CLIENT_HANDOVER_MAX;
    switch (session->dial.state) {
    case SNET_DIAL_IDLE:
    case SNET_DIAL_WAITING:
        client_retry(session, now);
        break;
    case SNET_DIAL_ASKED:
        /* The caller dials already, and begins anew: it knows of the change as well. */
        session->dial.asked_ns = now;
        break;
    case SNET_DIAL_ATTEMPTING:
        /* The attempt may be stuck on the old network; giving it up is no answer of the server. */
        snet_link_failed(session->links.attempt, SNET_ERR_LINK_REPLACED, now);
        break;
    }
}
