/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Bridge: a socket of snet behind a real descriptor. A pair of local sockets, of which the program
 * has one end, and a relay between the other end and the session.
 *
 * A relay that does not read cannot see that the program has closed its end: sock/closing.h looks
 * from time to time. When the session is over, what is left of a bridge is the
 * reason, for SNET_FD_REASONS_MAX descriptors that were still open then.
 *
 * Ownership: a bridge belongs to its socket, and when that has gone to the list of reasons. Thread:
 * that of the loop, with the lock of sock/loop.h, unless it says otherwise.
 */
#ifndef SNET_SOCK_BRIDGE_H
#define SNET_SOCK_BRIDGE_H

#include "sock/socket.h"

#include <stdbool.h>
#include <sys/stat.h>

/* How often a bridge that does not read is looked at. */
#define SNET_BRIDGE_LOOK_NS SNET_SECOND_NS

struct snet_bridge;

/* The session of a bridge is over and its socket is closed, which has no bridge any more. */
typedef void snet_bridge_over_fn(snet_socket *socket, uint64_t now);

/*
 * A descriptor for a socket that has none: 0, or an error as errno has it and the socket is as it
 * was. `over` is called once, perhaps before this returns.
 */
int snet_bridge_open(snet_socket *socket, snet_bridge_over_fn *over, int *ret_fd);
/* Takes all events of the session; the socket may be gone afterwards. */
void snet_bridge_event(struct snet_bridge *bridge, const struct snet_core_event *event);
/* Any thread: as if the program had closed the descriptor, which takes nothing any more. */
void snet_bridge_shut(struct snet_bridge *bridge);
/* Whether the program is known to have closed the descriptor; `*ret_next_ns` is when to look again,
   SNET_NEVER while the relay sees by itself. */
bool snet_bridge_look(struct snet_bridge *bridge, uint64_t now, uint64_t *ret_next_ns);
/* Any thread: why the session of a descriptor ended, SNET_OK while it lives, INVALID for others. */
snet_err snet_bridge_reason(const struct stat *descriptor);
/* Any thread: no descriptor has a reason any more. */
void snet_bridge_forget_reasons(void);

#endif
