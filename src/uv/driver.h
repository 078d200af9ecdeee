/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The inside of the libuv driver: what its conns share. See <snet/uv.h> for what it does.
 *
 * After every callback of libuv, and before the loop waits, the driver carries out the core's
 * events (snet_driver_drain), so that no memory of a session is used after it has gone.
 *
 * Ownership: the driver owns core, conns, dialers and listeners. Thread: that of the loop.
 */
#ifndef SNET_UV_DRIVER_H
#define SNET_UV_DRIVER_H

#include <snet/uv.h>

#include "base/list.h"
#include "uv/netwatch.h"

#define SNET_DRIVER_SCRATCH_BYTES 65536u
/* How often conns that do not read are probed for their death. */
#define SNET_DRIVER_PROBE_MS 1000u

struct snet_uv {
    uv_loop_t *loop;
    struct snet_uv_config config;
    snet_uv_event_fn *on_dial; /* NULL: nobody else is told that a connection is made */
    snet_core *core;
    struct snet_list conns;
    struct snet_list paused;
    struct snet_list dialers;
    struct snet_list servers;
    struct snet_list loans;
    bool loans_unsettled; /* one was asked for or given back */
    struct snet_list corks;
    uv_prepare_t prepare;
    uv_timer_t timer;
    uv_timer_t probe;
    uv_timer_t watch; /* of the network */
    uv_timer_t conn_inline_timer;
    uv_timer_t coalesce_timer;
    struct snet_netwatch network;
    unsigned open_handles;
    bool draining;
    uv_mutex_t *mutex;    /* NULL: used on the loop's thread alone */
    uv_async_t *wake;     /* of the one who shares it */
    uint64_t timer_at_ns; /* what the timer was set for */
    char scratch[SNET_DRIVER_SCRATCH_BYTES];
    char conn_inline_scratch[SNET_DRIVER_SCRATCH_BYTES]; /* of who holds the mutex */
};

/*
 * From now on other threads may use the core and the sessions while they hold `mutex`, which the
 * driver's callbacks hold, too. Right after snet_uv_new. `wake` interrupts the loop.
 */
void snet_driver_share(snet_uv *driver, uv_mutex_t *mutex, uv_async_t *wake);
/* From now on `on_dial` gets the events that ask for connections, as `on_event` the others. */
void snet_driver_tell_dials(snet_uv *driver, snet_uv_event_fn *on_dial);
/* Around everything that happens on the loop. */
void snet_driver_enter(snet_uv *driver);
void snet_driver_leave(snet_uv *driver);
/*
 * Another thread, which holds the mutex, has used a session: sends what that yields at once, and
 * wakes the loop for what only the loop can do.
 */
void snet_driver_used(snet_uv *driver, snet_session *session);
/* Carries out all events of the core. Does nothing when called from within itself. */
void snet_driver_drain(snet_uv *driver);
/* A conn has stopped reading. */
void snet_driver_watch_paused(snet_uv *driver);
/* Socket options for links that speak one of `wires` and whose session keeps `history_bytes`. */
struct snet_stream_options snet_driver_options(const snet_uv *driver, unsigned wires,
                                               uint32_t history_bytes);

#endif
