/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/spin.h"

#define APP_CHUNK_BYTES 4096u

/* The byte at `offset` of the stream with `salt`. */
static uint8_t app_pattern(uint64_t salt, uint64_t offset)
{
    uint64_t mixed = (offset / 8 + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ salt;
    mixed ^= mixed >> 29;
    mixed *= UINT64_C(0xbf58476d1ce4e5b9);
    return (uint8_t)(mixed >> (8 * (offset % 8)));
}

void spin_app_write(struct spin *spin, struct spin_app *app, size_t len)
{
    uint8_t chunk[APP_CHUNK_BYTES];
    size_t written = 0;
    if (app->session == NULL || len == 0) {
        return;
    }
    len = len < sizeof chunk ? len : sizeof chunk;
    for (size_t i = 0; i < len; i++) {
        chunk[i] = app_pattern(app->salt, app->written + i);
    }
    const snet_err err = snet_session_write(app->session, chunk, len, &written, spin->now);
    if (err == SNET_OK) {
        FUZZ_CHECK(written > 0 && written <= len);
        FUZZ_CHECK(!app->shut && !app->ended);
        app->written += written;
    }
}

/* A clean end of a stream: its writer had written its last byte, and here they all are. */
static void app_check_closed(const struct spin *spin, const struct spin_pair *pair, unsigned index)
{
    const struct spin_app *app = &pair->apps[index];
    const struct spin_app *peer = &pair->apps[1 - index];
    if (pair->tainted || pair->doubtful) {
        return;
    }
    /* On the legacy wires the session ends as a whole when either end has ended its stream. */
    if (spin_secure(spin) || !app->shut) {
        FUZZ_CHECK(peer->shut);
        FUZZ_CHECK(app->read == peer->written);
    }
}

size_t spin_app_read(struct spin *spin, struct spin_pair *pair, unsigned index, size_t max)
{
    uint8_t chunk[APP_CHUNK_BYTES];
    size_t len = 0;
    struct spin_app *app = &pair->apps[index];
    const struct spin_app *peer = &pair->apps[1 - index];
    if (app->session == NULL || max == 0) {
        return 0;
    }
    max = max < sizeof chunk ? max : sizeof chunk;
    const snet_err err = snet_session_read(app->session, chunk, max, &len, spin->now);
    if (err == SNET_ERR_CLOSED) {
        app_check_closed(spin, pair, index);
        app->closed = true;
    }
    if (err != SNET_OK) {
        return 0;
    }
    FUZZ_CHECK(len > 0 && len <= max);
    FUZZ_CHECK(!app->closed);
    for (size_t i = 0; i < len && !pair->tainted; i++) {
        FUZZ_CHECK(chunk[i] == app_pattern(peer->salt, app->read + i));
    }
    app->read += len;
    FUZZ_CHECK(pair->tainted || app->read <= peer->written);
    return len;
}

void spin_app_shutdown(struct spin *spin, struct spin_app *app)
{
    if (app->session != NULL) {
        app->shut = true;
        snet_session_shutdown(app->session, spin->now);
    }
}

void spin_app_abort(struct spin *spin, struct spin_app *app)
{
    if (app->session != NULL) {
        app->aborted = true;
        snet_session_abort(app->session, spin->now);
    }
}

void spin_app_free(struct spin *spin, struct spin_app *app)
{
    if (app->session != NULL) {
        app->aborted = app->aborted || !app->ended;
        snet_session_free(app->session, spin->now);
        app->session = NULL;
    }
}
