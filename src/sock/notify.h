/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Notify: from the core's events to all that wait for them: the socket's fields, calls that wait,
 * queues of events, the bridge, the backlog, the log.
 *
 * Thread: that of the loop, with its lock, where nothing else is said.
 */
#ifndef SNET_SOCK_NOTIFY_H
#define SNET_SOCK_NOTIFY_H

#include "sock/socket.h"

/* Hooks of sock/loop.h. */
void snet_notify_event(void *user, const struct snet_core_event *event);
void snet_notify_dial(void *user, const struct snet_core_event *event);
void snet_notify_note(void *user, const struct snet_note *note);
void snet_notify_turn(void);

/* Any thread: the socket of a new session is the program's now; what has happened is posted. */
void snet_notify_accepted(snet_socket *socket, const struct snet_config *config);
/* Any thread: a call has served the connection by itself; what is armed is posted if it is so. */
void snet_notify_served(snet_socket *socket);

#endif
