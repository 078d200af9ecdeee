/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Acceptor: a listener and the sessions that wait to be accepted, a bounded number.
 *
 * Thread: any, with the lock of sock/loop.h.
 */
#ifndef SNET_SOCK_ACCEPTOR_H
#define SNET_SOCK_ACCEPTOR_H

#include <snet/socket.h>

/* A server has a new session: it waits for snet_accept, or is told that there is no room. */
void snet_acceptor_offer(const struct snet_core_event *event);

#endif
