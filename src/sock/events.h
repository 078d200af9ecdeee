/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Events: the queues of <snet/socket.h>. A socket is in its queue while it has an event that waits;
 * an event is a bit and some fields of the socket, so that nothing is allocated and none is lost. A
 * later event takes back those that it makes untrue: a loss an earlier resume, and so on.
 *
 * Sockets whose program is called back have the loop's own queue, which its thread empties.
 *
 * Ownership: a queue borrows its sockets. Thread: any, with the lock of sock/loop.h.
 */
#ifndef SNET_SOCK_EVENTS_H
#define SNET_SOCK_EVENTS_H

#include "sock/socket.h"

#define SNET_EVENTS_BIT(type) (1u << (unsigned)(type))
/* What is posted once after a call said EAGAIN. */
#define SNET_EVENTS_READINESS                                                                      \
    (SNET_EVENTS_BIT(SNET_EVENT_ACCEPTABLE) | SNET_EVENTS_BIT(SNET_EVENT_READABLE) |               \
     SNET_EVENTS_BIT(SNET_EVENT_WRITABLE))

/* From now on a socket's events wait where its config says, and it begins as if a call had said
   EAGAIN. */
void snet_events_begin(snet_socket *socket, const struct snet_config *config);
/* An event, with what the socket's fields say of it. Does nothing without a queue, or closed. */
void snet_events_post(snet_socket *socket, enum snet_event_type type);
/* A call has said EAGAIN for it: the next time it may go on, it is posted. */
void snet_events_arm(snet_socket *socket, enum snet_event_type type);
/* It may go on: posted if it is armed. */
void snet_events_ready(snet_socket *socket, enum snet_event_type type);
/* Takes all that waits back; the socket posts no more. */
void snet_events_end(snet_socket *socket);
/* On the loop's thread, without the lock: calls back what waits in the loop's own queue. `leave` is
   called with the lock for each socket that was called back. */
void snet_events_call_back(void (*leave)(snet_socket *socket));

#endif
