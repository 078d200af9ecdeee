/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/demo_end.h"

#include <unistd.h>

#define DEMO_SPANS_MAX 64u

snet_err snet_demo_end_init(struct snet_demo_end *end, snet_uv *driver,
                            const struct snet_demo_source *source)
{
    *end = (struct snet_demo_end){.driver = driver, .source = source};
    snet_err err = snet_digest_new(&end->sent_digest);
    if (err == SNET_OK) {
        err = snet_digest_new(&end->received_digest);
    }
    return err;
}

void snet_demo_end_deinit(struct snet_demo_end *end)
{
    snet_digest_free(end->sent_digest);
    snet_digest_free(end->received_digest);
    *end = (struct snet_demo_end){0};
}

/* The next bytes of the file; 0 on failure. */
static size_t end_read_file(struct snet_demo_end *end, uint8_t *ret_data, size_t size)
{
    const struct snet_demo_source *source = end->source;
    const uint64_t at = end->sent % source->file_bytes;
    const uint64_t file_left = source->file_bytes - at;
    const uint64_t total_left = source->total_bytes - end->sent;
    const uint64_t left = file_left < total_left ? file_left : total_left;
    const size_t want = left < size ? (size_t)left : size;
    const ssize_t len = pread(source->fd, ret_data, want, (off_t)at);
    if (len <= 0) {
        end->failure = "the file could not be read";
        return 0;
    }
    return (size_t)len;
}

void snet_demo_end_send(struct snet_demo_end *end)
{
    uint8_t chunk[SNET_DEMO_CHUNK_BYTES];
    while (end->session != NULL && end->failure == NULL && end->sent < end->source->total_bytes) {
        const size_t room = snet_session_room(end->session);
        if (room == 0) {
            snet_session_await_room(end->session);
            return;
        }
        const size_t len = end_read_file(end, chunk, room < sizeof chunk ? room : sizeof chunk);
        size_t written = 0;
        if (len == 0 || snet_session_write(end->session, chunk, len, &written,
                                           snet_uv_now(end->driver)) != SNET_OK) {
            return;
        }
        if (snet_digest_update(end->sent_digest, chunk, written) != SNET_OK) {
            end->failure = "the digest failed";
        }
        end->sent += written;
    }
}

void snet_demo_end_receive(struct snet_demo_end *end)
{
    struct snet_span spans[DEMO_SPANS_MAX];
    size_t count = 0;
    while (snet_session_peek(end->session, spans, DEMO_SPANS_MAX, &count) == SNET_OK) {
        size_t len = 0;
        for (size_t i = 0; i < count; i++) {
            len += spans[i].len;
            if (snet_digest_update(end->received_digest, spans[i].data, spans[i].len) != SNET_OK) {
                end->failure = "the digest failed";
            }
        }
        end->received += len;
        snet_session_consume(end->session, len, snet_uv_now(end->driver));
    }
    if (end->received > end->source->total_bytes) {
        end->failure = "more bytes arrived than were sent";
    }
}

bool snet_demo_end_done(const struct snet_demo_end *end)
{
    return end->sent == end->source->total_bytes && end->received == end->source->total_bytes;
}
