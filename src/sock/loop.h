/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The one background loop of the process: a thread, a libuv loop, a driver, and the mutex under
 * which everybody uses them. What happens on it is passed to hooks, so that this module knows
 * nobody above it.
 *
 * This is the only mutable state at file scope in the library, apart from sock/fork_guard.h.
 *
 * Thread: any. "With the lock" means between snet_loop_lock and snet_loop_unlock.
 */
#ifndef SNET_SOCK_LOOP_H
#define SNET_SOCK_LOOP_H

#include <snet/error.h>
#include <snet/uv.h>

#include "base/list.h"

#include <stdbool.h>
#include <stdint.h>

/* Of the thread, as the system's tools show it. */
#define SNET_LOOP_THREAD_NAME "snet"

struct snet_loop_hooks {
    snet_err (*on_core)(snet_core *core); /* a core begins, before all else */
    snet_uv_event_fn *on_event;           /* of sessions; with the lock */
    snet_uv_event_fn *on_dial;            /* a session asks for a connection; with the lock */
    snet_uv_note_fn *on_note;             /* of the core; with the lock */
    void (*on_due)(uint64_t now);         /* snet_loop_due_by has come; with the lock */
    void (*on_turn)(void);                /* something may have happened; without the lock */
};

/*
 * Begins the loop, unless it runs. The caller sees to it that this and snet_loop_stop are called by
 * one thread at a time. Errors: NO_MEMORY, OS, CRYPTO, INVALID (config), or those of on_core.
 */
SNET_MUST_USE snet_err snet_loop_start(const struct snet_loop_hooks *hooks,
                                       const struct snet_core_config *config);
/* Ends it: the driver goes with all that is left on it, then the thread. Not on that thread. */
void snet_loop_stop(void);
/*
 * The process exits: the thread does nothing from now on, since libuv's own end at the exit takes
 * away what it uses. Not on that thread; with the lock.
 */
void snet_loop_park(void);
/* Whether it runs: false before the start and after the end. */
bool snet_loop_runs(void);
/* Whether this is the loop's thread, in a hook of the program: there is nobody to wait for. */
bool snet_loop_is_here(void);

void snet_loop_lock(void);
void snet_loop_unlock(void);

/* With the lock, as all that follows. */
snet_uv *snet_loop_driver(void);
/* A session was used by this thread: sends what that yields. */
void snet_loop_used(snet_session *session);
/*
 * The same, but may give the lock up meanwhile: true if it did, and then a change for which the
 * caller is about to wait may have come already.
 */
bool snet_loop_used_unlocking(snet_session *session);
/* As snet_loop_used_unlocking, after a write, which may wait for more when there are many. */
void snet_loop_written(snet_session *session);
/* Sockets: in use or lingering, listeners too; backlogs of listeners that serve; and bridges that
   are over, for the reason why. */
struct snet_list *snet_loop_sockets(void);
struct snet_list *snet_loop_backlogs(void);
struct snet_list *snet_loop_reasons(void);
/* Sockets whose program is to be called back on the loop's thread; see sock/events.h. */
struct snet_list *snet_loop_calls(void);
/* The loop looks at jobs and events soon, and calls on_turn. */
void snet_loop_wake(void);
/* The time, by the clock that all deadlines of sockets are counted by; any thread. */
uint64_t snet_loop_now(void);
/* Gives the lock up until `changed` is signalled, perhaps; false when the time is over. */
bool snet_loop_wait(uv_cond_t *changed, uint64_t until_ns);

/* Asks for on_due at `at_ns`, or earlier when that was asked for; any thread. */
void snet_loop_due_by(uint64_t at_ns);
/* Waits until on_due has run or snet_loop_has_reaped was called, or the time is over. */
void snet_loop_wait_reaped(uint64_t until_ns);
void snet_loop_has_reaped(void);

/*
 * Carries `job` out on the loop's thread, where handles may be made and closed, and waits for it;
 * at once when this is that thread.
 */
typedef void snet_loop_job_fn(void *arg);
void snet_loop_do(snet_loop_job_fn *job, void *arg);

#endif
