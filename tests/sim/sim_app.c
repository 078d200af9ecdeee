/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/session.h"
#include "tests/sim/sim.h"

#include <string.h>

#define APP_CHUNK_BYTES 3000u
/* A lazy reader stops after so many reads, on average, for so long at most. */
#define APP_LAZY_READS 6u
#define APP_LAZY_NS (5 * SNET_SECOND_NS)

#define APP_WORD_BYTES 8u
/* Whole words around a chunk. */
#define APP_WORDS_BYTES (APP_CHUNK_BYTES + 2 * APP_WORD_BYTES)

/* The bytes of the stream with `salt` in the word with this number, the first of them lowest. */
static uint64_t app_word(uint64_t salt, uint64_t number)
{
    uint64_t mixed = (number + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ salt;
    mixed ^= mixed >> 29;
    return mixed * UINT64_C(0xbf58476d1ce4e5b9);
}

/* In this form compilers see one store, where the processor allows it. */
static void app_store(uint8_t *ret_bytes, uint64_t word)
{
    ret_bytes[0] = (uint8_t)word;
    ret_bytes[1] = (uint8_t)(word >> 8);
    ret_bytes[2] = (uint8_t)(word >> 16);
    ret_bytes[3] = (uint8_t)(word >> 24);
    ret_bytes[4] = (uint8_t)(word >> 32);
    ret_bytes[5] = (uint8_t)(word >> 40);
    ret_bytes[6] = (uint8_t)(word >> 48);
    ret_bytes[7] = (uint8_t)(word >> 56);
}

/* `len` bytes of the stream with `salt` from `offset` on, made in `memory`; a place in that. */
static const uint8_t *app_pattern(uint8_t memory[APP_WORDS_BYTES], uint64_t salt, uint64_t offset,
                                  size_t len)
{
    const size_t skip = (size_t)(offset % APP_WORD_BYTES);
    for (size_t i = 0; i < skip + len; i += APP_WORD_BYTES) {
        app_store(memory + i, app_word(salt, (offset + i) / APP_WORD_BYTES));
    }
    return memory + skip;
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

/* Its program runs: it is not in a loop that stands still. */
static bool app_runs(const struct sim *sim, const struct sim_app *app)
{
    return app->session != NULL && !sim_team_stands(sim, app->session->core);
}

bool sim_app_write(struct sim *sim, struct sim_app *app)
{
    uint8_t memory[APP_WORDS_BYTES];
    const uint64_t left = app->to_write - app->written;
    if (!app_runs(sim, app)) {
        return false;
    }
    if (left == 0 && sim->plan.wire == SNET_WIRE_3 && sim->plan.eager && app->opened) {
        sim_app_shut(sim, app);
    }
    if (app->ended || app->shut || app->blocked || left == 0) {
        return false;
    }
    size_t len = 1 + (size_t)sim_below(sim, sim_one_in(sim, 3) ? 20 : APP_CHUNK_BYTES);
    len = len < left ? len : (size_t)left;
    const uint8_t *chunk = app_pattern(memory, app->salt, app->written, len);
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
    uint8_t memory[APP_WORDS_BYTES];
    size_t len = 0;
    if (!app_runs(sim, app) || sim->now < app->read_at_ns || sim_app_hostile(sim, app)) {
        return false;
    }
    const size_t want = 1 + (size_t)sim_below(sim, APP_CHUNK_BYTES);
    if (snet_session_read(app->session, chunk, want, &len, sim->now) != SNET_OK) {
        return false;
    }
    if (memcmp(chunk, app_pattern(memory, app->peer_salt, app->read, len), len) != 0) {
        sim_fail(sim, "a byte arrived that was not written there");
        return false;
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
    if (event->type == SNET_CORE_EVENT_WRITABLE || event->type == SNET_CORE_EVENT_OPENED) {
        app->blocked = false;
        app->opened = true;
    } else if (event->type == SNET_CORE_EVENT_RESUMED) {
        app->resumed_ns = sim->now;
        app->resumed_read = app->session->inbox.received;
    } else if (event->type == SNET_CORE_EVENT_LOST) {
        app->lost_err = event->err;
        app->lived_ns = sim->now - app->resumed_ns;
        app->resumed_idle =
            app->resumed_ns != 0 && app->session->inbox.received == app->resumed_read;
    } else if (event->type == SNET_CORE_EVENT_ENDED) {
        app->ended = true;
        app->end_err = event->err;
    }
}
