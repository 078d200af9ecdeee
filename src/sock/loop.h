/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The one background loop of the process: a thread, a libuv loop, a driver, and the mutex under
 * which everybody uses it. Begun by the first call, never ended: a process that exits waits in it
 * for what lingers.
 *
 * This is the only mutable state at file scope in the library.
 */
#ifndef SNET_SOCK_LOOP_H
#define SNET_SOCK_LOOP_H

#include <snet/error.h>
#include <snet/socket.h>
#include <snet/uv.h>

#include "base/list.h"

#include <stdbool.h>
#include <stdint.h>

/* As tools for processes show it. */
#define SNET_LOOP_THREAD_NAME "snet"

/* Begins the loop if there is none yet. Errors: NO_MEMORY, OS, CRYPTO. */
SNET_MUST_USE snet_err snet_loop_start(void);
/* False in a child of the process that began it: the thread has stayed with the parent. */
bool snet_loop_is_own(void);
/* Whether this is the loop's thread, in a hook of the program: there is nobody to wait for. */
bool snet_loop_is_here(void);
void snet_loop_lock(void);
void snet_loop_unlock(void);
/* With the lock. */
snet_uv *snet_loop_driver(void);
/* With the lock: a session was used by this thread; sends what that yields. */
void snet_loop_used(snet_session *session);
/* With the lock: the same after a write, which may wait for more when there are many. */
void snet_loop_written(snet_session *session);
/* With the lock: sockets in use or lingering, and acceptors. */
struct snet_list *snet_loop_sockets(void);
struct snet_list *snet_loop_acceptors(void);
/* With the lock: bridges that are over, for the reason why. */
struct snet_list *snet_loop_reasons(void);
/* With the lock: events that the program is to be told of. */
struct snet_list *snet_loop_news(void);
/* With the lock: who reads the log. */
struct snet_loop_log {
    snet_socket_log_fn *log; /* NULL: nobody */
    void *user;
};
struct snet_loop_log *snet_loop_log(void);
/* The loop looks at jobs, events and news soon. */
void snet_loop_wake(void);
/* With the lock, which is given up meanwhile: waits for a signal; false when the time is over. */
bool snet_loop_wait(uv_cond_t *changed, uint64_t until_ns);
/* On the loop's thread: when lingering sockets are to be looked at again. */
void snet_loop_reap_at(uint64_t at_ns);
/* The same, unless that is earlier anyway. */
void snet_loop_reap_by(uint64_t at_ns);
/* One has gone. */
void snet_loop_reaped(void);
/* With the lock: waits until some were looked at, or the time is over. */
void snet_loop_wait_reaped(uint64_t until_ns);
/*
 * With the lock: carries `job` out on the loop's thread, where handles may be made and closed, and
 * waits for it; at once when this is that thread.
 */
typedef void snet_loop_job_fn(void *arg);
void snet_loop_do(snet_loop_job_fn *job, void *arg);

#endif
