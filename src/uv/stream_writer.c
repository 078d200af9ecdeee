/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/stream.h>

#include "base/assert.h"
#include "base/cursor.h"

#include <stdlib.h>

#define WRITER_BUFS_MAX 64u

/* A write that libuv carries out when the kernel has room; it outlives its outlet. */
struct snet_stream_writer_write {
    uv_write_t request;
    struct snet_stream_writer *writer; /* NULL once detached */
    uint8_t data[SNET_STREAM_WRITER_COPY_BYTES];
};

static void writer_written(uv_write_t *request, int os_err)
{
    struct snet_stream_writer_write *write = request->data;
    struct snet_stream_writer *writer = write->writer;
    free(write);
    if (writer != NULL) {
        writer->waiting = NULL;
        writer->on_idle(writer->user, os_err);
    }
}

/* Copies at most `size` bytes of the spans from `skip` on; returns how many. */
static size_t writer_copy(const struct snet_span *spans, size_t count, size_t skip,
                          struct snet_stream_writer_write *write)
{
    struct snet_writer writer;
    snet_writer_init(&writer, write->data, sizeof write->data);
    for (size_t i = 0; i < count && writer.left > 0; i++) {
        const size_t passed = skip < spans[i].len ? skip : spans[i].len;
        const size_t here = spans[i].len - passed;
        snet_writer_bytes(&writer, spans[i].data + passed, here < writer.left ? here : writer.left);
        skip -= passed;
    }
    SNET_ASSERT(!writer.failed);
    return writer.written;
}

/* The kernel is full: what comes after `skip` bytes waits for it in a copy. */
static ssize_t writer_wait(struct snet_stream_writer *writer, const struct snet_span *spans,
                           size_t count, size_t skip)
{
    struct snet_stream_writer_write *write = malloc(sizeof *write);
    if (write == NULL) {
        return UV_ENOMEM;
    }
    const size_t len = writer_copy(spans, count, skip, write);
    write->writer = writer;
    write->request.data = write;
    uv_buf_t buf = uv_buf_init((char *)write->data, (unsigned)len);
    const int os_err = uv_write(&write->request, writer->stream, &buf, 1, writer_written);
    if (os_err != 0) {
        free(write);
        return os_err;
    }
    writer->waiting = write;
    return (ssize_t)(skip + len);
}

ssize_t snet_stream_writer_send(struct snet_stream_writer *writer, const struct snet_span *spans,
                                size_t count)
{
    SNET_ASSERT(writer->waiting == NULL);
    SNET_ASSERT(count > 0);
    uv_buf_t bufs[WRITER_BUFS_MAX];
    size_t total = 0;
    size_t used = 0;
    for (; used < count && used < WRITER_BUFS_MAX; used++) {
        bufs[used] = uv_buf_init((char *)(uintptr_t)spans[used].data, (unsigned)spans[used].len);
        total += spans[used].len;
    }
    const int sent = uv_try_write(writer->stream, bufs, (unsigned)used);
    if (sent < 0 && sent != UV_EAGAIN) {
        return sent;
    }
    const size_t done = sent < 0 ? 0 : (size_t)sent;
    return done == total ? (ssize_t)done : writer_wait(writer, spans, used, done);
}

void snet_stream_writer_detach(struct snet_stream_writer *writer)
{
    if (writer->waiting != NULL) {
        writer->waiting->writer = NULL;
        writer->waiting = NULL;
    }
}
