/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Stream writer, inside: conns and relays have one as a part of themselves, which saves them an
 * allocation that could fail. What it does is in <snet/stream.h>.
 *
 * Ownership: the struct is part of its user. Thread: that of the loop.
 */
#ifndef SNET_UV_STREAM_WRITER_H
#define SNET_UV_STREAM_WRITER_H

#include <snet/stream.h>

struct snet_stream_writer_copy;

/* Zeroed, it can be deinitialised. */
struct snet_stream_writer {
    uv_stream_t *stream;
    snet_stream_writer_fn *on_idle;
    void *user;
    struct snet_stream_writer_copy *waiting; /* NULL while idle */
};

void snet_stream_writer_init(struct snet_stream_writer *ret_writer, uv_stream_t *stream,
                             snet_stream_writer_fn *on_idle, void *user);
/* As snet_stream_writer_free, but for the memory of the struct. */
void snet_stream_writer_deinit(struct snet_stream_writer *writer);

#endif
