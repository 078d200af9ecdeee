/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Sockopt: socket options for long-lived connections. They are small buffers that the history
 * covers, no delay, and a dead peer found in time. An option that a system does not offer is left
 * out silently: these are improvements, not promises.
 *
 * Thread: any.
 */
#ifndef SNET_UV_SOCKOPT_H
#define SNET_UV_SOCKOPT_H

#include <snet/stream.h>

#include <stdbool.h>

/* Before connecting or listening: buffer sizes decide the window that TCP offers. */
void snet_sockopt_before(uv_stream_t *stream, const struct snet_stream_options *options);
/*
 * Whether the kernel closes with a reset. It does, from the connect on until an orderly close
 * begins, so that the death of a process never looks like the end of its streams.
 */
void snet_sockopt_abortive(uv_stream_t *stream, bool abortive);
/* Once connected: no delay, abortive, keepalive, user timeout. */
void snet_sockopt_connected(uv_stream_t *stream, const struct snet_stream_options *options);
/*
 * Gives a listening socket what its connections need, so that eight calls for each of them are
 * saved. False on systems where connections do not inherit that.
 */
bool snet_sockopt_inherited(uv_stream_t *stream, const struct snet_stream_options *options);

#endif
