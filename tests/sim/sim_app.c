/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/session.h"
#include "tests/sim/sim.h"

#define APP_CHUNK_BYTES 3000u
/* A lazy reader stops after so many reads, on average, for so long at most. */
#define APP_LAZY_READS 6u
#define APP_LAZY_NS (5 * SNET_SECOND_NS)

/* The byte at `offset` of the stream with `salt`. */
static uint8_t app_pattern(uint64_t salt, uint64_t offset)
{
    uint64_t mixed = (offset / 8 + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ salt;
    mixed ^= mixed >> 29;
    mixed *= UINT64_C(0xbf58476d1ce4e5b9);
    return (uint8_t)(mixed >> (8 * (offset % 8)));
}

void sim_app_init(struct sim_app *app, snet_session *session, uint64_t salt, uint64_t peer_salt)
{
    app->session = session;
    app->salt = salt;
    app->peer_salt = peer_salt;
    app->opened = session->server != NULL;
}

void sim_app_shut(struct sim *sim, struct sim_app *app)
{
    if (app->session != NULL && !app->shut) {
        app->shut = true;
        snet_session_shutdown(app->session, sim->now);
    }
}

void sim_app_abort(struct sim *sim, struct sim_app *app)
{
    if (app->session != NULL && !app->ended && !app->aborted) {
        app->aborted = true;
        snet_session_abort(app->session, sim->now);
    }
}

bool sim_app_hostile(const struct sim *sim, const struct sim_app *app)
{
    return sim->plan.hostile && app == &sim->clients[0];
}

bool sim_app_write(struct sim *sim, struct sim_app *app)
{
    uint8_t chunk[APP_CHUNK_BYTES];
    const uint64_t left = app->to_write - app->written;
    if (left == 0 && sim->plan.wire == SNET_WIRE_3 && sim->plan.eager && app->opened) {
        sim_app_shut(sim, app);
    }
    if (app->session == NULL || app->ended || app->shut || app->blocked || left == 0) {
        return false;
    }
    size_t len = 1 + (size_t)sim_below(sim, sim_one_in(sim, 3) ? 20 : APP_CHUNK_BYTES);
    len = len < left ? len : (size_t)left;
    for (size_t i = 0; i < len; i++) {
        chunk[i] = app_pattern(app->salt, app->written + i);
    }
    size_t written = 0;
    const snet_err err = snet_session_write(app->session, chunk, len, &written, sim->now);
    if (err == SNET_ERR_AGAIN) {
        app->blocked = true;
        return false;
    }
    if (err != SNET_OK) {
        return false;
    }
    app->written += written;
    return true;
}

bool sim_app_read(struct sim *sim, struct sim_app *app)
{
    uint8_t chunk[APP_CHUNK_BYTES];
    size_t len = 0;
    if (app->session == NULL || sim->now < app->read_at_ns || sim_app_hostile(sim, app)) {
        return false;
    }
    const size_t want = 1 + (size_t)sim_below(sim, APP_CHUNK_BYTES);
    if (snet_session_read(app->session, chunk, want, &len, sim->now) != SNET_OK) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (chunk[i] != app_pattern(app->peer_salt, app->read + i)) {
            sim_fail(sim, "a byte arrived that was not written there");
            return false;
        }
    }
    app->read += len;
    if (sim->plan.lazy_readers && sim_one_in(sim, APP_LAZY_READS)) {
        app->read_at_ns = sim->now + sim_below(sim, APP_LAZY_NS);
    }
    if (app->read > app->to_read) {
        sim_fail(sim, "more bytes arrived than were written");
    }
    return true;
}

static uint64_t app_deadline(const struct sim *sim, const struct sim_app *app)
{
    const bool waits = app->session != NULL && app->session->inbox.chain.len > 0;
    return waits && app->read_at_ns > sim->now ? app->read_at_ns : SNET_NEVER;
}

uint64_t sim_app_deadline(const struct sim *sim)
{
    uint64_t deadline = SNET_NEVER;
    for (unsigned i = 0; i < sim->plan.clients; i++) {
        const uint64_t client = app_deadline(sim, &sim->clients[i]);
        const uint64_t server = app_deadline(sim, &sim->servers[i]);
        deadline = client < deadline ? client : deadline;
        deadline = server < deadline ? server : deadline;
    }
    return deadline;
}

void sim_app_event(struct sim *sim, struct sim_app *app, const struct snet_core_event *event)
{
    (void)sim;
    if (event->type == SNET_CORE_EVENT_WRITABLE || event->type == SNET_CORE_EVENT_OPENED) {
        app->blocked = false;
        app->opened = true;
    } else if (event->type == SNET_CORE_EVENT_LOST) {
        app->lost_err = event->err;
    } else if (event->type == SNET_CORE_EVENT_ENDED) {
        app->ended = true;
        app->end_err = event->err;
    }
}
