/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/stream_writer.h"

#include "base/assert.h"
#include "base/cursor.h"

#include <stdlib.h>

#define WRITER_BUFS_MAX 64u

/* A write that libuv carries out when the kernel has room; it outlives its writer. */
struct snet_stream_writer_copy {
    uv_write_t request;
    struct snet_stream_writer *writer; /* NULL when it has gone */
    uint8_t data[SNET_STREAM_WRITER_COPY_BYTES];
};

void snet_stream_writer_init(struct snet_stream_writer *ret_writer, uv_stream_t *stream,
                             snet_stream_writer_fn *on_idle, void *user)
{
    *ret_writer = (struct snet_stream_writer){.stream = stream, .on_idle = on_idle, .user = user};
}

snet_err snet_stream_writer_new(uv_stream_t *stream, snet_stream_writer_fn *on_idle, void *user,
                                snet_stream_writer **ret_writer)
{
    snet_stream_writer *writer = malloc(sizeof *writer);
    if (writer == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    snet_stream_writer_init(writer, stream, on_idle, user);
    *ret_writer = writer;
    return SNET_OK;
}

bool snet_stream_writer_is_idle(const snet_stream_writer *writer)
{
    return writer->waiting == NULL;
}

static void writer_written(uv_write_t *request, int os_err)
{
    struct snet_stream_writer_copy *copy = request->data;
    struct snet_stream_writer *writer = copy->writer;
    free(copy);
    if (writer != NULL) {
        writer->waiting = NULL;
        writer->on_idle(writer->user, os_err);
    }
}

/* Copies at most what there is room for of the spans, from `skip` bytes on; returns how many. */
static size_t writer_fill(struct snet_stream_writer_copy *copy, const struct snet_span *spans,
                          size_t count, size_t skip)
{
    struct snet_writer writer;
    snet_writer_init(&writer, copy->data, sizeof copy->data);
    for (size_t i = 0; i < count && writer.left > 0; i++) {
        const size_t passed = skip < spans[i].len ? skip : spans[i].len;
        const size_t here = spans[i].len - passed;
        snet_writer_bytes(&writer, spans[i].data + passed, here < writer.left ? here : writer.left);
        skip -= passed;
    }
    SNET_ASSERT(!writer.failed);
    return writer.written;
}

/* The kernel is full: what comes after `*taken` bytes waits for it in a copy. */
static int writer_wait(struct snet_stream_writer *writer, const struct snet_span *spans,
                       size_t count, size_t *taken)
{
    struct snet_stream_writer_copy *copy = malloc(sizeof *copy);
    if (copy == NULL) {
        return UV_ENOMEM;
    }
    const size_t len = writer_fill(copy, spans, count, *taken);
    copy->writer = writer;
    copy->request.data = copy;
    uv_buf_t buf = uv_buf_init((char *)copy->data, (unsigned)len);
    const int os_err = uv_write(&copy->request, writer->stream, &buf, 1, writer_written);
    if (os_err != 0) {
        free(copy);
        return os_err;
    }
    writer->waiting = copy;
    *taken += len;
    return 0;
}

int snet_stream_writer_send(snet_stream_writer *writer, const struct snet_span *spans, size_t count,
                            size_t *ret_taken)
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
    size_t taken = sent < 0 ? 0 : (size_t)sent;
    const int os_err = taken == total ? 0 : writer_wait(writer, spans, used, &taken);
    if (os_err == 0) {
        *ret_taken = taken;
    }
    return os_err;
}

void snet_stream_writer_deinit(struct snet_stream_writer *writer)
{
    if (writer->waiting != NULL) {
        writer->waiting->writer = NULL;
        writer->waiting = NULL;
    }
}

void snet_stream_writer_free(snet_stream_writer *writer)
{
    if (writer != NULL) {
        snet_stream_writer_deinit(writer);
        free(writer);
    }
}
