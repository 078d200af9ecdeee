/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/session.h"

#include "base/assert.h"
#include "core/link.h"

#define SESSION_STATE_BIT(state) (1u << (unsigned)(state))
/* A blocked writer goes on when this part of the history is free, not at every byte. */
#define SESSION_WRITABLE_DIVISOR 16u

/* The states that may follow each state. */
static const unsigned session_moves[SNET_SESSION_STATES] = {
    [SNET_SESSION_OPENING] =
        SESSION_STATE_BIT(SNET_SESSION_LIVE) | SESSION_STATE_BIT(SNET_SESSION_ENDED),
    [SNET_SESSION_LIVE] = SESSION_STATE_BIT(SNET_SESSION_LIVE) |
                          SESSION_STATE_BIT(SNET_SESSION_DETACHED) |
                          SESSION_STATE_BIT(SNET_SESSION_ENDED),
    [SNET_SESSION_DETACHED] =
        SESSION_STATE_BIT(SNET_SESSION_LIVE) | SESSION_STATE_BIT(SNET_SESSION_ENDED),
    [SNET_SESSION_ENDED] = 0,
};

static bool session_acks(const snet_session *session)
{
    return (session->wire->caps & SNET_WIRE_CAP_ACK) != 0;
}

void snet_session_recount(snet_session *session)
{
    snet_core *core = session->core;
    if (session->state == SNET_SESSION_ENDED) {
        snet_holders_drop(&core->holders, &session->holder);
        return;
    }
    const bool away = session->state == SNET_SESSION_DETACHED;
    const enum snet_holder_place served = away ? SNET_HOLDER_AWAY : SNET_HOLDER_ATTACHED;
    snet_holders_count(&core->holders, &session->holder, session->history.chain.len,
                       session->server == NULL ? SNET_HOLDER_OWN : served, core->now_ns);
    if (away && session->holder.bytes > 0 && snet_holders_away_high(&core->holders)) {
        snet_pressure_retry(&core->pressure); /* a writer was refused when they held less */
    }
}

/* Which of a server's sessions end for others, and when, depends on what its client has shown. */
static void session_seat(snet_session *session, uint64_t now)
{
    const bool away = session->state == SNET_SESSION_DETACHED;
    const enum snet_seat_rank proven = away ? SNET_SEAT_AWAY : SNET_SEAT_ATTACHED;
    const enum snet_seat_rank unproven =
        away ? SNET_SEAT_UNPROVEN_AWAY : SNET_SEAT_UNPROVEN_ATTACHED;
    if (session->counted) {
        session->seat.of = session->server;
        session->seat.legacy = !session_acks(session);
        snet_holders_seat(&session->core->holders, &session->seat,
                          session->seat.proven ? proven : unproven, session->holder.owner, now);
    }
}

void snet_session_proven(snet_session *session)
{
    if (session->server != NULL && !session->seat.proven) {
        session->seat.proven = true;
        session_seat(session, session->core->now_ns); /* for how long does not matter any more */
    }
}

static void session_move(snet_session *session, enum snet_session_state next, uint64_t now)
{
    SNET_ASSERT((session_moves[session->state] & SESSION_STATE_BIT(next)) != 0);
    session->state = next;
    if (next != SNET_SESSION_ENDED) {
        session_seat(session, now);
    }
    if (session_acks(session)) {
        snet_session_recount(session);
    } else {
        /* Nothing says that sent bytes may go: the history slides while there is a link. */
        snet_pressure_slide(&session->core->pressure, &session->history, next == SNET_SESSION_LIVE);
    }
}

bool snet_session_config_ok(const struct snet_session_config *config)
{
    const uint32_t history_bytes = config->history_bytes;
    const bool history_ok = history_bytes == 0 || (history_bytes >= SNET_HISTORY_MIN_BYTES &&
                                                   history_bytes <= SNET_HISTORY_MAX_BYTES);
    const bool heartbeat_ok =
        config->heartbeat_ns == 0 || (config->heartbeat_ns >= SNET_HEARTBEAT_MIN_NS &&
                                      config->heartbeat_ns <= SNET_HEARTBEAT_MAX_NS);
    return history_ok && heartbeat_ok && config->pad_bytes <= SNET_PAD_MAX_BYTES &&
           snet_session_cipher(config)->state_bytes <= SNET_CIPHER_STATE_MAX_BYTES;
}

const struct snet_cipher *snet_session_cipher(const struct snet_session_config *config)
{
    return config->cipher == NULL ? snet_cipher_rc4() : config->cipher;
}

/* --- As a task of the core ----------------------------------------------------------------- */

/* The writer tries again, whatever it has been waiting for. */
static void session_wake_writer(snet_session *session)
{
    session->want_write = false;
    snet_pressure_writer_leaves(&session->core->pressure, &session->task);
    snet_core_post(session->core, &session->task, SNET_CORE_EVENT_WRITABLE);
}

static void session_tick(struct snet_task *task, uint64_t now)
{
    snet_session *session = SNET_CONTAINER(task, snet_session, task);
    if (session->state == SNET_SESSION_ENDED && !session->visible_to_app) {
        snet_session_destroy(session);
        return;
    }
    const bool waits =
        session->state == SNET_SESSION_OPENING || session->state == SNET_SESSION_DETACHED;
    if (waits && session->expire_at_ns <= now) {
        session->role->expire(session, now);
        return;
    }
    if (session->dial.state == SNET_DIAL_WAITING && session->dial.at_ns <= now) {
        session->role->dial(session, now);
    }
    if (session->write_at_ns != 0 && session->write_at_ns <= now) {
        session->write_at_ns = 0;
        session_wake_writer(session);
    }
    snet_session_arm(session);
}

static bool session_wake(struct snet_task *task)
{
    snet_session *session = SNET_CONTAINER(task, snet_session, task);
    snet_pressure_writer_leaves(&session->core->pressure, task);
    if (!session->want_write || snet_session_window(session) == 0) {
        return false;
    }
    session_wake_writer(session);
    return true;
}

static void session_event(const struct snet_task *task, enum snet_core_event_type type,
                          struct snet_core_event *ret_event)
{
    snet_session *session = SNET_CONTAINER(task, snet_session, task);
    *ret_event = (struct snet_core_event){
        .type = type,
        .err = type == SNET_CORE_EVENT_ENDED    ? session->ending.err
               : type == SNET_CORE_EVENT_BARREN ? session->links.barren_err
                                                : session->links.lost_err,
        .session = session,
        .server = session->server,
    };
}

static void session_destroy(struct snet_task *task)
{
    snet_session_destroy(SNET_CONTAINER(task, snet_session, task));
}

static const struct snet_task_ops session_task = {
    .tick = session_tick,
    .wake = session_wake,
    .event = session_event,
    .destroy = session_destroy,
};

/* --- Life ------------------------------------------------------------------------------------- */

snet_err snet_session_new(snet_core *core, const struct snet_session_origin *origin,
                          snet_session **ret_session)
{
    const struct snet_session_config *config = origin->config;
    const struct snet_wire_ops *wire = origin->wire;
    if (!snet_session_config_ok(config)) {
        return SNET_ERR_INVALID;
    }
    const size_t wire_bytes = config->plain && wire->session_plain_bytes > 0
                                  ? wire->session_plain_bytes
                                  : wire->session_bytes;
    snet_session *session = snet_core_alloc(core, sizeof *session + wire_bytes);
    if (session == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    session->task.ops = &session_task;
    session->core = core;
    session->wire = wire;
    session->role = origin->role;
    session->server = origin->server;
    session->plain = config->plain;
    session->cipher = snet_session_cipher(config);
    session->resume_timeout_ns =
        config->resume_timeout_ns == 0 ? SNET_RESUME_TIMEOUT_DEFAULT_NS : config->resume_timeout_ns;
    session->resume_timeout_ns = session->resume_timeout_ns < SNET_RESUME_TIMEOUT_MAX_NS
                                     ? session->resume_timeout_ns
                                     : SNET_RESUME_TIMEOUT_MAX_NS;
    session->handshake_timeout_ns = config->handshake_timeout_ns == 0
                                        ? SNET_HANDSHAKE_TIMEOUT_DEFAULT_NS
                                        : config->handshake_timeout_ns;
    session->expire_at_ns = origin->expire_at_ns;
    struct snet_wire_sizes sizes = {
        .history_bytes =
            config->history_bytes == 0 ? SNET_HISTORY_DEFAULT_BYTES : config->history_bytes,
        .inbox_bytes = config->inbox_bytes == 0 ? SNET_INBOX_DEFAULT_BYTES : config->inbox_bytes,
    };
    if (wire->session_init != NULL) {
        wire->session_init(session, config, &sizes);
    }
    snet_history_init(&session->history, sizes.history_bytes);
    snet_inbox_init(&session->inbox, sizes.inbox_bytes);
    snet_list_push(&core->sessions, &session->task.node);
    snet_session_arm(session);
    *ret_session = session;
    return SNET_OK;
}

void *snet_session_wire_state(const snet_session *session)
{
    return (void *)(uintptr_t)(session + 1);
}

void snet_session_ask_link(snet_session *session, uint64_t now)
{
    SNET_ASSERT(session->dial.state == SNET_DIAL_IDLE || session->dial.state == SNET_DIAL_WAITING);
    session->dial.state = SNET_DIAL_ASKED;
    session->dial.asked_ns = now;
    snet_core_post(session->core, &session->task, SNET_CORE_EVENT_DIAL);
}

void snet_session_arm(snet_session *session)
{
    uint64_t when_ns = SNET_NEVER;
    if (session->state == SNET_SESSION_OPENING || session->state == SNET_SESSION_DETACHED) {
        when_ns = session->expire_at_ns;
    }
    if (session->dial.state == SNET_DIAL_WAITING && session->dial.at_ns < when_ns) {
        when_ns = session->dial.at_ns;
    }
    if (session->write_at_ns != 0 && session->write_at_ns < when_ns) {
        when_ns = session->write_at_ns;
    }
    snet_timer_set(&session->core->timers, &session->task.timer, when_ns);
}

/* Remembers what this resume says, for logs and for snet_session_get_info. */
static void session_account(snet_session *session, const struct snet_session_counts *counts,
                            uint64_t now)
{
    session->counts.resumes++;
    snet_session_peer_claimed(session, counts);
    session->counts.last_resent_bytes = session->history.sent_max - counts->peer_received;
    session->counts.resent_bytes += session->counts.last_resent_bytes;
    session->counts.last_missing_bytes = counts->peer_written - session->inbox.received;
    session->counts.last_detached_ns =
        session->state == SNET_SESSION_DETACHED ? now - session->links.lost_at_ns : 0;
}

void snet_session_let_go(snet_session *session, snet_link *link)
{
    SNET_ASSERT(link == session->links.live || link == session->links.attempt);
    link->session = NULL;
    session->links.live = link == session->links.live ? NULL : session->links.live;
    session->links.attempt = link == session->links.attempt ? NULL : session->links.attempt;
}

/* One of its links closes, if there is one, and the session does not wait for that. */
static void session_drop(snet_session *session, snet_link *link, enum snet_close_how how,
                         snet_err err)
{
    if (link != NULL) {
        snet_session_let_go(session, link);
        snet_link_close(link, how, err);
    }
}

/* What the session holds is held for its client's key, else for the network that it is in. */
static void session_own(snet_session *session, const snet_link *link)
{
    struct snet_holders *holders = &session->core->holders;
    struct snet_key key;
    if (session->server != NULL) {
        const bool known = snet_session_peer_key(session, &key);
        const struct snet_bytes name = {key.bytes, sizeof key.bytes};
        snet_holders_give(holders, &session->holder,
                          known ? snet_holders_owner(holders, name) : link->owner);
    }
}

/* The link that was just proven carries the session from now on. */
static void session_take_link(snet_session *session, snet_link *link, uint64_t now)
{
    const bool acks = session_acks(session); /* such a link has proven who is at its other end */
    SNET_ASSERT(session->state != SNET_SESSION_ENDED);
    SNET_ASSERT(link != NULL);
    session_drop(session, session->links.live, SNET_CLOSE_RESET, SNET_ERR_LINK_REPLACED);
    session_drop(session, session->links.attempt == link ? NULL : session->links.attempt,
                 SNET_CLOSE_RESET, SNET_ERR_LINK_REPLACED);
    session->links.on_trial = session->state == SNET_SESSION_DETACHED && !acks;
    session_own(session, link);
    session_move(session, SNET_SESSION_LIVE, now);
    session->links.attempt = NULL;
    session->dial.state = SNET_DIAL_IDLE;
    session->dial.handovers_left = 0;
    session->dial.slow_tries = 0;
    session->links.live = link;
    session->links.since_ns = now;
    session->links.received = session->inbox.received;
    session->links.sent = session->history.sent_max;
    session->links.base = session->history.base;
    snet_link_go_live(link, session);
    snet_session_arm(session);
    snet_core_clear(session->core, &session->task, SNET_CORE_EVENT_LOST);
}

void snet_session_open(snet_session *session, snet_link *link, uint64_t now)
{
    session_take_link(session, link, now);
    session->visible_to_app = true;
    snet_core_post(session->core, &session->task, SNET_CORE_EVENT_OPENED);
    if (session->want_flush) {
        /* Nothing could be written before, so a flush has nothing to wait for. */
        session->want_flush = false;
        snet_core_post(session->core, &session->task, SNET_CORE_EVENT_WRITABLE);
    }
    if (session->inbox.chain.len > 0) {
        snet_session_arrived(session); /* with a resume of what had not begun */
    }
    snet_session_progress(session, now);
}

void snet_session_resume(snet_session *session, snet_link *link,
                         const struct snet_session_counts *counts, uint64_t now)
{
    const bool advanced = counts->peer_received > session->counts.peer.peer_received;
    session_account(session, counts, now);
    session_take_link(session, link, now);
    snet_session_proven(session);
    session->links.on_trial = session->links.on_trial && !advanced;
    snet_core_post(session->core, &session->task, SNET_CORE_EVENT_RESUMED);
    snet_session_progress(session, now);
}

/* [PROTO 8.1] */
bool snet_session_link_was_hollow(const snet_session *session, uint64_t now)
{
    return session->links.on_trial && session->inbox.received == session->links.received &&
           session->history.sent_max == session->links.sent &&
           now - session->links.since_ns < SNET_SESSION_TRIAL_NS;
}

void snet_session_detach(snet_session *session, snet_err err, uint64_t keep_ns, uint64_t now)
{
    session->links.live = NULL;
    session_move(session, SNET_SESSION_DETACHED, now);
    session->links.lost_err = err;
    session->links.lost_at_ns = now;
    if (!snet_session_link_was_hollow(session, now)) {
        session->links.found_err = SNET_OK;
        /* Links that move nothing are no reason to wait longer. */
        const uint64_t barren_ns = session->links.barren_since_ns;
        session->expire_at_ns = snet_timer_after(
            barren_ns == 0 ? now : barren_ns,
            session->role->keep_ns == NULL ? keep_ns : session->role->keep_ns(session, keep_ns));
    }
    snet_session_arm(session);
    snet_core_clear(session->core, &session->task, SNET_CORE_EVENT_RESUMED);
    snet_core_post(session->core, &session->task, SNET_CORE_EVENT_LOST);
    session->role->link_lost(session, err, now);
}

void snet_session_pend(snet_session *session, snet_link *link, uint64_t deadline_ns)
{
    SNET_ASSERT(session->server != NULL);
    SNET_ASSERT(session->state != SNET_SESSION_ENDED);
    session_drop(session, session->links.attempt, SNET_CLOSE_RESET, SNET_ERR_LINK_REPLACED);
    session->links.attempt = link;
    snet_link_pend(link, session, deadline_ns);
}

bool snet_session_done(const snet_session *session)
{
    return session->ending.peer_ended && session->ending.acked;
}

void snet_session_link_gone(snet_session *session, snet_link *link, snet_err err, uint64_t now)
{
    if (session->state == SNET_SESSION_ENDED) {
        return;
    }
    if (link == session->links.live) {
        snet_session_detach(session, err, session->resume_timeout_ns, now);
    } else if (link == session->links.attempt) {
        session->links.attempt = NULL;
        session->role->attempt_lost(session, link, err, now);
    }
}

size_t snet_session_window(const snet_session *session)
{
    return snet_history_window(&session->history);
}

void snet_session_window_grew(snet_session *session)
{
    const struct snet_history *history = &session->history;
    if (!session->want_write || session->state == SNET_SESSION_OPENING) {
        return; /* what the answer to a hello allows is not for a session that may never open */
    }
    /*
     * A writer that was refused for its own full history is not on the list of those that wait for
     * pages. It is woken although pages may be short by now: only a refused write puts it there.
     */
    const size_t room = snet_list_contains(&session->task.wait)
                            ? session->wire->session_room(session)
                            : snet_session_window(session);
    if (room >= history->capacity_bytes / SESSION_WRITABLE_DIVISOR ||
        (room > 0 && history->sent == history->end)) {
        session_wake_writer(session);
    }
}

void snet_session_progress(snet_session *session, uint64_t now)
{
    struct snet_span span;
    if (session->state != SNET_SESSION_LIVE) {
        return;
    }
    if (session->core->pressure.writers.count > 0 && session->history.slides) {
        /* What was just sent may be more than this session must keep, and others have nothing. */
        snet_history_shrink(&session->history, &session->core->send_pool);
        snet_pressure_wake_writers(&session->core->pressure);
    }
    snet_session_window_grew(session);
    if (session->ending.shut && session->wire->session_sent_all != NULL &&
        snet_link_send(session->links.live, &span, 1) == 0 && !session->links.live->frozen) {
        session->wire->session_sent_all(session, now);
    }
}

void snet_session_arrived(snet_session *session)
{
    snet_session_proven(session);
    if (session->visible_to_app) {
        snet_core_post(session->core, &session->task, SNET_CORE_EVENT_READABLE);
    }
}

void snet_session_end(snet_session *session, snet_err err, uint64_t now)
{
    SNET_ASSERT(err != SNET_OK);
    if (session->state == SNET_SESSION_ENDED) {
        return;
    }
    if (session->wire->session_end != NULL) {
        session->wire->session_end(session, err, now);
    }
    session_drop(session, session->links.live,
                 err == SNET_ERR_CLOSED ? SNET_CLOSE_FIN : SNET_CLOSE_RESET, err);
    session_drop(session, session->links.attempt, SNET_CLOSE_RESET, err);
    session_move(session, SNET_SESSION_ENDED, now);
    session->ending.err = err;
    session->dial.state = SNET_DIAL_IDLE;
    session->write_at_ns = 0;
    session->role->leave(session);
    snet_history_deinit(&session->history, &session->core->send_pool);
    session->wire->session_wipe(session);
    snet_pressure_writer_leaves(&session->core->pressure, &session->task);
    snet_session_arm(session);
    snet_core_clear(session->core, &session->task, SNET_CORE_EVENT_DIAL);
    if (session->visible_to_app) {
        snet_core_post(session->core, &session->task, SNET_CORE_EVENT_ENDED);
    } else {
        /* The program does not know it, so the core frees it. */
        snet_timer_set(&session->core->timers, &session->task.timer, now);
    }
    snet_pressure_wake_writers(&session->core->pressure);
}

void snet_session_abort(snet_session *session, uint64_t now)
{
    snet_session_end(session, SNET_ERR_ABORTED, now);
}

static void session_abort_with(snet_session *session, uint16_t code, const char *text, uint64_t now)
{
    session->ending.own_code = code;
    session->ending.own_text = text;
    snet_session_end(session, SNET_ERR_ABORTED, now);
    session->ending.own_text = NULL;
}

void snet_session_abort_with(snet_session *session, uint16_t code, const char *text, uint64_t now)
{
    SNET_ASSERT(code >= SNET_CODE_APPLICATION);
    session_abort_with(session, code, text, now);
}

void snet_core_shutdown(snet_core *core, const char *text, uint64_t now)
{
    struct snet_list_node *node = snet_list_first(&core->sessions);
    while (node != NULL) {
        snet_session *session = SNET_CONTAINER(node, snet_session, task.node);
        node = snet_list_next(&core->sessions, node);
        if (session->state != SNET_SESSION_ENDED && session->farewell == NULL) {
            session_abort_with(session, SNET_CODE_SHUTDOWN, text, now);
        }
    }
}

snet_err snet_session_migrate(snet_session *session, const char *address, uint64_t deadline_ns,
                              uint64_t now)
{
    (void)now;
    if (session->server == NULL || session->state == SNET_SESSION_ENDED ||
        session->wire->session_migrate == NULL) {
        return SNET_ERR_STATE;
    }
    return session->wire->session_migrate(session, address, deadline_ns);
}

void snet_session_destroy(snet_session *session)
{
    snet_core *core = session->core;
    session->role->leave(session);
    if (session->role->forget != NULL) {
        session->role->forget(session);
    }
    snet_inbox_deinit(&session->inbox, &core->recv_pool);
    session->wire->session_wipe(session);
    snet_core_forget(core, &session->task);
    snet_pressure_writer_leaves(&core->pressure, &session->task);
    snet_holders_drop(&core->holders, &session->holder);
    snet_pressure_slide(&core->pressure, &session->history, false);
    snet_history_deinit(&session->history, &core->send_pool);
    snet_list_remove(&core->sessions, &session->task.node);
    snet_core_release(core, session->ending.peer_text);
    snet_core_release(core, session->dial.redirect);
    snet_core_release(core, session->identity);
    snet_core_release(core, session);
    snet_pressure_wake_links(&core->pressure);
}

void snet_session_free(snet_session *session, uint64_t now)
{
    if (session == NULL) {
        return;
    }
    SNET_ASSERT(!session->freed);
    snet_core *core = session->core;
    snet_session_end(session, SNET_ERR_ABORTED, now);
    if (session->driver == NULL) {
        snet_session_destroy(session);
    } else {
        session->freed = true;
        snet_inbox_deinit(&session->inbox, &core->recv_pool);
        snet_core_forget(core, &session->task);
        snet_core_post(core, &session->task, SNET_CORE_EVENT_FREED);
        snet_pressure_wake_links(&core->pressure);
    }
}
