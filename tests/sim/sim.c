/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/sim/sim.h"

#include "core/link.h"
#include "core/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SIM_UP_SALT UINT64_C(0x5851f42d4c957f2d)
#define SIM_DOWN_SALT UINT64_C(0x14057b7ef767814f)

void sim_fail(struct sim *sim, const char *failure)
{
    if (sim->failure == NULL) {
        sim->failure = failure;
    }
}

void sim_tell(const struct sim *sim, const char *what, unsigned which, const char *how)
{
    if (sim->plan.verbose) {
        (void)printf("%12.6f %s %u: %s\n", (double)sim->now / 1e9, what, which, how);
    }
}

/* Keys of snet/3, the same in every run. */
struct sim_keys {
    struct snet_key server;
    struct snet_key server_public;
    struct snet_key client;
    struct snet_key psk;
};

/* They are made once, for a public key takes as long as some hundred steps; NULL on failure. */
static const struct sim_keys *sim_keys(void)
{
    static struct sim_keys keys;
    static bool made;
    if (!made) {
        memset(&keys.server, 1, sizeof keys.server);
        memset(&keys.client, 2, sizeof keys.client);
        memset(&keys.psk, 3, sizeof keys.psk);
        made = snet_key_public(&keys.server, &keys.server_public) == SNET_OK;
    }
    return made ? &keys : NULL;
}

static struct snet_client_config sim_client_config(const struct sim_plan *plan,
                                                   const struct snet_session_config *session,
                                                   const struct sim_keys *keys)
{
    const bool shared = plan->pattern == SIM_NNPSK0;
    struct snet_client_config config = {
        .session = *session,
        .wire = plan->wire,
        .connect_timeout_ns = SIM_CONNECT_NS,
        .suite = plan->suite,
        .early_data = plan->early,
        .rekey_interval_ns = plan->renews ? 5 * SNET_SECOND_NS : 0,
        .service = plan->pads ? "redis" : NULL,
    };
    config.keys.server = shared ? NULL : &keys->server_public;
    config.keys.client_secret = plan->pattern == SIM_XK ? &keys->client : NULL;
    config.keys.psk = shared ? &keys->psk : NULL;
    return config;
}

static struct snet_session_config sim_session_config(const struct sim_plan *plan)
{
    return (struct snet_session_config){
        .plain = plan->plain,
        .history_bytes = plan->history_bytes,
        .inbox_bytes = plan->inbox_bytes,
        .pad_bytes = plan->pads ? 128 : 0,
    };
}

static bool sim_new_core(struct sim *sim, unsigned which)
{
    const struct snet_core_config config = {
        .send_budget_bytes = sim->plan.budget_bytes,
        /* The hostile client is another process, and so takes nothing from the others. */
        .recv_budget_bytes = which == 0 && sim->plan.hostile ? 0 : sim->plan.recv_budget_bytes,
    };
    return snet_core_new(&sim->env[which].env, &config, &sim->cores[which]) == SNET_OK;
}

static bool sim_new_server(struct sim *sim, unsigned which)
{
    const struct sim_keys *keys = sim_keys();
    if (keys == NULL || !sim_new_core(sim, 1 + which)) {
        return false;
    }
    const struct snet_server_config config = {
        .session = sim_session_config(&sim->plan),
        .wires = sim->plan.server_wires,
        .keys = {.secrets = &keys->server, .secret_count = 1, .psks = &keys->psk, .psk_count = 1},
        .shards = sim_team_shards(sim, which),
    };
    if (snet_server_new(sim->cores[1 + which], &config, &sim->team[which]) != SNET_OK) {
        return false;
    }
    if (sim->plan.turns) {
        snet_server_take_turns(sim->team[which]);
    }
    return true;
}

static bool sim_new_team(struct sim *sim)
{
    bool ok = true;
    for (unsigned which = 0; ok && which < sim->plan.servers; which++) {
        ok = sim_new_server(sim, which);
    }
    return ok;
}

static void sim_set_memory(struct sim *sim, unsigned first_core, unsigned fail_one_in)
{
    for (unsigned core = first_core; core < sim->cores_count; core++) {
        sim->env[core].fail_one_in = fail_one_in;
    }
}

void sim_restart_server(struct sim *sim)
{
    for (unsigned i = 0; i < sim->plan.clients; i++) {
        struct sim_app *client = &sim->clients[i];
        struct sim_app *server = &sim->servers[i];
        if (client->opened && !client->killed) {
            client->killed = true;
            client->over_when_killed = client->ended;
            client->killed_read = server->session == NULL ? 0 : server->session->inbox.received;
        }
        server->session = NULL;
    }
    for (unsigned core = 1; core < sim->cores_count; core++) {
        snet_core_free(sim->cores[core]);
        sim->cores[core] = NULL;
    }
    sim->still = 0;
    sim_set_memory(sim, 1, 0); /* a server that cannot start is another story */
    if (!sim_new_team(sim)) {
        sim_fail(sim, "the server did not start again");
    }
    sim_set_memory(sim, 1, sim->plan.alloc_fail_one_in);
}

static bool sim_setup(struct sim *sim)
{
    const struct sim_plan *plan = &sim->plan;
    const struct sim_keys *keys = sim_keys();
    const struct snet_session_config session = sim_session_config(plan);
    test_env_init(&sim->dice, plan->seed ^ UINT64_C(0xd1342543de82ef95));
    sim->cores_count = 1 + plan->servers;
    for (unsigned i = 0; i < sim->cores_count; i++) {
        test_env_init(&sim->env[i], plan->seed + (i + 1) * UINT64_C(0xa0761d6478bd642f));
    }
    if (keys == NULL || !sim_new_core(sim, 0) || !sim_new_team(sim)) {
        return false;
    }
    const struct snet_client_config client = sim_client_config(plan, &session, keys);
    for (unsigned i = 0; i < plan->clients; i++) {
        snet_session *opened = NULL;
        if (snet_client_open(sim->cores[0], &client, &opened, sim->now) != SNET_OK) {
            return false;
        }
        sim_app_init(&sim->clients[i], opened, SIM_UP_SALT + i, SIM_DOWN_SALT + i);
        sim->clients[i].to_write = sim->servers[i].to_read = plan->up_bytes;
        sim->clients[i].to_read = sim->servers[i].to_write = plan->down_bytes;
        snet_session_set_user(opened, &sim->clients[i]);
    }
    sim_set_memory(sim, 0, plan->alloc_fail_one_in);
    return true;
}

/* The client whose session has the id of a server's new one, by what the wire agreed on. */
static struct sim_app *sim_match(struct sim *sim, snet_session *session)
{
    struct snet_session_info own;
    snet_session_get_info(session, &own);
    for (unsigned i = 0; i < sim->plan.clients; i++) {
        struct snet_session_info info;
        snet_session_get_info(sim->clients[i].session, &info);
        if (info.id == own.id && sim->clients[i].opened) {
            return &sim->servers[i];
        }
    }
    return NULL;
}

/* What strangers write is read and thrown away, or they would hold pages that others wait for. */
static void sim_waste(struct sim *sim, snet_session *session)
{
    uint8_t waste[256];
    size_t len = 0;
    while (snet_session_read(session, waste, sizeof waste, &len, sim->now) == SNET_OK) {
    }
}

/*
 * A server's session appears before its client knows the id, or without any client when the answer
 * was lost or a stranger said hello. It gets its application once a client has the same id: no
 * client sends bytes of its stream before.
 */
static void sim_adopt(struct sim *sim, snet_core *core)
{
    struct snet_list_node *node = snet_list_first(&core->sessions);
    while (node != NULL) {
        snet_session *session = SNET_CONTAINER(node, snet_session, task.node);
        node = snet_list_next(&core->sessions, node);
        const bool orphan = session->visible_to_app && snet_session_user(session) == NULL;
        struct sim_app *app = orphan ? sim_match(sim, session) : NULL;
        if (app != NULL) {
            const size_t i = (size_t)(app - sim->servers);
            sim_app_init(app, session, SIM_DOWN_SALT + i, SIM_UP_SALT + i);
            snet_session_set_user(session, app);
            sim_team_check(sim, session);
        } else if (orphan) {
            sim_waste(sim, session);
        }
    }
}

static void sim_tell_event(const struct sim *sim, unsigned core,
                           const struct snet_core_event *event, const struct sim_app *app)
{
    static const char *const names[] = {"dial",   "opened", "lost", "resumed",
                                        "barren", NULL,     NULL,   "ended"};
    const struct sim_app *apps = core == 0 ? sim->clients : sim->servers;
    if (!sim->plan.verbose || event->type > SNET_CORE_EVENT_ENDED || names[event->type] == NULL) {
        return;
    }
    struct snet_session_info info;
    snet_session_get_info(event->session, &info);
    (void)printf("%12.6f %s %d: %s %s, sent %" PRIu64 " of %" PRIu64 ", received %" PRIu64
                 "; peer wrote %" PRIu64 ", has %" PRIu64 "\n",
                 (double)sim->now / 1e9, core == 0 ? "client" : "server",
                 app == NULL ? -1 : (int)(app - apps), names[event->type],
                 event->err == SNET_OK ? "" : snet_err_name(event->err), info.sent, info.written,
                 info.received, info.peer_written, info.peer_received);
}

static void sim_session_event(struct sim *sim, unsigned core, const struct snet_core_event *event)
{
    struct sim_app *app = snet_session_user(event->session);
    sim->adopts = sim->adopts || event->type == SNET_CORE_EVENT_OPENED || app == NULL;
    sim_tell_event(sim, core, event, app);
    if (event->type == SNET_CORE_EVENT_DIAL) {
        sim->dials[app - sim->clients]++;
    } else if (app != NULL) {
        sim_app_event(sim, app, event);
    } else if (event->type == SNET_CORE_EVENT_ENDED && core != 0) {
        snet_session_free(event->session, sim->now);
    }
}

static void sim_drain(struct sim *sim)
{
    struct snet_core_event event;
    for (unsigned core = 0; core < sim->cores_count; core++) {
        while (snet_core_next_event(sim->cores[core], &event)) {
            if (event.link != NULL) {
                sim_net_event(sim, &event);
            } else {
                sim_session_event(sim, core, &event);
            }
        }
    }
    if (sim->adopts) {
        sim->adopts = false;
        for (unsigned core = 1; core < sim->cores_count; core++) {
            sim_adopt(sim, sim->cores[core]);
        }
    }
}

static void sim_check(const struct sim *sim)
{
    for (unsigned core = 0; core < sim->cores_count; core++) {
        const struct snet_list *sessions = &sim->cores[core]->sessions;
        struct snet_list_node *node = snet_list_first(sessions);
        for (; node != NULL; node = snet_list_next(sessions, node)) {
            snet_session_check(SNET_CONTAINER(node, snet_session, task.node));
        }
    }
    sim_net_check(sim);
}

static bool sim_dial_step(struct sim *sim)
{
    for (unsigned i = 0; i < sim->plan.clients; i++) {
        if (sim->dials[i] > 0) {
            sim_net_dial(sim, i);
            return true;
        }
    }
    return false;
}

static bool sim_app_step(struct sim *sim)
{
    const unsigned first = (unsigned)sim_below(sim, sim->plan.clients);
    const unsigned flip = (unsigned)sim_below(sim, 4);
    for (unsigned i = 0; i < sim->plan.clients; i++) {
        const unsigned which = (first + i) % sim->plan.clients;
        for (unsigned way = 0; way < 4; way++) {
            const unsigned what = way ^ flip;
            struct sim_app *app = what < 2 ? &sim->clients[which] : &sim->servers[which];
            if (what % 2 == 0 ? sim_app_write(sim, app) : sim_app_read(sim, app)) {
                return true;
            }
        }
    }
    return false;
}

/* All has arrived everywhere: the network calms down and the sessions are closed. */
static void sim_finish(struct sim *sim)
{
    for (unsigned i = 0; i < sim->plan.clients; i++) {
        if (!sim_complete(sim, i) && !sim_excused(sim, i)) {
            return;
        }
    }
    if (!sim->calm) {
        sim->calm = true;
        sim_net_heal(sim);
    }
    if (sim->plan.hostile) {
        sim_app_abort(sim, &sim->clients[0]);
        sim_app_abort(sim, &sim->servers[0]);
    }
    for (unsigned i = 0; i < sim->plan.clients; i++) {
        const bool both = sim->plan.wire == SNET_WIRE_3;
        if (!sim_excused(sim, i) && (both || sim->plan.client_ends)) {
            sim_app_shut(sim, &sim->clients[i]);
        }
        if (!sim_excused(sim, i) && (both || !sim->plan.client_ends)) {
            sim_app_shut(sim, &sim->servers[i]);
        }
    }
}

/* Whether a wake-up was lost: all have had their turn, and a writer waits for a page that is free.
 */
static bool sim_forgot_writer(const struct sim *sim)
{
    bool forgot = false;
    for (unsigned core = 0; core < sim->cores_count; core++) {
        /* In a loop that stands still, who was woken has not had its turn yet. */
        forgot = forgot || (!sim_team_stands(sim, sim->cores[core]) &&
                            sim->cores[core]->pressure.writers.count > 0 &&
                            snet_pool_available(&sim->cores[core]->send_pool) > 0);
    }
    return forgot;
}

/* When a core has something to do, or an end notices a stall, or SNET_NEVER. */
static uint64_t sim_deadline(const struct sim *sim)
{
    uint64_t deadline = sim_net_deadline(sim);
    for (unsigned core = 0; core < sim->cores_count; core++) {
        if (!sim_team_stands(sim, sim->cores[core])) {
            const uint64_t due = snet_core_deadline(sim->cores[core]);
            deadline = due < deadline ? due : deadline;
        }
    }
    return deadline;
}

static void sim_tick(struct sim *sim)
{
    sim->due_since_ns = SNET_NEVER;
    sim_net_tick(sim);
    for (unsigned core = 0; core < sim->cores_count; core++) {
        if (!sim_team_stands(sim, sim->cores[core])) {
            snet_core_tick(sim->cores[core], sim->now);
        }
    }
}

/* Whether somebody is kept waiting for what is due: the faults would be the simulator's own. */
static void sim_check_due(struct sim *sim)
{
    if (sim_deadline(sim) > sim->now) {
        sim->due_since_ns = SNET_NEVER;
        return;
    }
    sim->due_since_ns = sim->due_since_ns < sim->now ? sim->due_since_ns : sim->now;
    if (sim->now - sim->due_since_ns > SIM_LATE_MAX_NS) {
        sim_fail(sim, "what is due is not done");
    }
}

/*
 * The time that it takes to move bytes passes for both ends, too: what is due is done a little
 * later, before or after what arrives meanwhile. False when nothing was done.
 */
static bool sim_tick_due(struct sim *sim)
{
    if (sim->due_since_ns == SNET_NEVER || !sim_one_in(sim, SIM_TICK_STEPS)) {
        return false;
    }
    sim_tick(sim);
    return true;
}

/* Nothing can move: time passes until something is due. */
static bool sim_wait(struct sim *sim)
{
    if (sim_forgot_writer(sim)) {
        sim_fail(sim, "a writer waits for a page, and pages are free");
    }
    const uint64_t wakes[] = {sim_deadline(sim), sim_net_wake(sim), sim_team_deadline(sim)};
    uint64_t deadline = sim_app_deadline(sim);
    for (unsigned i = 0; i < sizeof wakes / sizeof wakes[0]; i++) {
        deadline = wakes[i] < deadline ? wakes[i] : deadline;
    }
    if (deadline == SNET_NEVER) {
        return false;
    }
    sim->now = deadline > sim->now ? deadline : sim->now;
    sim_tick(sim);
    return true;
}

static bool sim_turn_step(struct sim *sim)
{
    for (unsigned core = 1; core < sim->cores_count; core++) {
        if (!sim_team_stands(sim, sim->cores[core]) &&
            (snet_server_turn(sim->cores[core], SNET_SERVER_TURN_RESUME, sim->now) ||
             snet_server_turn(sim->cores[core], SNET_SERVER_TURN_HELLO, sim->now))) {
            return true;
        }
    }
    return false;
}

typedef bool sim_step_fn(struct sim *sim);
static sim_step_fn *const sim_step_kinds[] = {sim_dial_step, sim_net_step, sim_app_step,
                                              sim_turn_step};
#define SIM_STEP_KINDS (sizeof sim_step_kinds / sizeof sim_step_kinds[0])

static void sim_step(struct sim *sim)
{
    sim->steps++;
    sim->now += sim_below(sim, SNET_MS_NS);
    sim_check_due(sim);
    if (!sim->calm && sim->faults_done < sim->plan.faults &&
        sim_one_in(sim, sim->plan.fault_one_in)) {
        sim_net_fault(sim);
    }
    if (sim->bytes_moved >= sim->plan.cut_at_byte) {
        sim->plan.cut_at_byte = UINT64_MAX;
        sim_net_cut_all(sim);
    }
    sim_finish(sim);
    sim_drain(sim);
    if (sim_over(sim)) {
        return; /* who gives up has nothing left to wait for */
    }
    const unsigned first = (unsigned)sim_below(sim, SIM_STEP_KINDS);
    bool moved = sim_tick_due(sim) || sim_team_step(sim);
    for (unsigned i = 0; i < SIM_STEP_KINDS && !moved; i++) {
        moved = sim_step_kinds[(first + i) % SIM_STEP_KINDS](sim);
    }
    if (!moved && !sim_wait(sim)) {
        sim_fail(sim, "deadlock: nothing can move and nothing is due");
    }
    sim_drain(sim);
    sim_check(sim);
    for (unsigned i = 0; i < sim->plan.clients; i++) {
        sim_check_end(sim, i);
    }
}

/* What an end lacks, when the run cannot go on. */
static void sim_tell_end(const struct sim *sim, const char *end, const struct sim_app *app)
{
    const snet_session *session = app->session;
    if (session == NULL) {
        return;
    }
    const snet_link *link = session->links.live;
    (void)printf("%s %d: state %d, wrote %" PRIu64 " of %" PRIu64 "%s, its history takes %zu%s; "
                 "read %" PRIu64 " of %" PRIu64 ", its inbox has %zu%s%s; pages free: %zu, %zu\n",
                 end, (int)(app - (session->server == NULL ? sim->clients : sim->servers)),
                 (int)session->state, app->written, app->to_write, app->blocked ? ", blocked" : "",
                 snet_session_window(session),
                 snet_list_contains(&session->task.wait) ? ", waits for a page" : "", app->read,
                 app->to_read, session->inbox.chain.len,
                 link != NULL && link->paused ? ", is not filled" : "",
                 link != NULL && snet_list_contains(&link->task.wait) ? ", waits for a page" : "",
                 snet_pool_available(&session->core->send_pool),
                 snet_pool_available(&session->core->recv_pool));
}

bool sim_run(struct sim *sim, const struct sim_plan *plan)
{
    memset(sim, 0, offsetof(struct sim, queues));
    sim->plan = *plan;
    sim->now = SNET_SECOND_NS;
    sim->due_since_ns = SNET_NEVER;
    if (!sim_setup(sim)) {
        sim_fail(sim, "the setup failed");
    }
    sim_drain(sim);
    while (sim->failure == NULL && !sim_over(sim)) {
        if (sim->steps == SIM_STEPS_MAX) {
            sim_fail(sim, "the run does not end");
        }
        sim_step(sim);
    }
    for (unsigned i = 0; sim->failure != NULL && plan->verbose && i < plan->clients; i++) {
        sim_tell_end(sim, "client", &sim->clients[i]);
        sim_tell_end(sim, "server", &sim->servers[i]);
    }
    for (unsigned core = 0; core < sim->cores_count; core++) {
        snet_core_free(sim->cores[core]);
        if (sim->env[core].live_count != 0) {
            sim_fail(sim, "memory was not given back");
        }
    }
    return sim->failure == NULL;
}
