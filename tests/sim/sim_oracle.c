/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The oracle: how a stream has to end, and the few ways in which one may end short, each with the
 * clause that says so.
 */
#include "core/legacy/ending.h"
#include "core/session.h"
#include "tests/sim/sim.h"

/*
 * A client of snet/2 cannot know whether its proof arrived. When it was lost, the server has no
 * such session, and the client is told so [PROTO 9.4]. On snet/3 its first record proves it, and a
 * session without one is kept as long as a handshake may take.
 */
static bool oracle_never_began(const struct sim *sim, unsigned which)
{
    const snet_err err = sim->clients[which].end_err;
    const bool told = sim->plan.wire == SNET_WIRE_2
                          ? err == SNET_ERR_REFUSED
                          : sim->plan.wire == SNET_WIRE_3 &&
                                (err == SNET_ERR_REFUSED || err == SNET_ERR_SERVER_RESTARTED ||
                                 err == SNET_ERR_CLOSE_UNCONFIRMED || err == SNET_ERR_NO_ANSWER);
    return told && sim->servers[which].session == NULL;
}

/*
 * With barely enough pages for all, a server of snet/3 may drop a session that has no connection to
 * make room for others [PROTO 20.1]; both ends are told.
 */
static bool oracle_evicted(const struct sim *sim, unsigned which)
{
    const struct sim_app *client = &sim->clients[which];
    const bool forgotten =
        sim->plan.alloc_fail_one_in != 0 &&
        (client->end_err == SNET_ERR_SERVER_RESTARTED || client->end_err == SNET_ERR_REFUSED ||
         client->end_err == SNET_ERR_CLOSE_UNCONFIRMED);
    return sim->plan.budget_bytes != 0 && sim->servers[which].end_err == SNET_ERR_EVICTED &&
           (!client->ended || client->end_err == SNET_ERR_EVICTED || forgotten);
}

/*
 * The server refuses a HELLO that somebody has changed on its way before it can see that, and the
 * client fails at once [PROTO 14.1] [PROTO 14.4]. The header in clear is all that it takes.
 */
static bool oracle_spoilt(const struct sim *sim, unsigned which)
{
    const struct sim_app *client = &sim->clients[which];
    return client->spoilt && !client->opened && sim->servers[which].session == NULL &&
           (client->end_err == SNET_ERR_BAD_HELLO || client->end_err == SNET_ERR_BAD_PATTERN ||
            client->end_err == SNET_ERR_BAD_SUITE);
}

/*
 * On snet/1 a stranger ends a session with a resume that was never accepted, once more than a
 * history has passed since it was sent: nothing tells it from its client's [PROTO 6.4]. That is
 * refused from then on. On snet/2 there is a challenge.
 */
static bool oracle_overrun_by_stranger(const struct sim *sim, unsigned which)
{
    const struct sim_app *client = &sim->clients[which];
    const struct sim_app *server = &sim->servers[which];
    return sim->plan.wire < SNET_WIRE_2 && client->replayed &&
           server->end_err == SNET_ERR_HISTORY_OVERRUN &&
           client->replayed_read + sim->plan.history_bytes < server->written &&
           (!client->ended || client->end_err == SNET_ERR_REFUSED ||
            client->end_err == SNET_ERR_CLOSE_UNCONFIRMED);
}

/* The server has never had such a session, as far as its client can know. */
static bool oracle_unserved(const struct sim *sim, unsigned which)
{
    return oracle_never_began(sim, which) || oracle_spoilt(sim, which);
}

/* Its server was killed: it has to hear so, and no end is clean with bytes missing. */
static bool oracle_killed(const struct sim *sim, unsigned which)
{
    return sim->clients[which].killed;
}

/*
 * Whether a server that was killed looks like one whose stream has ended, as on snet/1 it may: a
 * proxy has said FIN right behind a resume, and swallowed what was on its way [PROTO 7.5].
 */
static bool oracle_looks_over(const struct sim *sim, const struct sim_app *client)
{
    return sim->plan.wire < SNET_WIRE_2 && client->lost_err == SNET_ERR_LINK_FIN &&
           client->resumed_idle && client->lived_ns <= SNET_ENDING_SHOWN_MAX_NS;
}

static void oracle_check_killed(struct sim *sim, unsigned which)
{
    const struct sim_app *client = &sim->clients[which];
    if (!client->ended || client->aborted || client->over_when_killed) {
        return;
    }
    /* On the legacy wires a clean end says nothing of the client's own bytes [PROTO 7.5]. */
    const bool complete =
        client->session->inbox.received == sim->servers[which].to_write &&
        (sim->plan.wire != SNET_WIRE_3 || client->killed_read == client->to_write);
    if (client->end_err == SNET_ERR_CLOSED
            ? !complete && !oracle_looks_over(sim, client)
            : client->end_err != SNET_ERR_SERVER_RESTARTED && client->end_err != SNET_ERR_REFUSED &&
                  client->end_err != SNET_ERR_CLOSE_UNCONFIRMED) {
        sim_fail(sim, snet_err_message(client->end_err));
    }
}

static bool oracle_hostile(const struct sim *sim, unsigned which)
{
    return sim_app_hostile(sim, &sim->clients[which]);
}

bool sim_excused(const struct sim *sim, unsigned which)
{
    if (oracle_killed(sim, which) || oracle_hostile(sim, which)) {
        return true;
    }
    /* All else is known by how an end has ended. */
    return (sim->clients[which].end_err != SNET_OK || sim->servers[which].end_err != SNET_OK) &&
           (oracle_unserved(sim, which) || oracle_evicted(sim, which) ||
            oracle_overrun_by_stranger(sim, which));
}

bool sim_over(const struct sim *sim)
{
    for (unsigned i = 0; i < sim->plan.clients; i++) {
        if (!sim->clients[i].ended) {
            return false;
        }
        const bool served = !oracle_killed(sim, i) && !oracle_unserved(sim, i) &&
                            !(oracle_hostile(sim, i) && sim->servers[i].session == NULL);
        if (served && !sim->servers[i].ended) {
            return false;
        }
    }
    return true;
}

bool sim_complete(const struct sim *sim, unsigned which)
{
    const struct sim_app *client = &sim->clients[which];
    const struct sim_app *server = &sim->servers[which];
    return server->session != NULL && client->written == client->to_write &&
           client->read == client->to_read && server->written == server->to_write &&
           server->read == server->to_read;
}

/* As above, but the last bytes may lie in an inbox. */
static bool oracle_complete_or_unread(const struct sim *sim, unsigned which)
{
    const struct sim_app *client = &sim->clients[which];
    const struct sim_app *server = &sim->servers[which];
    if (server->session == NULL) {
        return false;
    }
    return server->session->inbox.received == client->to_write &&
           client->session->inbox.received == server->to_write;
}

/* On snet/3 both ends end clean, each when all is delivered to both, and not before. */
static void oracle_check_end_3(struct sim *sim, unsigned which)
{
    const struct sim_app *apps[] = {&sim->clients[which], &sim->servers[which]};
    for (unsigned i = 0; i < 2; i++) {
        if (!apps[i]->ended || sim_excused(sim, which)) {
            continue;
        }
        if (!oracle_complete_or_unread(sim, which)) {
            sim_fail(sim, "a session ended before all had arrived");
        }
        /* Without memory for a tomb, a server may have forgotten that it has confirmed the end. */
        const bool forgotten =
            sim->plan.alloc_fail_one_in != 0 && apps[i]->end_err == SNET_ERR_CLOSE_UNCONFIRMED;
        if (apps[i]->end_err != SNET_ERR_CLOSED && !forgotten) {
            sim_fail(sim, snet_err_message(apps[i]->end_err));
        }
    }
}

/* On snet/1 who repeats a goodbye counts as its client: that has everything, and is refused
 * [PROTO 7.3]. */
static bool oracle_said_goodbye(const struct sim *sim, unsigned which)
{
    return sim->plan.wire < SNET_WIRE_2 && sim->clients[which].replayed &&
           sim->servers[which].end_err == SNET_ERR_CLOSED;
}

/*
 * A client may only end once all is delivered. Its end is clean, but on snet/1 a fault of before
 * the calm may have spoilt the last goodbye: without the server's FIN a refusal is an error, as it
 * must be [PROTO 7.5]. On snet/2 the end is proven.
 */
void sim_check_end(struct sim *sim, unsigned which)
{
    const struct sim_app *client = &sim->clients[which];
    const struct sim_app *server = &sim->servers[which];
    if (!client->ended && !server->ended) {
        return;
    }
    if (oracle_killed(sim, which)) {
        oracle_check_killed(sim, which);
    }
    if (sim_excused(sim, which)) {
        return;
    }
    const bool spoilt = sim->plan.wire != SNET_WIRE_2 && client->end_err == SNET_ERR_REFUSED &&
                        (client->lost_err != SNET_ERR_LINK_FIN || oracle_said_goodbye(sim, which));
    if (sim->plan.wire == SNET_WIRE_3) {
        oracle_check_end_3(sim, which);
        return;
    }
    if (client->ended && !sim->calm && client->end_err == SNET_ERR_CLOSED) {
        sim_fail(sim, "a session ended short and clean");
    }
    if (client->ended && (!sim->calm || (client->end_err != SNET_ERR_CLOSED && !spoilt))) {
        sim_fail(sim, snet_err_message(client->end_err));
    }
    if (server->ended && !sim->calm) {
        sim_fail(sim, "a server's session ended early");
    }
}
