/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/core.h"
#include "core/session.h"
#include "tests/fuzz/spin.h"

/* --- Events ------------------------------------------------------------------------------- */

/*
 * A server's session is told apart by the id that both ends agree on, and a client may learn it
 * later. Until then the session has no number of ours: its user is the spinner itself.
 */
static void step_match(struct spin *spin)
{
    struct snet_list_node *node = snet_list_first(&spin->cores[SPIN_SERVER]->sessions);
    while (node != NULL) {
        snet_session *session = SNET_CONTAINER(node, snet_session, task.node);
        node = snet_list_next(&spin->cores[SPIN_SERVER]->sessions, node);
        struct snet_session_info own;
        snet_session_get_info(session, &own);
        for (unsigned i = 0; snet_session_user(session) == spin && i < spin->pair_count; i++) {
            struct spin_pair *pair = &spin->pairs[i];
            struct snet_session_info info = {0};
            if (pair->apps[SPIN_CLIENT].session != NULL) {
                snet_session_get_info(pair->apps[SPIN_CLIENT].session, &info);
            }
            if (!pair->matched && info.id != 0 && info.id == own.id) {
                pair->matched = true;
                pair->apps[SPIN_SERVER].session = session;
                pair->apps[SPIN_SERVER].opened = true;
                snet_session_set_user(session, &pair->apps[SPIN_SERVER]);
            }
        }
    }
}

static uint64_t step_received(const struct spin_app *app)
{
    struct snet_session_info info = {.received = app->read};
    if (app->session != NULL) {
        snet_session_get_info(app->session, &info);
    }
    return info.received;
}

/* A session that ended cleanly: what the end that says so may conclude from it. */
static void step_check_clean(const struct spin *spin, const struct spin_pair *pair, unsigned index)
{
    const struct spin_app *app = &pair->apps[index];
    const struct spin_app *peer = &pair->apps[1 - index];
    const bool got_all = peer->shut && step_received(app) == peer->written;
    const bool gave_all =
        app->shut && (peer->session == NULL || step_received(peer) == app->written);
    if (spin_secure(spin)) {
        FUZZ_CHECK(got_all && gave_all);
    } else if (index == SPIN_CLIENT) {
        FUZZ_CHECK(got_all || gave_all);
    } else {
        FUZZ_CHECK(gave_all);
    }
}

/* The other end's session is gone, or was never known to be there. */
static bool step_gone(const struct spin_app *app)
{
    return app->session == NULL || app->ended;
}

/*
 * A session of snet/3 that is open ends by what its two applications do, by time, or for want of
 * memory, and by nothing that the network does: no bit that is flipped, nothing that is replayed or
 * made up ends it.
 */
static bool step_may_end(const struct spin *spin, const struct spin_pair *pair, unsigned index)
{
    const struct spin_app *app = &pair->apps[index];
    const struct spin_app *peer = &pair->apps[1 - index];
    switch (snet_err_class_of(app->end_err)) {
    case SNET_CLASS_GONE:
        break;
    case SNET_CLASS_SYSTEM:
        return spin->memory_failed;
    case SNET_CLASS_OK:
    case SNET_CLASS_AGAIN:
    case SNET_CLASS_LINK:
    case SNET_CLASS_PEER:
    case SNET_CLASS_AUTH:
    case SNET_CLASS_LIMIT:
    case SNET_CLASS_USAGE:
    case SNET_CLASS_BUG:
        return false;
    }
    if (app->end_err == SNET_ERR_EXPIRED || app->end_err == SNET_ERR_CLOSE_UNCONFIRMED) {
        return spin->now >= SNET_RESUME_TIMEOUT_DEFAULT_NS || (app->shut && step_gone(peer));
    }
    if (app->end_err == SNET_ERR_SERVER_RESTARTED || app->end_err == SNET_ERR_REFUSED ||
        app->end_err == SNET_ERR_PEER_ABORTED) {
        return step_gone(peer);
    }
    if (app->end_err == SNET_ERR_EVICTED) {
        return spin->budget.send_budget_bytes != 0; /* it held memory that others want */
    }
    return app->end_err == SNET_ERR_CLOSED || app->end_err == SNET_ERR_ABORTED;
}

static void step_check_end(const struct spin *spin, const struct spin_pair *pair, unsigned index)
{
    const struct spin_app *app = &pair->apps[index];
    FUZZ_CHECK(app->end_err != SNET_OK);
    FUZZ_CHECK(snet_err_class_of(app->end_err) != SNET_CLASS_BUG);
    /* A shutdown before the session is open gives it up. */
    FUZZ_CHECK(app->end_err != SNET_ERR_ABORTED || app->aborted || app->shut);
    FUZZ_CHECK(!spin_secure(spin) || !app->opened || step_may_end(spin, pair, index));
    if (app->end_err == SNET_ERR_CLOSED && !pair->tainted && !pair->doubtful) {
        step_check_clean(spin, pair, index);
    }
}

static void step_session_event(struct spin *spin, unsigned core,
                               const struct snet_core_event *event)
{
    void *user = snet_session_user(event->session);
    if (core == SPIN_SERVER && event->type == SNET_CORE_EVENT_OPENED) {
        FUZZ_CHECK(user == NULL);
        snet_session_set_user(event->session, spin);
        return;
    }
    FUZZ_CHECK(user != NULL);
    if (user == spin) {
        if (event->type == SNET_CORE_EVENT_ENDED) {
            snet_session_free(event->session, spin->now);
        }
        return;
    }
    struct spin_app *app = user;
    struct spin_pair *pair = spin->pairs;
    pair += &pair[1].apps[core] <= app ? 1 : 0;
    FUZZ_CHECK(app == &pair->apps[core] && app->session == event->session);
    if (event->type == SNET_CORE_EVENT_DIAL) {
        pair->dials++;
    } else if (event->type == SNET_CORE_EVENT_OPENED) {
        app->opened = true;
    } else if (event->type == SNET_CORE_EVENT_ENDED) {
        FUZZ_CHECK(!app->ended);
        app->ended = true;
        app->end_err = event->err;
        step_check_end(spin, pair, core);
    }
}

/* --- The oracle --------------------------------------------------------------------------- */

static void step_check(const struct spin *spin)
{
    for (unsigned core = 0; core < 2; core++) {
        const struct snet_list *sessions = &spin->cores[core]->sessions;
        struct snet_list_node *node = snet_list_first(sessions);
        struct snet_core_stats stats;
        for (; node != NULL; node = snet_list_next(sessions, node)) {
            snet_session_check(SNET_CONTAINER(node, snet_session, task.node));
        }
        snet_core_totals(spin->cores[core], &stats);
        FUZZ_CHECK(spin->budget.send_budget_bytes == 0 ||
                   stats.send_bytes <= spin->budget.send_budget_bytes);
        FUZZ_CHECK(spin->budget.recv_budget_bytes == 0 ||
                   stats.recv_bytes <= spin->budget.recv_budget_bytes);
    }
    for (unsigned i = 0; i < spin->pair_count; i++) {
        const struct spin_pair *pair = &spin->pairs[i];
        for (unsigned index = 0; !pair->tainted && index < 2; index++) {
            FUZZ_CHECK(step_received(&pair->apps[index]) <= pair->apps[1 - index].written);
        }
    }
    spin_net_check(spin);
}

void spin_drain(struct spin *spin)
{
    struct snet_core_event event;
    for (unsigned core = 0; core < 2; core++) {
        while (snet_core_next_event(spin->cores[core], &event)) {
            if (event.link != NULL) {
                spin_net_event(spin, &event);
            } else {
                step_session_event(spin, core, &event);
            }
        }
    }
    step_match(spin);
    step_check(spin);
}

/* --- Time --------------------------------------------------------------------------------- */

void spin_pass(struct spin *spin, uint64_t duration_ns)
{
    spin->now += duration_ns;
    snet_core_tick(spin->cores[SPIN_CLIENT], spin->now);
    snet_core_tick(spin->cores[SPIN_SERVER], spin->now);
    spin_drain(spin);
}

bool spin_pass_to_deadline(struct spin *spin, uint64_t max_ns)
{
    uint64_t due = SNET_NEVER;
    for (unsigned core = 0; core < 2; core++) {
        const uint64_t next = snet_core_deadline(spin->cores[core]);
        due = next < due ? next : due;
    }
    if (due == SNET_NEVER) {
        return false;
    }
    const uint64_t resume_timeout_ns = due > spin->now ? due - spin->now : 0;
    spin_pass(spin, resume_timeout_ns < max_ns ? resume_timeout_ns : max_ns);
    return true;
}

/* --- The end ------------------------------------------------------------------------------ */

/*
 * On the legacy wires two ends that both end their streams while the other still has something to
 * say may cross their FINs on one link after another [PROTO 7.6], without end.
 */
static bool step_may_cross(const struct spin *spin, const struct spin_pair *pair)
{
    return !spin_secure(spin) && pair->apps[SPIN_CLIENT].shut && pair->apps[SPIN_SERVER].shut;
}

static bool step_complete(const struct spin *spin, const struct spin_pair *pair)
{
    const struct spin_app *client = &pair->apps[SPIN_CLIENT];
    const struct spin_app *server = &pair->apps[SPIN_SERVER];
    if (client->session == NULL || client->ended || pair->tainted || step_may_cross(spin, pair)) {
        return true;
    }
    return server->session != NULL && client->read == server->written &&
           server->read == client->written;
}

static bool step_all_complete(const struct spin *spin)
{
    bool complete = true;
    for (unsigned i = 0; i < spin->pair_count; i++) {
        complete = complete && step_complete(spin, &spin->pairs[i]);
    }
    return complete;
}

/* Whether there was anything to read. */
static bool step_read_all(struct spin *spin)
{
    bool any = false;
    for (unsigned i = 0; i < spin->pair_count; i++) {
        for (unsigned index = 0; index < 2; index++) {
            while (spin_app_read(spin, &spin->pairs[i], index, SIZE_MAX) > 0) {
                any = true;
            }
        }
    }
    spin_drain(spin);
    return any;
}

void spin_heal(struct spin *spin)
{
    for (unsigned i = 0; i < 2; i++) {
        spin->envs[i].fail_at = 0;
        spin->envs[i].fail_one_in = 0;
    }
    for (unsigned i = 0; i < SPIN_CONNS_MAX; i++) {
        if (spin->conns[i].used && spin->conns[i].stranger) {
            spin_net_break(spin, &spin->conns[i], SPIN_SERVER);
        }
    }
    spin_drain(spin);
    bool moves = true;
    for (unsigned round = 0; moves && round < SPIN_HEAL_MAX; round++) {
        spin_net_settle(spin);
        moves = step_read_all(spin);
        if (!moves && step_all_complete(spin)) {
            return;
        }
        moves = moves || spin_pass_to_deadline(spin, SNET_NEVER);
    }
    FUZZ_CHECK(step_all_complete(spin));
}
