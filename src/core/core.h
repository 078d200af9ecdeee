/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The inside of a core: what its sessions, links and servers share. It is a heap of the timers of
 * tasks and a queue of the tasks with events (core/task.h).
 *
 * Ownership: the core owns everything reachable from it. Thread: the core's.
 */
#ifndef SNET_CORE_CORE_H
#define SNET_CORE_CORE_H

#include <snet/core.h>

#include "base/list.h"
#include "base/pool.h"
#include "base/timer.h"
#include "core/pressure.h"
#include "core/reserves.h"
#include "core/secrets.h"
#include "core/task.h"
#include "core/turns.h"

/* What one record of snet/3 takes at most, and what it is opened in. */
#define SNET_CORE_RECORD_BYTES 16384u
#define SNET_CORE_SCRATCH_BYTES (SNET_CORE_RECORD_BYTES + 18u)

struct snet_crypto;

struct snet_core {
    struct snet_env env;
    struct snet_shares *shares; /* what it has together with other cores; or NULL */
    struct snet_crypto *crypto;
    struct snet_pool send_pool;
    struct snet_pool recv_pool;
    struct snet_timer_heap timers;
    struct snet_list ready;
    struct snet_list servers;
    struct snet_list sessions;
    struct snet_list links;
    struct snet_list farewells;     /* core/farewell.h: those kept, oldest first */
    struct snet_list farewells_due; /* of these: they wait for their turn to dial */
    unsigned farewells_dialing;
    unsigned farewells_unsaid;
    struct snet_pressure pressure;
    struct snet_holders holders;
    struct snet_reserves reserves;
    struct snet_turns turns; /* of links whose first message waits */
    struct snet_secrets secrets;
    uint64_t now_ns; /* of the last tick */
    const struct snet_suite *suites[SNET_SUITES_ADDED_MAX];
    size_t suite_count;
    uint8_t scratch[SNET_CORE_SCRATCH_BYTES];
};

/* Minimum: how late a timer is when its process has slept [PROTO 20.5]. */
#define SNET_CORE_OVERSLEPT_NS (2 * SNET_SECOND_NS)

/* Puts an event of the task among those to be taken; once, however often it is posted. */
void snet_core_post(snet_core *core, struct snet_task *task, enum snet_core_event_type type);
/* Takes a posted event back; none is needed for that. */
void snet_core_clear(snet_core *core, struct snet_task *task, enum snet_core_event_type type);
/* Takes the task out of timers and events: its object is going away. */
void snet_core_forget(snet_core *core, struct snet_task *task);
/* Memory for an object, zeroed; NULL when there is none. */
void *snet_core_alloc(snet_core *core, size_t size_bytes);
void snet_core_release(snet_core *core, void *memory);
/* A random number for `purpose`. Errors: RANDOM. */
SNET_MUST_USE snet_err snet_core_random(snet_core *core, enum snet_random_purpose purpose,
                                        uint64_t *ret_value);
/* Random bytes for `purpose`. Errors: RANDOM. */
SNET_MUST_USE snet_err snet_core_random_bytes(snet_core *core, enum snet_random_purpose purpose,
                                              uint8_t *ret_bytes, size_t len);
void snet_core_note(const snet_core *core, const struct snet_note *note);

#endif
