/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Several servers that serve as one: a connection arrives at any of them, and the one whose session
 * it asks for gets it with its first message, some time later. Now and then the loop of one of them
 * stands still, and takes nothing meanwhile.
 */
#include <snet/shares.h>

#include "core/link.h"
#include "core/session.h"
#include "core/shards.h"
#include "core/snet3/messages.h"
#include "core/snet3/state.h"
#include "tests/sim/sim.h"

#include <string.h>

/* One that has arrived is taken after so many steps, on average. */
#define TEAM_TAKE_STEPS 3u
/* How long it takes at least: mostly nothing or little, rarely as long as a loop that stands. */
#define TEAM_LITTLE_NS (5 * SNET_MS_NS)
#define TEAM_LONG_NS (3 * SNET_SECOND_NS)
#define TEAM_LONG_ONE_IN 8u

_Static_assert(SIM_FIRST_MAX_BYTES >= SNET_V3_MESSAGE_MAX_BYTES, "room for any first message");

static uint64_t team_bit(const struct sim *sim, const struct sim_conn *conn)
{
    return UINT64_C(1) << (conn - sim->conns);
}

static uint8_t *team_first(struct sim *sim, const struct sim_conn *conn)
{
    return sim->firsts[conn - sim->conns];
}

/* Which server has a shard. */
static unsigned team_owner(const struct sim *sim, uint8_t shard)
{
    return shard % sim->plan.servers;
}

uint32_t sim_team_shards(const struct sim *sim, unsigned server)
{
    uint32_t shards = 0;
    for (uint8_t shard = 0; sim->plan.servers > 1 && shard < SNET_SHARDS_MAX; shard++) {
        shards |= team_owner(sim, shard) == server ? UINT32_C(1) << shard : 0;
    }
    return shards;
}

bool sim_team_stands(const struct sim *sim, const snet_core *core)
{
    return sim->still != 0 && sim->now < sim->still_until_ns && core == sim->cores[sim->still];
}

void sim_team_stop(struct sim *sim)
{
    sim->still = 1 + (unsigned)sim_below(sim, sim->plan.servers);
    sim->still_until_ns = sim->now + sim_below(sim, SIM_STILL_MAX_NS);
}

void sim_team_heal(struct sim *sim)
{
    sim->still = 0;
    for (unsigned i = 0; i < sim->conns_top; i++) {
        sim->conns[i].arrives_at_ns = sim->now;
    }
}

/* --- On the way to a server ------------------------------------------------------------------ */

static void team_send_off(struct sim *sim, struct sim_conn *conn, uint64_t arrives_at_ns)
{
    conn->arrives = true;
    conn->arrives_at_ns = arrives_at_ns;
    sim->arriving |= team_bit(sim, conn);
}

static void team_arrive(struct sim *sim, struct sim_conn *conn)
{
    conn->arrives = false;
    sim->arriving &= ~team_bit(sim, conn);
}

/* The server has no link for it. */
static void team_drop(struct sim_conn *conn)
{
    conn->sides[1].deaf = true;
    conn->sides[0].reset = true;
}

static void team_accept(struct sim *sim, struct sim_conn *conn)
{
    struct sim_side *side = &conn->sides[1];
    if (snet_server_accepted(sim->team[conn->server], &side->link, sim->now) == SNET_OK) {
        snet_link_set_user(side->link, conn);
    } else {
        team_drop(conn);
    }
}

void sim_team_connect(struct sim *sim, struct sim_conn *conn)
{
    conn->server = sim->plan.servers == 1 ? 0 : (unsigned)sim_below(sim, sim->plan.servers);
    if (sim_team_stands(sim, sim->cores[1 + conn->server])) {
        team_send_off(sim, conn, sim->now);
    } else {
        team_accept(sim, conn);
    }
}

/* The first message comes before all others, in pieces of any size that there is room for. */
static void team_give_first(struct sim *sim, struct sim_conn *conn)
{
    snet_link *link = conn->sides[1].link;
    const bool whole = sim_one_in(sim, 2);
    for (size_t done = 0; done < conn->first_len;) {
        const size_t left = conn->first_len - done;
        const size_t room = snet_link_room(link);
        size_t len = left < room ? left : room;
        size_t taken = 0;
        len = whole || len == 0 ? len : 1 + (size_t)sim_below(sim, len);
        snet_link_recv(link, team_first(sim, conn) + done, len, &taken, sim->now);
        if (len == 0 || taken < len) {
            sim_fail(sim, "a server did not take a first message that was passed on");
            return;
        }
        done += taken;
    }
}

/* Whoever passes it on may know already that it is broken, or not. */
static void team_take(struct sim *sim, struct sim_conn *conn)
{
    team_arrive(sim, conn);
    sim_tell(sim, "conn arrives at server", conn->server, conn->passed ? "passed on" : "late");
    if (conn->sides[1].reset && sim_one_in(sim, 2)) {
        team_drop(conn);
    } else {
        team_accept(sim, conn);
    }
    if (conn->sides[1].link != NULL) {
        team_give_first(sim, conn);
    } else if (conn->sides[0].link == NULL) {
        sim_net_free_conn(sim, conn);
    }
}

/* The first of `*left`, which is not 0, and leaves that one out. */
static struct sim_conn *team_next(struct sim *sim, uint64_t *left)
{
    const unsigned index = (unsigned)__builtin_ctzll(*left);
    *left &= *left - 1;
    return &sim->conns[index];
}

bool sim_team_step(struct sim *sim)
{
    if (sim->arriving == 0 || !sim_one_in(sim, TEAM_TAKE_STEPS)) {
        return false;
    }
    const uint64_t before = (UINT64_C(1) << sim_below(sim, SIM_CONNS_MAX)) - 1;
    for (unsigned round = 0; round < 2; round++) {
        uint64_t left = sim->arriving & (round == 0 ? ~before : before);
        while (left != 0) {
            struct sim_conn *conn = team_next(sim, &left);
            if (conn->arrives_at_ns <= sim->now &&
                !sim_team_stands(sim, sim->cores[1 + conn->server])) {
                team_take(sim, conn);
                return true;
            }
        }
    }
    return false;
}

uint64_t sim_team_deadline(const struct sim *sim)
{
    const bool still = sim->still != 0 && sim->now < sim->still_until_ns;
    uint64_t deadline = still ? sim->still_until_ns : SNET_NEVER;
    for (unsigned i = 0; sim->arriving != 0 && i < SIM_CONNS_MAX; i++) {
        const struct sim_conn *conn = &sim->conns[i];
        if ((sim->arriving >> i & 1) != 0 && conn->arrives_at_ns < deadline &&
            !sim_team_stands(sim, sim->cores[1 + conn->server])) {
            deadline = conn->arrives_at_ns;
        }
    }
    return deadline;
}

void sim_team_killed(struct sim *sim, struct sim_conn *conn)
{
    if (conn->arrives) {
        team_arrive(sim, conn);
        if (conn->sides[0].link == NULL) {
            sim_net_free_conn(sim, conn);
        }
    }
}

/* --- Passed on ------------------------------------------------------------------------------- */

void sim_team_heard(struct sim *sim, struct sim_conn *conn, const uint8_t *data, size_t len)
{
    if (sim->plan.servers == 1 || conn->passed) {
        return;
    }
    const size_t room = SIM_FIRST_MAX_BYTES - conn->first_len;
    len = len < room ? len : room;
    memcpy(team_first(sim, conn) + conn->first_len, data, len);
    conn->first_len += len;
}

static void team_check_pass(struct sim *sim, const struct sim_conn *conn,
                            const struct snet_link_pass *pass)
{
    snet_link *link = conn->sides[1].link;
    struct snet_span span;
    if (conn->passed) {
        sim_fail(sim, "a connection was passed on twice");
    }
    if (pass->shard >= SNET_SHARDS_MAX || team_owner(sim, pass->shard) == conn->server) {
        sim_fail(sim, "a connection was passed on to nobody else");
    }
    if (link->sent_bytes != 0 || snet_link_send(link, &span, 1) != 0) {
        sim_fail(sim, "a connection was passed on that had an answer");
    }
    if (pass->first.len != conn->first_len ||
        memcmp(pass->first.data, team_first(sim, conn), conn->first_len) != 0) {
        sim_fail(sim, "what was passed on is not what has come");
    }
}

static uint64_t team_delay(struct sim *sim)
{
    if (!sim->calm && sim_one_in(sim, TEAM_LONG_ONE_IN)) {
        return sim_below(sim, TEAM_LONG_NS);
    }
    return sim_one_in(sim, 2) ? 0 : sim_below(sim, TEAM_LITTLE_NS);
}

void sim_team_pass(struct sim *sim, struct sim_conn *conn)
{
    struct sim_side *side = &conn->sides[1];
    struct snet_link_pass pass;
    snet_link_get_pass(side->link, &pass);
    team_check_pass(sim, conn, &pass);
    snet_link_free(side->link, sim->now);
    side->link = NULL;
    side->want_send = side->paused = false;
    conn->passed = true;
    conn->server = team_owner(sim, pass.shard);
    team_send_off(sim, conn, sim->now + team_delay(sim));
    sim->passes++;
    sim_tell(sim, "conn is passed on to server", conn->server, "");
}

/* --- Oracle ---------------------------------------------------------------------------------- */

void sim_team_check(struct sim *sim, const snet_session *session)
{
    struct snet_session_info info;
    if (sim->plan.servers == 1) {
        return;
    }
    snet_session_get_info(session, &info);
    const uint8_t shard = info.wire == SNET_WIRE_3 ? snet_v3_session_of(session)->of.server.shard
                                                   : snet_shards_in(info.id);
    if (shard >= SNET_SHARDS_MAX || session->core != sim->cores[1 + team_owner(sim, shard)]) {
        sim_fail(sim, "a session is not where its shard says");
    }
}

void sim_team_refused(struct sim *sim, const struct sim_conn *conn)
{
    const snet_session *session = sim->servers[conn->client].session;
    if (sim->plan.servers > 1 && conn->resumes && !conn->tampered && !conn->stalled &&
        conn->sides[0].link != NULL && session != NULL && session->state != SNET_SESSION_ENDED) {
        sim_fail(sim, "a session that lives was said to be unknown");
    }
}
