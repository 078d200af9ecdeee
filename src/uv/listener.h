/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Listener, inside. What listening is says <snet/stream.h>.
 *
 * Thread: that of the loop.
 */
#ifndef SNET_UV_LISTENER_H
#define SNET_UV_LISTENER_H

#include <snet/stream.h>

#include <stdbool.h>

/* Whether there is room for one more connection. */
typedef bool snet_listener_room_fn(void *user);
/* From now on connections wait where they are while there is no room. Before the start, whose
   `user` it is asked with. */
void snet_listener_wait_for(snet_stream_listener *listener, snet_listener_room_fn *has_room);

#endif
