/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Adopt: connections and listeners that a program has made itself. A stream over its descriptor,
 * and a dial by its function, which may block and therefore runs on a thread of libuv's pool.
 *
 * Ownership: a descriptor belongs to the stream from then on. Thread: that of the loop.
 */
#ifndef SNET_UV_ADOPT_H
#define SNET_UV_ADOPT_H

#include <snet/stream.h>
#include <snet/uv.h>

/* A stream over a connected or listening stream socket; NULL with an error of libuv, and the
   descriptor is still the caller's then. */
uv_stream_t *snet_adopt_stream(uv_loop_t *loop, int fd, int *ret_os_err);

struct snet_adopt_dial;
/*
 * Lets the program make a connection; `config->address` is not used. `on_done` is called as that of
 * snet_stream_dial_start is. Errors: NO_MEMORY, OS.
 */
SNET_MUST_USE snet_err snet_adopt_dial_start(uv_loop_t *loop,
                                             const struct snet_uv_connector *connector,
                                             const struct snet_stream_dial_config *config,
                                             struct snet_adopt_dial **ret_dial);
/* `on_done` is not called any more; a connection that is still made is closed. Accepts NULL. */
void snet_adopt_dial_cancel(struct snet_adopt_dial *dial);

#endif
