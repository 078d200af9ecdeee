/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Stream, inside: making one. Closing it and asking about it are public, <snet/stream.h>.
 *
 * Ownership: as there. Thread: that of the loop.
 */
#ifndef SNET_UV_STREAM_H
#define SNET_UV_STREAM_H

#include <snet/stream.h>

#include "uv/netwatch.h"

/* A TCP stream with a socket of `family`, or a local one for AF_UNIX; NULL when there is none. */
uv_stream_t *snet_stream_new(uv_loop_t *loop, int family, int *ret_os_err);

/*
 * Gives the stream up, and its connection to the caller, whatever was asked of the kernel for it.
 * -1 without a descriptor: then the connection is reset.
 */
int snet_stream_release(uv_stream_t *stream);

/* The two ends of the stream's connection; of no family where they are not known. */
void snet_stream_path(const uv_stream_t *stream, struct snet_netwatch_path *ret_path);
/* What TCP knows of the stream's connection; zeros where it does not say. */
void snet_stream_tcp(const uv_stream_t *stream, struct snet_link_tcp *ret_tcp);

#endif
