/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * One loop of a gateway: its sessions, and a connection to the backend for each with a relay
 * between.
 *
 * Ownership: the caller's struct. Thread: that of the loop, but where a function says otherwise.
 */
#ifndef SNET_APP_SERVE_LOOP_H
#define SNET_APP_SERVE_LOOP_H

#include <snet/uv.h>

#include "app/options.h"
#include "app/runner.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct snet_serve_loop;
typedef void snet_serve_loop_fn(struct snet_serve_loop *loop);

struct snet_serve_loop {
    struct snet_runner runner; /* first */
    const struct snet_options *options;
    snet_uv_server *server;
    uint32_t keepalive_ms;
    _Atomic(uint64_t) session_count; /* for other threads, too */
    bool draining;
    _Atomic(bool) finished;          /* draining, and without a session; for other threads, too */
    snet_serve_loop_fn *on_finished; /* it is, for the first time or again */
    void *user;                      /* of that */
};

/* Prepares the runner, which is then initialized and given its server. `log` and `options` are
   borrowed. */
void snet_serve_loop_init(struct snet_serve_loop *loop, struct snet_log *log,
                          const struct snet_options *options);
/* No new sessions, the others finish. */
void snet_serve_loop_drain(struct snet_serve_loop *loop);
/* Says that so many sessions are left to finish; of none, nothing. */
void snet_serve_loop_say_draining(const struct snet_log *log, uint64_t count);
/* How many sessions it has. Any thread. */
uint64_t snet_serve_loop_count(const struct snet_serve_loop *loop);

#endif
