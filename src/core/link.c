/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/link.h"

#include <snet/shares.h>

#include "base/assert.h"
#include "base/cursor.h"
#include "core/session.h"
#include "crypto/secret.h"

#define LINK_STATE_BIT(state) (1u << (unsigned)(state))
/* Bytes of an address, and of the network in it that somebody is likely to have all of. */
#define LINK_IPV4_BYTES 4u
#define LINK_IPV4_NETWORK 3u
#define LINK_IPV6_BYTES 16u
#define LINK_IPV6_NETWORK 7u

/* The states that may follow each state. */
static const unsigned link_moves[SNET_LINK_STATES] = {
    [SNET_LINK_HANDSHAKE] = LINK_STATE_BIT(SNET_LINK_LIVE) | LINK_STATE_BIT(SNET_LINK_CLOSED),
    [SNET_LINK_LIVE] = LINK_STATE_BIT(SNET_LINK_CLOSED),
    [SNET_LINK_CLOSED] = 0,
};

static void link_move(snet_link *link, enum snet_link_state next)
{
    SNET_ASSERT((link_moves[link->state] & LINK_STATE_BIT(next)) != 0);
    link->state = next;
}

static void link_arm(snet_link *link)
{
    const uint64_t when_ns =
        link->deadline_ns < link->alarm_ns ? link->deadline_ns : link->alarm_ns;
    snet_timer_set(&link->core->timers, &link->task.timer, when_ns);
}

/* The link ends here, and so does what it was for. */
static void link_end(snet_link *link, enum snet_close_how how, snet_err err, uint64_t now)
{
    if (link->state == SNET_LINK_CLOSED) {
        return;
    }
    snet_session *session = link->session;
    if (link->state != SNET_LINK_LIVE && link->server != NULL) {
        snet_core_note(link->core, &(struct snet_note){
                                       .kind = SNET_NOTE_LINK_REFUSED, .err = err, .link = link});
    }
    snet_link_close(link, how, err);
    if (session != NULL) {
        link->session = NULL;
        if (link->wire->link_gone != NULL && session->state != SNET_SESSION_ENDED) {
            link->wire->link_gone(session, link, err, now);
        }
        snet_session_link_gone(session, link, err, now);
    }
}

/* --- As a task of the core ----------------------------------------------------------------- */

static void link_tick(struct snet_task *task, uint64_t now)
{
    snet_link *link = SNET_CONTAINER(task, snet_link, task);
    if (link->deadline_ns <= now) {
        link_end(link, SNET_CLOSE_RESET, SNET_ERR_HANDSHAKE_TIMEOUT, now);
        return;
    }
    if (link->alarm_ns <= now) {
        link->alarm_ns = SNET_NEVER;
        const snet_err err = link->wire->link_timer(link, now);
        if (err != SNET_OK) {
            link_end(link, SNET_CLOSE_RESET, err, now);
            return;
        }
    }
    link_arm(link);
}

static void link_overslept(struct snet_task *task, uint64_t slept_ns, uint64_t now)
{
    snet_link *link = SNET_CONTAINER(task, snet_link, task);
    if (link->state == SNET_LINK_CLOSED) {
        return;
    }
    if (link->deadline_ns != SNET_NEVER) {
        snet_link_set_deadline(link, snet_timer_after(link->deadline_ns, slept_ns));
    }
    if (link->session != NULL && link->session->state == SNET_SESSION_OPENING) {
        link->session->expire_at_ns = snet_timer_after(link->session->expire_at_ns, slept_ns);
        snet_session_arm(link->session);
    }
    if (link->wire->link_overslept != NULL) {
        link->wire->link_overslept(link, slept_ns, now);
    }
}

/* A page is of use to the link: nothing else keeps bytes from it. */
static bool link_takes_pages(const snet_link *link)
{
    return !link->frozen && link->session != NULL && snet_inbox_window(&link->session->inbox) > 0;
}

/* Its caller may read again. */
static bool link_wake(struct snet_task *task)
{
    snet_link *link = SNET_CONTAINER(task, snet_link, task);
    const bool takes = link_takes_pages(link);
    snet_pressure_link_leaves(&link->core->pressure, task);
    if (takes) {
        snet_link_want_recv(link);
    }
    return takes;
}

static void link_event(const struct snet_task *task, enum snet_core_event_type type,
                       struct snet_core_event *ret_event)
{
    snet_link *link = SNET_CONTAINER(task, snet_link, task);
    *ret_event = (struct snet_core_event){
        .type = type,
        .err = link->close_err,
        .close_how = link->close_how,
        .session = link->session,
        .link = link,
        .server = link->server,
    };
}

static void link_destroy(struct snet_task *task)
{
    snet_link_destroy(SNET_CONTAINER(task, snet_link, task));
}

static const struct snet_task_ops link_task = {
    .tick = link_tick,
    .overslept = link_overslept,
    .wake = link_wake,
    .event = link_event,
    .destroy = link_destroy,
};

/* --- Life ------------------------------------------------------------------------------------- */

snet_err snet_link_new(snet_core *core, snet_server *server, const struct snet_wire_ops *wire,
                       snet_link **ret_link)
{
    snet_link *link = snet_core_alloc(core, sizeof *link);
    if (link == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    link->wire_state = snet_core_alloc(core, wire->link_bytes);
    if (link->wire_state == NULL) {
        snet_core_release(core, link);
        return SNET_ERR_NO_MEMORY;
    }
    link->wire = wire;
    link->task.ops = &link_task;
    link->core = core;
    link->server = server;
    link->state = SNET_LINK_HANDSHAKE;
    link->deadline_ns = SNET_NEVER;
    link->alarm_ns = SNET_NEVER;
    snet_list_push(&core->links, &link->task.node);
    *ret_link = link;
    return SNET_OK;
}

/* The state of its wire goes away. */
static void link_wipe(snet_link *link)
{
    if (link->wire->link_wipe != NULL) {
        link->wire->link_wipe(link);
    }
    snet_secret_wipe(link->wire_state, link->wire->link_bytes);
    snet_core_release(link->core, link->wire_state);
}

snet_err snet_link_use_wire(snet_link *link, const struct snet_wire_ops *wire)
{
    SNET_ASSERT(link->state == SNET_LINK_HANDSHAKE);
    void *wire_state = snet_core_alloc(link->core, wire->link_bytes);
    if (wire_state == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    link_wipe(link);
    link->wire = wire;
    link->wire_state = wire_state;
    return SNET_OK;
}

void snet_link_vary_wire(snet_link *link, const struct snet_wire_ops *wire)
{
    SNET_ASSERT(link->state == SNET_LINK_HANDSHAKE);
    SNET_ASSERT(link->wire->link_recv == wire->link_recv);
    link->wire = wire;
}

void snet_link_join(snet_link *link, struct snet_handshakes *handshakes)
{
    SNET_ASSERT(link->handshakes == NULL);
    link->handshakes = handshakes;
    snet_handshakes_join(handshakes, &link->handshaking, link->owner);
}

snet_err snet_link_wait_turn(snet_link *link, enum snet_turn_kind kind)
{
    SNET_ASSERT(link->state == SNET_LINK_HANDSHAKE);
    return snet_turns_wait(&link->core->turns, &link->turn, kind, link->owner)
               ? SNET_OK
               : SNET_ERR_HANDSHAKES_FULL;
}

void snet_link_take_turn(snet_link *link, uint64_t now)
{
    SNET_ASSERT(!snet_turns_waits(&link->turn));
    const snet_err err = link->wire->link_turn(link, now);
    if (err != SNET_OK) {
        link_end(link, SNET_CLOSE_RESET, err, now);
    } else {
        snet_link_want_recv(link); /* what came meanwhile was not taken */
    }
}

void snet_link_set_deadline(snet_link *link, uint64_t deadline_ns)
{
    link->deadline_ns = deadline_ns;
    link_arm(link);
}

void snet_link_alarm(snet_link *link, uint64_t alarm_ns)
{
    link->alarm_ns = alarm_ns;
    link_arm(link);
}

static void link_leave_handshaking(snet_link *link)
{
    if (link->handshakes != NULL) {
        snet_handshakes_leave(link->handshakes, &link->handshaking);
        link->handshakes = NULL;
    }
}

void snet_link_pend(snet_link *link, snet_session *session, uint64_t deadline_ns)
{
    SNET_ASSERT(link->state == SNET_LINK_HANDSHAKE);
    link->session = session;
    link_leave_handshaking(link);
    snet_link_set_deadline(link, deadline_ns);
}

void snet_link_go_live(snet_link *link, snet_session *session)
{
    SNET_ASSERT(link->session == NULL || link->session == session);
    link_move(link, SNET_LINK_LIVE);
    link->session = session;
    link_leave_handshaking(link);
    snet_link_set_deadline(link, SNET_NEVER);
    snet_link_want_send(link);
}

void snet_link_close(snet_link *link, enum snet_close_how how, snet_err err)
{
    SNET_ASSERT(how != SNET_CLOSE_NONE);
    if (link->state == SNET_LINK_CLOSED) {
        return;
    }
    link_move(link, SNET_LINK_CLOSED);
    link->close_how = how;
    link->close_err = err;
    link_leave_handshaking(link);
    snet_turns_leave(&link->core->turns, &link->turn);
    snet_pressure_link_leaves(&link->core->pressure, &link->task);
    link->deadline_ns = SNET_NEVER;
    link->alarm_ns = SNET_NEVER;
    link_arm(link);
    snet_core_post(link->core, &link->task, SNET_CORE_EVENT_LINK_CLOSE);
    if (link->core->pressure.links.count > 0) {
        snet_pressure_wake_links(
            &link->core->pressure); /* for a page that it was woken for, and will not use */
    }
}

void snet_link_pass_on(snet_link *link, uint8_t shard)
{
    link->pass_shard = shard;
    snet_link_close(link, SNET_CLOSE_PASS, SNET_ERR_UNKNOWN_SESSION);
}

void snet_link_get_pass(const snet_link *link, struct snet_link_pass *ret_pass)
{
    SNET_ASSERT(link->close_how == SNET_CLOSE_PASS);
    const struct snet_bytes first = link->wire->link_first(link);
    *ret_pass = (struct snet_link_pass){
        .first = {first.data, first.len},
        .shard = link->pass_shard,
    };
}

void snet_link_freeze(snet_link *link, bool frozen)
{
    link->frozen = frozen;
    if (frozen) {
        snet_pressure_link_leaves(&link->core->pressure, &link->task);
    } else {
        snet_link_want_send(link);
        snet_link_want_recv(link);
    }
}

void snet_link_want_send(snet_link *link)
{
    if (link->state != SNET_LINK_CLOSED && !link->frozen) {
        snet_core_post(link->core, &link->task, SNET_CORE_EVENT_LINK_SEND);
    }
}

void snet_link_want_recv(snet_link *link)
{
    if (link->paused && link->state != SNET_LINK_CLOSED && !link->frozen) {
        link->paused = false;
        snet_pressure_link_leaves(&link->core->pressure, &link->task);
        snet_core_post(link->core, &link->task, SNET_CORE_EVENT_LINK_RECV);
    }
}

void snet_link_recv(snet_link *link, const uint8_t *data, size_t len, size_t *ret_taken,
                    uint64_t now)
{
    /* What is behind a message that is passed on is for another link. */
    const bool passed = link->state == SNET_LINK_CLOSED && link->close_how == SNET_CLOSE_PASS;
    *ret_taken = passed ? 0 : len;
    if (link->state == SNET_LINK_CLOSED || len == 0) {
        return;
    }
    link->heard = true;
    *ret_taken = 0;
    const snet_err err = link->wire->link_recv(link, data, len, ret_taken, now);
    if (err != SNET_OK) {
        *ret_taken = len;
        link_end(link, SNET_CLOSE_RESET, err, now);
        return;
    }
    SNET_ASSERT(*ret_taken <= len);
    if (link->state == SNET_LINK_CLOSED) {
        *ret_taken = link->close_how == SNET_CLOSE_PASS ? *ret_taken : len;
    } else if (*ret_taken < len) {
        link->paused = true;
    }
}

size_t snet_link_room(const snet_link *link)
{
    if (link->state == SNET_LINK_CLOSED) {
        return link->close_how == SNET_CLOSE_PASS ? 0 : SNET_PAGE_BYTES;
    }
    return link->frozen ? 0 : link->wire->link_room(link);
}

void snet_link_await_room(snet_link *link)
{
    link->paused = link->state != SNET_LINK_CLOSED;
    if (snet_link_room(link) > 0) {
        snet_link_want_recv(link);
    } else if (link_takes_pages(link) && snet_pool_available(&link->core->recv_pool) == 0) {
        snet_pressure_link_waits(&link->core->pressure, &link->task);
    }
}

size_t snet_link_send(snet_link *link, struct snet_span *ret_spans, size_t span_max)
{
    if (link->frozen || (link->state == SNET_LINK_CLOSED && link->close_how != SNET_CLOSE_FIN)) {
        return 0;
    }
    return link->wire->link_send(link, ret_spans, span_max);
}

void snet_link_sent(snet_link *link, size_t len, uint64_t now)
{
    if (len > 0) {
        if (link->carried_bytes == link->sent_bytes) {
            link->carried_ns = 0;
        }
        link->sent_bytes += len;
        link->wire->link_sent(link, len, now);
    }
}

bool snet_link_wants_tcp(const snet_link *link)
{
    return link->state == SNET_LINK_LIVE && link->wire->link_tcp != NULL &&
           link->carried_bytes < link->sent_bytes;
}

void snet_link_tell_tcp(snet_link *link, const struct snet_link_tcp *tcp, uint64_t now)
{
    const uint64_t carried_bytes =
        tcp->queued_bytes < link->sent_bytes ? link->sent_bytes - tcp->queued_bytes : 0;
    if (carried_bytes > link->carried_bytes) {
        link->carried_bytes = carried_bytes;
        link->carried_ns = now;
    }
    if (link->state != SNET_LINK_CLOSED && link->wire->link_tcp != NULL) {
        link->wire->link_tcp(link, tcp, now);
    }
}

bool snet_link_queue_moves(const snet_link *link, uint64_t end, uint64_t now)
{
    return link->carried_bytes < end && link->carried_ns != 0 &&
           now - link->carried_ns <= SNET_LINK_QUEUE_STILL_NS;
}

uint64_t snet_link_path_ns(uint64_t rtt_ns)
{
    return rtt_ns < SNET_LINK_PATH_MAX_NS / SNET_LINK_PATH_ROUND_TRIPS
               ? rtt_ns * SNET_LINK_PATH_ROUND_TRIPS
               : SNET_LINK_PATH_MAX_NS;
}

void snet_link_clear_send(snet_link *link)
{
    snet_core_clear(link->core, &link->task, SNET_CORE_EVENT_LINK_SEND);
}

void snet_link_eof(snet_link *link, uint64_t now)
{
    const bool truncated = link->server != NULL && link->state != SNET_LINK_LIVE && link->heard;
    link_end(link, SNET_CLOSE_RESET, truncated ? SNET_ERR_TRUNCATED : SNET_ERR_LINK_FIN, now);
}

void snet_link_failed(snet_link *link, snet_err err, uint64_t now)
{
    SNET_ASSERT(err != SNET_OK);
    link_end(link, SNET_CLOSE_RESET, err, now);
}

void snet_link_destroy(snet_link *link)
{
    snet_core_forget(link->core, &link->task);
    snet_pressure_link_leaves(&link->core->pressure, &link->task);
    link_leave_handshaking(link);
    snet_turns_leave(&link->core->turns, &link->turn);
    snet_list_remove(&link->core->links, &link->task.node);
    link_wipe(link);
    snet_core_release(link->core, link);
}

void snet_link_free(snet_link *link, uint64_t now)
{
    if (link == NULL) {
        return;
    }
    link_end(link, SNET_CLOSE_RESET, SNET_ERR_LINK_LOST, now);
    snet_link_destroy(link);
}

void snet_link_set_address(snet_link *link, const uint8_t *address, size_t len)
{
    struct snet_holders *holders = &link->core->holders;
    if (len != LINK_IPV4_BYTES && len != LINK_IPV6_BYTES) {
        return;
    }
    if (holders->secret == 0 &&
        snet_core_random(link->core, SNET_RANDOM_KEY, &holders->secret) != SNET_OK) {
        return; /* this link is of no known network */
    }
    const size_t network_len = len == LINK_IPV4_BYTES ? LINK_IPV4_NETWORK : LINK_IPV6_NETWORK;
    link->owner = snet_holders_owner(holders, (struct snet_bytes){address, network_len});
    if (link->handshakes != NULL) {
        snet_handshakes_leave(link->handshakes, &link->handshaking);
        snet_handshakes_join(link->handshakes, &link->handshaking, link->owner);
    }
}

void snet_link_set_user(snet_link *link, void *user)
{
    link->user = user;
}

void *snet_link_user(const snet_link *link)
{
    return link->user;
}

void snet_link_check(const snet_link *link)
{
    SNET_ASSERT(link->state != SNET_LINK_LIVE || link->session != NULL);
    SNET_ASSERT((link->state == SNET_LINK_CLOSED) == (link->close_how != SNET_CLOSE_NONE));
    SNET_ASSERT(link->wire_state != NULL);
    SNET_ASSERT(link->carried_bytes <= link->sent_bytes);
    SNET_ASSERT(!snet_list_contains(&link->task.wait) || (link->paused && !link->frozen));
}
