/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Strangers: those who connect to the server without a key, those who answer in its place, and
 * those on the path who change what goes by.
 */
#include "codec/legacy.h"
#include "core/link.h"
#include "core/session.h"
#include "tests/sim/sim.h"

#include <string.h>

/* A stranger repeats a whole resume of snet/1 or 2: remembers what the client had read by then. */
static void stranger_replay(struct sim *sim, unsigned slot, size_t replayed_len)
{
    const bool prefixed = sim->plan.wire == SNET_WIRE_2;
    const struct snet_legacy_format format = {.prefixed = prefixed, .challenged = prefixed};
    const size_t len = snet_legacy_resume_len(&format);
    struct snet_legacy_resume resume;
    struct sim_app *client = &sim->clients[sim->record_client[slot]];
    if (sim->plan.wire == SNET_WIRE_3 || !sim->record_resumes[slot] || replayed_len < len ||
        snet_legacy_resume_decode(&format, sim->records[slot], len, &resume) != SNET_OK) {
        return;
    }
    if (!client->replayed || resume.read_count < client->replayed_read) {
        client->replayed_read = resume.read_count;
    }
    client->replayed = true;
}

/* A stranger's connection: garbage, a truncated or a complete replay, then silence or a close. */
static void stranger_comes(struct sim *sim)
{
    struct sim_conn *conn = sim_net_new_conn(sim);
    if (conn == NULL) {
        return;
    }
    conn->sides[0].stranger = true;
    sim_team_connect(sim, conn);
    struct sim_side *side = &conn->sides[1];
    const unsigned known =
        sim->record_count < SIM_RECORDS_MAX ? sim->record_count : SIM_RECORDS_MAX;
    if (known > 0 && !sim_one_in(sim, 3)) {
        const unsigned slot = (unsigned)sim_below(sim, known);
        side->queued = sim->record_len[slot];
        memcpy(side->queue, sim->records[slot], side->queued);
        side->queued = sim_one_in(sim, 2) ? side->queued : (size_t)sim_below(sim, side->queued + 1);
        stranger_replay(sim, slot, side->queued);
    } else {
        side->queued = (size_t)sim_below(sim, 100);
        for (size_t i = 0; i < side->queued; i++) {
            side->queue[i] = (uint8_t)sim_below(sim, i < 9 && sim_one_in(sim, 2) ? 2 : 256);
        }
    }
    if ((side->link != NULL || conn->arrives) && sim_one_in(sim, 2)) {
        side->fin = true;
    }
}

/* A refusal that anybody can write, in place of what was on its way to the client. */
static void stranger_forge(struct sim *sim, struct sim_conn *conn)
{
    static const uint8_t codes[] = {1, 2, 6, 7, 16, 17, 18, 19, 20, 21, 22};
    struct sim_side *side = &conn->sides[0];
    const uint8_t forged[SIM_FORGED_BYTES] = {
        0xC3, 0x83, 3, 3, sim->plan.suite, 0, 20, 0, codes[sim_below(sim, sizeof codes)]};
    if (side->link != NULL && !side->stranger && side->link->session != NULL &&
        side->link->session->state != SNET_SESSION_OPENING) {
        memcpy(side->queue, forged, sizeof forged);
        side->queued = sizeof forged;
    }
}

/* What is on its way of a client whose session is not open is not what it or its server sent. */
static void stranger_spoil(struct sim *sim, const struct sim_conn *conn)
{
    struct sim_app *client = &sim->clients[conn->client];
    client->spoilt = client->spoilt || (!conn->sides[0].stranger && !client->opened);
}

void sim_stranger_tamper(struct sim *sim, struct sim_conn *conn)
{
    struct sim_side *side = &conn->sides[sim_below(sim, 2)];
    const unsigned how = (unsigned)sim_below(sim, 3);
    if (how == 0) {
        stranger_forge(sim, conn);
    } else if (side->queued > 0) {
        stranger_spoil(sim, conn);
        conn->tampered = true;
        const size_t at = (size_t)sim_below(sim, side->queued);
        if (how == 1) {
            side->queue[at] = (uint8_t)(side->queue[at] ^ (1u << sim_below(sim, 8)));
        } else {
            memmove(side->queue + at, side->queue + at + 1, side->queued - at - 1);
            side->queued--;
        }
    }
}

void sim_strangers(struct sim *sim, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        stranger_comes(sim);
    }
}

void sim_stranger_portal(struct sim *sim, struct sim_conn *conn)
{
    static const char page[] = "HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\n\r\n";
    struct sim_side *client = &conn->sides[0];
    conn->sides[1].stranger = true;
    const unsigned how = (unsigned)sim_below(sim, 4);
    if (how == 0) {
        client->reset = true;
    } else if (how < 3) {
        client->queued = how == 1 ? (size_t)sim_below(sim, sizeof page) : 0;
        memcpy(client->queue, page, client->queued);
        client->fin = true;
    } /* else it says nothing */
}
