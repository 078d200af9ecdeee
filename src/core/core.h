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
#include "core/task.h"

/* What one record of snet/3 takes at most, and what it is opened in. */
#define SNET_CORE_RECORD_BYTES 16384u
#define SNET_CORE_SCRATCH_BYTES (SNET_CORE_RECORD_BYTES + 18u)

struct snet_crypto;

struct snet_core {
    struct snet_env env;
    struct snet_crypto *crypto;
    struct snet_pool send_pool;
    struct snet_pool recv_pool;
    struct snet_timer_heap timers;
    struct snet_list ready;
    struct snet_list servers;
    struct snet_list sessions;
    struct snet_list links;
    struct snet_list send_waiters; /* sessions whose writer waits for a page */
    struct snet_list recv_waiters; /* links that wait for a page */
    struct snet_list detached;     /* sessions of servers without a link: see core/detached.h */
    uint64_t detached_bytes;
    uint64_t recv_reserved_bytes; /* credit given out for pages not taken yet */
    uint64_t now_ns;              /* of the last tick */
    uint64_t wake_at_ns;          /* when those are woken who wait although there are pages */
    size_t unasked;               /* sessions to be asked for pages, for writers that wait */
    const struct snet_suite *suites[SNET_SUITES_ADDED_MAX];
    size_t suite_count;
    uint8_t scratch[SNET_CORE_SCRATCH_BYTES];
};

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
/*
 * This part of the receive budget is never reserved: it is for those who have no more than what
 * everybody gets, when the readers of all others have stopped.
 */
#define SNET_CORE_UNRESERVED_DIVISOR 4u
/* Sets so many bytes of the receive budget aside; false when there are not so many. */
bool snet_core_reserve(snet_core *core, uint64_t bytes);
void snet_core_unreserve(snet_core *core, uint64_t bytes);
void snet_core_note(const snet_core *core, const struct snet_note *note);
/* So many sessions at most are asked for pages at a time. */
#define SNET_CORE_RECLAIM_MAX 64u
/* A writer finds no page: sessions with more history than they need give some back, in turn. */
void snet_core_reclaim(snet_core *core);
/*
 * Writers and links that wait for pages are woken in turn, no more of them than there are pages.
 * One that was woken may not use its page: a writer may have nothing more to say, or nothing comes
 * on the link. So while pages are free, those who still wait are woken in turn this often.
 */
#define SNET_CORE_WAKE_NS (100 * SNET_MS_NS)
/* A writer for whom snet_core_reclaim found no page gets among those that wait for one. */
void snet_core_wait_for_page(snet_core *core, struct snet_task *task);
/* There may be pages for those who ask: the first of the writers that wait tries again. */
void snet_core_ask_again(snet_core *core);
/* Pages of histories may have come back: writers that wait for one try again. */
void snet_core_wake_writers(snet_core *core);
/* Pages of inboxes may have come back: links that wait for one are read again. */
void snet_core_wake_links(snet_core *core);

#endif
