/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Info: what can be said of a session, as <snet/socket.h> says it.
 *
 * Thread: any, with the lock of sock/loop.h.
 */
#ifndef SNET_SOCK_INFO_H
#define SNET_SOCK_INFO_H

#include "sock/socket.h"

/* The session may have no socket yet; what only a socket knows is zero. */
void snet_info_of_session(const snet_session *session, struct snet_info *ret_info);

#endif
