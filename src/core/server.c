/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/server.h"

#include "base/assert.h"
#include "core/link.h"
#include "core/shards.h"
#include "core/shares.h"
#include "core/sniffing.h"
#include "core/wire.h"

/* A collision of 62 random bits is not bad luck but a broken random source. */
#define SERVER_ID_DRAWS_MAX 16u
/* Of the random bits of an id, those that are in none with a shard choose that. */
#define SERVER_ID_DRAW_SHIFT 16u
/* Maximum of sessions of legacy wires beside snet/3: this part of all. */
#define SERVER_LEGACY_DIVISOR 2u
/* While they are more than this part of that, one that has shown nothing is kept for less. */
#define SERVER_TIGHT_DIVISOR 2u
#define SERVER_UNPROVEN_KEEP_NS (30 * SNET_SECOND_NS)

static void server_default(uint64_t *value_ns, uint64_t default_ns)
{
    if (*value_ns == 0) {
        *value_ns = default_ns;
    }
}

static void server_defaults(struct snet_server_config *config)
{
    server_default(&config->session.resume_timeout_ns, SNET_RESUME_TIMEOUT_DEFAULT_NS);
    server_default(&config->session.handshake_timeout_ns, SNET_HANDSHAKE_TIMEOUT_DEFAULT_NS);
    server_default(&config->session.heartbeat_ns, SNET_HEARTBEAT_DEFAULT_NS);
    server_default(&config->first_bytes_timeout_ns, SNET_FIRST_BYTES_TIMEOUT_DEFAULT_NS);
    server_default(&config->ended_keep_ns, SNET_ENDED_KEEP_DEFAULT_NS);
    server_default(&config->grace_ns, SNET_GRACE_DEFAULT_NS);
    server_default(&config->padding_ns, SNET_PADDING_DEFAULT_NS);
    if (config->wires == SNET_WIRE_DEFAULT) {
        config->wires = SNET_WIRE_3;
    }
    if (config->sessions_max == 0) {
        config->sessions_max = SNET_SESSIONS_DEFAULT_MAX;
    }
    if (config->handshakes_max == 0) {
        config->handshakes_max = SNET_HANDSHAKES_DEFAULT_MAX;
    }
}

static enum snet_sniff_grammar server_grammar(unsigned wires)
{
    if (wires == SNET_WIRE_1 || wires == SNET_WIRE_1_PADDED) {
        return SNET_SNIFF_ONLY_1;
    }
    if (wires == SNET_WIRE_3) {
        return SNET_SNIFF_ONLY_3;
    }
    return wires == SNET_WIRE_2 ? SNET_SNIFF_ONLY_2 : SNET_SNIFF_MIXED;
}

static void server_close_wires(snet_server *server)
{
    for (unsigned wire = SNET_WIRE_1; (wire & SNET_WIRES_ALL) != 0; wire <<= 1) {
        void *state = server->wire_states[SNET_WIRE_INDEX(wire)];
        if (state != NULL) {
            snet_wires_find((enum snet_wire)wire)->server_close(state);
        }
    }
}

static snet_err server_update_wires(snet_server *server, const struct snet_server_config *config,
                                    uint64_t now)
{
    snet_err err = SNET_OK;
    for (unsigned wire = SNET_WIRE_1; (wire & SNET_WIRES_ALL) != 0 && err == SNET_OK; wire <<= 1) {
        const struct snet_wire_ops *ops = snet_wires_find((enum snet_wire)wire);
        if ((server->config.wires & wire) != 0 && ops->server_update != NULL) {
            err = ops->server_update(server, config, now);
        }
    }
    return err;
}

static snet_err server_open_wires(snet_server *server, const struct snet_server_config *config)
{
    snet_err err = SNET_OK;
    for (unsigned wire = SNET_WIRE_1; (wire & SNET_WIRES_ALL) != 0 && err == SNET_OK; wire <<= 1) {
        const struct snet_wire_ops *ops = snet_wires_find((enum snet_wire)wire);
        if ((server->config.wires & wire) != 0 && ops->server_open != NULL) {
            err =
                ops->server_open(server->core, config, &server->wire_states[SNET_WIRE_INDEX(wire)]);
        }
    }
    if (err != SNET_OK) {
        server_close_wires(server);
    }
    return err;
}

static void server_destroy(struct snet_task *task)
{
    snet_server *server = SNET_CONTAINER(task, snet_server, task);
    snet_core *core = server->core;
    snet_registry_deinit(&server->registry);
    server_close_wires(server);
    snet_list_remove(&core->servers, &server->task.node);
    snet_core_release(core, server);
}

static bool server_config_ok(const struct snet_server_config *config)
{
    return (config->wires & ~SNET_WIRES_ALL) == 0 && snet_session_config_ok(&config->session) &&
           (config->ended_keep_ns == 0 || config->ended_keep_ns >= SNET_ENDED_KEEP_MIN_NS);
}

static const struct snet_task_ops server_task = {.destroy = server_destroy};

snet_err snet_server_new(snet_core *core, const struct snet_server_config *config,
                         snet_server **ret_server)
{
    if (!server_config_ok(config)) {
        return SNET_ERR_INVALID;
    }
    snet_server *server = snet_core_alloc(core, sizeof *server);
    if (server == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    server->task.ops = &server_task;
    server->core = core;
    server->config = *config;
    server_defaults(&server->config);
    server->grammar = server_grammar(server->config.wires);
    snet_handshakes_init(&server->handshaking);
    snet_err err = snet_registry_init(&server->registry, &core->env);
    if (err == SNET_OK) {
        err = server_open_wires(server, config);
    }
    server->config.keys = (struct snet_server_keys){.secrets = NULL}; /* they are the caller's */
    if (err != SNET_OK) {
        snet_registry_deinit(&server->registry);
        snet_core_release(core, server);
        return err;
    }
    snet_list_push(&core->servers, &server->task.node);
    *ret_server = server;
    return SNET_OK;
}

/* Whether the options that a server cannot change are the same. */
static bool server_keeps(const snet_server *server, const struct snet_server_config *next)
{
    const struct snet_session_config *own = &server->config.session;
    return next->wires == server->config.wires && next->grace_ns == server->config.grace_ns &&
           next->padding_ns == server->config.padding_ns && next->shards == server->config.shards &&
           next->shares == server->config.shares && next->session.plain == own->plain &&
           next->session.history_bytes == own->history_bytes &&
           next->session.inbox_bytes == own->inbox_bytes &&
           next->session.pad_bytes == own->pad_bytes &&
           snet_session_cipher(&next->session) == snet_session_cipher(own);
}

struct snet_handshake *snet_server_giving_way(snet_core *core,
                                              const struct snet_handshakes *handshakes)
{
    uint64_t random = 0;
    if (snet_core_random(core, SNET_RANDOM_JITTER, &random) != SNET_OK) {
        random = 0; /* the oldest */
    }
    return snet_handshakes_victim(handshakes, random);
}

static void server_close_one(snet_server *server, uint64_t now)
{
    struct snet_handshake *handshake = snet_server_giving_way(server->core, &server->handshaking);
    snet_link_failed(SNET_CONTAINER(handshake, snet_link, handshaking), SNET_ERR_HANDSHAKES_FULL,
                     now);
}

snet_err snet_server_update(snet_server *server, const struct snet_server_config *config,
                            uint64_t now)
{
    struct snet_server_config next = *config;
    server_defaults(&next);
    if (!server_config_ok(config) || !server_keeps(server, &next)) {
        return SNET_ERR_INVALID;
    }
    const snet_err err = server_update_wires(server, config, now);
    if (err != SNET_OK) {
        return err;
    }
    next.keys = (struct snet_server_keys){.secrets = NULL}; /* they are the caller's */
    server->config = next;
    while (server->handshaking.list.count > next.handshakes_max) {
        server_close_one(server, now);
    }
    return SNET_OK;
}

snet_err snet_server_accepted(snet_server *server, snet_link **ret_link, uint64_t now)
{
    SNET_ASSERT(server->handshaking.list.count <= server->config.handshakes_max);
    if (server->handshaking.list.count == server->config.handshakes_max) {
        server_close_one(server, now);
    }
    snet_link *link = NULL;
    const snet_err err = snet_link_new(server->core, server, &snet_sniffing_wire, &link);
    if (err != SNET_OK) {
        return err;
    }
    const struct snet_sniffing_plan plan = {
        .grammar = server->grammar,
        .wires = server->config.wires,
        .handshake_by_ns = snet_timer_after(now, server->config.session.handshake_timeout_ns),
    };
    snet_sniffing_begin(link, &plan);
    snet_link_join(link, &server->handshaking);
    snet_link_set_deadline(link, snet_timer_after(now, server->config.first_bytes_timeout_ns));
    *ret_link = link;
    return SNET_OK;
}

void snet_server_take_turns(snet_server *server)
{
    server->takes_turns = true;
}

bool snet_server_turn(snet_core *core, enum snet_server_turn_kind kind, uint64_t now)
{
    struct snet_turn *turn = snet_turns_next(
        &core->turns, kind == SNET_SERVER_TURN_RESUME ? SNET_TURN_RESUME : SNET_TURN_HELLO);
    if (turn == NULL) {
        return false;
    }
    snet_link_take_turn(SNET_CONTAINER(turn, snet_link, turn), now);
    return true;
}

void snet_server_drain(snet_server *server)
{
    server->draining = true;
}

snet_err snet_server_draw_id(snet_server *server, uint64_t *ret_id)
{
    for (unsigned draw = 0; draw < SERVER_ID_DRAWS_MAX; draw++) {
        uint64_t id = 0;
        const snet_err err = snet_core_random(server->core, SNET_RANDOM_SESSION_ID, &id);
        if (err != SNET_OK) {
            return err;
        }
        id = snet_shards_put(id,
                             snet_shards_draw(server->config.shards, id >> SERVER_ID_DRAW_SHIFT));
        if (server->grammar == SNET_SNIFF_MIXED) {
            id = (id & ~(uint64_t)SNET_SNIFF_ID_MASK) | SNET_SNIFF_ID_MARK;
        }
        if (id != 0 && snet_registry_find(&server->registry, id) == NULL) {
            *ret_id = id;
            return SNET_OK;
        }
    }
    return SNET_ERR_RANDOM;
}

snet_session *snet_server_find(const snet_server *server, uint64_t id)
{
    struct snet_registry_node *node = snet_registry_find(&server->registry, id);
    return node == NULL ? NULL : SNET_CONTAINER(node, snet_session, registered);
}

static bool server_is_legacy(const struct snet_wire_ops *wire)
{
    return wire->id != SNET_WIRE_3;
}

/* How many sessions there may be, as far as is known now: others share a stock. */
static uint32_t server_sessions_max(const snet_server *server)
{
    const struct snet_shares *shares = server->config.shares;
    return shares == NULL ? server->config.sessions_max
                          : (uint32_t)(shares->sessions.own + server->borrowed_count +
                                       snet_stock_left(&shares->sessions.stock));
}

/* The part that legacy wires have of the sessions, beside snet/3 */
static uint32_t server_legacy_max(const snet_server *server)
{
    const bool alone = (server->config.wires & SNET_WIRE_3) == 0;
    const uint32_t all = server_sessions_max(server);
    return alone || all < SERVER_LEGACY_DIVISOR ? all : all / SERVER_LEGACY_DIVISOR;
}

snet_err snet_server_admit(snet_server *server, const struct snet_wire_ops *wire, uint64_t now)
{
    if (server->draining) {
        return SNET_ERR_DRAINING;
    }
    const bool legacy = server_is_legacy(wire);
    const bool beyond = legacy && server->legacy_count >= server_legacy_max(server);
    if (server->session_count < server_sessions_max(server) && !beyond) {
        return SNET_OK;
    }
    const struct snet_holders_group group = {.of = server, .legacy_only = beyond};
    struct snet_seat *seat = snet_holders_seat_victim(&server->core->holders, &group, now);
    if (seat == NULL) {
        return SNET_ERR_SESSIONS_FULL;
    }
    snet_session_end(SNET_CONTAINER(seat, snet_session, seat), SNET_ERR_EVICTED, now);
    return SNET_OK;
}

/* The role of a session whose client comes back, or does not. */

static void server_link_lost(snet_session *session, snet_err err, uint64_t now)
{
    (void)err;
    (void)now;
    if (session->links.attempt != NULL) {
        snet_link_want_send(session->links.attempt); /* what the old link did not send is its now */
    }
}

static void server_attempt_lost(snet_session *session, const snet_link *link, snet_err err,
                                uint64_t now)
{
    (void)session; /* its client will make another one */
    (void)link;
    (void)err;
    (void)now;
}

static void server_expire(snet_session *session, uint64_t now)
{
    if (session->links.attempt != NULL) {
        /* A link that is about to be proven has its time first. */
        session->expire_at_ns = session->links.attempt->deadline_ns;
        snet_session_arm(session);
    } else if (!session->visible_to_app) {
        snet_session_destroy(session);
    } else {
        snet_session_end(session, snet_session_expire_err(session), now);
    }
}

/* One session more has a place, of its own or of the stock; another server may just have taken the
   last one, and then there is one session more than should be. */
static void server_borrow(snet_server *server)
{
    snet_shares *shares = server->config.shares;
    if (shares != NULL && server->session_count > shares->sessions.own + server->borrowed_count &&
        snet_stock_take(&shares->sessions.stock)) {
        server->borrowed_count++;
    }
}

/* One session less needs a place. */
static void server_repay(snet_server *server)
{
    snet_shares *shares = server->config.shares;
    if (server->borrowed_count > 0 &&
        server->session_count < shares->sessions.own + server->borrowed_count) {
        server->borrowed_count--;
        snet_stock_give(&shares->sessions.stock);
    }
}

/* It can no longer be resumed. */
static void server_leave(snet_session *session)
{
    snet_registry_remove(&session->server->registry, &session->registered);
    if (session->counted) {
        SNET_ASSERT(session->server->session_count > 0);
        session->counted = false;
        session->server->session_count--;
        server_repay(session->server);
        session->server->legacy_count -= server_is_legacy(session->wire) ? 1 : 0;
        snet_holders_unseat(&session->core->holders, &session->seat);
    }
}

static uint64_t server_keep_ns(const snet_session *session, uint64_t keep_ns)
{
    const snet_server *server = session->server;
    const bool unproven = server_is_legacy(session->wire) && !session->seat.proven;
    if (unproven && server->legacy_count > server_legacy_max(server) / SERVER_TIGHT_DIVISOR &&
        keep_ns > SERVER_UNPROVEN_KEEP_NS) {
        return SERVER_UNPROVEN_KEEP_NS;
    }
    return keep_ns;
}

static const struct snet_session_role server_role = {
    .keep_ns = server_keep_ns,
    .link_lost = server_link_lost,
    .attempt_lost = server_attempt_lost,
    .expire = server_expire,
    .leave = server_leave,
};

snet_err snet_server_begin(const snet_link *link, uint64_t expire_at_ns, snet_session **ret_session)
{
    const struct snet_session_origin origin = {
        .config = &link->server->config.session,
        .wire = link->wire,
        .role = &server_role,
        .server = link->server,
        .expire_at_ns = expire_at_ns,
    };
    return snet_session_new(link->core, &origin, ret_session);
}

void snet_server_count(snet_session *session)
{
    SNET_ASSERT(session->server != NULL);
    SNET_ASSERT(!session->counted);
    session->counted = true;
    session->server->session_count++;
    server_borrow(session->server);
    session->server->legacy_count += server_is_legacy(session->wire) ? 1 : 0;
}

void snet_server_enter(snet_session *session, uint64_t id)
{
    snet_session_set_id(session, id);
    snet_registry_insert(&session->server->registry, &session->registered, id);
    snet_server_count(session);
}
