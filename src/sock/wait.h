/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Waiting: a call of the program waits until its socket can do more. Usually the loop's thread
 * serves the connection and wakes it. Calls that wait often and briefly serve the connection by
 * themselves instead: see uv/loan.h.
 *
 * Ownership: part of a socket. Thread: any, with the lock.
 */
#ifndef SNET_SOCK_WAIT_H
#define SNET_SOCK_WAIT_H

#include "sock/loop.h"

struct snet_wait {
    uv_cond_t changed;
    int wake_fd;    /* an eventfd for the thread that polls; -1: none yet */
    bool polling;   /* a thread does */
    unsigned brief; /* waits in a row that were over soon */
};

/* Errors: OS. */
SNET_MUST_USE snet_err snet_wait_init(struct snet_wait *wait);
/* The session may have gone. */
void snet_wait_deinit(struct snet_wait *wait);
/* Gives the lock up until something has changed, perhaps; false when the time is over. */
bool snet_wait_for(struct snet_wait *wait, snet_session *session, uint64_t until_ns);
/* Something has. */
void snet_wait_changed(struct snet_wait *wait);

#endif
