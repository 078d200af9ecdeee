/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Socket options for long-lived connections: small buffers that the history covers, no delay, and a
 * dead peer found in time. What a system does not know is left out silently: these are
 * improvements, not promises.
 *
 * Thread: any.
 */
#ifndef SNET_UV_SOCKOPT_H
#define SNET_UV_SOCKOPT_H

#include <snet/stream.h>

/* Before connecting or listening: buffer sizes decide the window that TCP offers. */
void snet_sockopt_before(uv_stream_t *stream, const struct snet_stream_options *options);
/* Once connected: no delay, keepalive, user timeout. */
void snet_sockopt_connected(uv_stream_t *stream, const struct snet_stream_options *options);

#endif
