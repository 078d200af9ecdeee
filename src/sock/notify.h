/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * News: what happens to sessions, for the program's hooks and its log. Hooks are called later,
 * without the lock, so that they may use the interface; the log at once, with it.
 *
 * Thread: any, with the lock of sock/loop.h, where nothing else is said.
 */
#ifndef SNET_SOCK_NOTIFY_H
#define SNET_SOCK_NOTIFY_H

#include <snet/uv.h>

#include "sock/socket.h"

/* An event of a socket's session: its hook is to be told, if it is one that matters. */
void snet_notify_of(snet_socket *socket, const struct snet_core_event *event);
/* The loop's thread, without the lock: tells the hooks what there is to be told. */
void snet_notify_tell(void);

/* A session asks for a connection. */
void snet_notify_dial(void *user, const struct snet_core_event *event);

/* For the log. */
void snet_notify_log(const struct snet_core_event *event);
void snet_notify_note(void *user, const struct snet_note *note);
void snet_notify_refused(const struct snet_core_event *event, uint16_t code);

#endif
