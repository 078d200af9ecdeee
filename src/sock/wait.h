/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Waiting: a call of the program waits until its socket can do more. Usually the loop's thread
 * serves the connection and wakes it. Calls that wait often and briefly serve the connection by
 * themselves instead: see uv/conn_inline.h.
 *
 * Beside the calls that wait in it, a socket may have watchers: waits of snet_poll, which wait for
 * several sockets at once.
 *
 * Ownership: part of a socket; a watcher is its thread's. Thread: any, with the lock.
 */
#ifndef SNET_SOCK_WAIT_H
#define SNET_SOCK_WAIT_H

#include "base/list.h"
#include "sock/loop.h"

/* One socket of a wait for several. */
struct snet_wait_watcher {
    struct snet_list_node node;
    int wake_fd;
    bool closed; /* the socket has gone from under it */
};

struct snet_wait {
    uv_cond_t changed;
    struct snet_list watchers;
    int wake_fd;    /* for the thread that polls; -1: none yet */
    bool polling;   /* a thread does */
    unsigned brief; /* waits in a row that were over soon */
};

/* Errors: OS. */
SNET_MUST_USE snet_err snet_wait_init(struct snet_wait *wait);
/* The session may have gone. */
void snet_wait_deinit(struct snet_wait *wait);
/*
 * Gives the lock up until something has changed, perhaps; false when the time is over. `session`
 * may be NULL: then nothing can be served by this thread.
 */
bool snet_wait_for(struct snet_wait *wait, snet_session *session, uint64_t until_ns);
/* Something has. */
void snet_wait_changed(struct snet_wait *wait);
/* All watchers leave, for the socket goes. */
void snet_wait_close(struct snet_wait *wait);

void snet_wait_watch(struct snet_wait *wait, struct snet_wait_watcher *watcher);
void snet_wait_unwatch(struct snet_wait *wait, struct snet_wait_watcher *watcher);

#endif
