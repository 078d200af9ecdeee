/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/link.h"
#include "core/session.h"
#include "tests/sim/sim.h"

#include <string.h>

static uint64_t net_bit(const struct sim *sim, const struct sim_conn *conn)
{
    return UINT64_C(1) << (conn - sim->conns);
}

static bool net_used(const struct sim *sim, const struct sim_conn *conn)
{
    return (sim->conns_used & net_bit(sim, conn)) != 0;
}

void sim_net_free_conn(struct sim *sim, const struct sim_conn *conn)
{
    sim->conns_used &= ~net_bit(sim, conn);
}

/* The first of `*left`, which is not 0, and leaves that one out. */
static unsigned net_next(uint64_t *left)
{
    const unsigned index = (unsigned)__builtin_ctzll(*left);
    *left &= *left - 1;
    return index;
}

struct sim_conn *sim_net_new_conn(struct sim *sim)
{
    uint64_t unused = ~sim->conns_used;
    if (unused == 0) {
        return NULL;
    }
    const unsigned i = net_next(&unused);
    struct sim_conn *conn = &sim->conns[i];
    memset(conn, 0, sizeof *conn);
    sim->conns_used |= net_bit(sim, conn);
    conn->sides[0].reset_at_ns = conn->sides[1].reset_at_ns = SNET_NEVER;
    conn->sides[0].queue = sim->queues[i][0];
    conn->sides[1].queue = sim->queues[i][1];
    sim->conns_top = i < sim->conns_top ? sim->conns_top : i + 1;
    return conn;
}

void sim_net_dial(struct sim *sim, unsigned client)
{
    sim->dials[client]--;
    snet_session *session = sim->clients[client].session;
    struct sim_conn *conn = sim->now < sim->refuse_until_ns ? NULL : sim_net_new_conn(sim);
    if (conn == NULL) {
        snet_client_dial_failed(session, SNET_ERR_CONNECT, sim->now);
        return;
    }
    conn->client = client;
    conn->resumes = session->state != SNET_SESSION_OPENING;
    conn->slow = sim_one_in(sim, 4);
    sim_path_begin(conn, session);
    if (snet_client_connected(session, &conn->sides[0].link, sim->now) != SNET_OK) {
        sim_net_free_conn(sim, conn);
        return;
    }
    snet_link_set_user(conn->sides[0].link, conn);
    if (conn->resumes && sim->now < sim->portal_until_ns) {
        sim_stranger_portal(sim, conn);
    } else {
        sim_team_connect(sim, conn);
    }
}

/* This end is closed: frees its link, tells the other end. */
static void net_close_side(struct sim *sim, struct sim_conn *conn, unsigned index,
                           enum snet_close_how how)
{
    struct sim_side *side = &conn->sides[index];
    struct sim_side *other = &conn->sides[1 - index];
    snet_link_free(side->link, sim->now);
    side->link = NULL;
    side->deaf = true;
    if (how == SNET_CLOSE_FIN && !conn->stalled) {
        other->fin = true;
    } else if (!conn->stalled) {
        other->reset = true;
    }
    if (other->link == NULL && !conn->arrives) {
        sim_net_free_conn(sim, conn);
    }
}

/* An orderly close sends what the link still has. */
static void net_flush(struct sim_conn *conn, unsigned index, uint64_t now)
{
    struct sim_side *side = &conn->sides[index];
    struct sim_side *other = &conn->sides[1 - index];
    struct snet_span span;
    while (other->queued < SIM_QUEUE_MAX_BYTES && snet_link_send(side->link, &span, 1) == 1) {
        const size_t room = SIM_QUEUE_MAX_BYTES - other->queued;
        const size_t len = span.len < room ? span.len : room;
        memcpy(other->queue + other->queued, span.data, len);
        other->queued += len;
        snet_link_sent(side->link, len, now);
    }
}

void sim_net_event(struct sim *sim, const struct snet_core_event *event)
{
    struct sim_conn *conn = snet_link_user(event->link);
    if (conn == NULL) {
        return;
    }
    const unsigned index = event->link == conn->sides[0].link ? 0 : 1;
    struct sim_side *side = &conn->sides[index];
    if (event->type == SNET_CORE_EVENT_LINK_SEND) {
        side->want_send = true;
    } else if (event->type == SNET_CORE_EVENT_LINK_RECV) {
        side->paused = false;
    } else if (event->close_how == SNET_CLOSE_PASS) {
        sim_team_pass(sim, conn);
    } else {
        if (event->err == SNET_ERR_UNKNOWN_SESSION) {
            sim_team_refused(sim, conn);
        }
        if (event->close_how == SNET_CLOSE_FIN) {
            net_flush(conn, index, sim->now);
        }
        net_close_side(sim, conn, index, event->close_how);
    }
}

/* Keeps the first bytes of a client's connection for later replays. */
static void net_record(struct sim *sim, struct sim_conn *conn, const uint8_t *data, size_t len)
{
    /* Beyond a resume of snet/1 a replay injects bytes: that cannot be repaired [PROTO 9.6]. */
    const size_t max = sim->plan.wire == SNET_WIRE_3   ? SIM_RECORD_BYTES
                       : sim->plan.wire == SNET_WIRE_2 ? SIM_RECORD_2_BYTES
                                                       : SIM_RECORD_1_BYTES;
    for (size_t i = 0; i < len && conn->recorded < max; i++) {
        conn->record[conn->recorded++] = data[i];
    }
    const unsigned slot = sim->record_count % SIM_RECORDS_MAX;
    memcpy(sim->records[slot], conn->record, conn->recorded);
    sim->record_len[slot] = conn->recorded;
    sim->record_client[slot] = conn->client;
    sim->record_resumes[slot] = conn->resumes;
}

/* It has a link, in a loop that does not stand still. */
static bool net_runs(const struct sim *sim, const struct sim_side *side)
{
    return side->link != NULL && !sim_team_stands(sim, side->link->core);
}

/* This end wants to send, and the network takes it. */
static bool net_may_send(const struct sim *sim, const struct sim_conn *conn, unsigned index)
{
    const struct sim_side *side = &conn->sides[index];
    const struct sim_side *other = &conn->sides[1 - index];
    return net_runs(sim, side) && side->want_send && !other->fin &&
           other->queued < sim->plan.queue_bytes;
}

/* Something is on its way to this end, which takes it. */
static bool net_may_deliver(const struct sim *sim, const struct sim_conn *conn, unsigned index)
{
    const struct sim_side *side = &conn->sides[index];
    return net_runs(sim, side) && !conn->stalled &&
           (side->reset ||
            (!side->paused && side->ready_ns <= sim->now && (side->queued > 0 || side->fin)));
}

/* A slow connection has something to move when its turn comes: else it is merely idle. */
static bool net_may_move(const struct sim *sim, const struct sim_conn *conn)
{
    return net_may_send(sim, conn, 0) || net_may_send(sim, conn, 1) ||
           net_may_deliver(sim, conn, 0) || net_may_deliver(sim, conn, 1);
}

/* The end puts some bytes on the wire. */
static bool net_send(struct sim *sim, struct sim_conn *conn, unsigned index)
{
    struct sim_side *side = &conn->sides[index];
    struct sim_side *other = &conn->sides[1 - index];
    struct snet_span span;
    if (!net_may_send(sim, conn, index)) {
        return false;
    }
    if (snet_link_send(side->link, &span, 1) == 0) {
        side->want_send = false;
        return false;
    }
    size_t len = 1 + (size_t)sim_below(sim, span.len);
    const size_t space = sim->plan.queue_bytes - other->queued;
    len = len < space ? len : space;
    if (!sim_path_takes(sim, conn, &len)) {
        conn->stalled = true; /* it vanishes, and what comes behind it waits for it */
    }
    if (index == 0) {
        net_record(sim, conn, span.data, len);
    }
    if (other->deaf && !conn->stalled) {
        side->reset = true; /* nobody there any more */
        return true;
    }
    memcpy(other->queue + other->queued, span.data, len);
    other->queued += len;
    snet_link_sent(side->link, len, sim->now);
    return true;
}

static void net_cut(struct sim *sim, struct sim_conn *conn)
{
    if (conn->sides[0].reset && conn->sides[1].reset) {
        return; /* once: else each cut would make room for more bytes that are lost */
    }
    sim->cuts++;
    sim->record_count++;
    conn->sides[0].reset = conn->sides[1].reset = true;
    conn->sides[0].queued = conn->sides[1].queued = 0;
    conn->stalled = false;
    if (conn->sides[0].link == NULL && conn->sides[1].link == NULL && !conn->arrives) {
        sim_net_free_conn(sim, conn);
    }
}

/* Some bytes, or the end, arrive. */
static bool net_deliver(struct sim *sim, struct sim_conn *conn, unsigned index)
{
    struct sim_side *side = &conn->sides[index];
    if (!net_may_deliver(sim, conn, index)) {
        return false;
    }
    if (side->reset) {
        snet_link_failed(side->link, SNET_ERR_LINK_LOST, sim->now);
        return true;
    }
    if (side->queued == 0) {
        side->fin = false;
        snet_link_eof(side->link, sim->now);
        return true;
    }
    const size_t room = snet_link_room(side->link);
    if (room == 0) {
        snet_link_await_room(side->link);
        side->paused = true;
        return false;
    }
    size_t len = 1 + (size_t)sim_below(sim, side->queued);
    len = len < room ? len : room;
    if (sim->bytes_moved < sim->plan.cut_at_byte &&
        sim->plan.cut_at_byte - sim->bytes_moved < len) {
        len = (size_t)(sim->plan.cut_at_byte - sim->bytes_moved);
    }
    if (!sim_path_carries(sim, side, &len)) {
        if (sim->plan.quota_freezes) {
            conn->stalled = true; /* without a notice: each end has to find out by itself */
        } else {
            net_cut(sim, conn);
        }
        return true;
    }
    size_t taken = 0;
    snet_link_recv(side->link, side->queue, len, &taken, sim->now);
    if (index == 1) {
        sim_team_heard(sim, conn, side->queue, taken);
    }
    if (side->link->close_how == SNET_CLOSE_PASS) {
        len = taken; /* the rest is for who it is passed on to */
    } else if (taken < len) {
        if (sim->plan.alloc_fail_one_in == 0) {
            sim_fail(sim, "a link took less than it had room for");
        }
        snet_link_failed(side->link, SNET_ERR_NO_MEMORY, sim->now);
        return true;
    }
    memmove(side->queue, side->queue + len, side->queued - len);
    side->queued -= len;
    sim->bytes_moved += len;
    return true;
}

/* One of both ends sends or takes something; `flip` says what is tried first. */
static bool net_move(struct sim *sim, struct sim_conn *conn, unsigned flip)
{
    for (unsigned way = 0; way < 4; way++) {
        const unsigned what = way ^ flip;
        if (what < 2 ? net_send(sim, conn, what) : net_deliver(sim, conn, what - 2)) {
            return true;
        }
    }
    return false;
}

bool sim_net_step(struct sim *sim)
{
    const unsigned first = sim->conns_top == 0 ? 0 : (unsigned)sim_below(sim, sim->conns_top);
    const unsigned flip = (unsigned)sim_below(sim, 4);
    bool moving = false; /* something may move next time */
    const uint64_t before = (UINT64_C(1) << first) - 1;
    for (unsigned round = 0; round < 2; round++) {
        /* From the first on, then those before it: none joins or leaves unless something moves. */
        uint64_t left = sim->conns_used & (round == 0 ? ~before : before);
        while (left != 0) {
            struct sim_conn *conn = &sim->conns[net_next(&left)];
            if (conn->slow && !sim_one_in(sim, SIM_SLOW)) {
                moving = moving || net_may_move(sim, conn);
            } else if (net_move(sim, conn, flip)) {
                return true;
            }
        }
    }
    return moving;
}

void sim_net_cut_all(struct sim *sim)
{
    uint64_t left = sim->conns_used;
    while (left != 0) {
        net_cut(sim, &sim->conns[net_next(&left)]);
    }
}

void sim_net_heal(struct sim *sim)
{
    sim->refuse_until_ns = 0;
    sim->portal_until_ns = 0;
    sim_team_heal(sim);
    for (unsigned core = 0; core < sim->cores_count; core++) {
        sim->env[core].fail_one_in = 0;
    }
    uint64_t left = sim->conns_used;
    while (left != 0) {
        struct sim_conn *conn = &sim->conns[net_next(&left)];
        if (conn->stalled) {
            net_cut(sim, conn);
        } else if (conn->sides[0].stranger && sim->plan.wire < SNET_WIRE_2) {
            /* On snet/1 one that has repeated a resume holds the session as long as it likes. */
            conn->sides[1].fin = true;
        }
    }
}

/* Nothing moves any more; each end notices by itself, later. */
static void net_stall(struct sim *sim, struct sim_conn *conn)
{
    conn->stalled = true;
    for (unsigned index = 0; index < 2; index++) {
        conn->sides[index].reset_at_ns = sim->now + 1 + sim_below(sim, SIM_DEAD_PEER_NS);
    }
}

/* The network closes both ways in good order, and the tail may be lost. */
static void net_close_orderly(struct sim *sim, struct sim_conn *conn)
{
    for (unsigned index = 0; index < 2; index++) {
        struct sim_side *side = &conn->sides[index];
        side->queued = side->queued == 0 ? 0 : (size_t)sim_below(sim, side->queued);
        side->fin = true;
        side->deaf = false;
    }
}

/* Whether an orderly close would pass for a refusal: on snet/1, of a link without a reply
   [PROTO 6.5]. */
static bool net_would_refuse(const struct sim *sim, const struct sim_conn *conn)
{
    const snet_link *link = conn->sides[0].link;
    return sim->plan.wire < SNET_WIRE_2 && (link == NULL || link->state != SNET_LINK_LIVE);
}

/* The server's process dies, and another one takes its place. */
static void net_kill(struct sim *sim)
{
    if (!sim->plan.kills) {
        return;
    }
    sim->plan.kills = false;
    uint64_t left = sim->conns_used;
    while (left != 0) {
        struct sim_conn *conn = &sim->conns[net_next(&left)];
        conn->sides[1].link = NULL;
        conn->sides[1].deaf = true;
        sim_team_killed(sim, conn);
        net_cut(sim, conn);
    }
    sim_restart_server(sim);
}

static const char *const net_fault_names[] = {
    "refuse", "network changed", "stranger", "stall",  "orderly close", "cut",           "cut",
    "cut",    "tamper",          "asleep",   "portal", "flood",         "server killed", "still",
};
#define NET_FAULTS (sizeof net_fault_names / sizeof net_fault_names[0])
/* The last is for several servers only. */
#define NET_FAULTS_ALONE (NET_FAULTS - 1)

/* What does not concern one connection. */
static void net_fault_of_all(struct sim *sim, unsigned fault)
{
    if (fault == 0) {
        sim->refuse_until_ns = sim->now + sim_below(sim, SIM_AWAY_MAX_NS);
    } else if (fault == 9) {
        sim->now += sim_below(sim, SIM_ASLEEP_MAX_NS); /* the timers of both ends are late */
        sim->due_since_ns = SNET_NEVER;
    } else if (fault == 10 && sim->plan.wire == SNET_WIRE_3) {
        sim->portal_until_ns = sim->now + sim_below(sim, SIM_AWAY_MAX_NS);
    } else if (fault == 12) {
        net_kill(sim);
    } else if (fault == 13) {
        sim_team_stop(sim);
    } else if (sim->plan.adversary && (fault == 2 || fault == 11)) {
        sim_strangers(sim, fault == 2 ? 1 : 1 + (unsigned)sim_below(sim, SIM_FLOOD_MAX));
    }
}

void sim_net_fault(struct sim *sim)
{
    const unsigned index = (unsigned)sim_below(sim, SIM_CONNS_MAX);
    struct sim_conn *conn = &sim->conns[index];
    for (unsigned i = 0; !net_used(sim, conn) && i < SIM_CONNS_MAX; i++) {
        conn = &sim->conns[(index + i) % SIM_CONNS_MAX];
    }
    sim->faults_done++;
    const unsigned fault =
        (unsigned)sim_below(sim, sim->plan.servers == 1 ? NET_FAULTS_ALONE : NET_FAULTS);
    sim_tell(sim, "fault on conn", (unsigned)(conn - sim->conns), net_fault_names[fault]);
    switch (fault) {
    case 1:
        snet_client_network_changed(sim->clients[conn->client].session, sim->now);
        break;
    case 3:
        if (net_used(sim, conn)) {
            net_stall(sim, conn);
        }
        break;
    case 4:
        if (net_used(sim, conn) && !conn->stalled && !net_would_refuse(sim, conn)) {
            net_close_orderly(sim, conn);
        }
        break;
    case 5:
    case 6:
    case 7:
        if (net_used(sim, conn)) {
            net_cut(sim, conn);
        }
        break;
    case 8:
        if (net_used(sim, conn) && sim->plan.tampered && sim->plan.wire == SNET_WIRE_3) {
            sim_stranger_tamper(sim, conn);
        }
        break;
    default:
        net_fault_of_all(sim, fault);
        break;
    }
}

uint64_t sim_net_wake(const struct sim *sim)
{
    uint64_t wake = SNET_NEVER;
    uint64_t left = sim->conns_used;
    while (left != 0) {
        const struct sim_conn *conn = &sim->conns[net_next(&left)];
        for (unsigned index = 0; index < 2; index++) {
            const struct sim_side *side = &conn->sides[index];
            if (side->link != NULL && side->ready_ns > sim->now && side->ready_ns < wake) {
                wake = side->ready_ns;
            }
        }
    }
    return wake;
}

uint64_t sim_net_deadline(const struct sim *sim)
{
    uint64_t deadline = SNET_NEVER;
    uint64_t left = sim->conns_used;
    while (left != 0) {
        const struct sim_conn *conn = &sim->conns[net_next(&left)];
        for (unsigned index = 0; index < 2; index++) {
            const struct sim_side *side = &conn->sides[index];
            if (net_runs(sim, side) && side->reset_at_ns < deadline) {
                deadline = side->reset_at_ns;
            }
        }
    }
    return deadline;
}

void sim_net_tick(struct sim *sim)
{
    uint64_t left = sim->conns_used;
    while (left != 0) {
        struct sim_conn *conn = &sim->conns[net_next(&left)];
        for (unsigned index = 0; index < 2; index++) {
            struct sim_side *side = &conn->sides[index];
            if (net_runs(sim, side) && side->reset_at_ns <= sim->now) {
                side->reset_at_ns = SNET_NEVER;
                snet_link_failed(side->link, SNET_ERR_LINK_TIMEOUT, sim->now);
            }
        }
    }
}

void sim_net_check(const struct sim *sim)
{
    uint64_t left = sim->conns_used;
    while (left != 0) {
        const struct sim_conn *conn = &sim->conns[net_next(&left)];
        for (unsigned index = 0; index < 2; index++) {
            if (conn->sides[index].link != NULL) {
                snet_link_check(conn->sides[index].link);
            }
        }
    }
}
