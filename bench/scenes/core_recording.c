/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "bench/scenes/core_recording.h"

#include <stdlib.h>
#include <string.h>

#define RECORDING_FRAMES_FIRST 1024u
#define RECORDING_BYTES_FIRST 65536u

static bool recording_space(struct snet_bench_core_recording *recording, size_t len)
{
    if (recording->count == recording->size) {
        const size_t size = recording->size == 0 ? RECORDING_FRAMES_FIRST : recording->size * 2;
        struct snet_bench_core_frame *frames = realloc(recording->frames, size * sizeof *frames);
        if (frames == NULL) {
            return false;
        }
        recording->frames = frames;
        recording->size = size;
    }
    size_t size = recording->bytes_size == 0 ? RECORDING_BYTES_FIRST : recording->bytes_size;
    while (size - recording->bytes_len < len) {
        size *= 2;
    }
    if (size > recording->bytes_size) {
        uint8_t *bytes = realloc(recording->bytes, size);
        if (bytes == NULL) {
            return false;
        }
        recording->bytes = bytes;
        recording->bytes_size = size;
    }
    return true;
}

void snet_bench_core_recording_add(struct snet_bench_core_recording *recording,
                                   const struct snet_bench_core_frame *frame, const uint8_t *data)
{
    if (!recording_space(recording, frame->len)) {
        recording->failed = true;
        return;
    }
    struct snet_bench_core_frame *added = &recording->frames[recording->count++];
    *added = *frame;
    added->offset = recording->bytes_len;
    if (frame->len > 0) {
        /* tidy: allow bytes because a recording outlives the buffers it is made from */
        memcpy(recording->bytes + recording->bytes_len, data, frame->len);
        recording->bytes_len += frame->len;
    }
}

static bool recording_play_frame(const struct snet_bench_core_recording *recording,
                                 const struct snet_bench_core_frame *frame,
                                 struct snet_bench_core_end *server)
{
    bool ok = true;
    switch (frame->act) {
    case SNET_BENCH_CORE_CONNECT:
        ok = snet_bench_core_end_connect(server, frame->now) == SNET_OK;
        break;
    case SNET_BENCH_CORE_RECV:
        ok = snet_bench_core_end_recv(server, recording->bytes + frame->offset, frame->len,
                                      frame->now) == frame->len;
        break;
    case SNET_BENCH_CORE_LOSE:
        snet_bench_core_end_lose(server, frame->now);
        break;
    }
    server->out_len = server->out_sent = 0;
    return ok;
}

bool snet_bench_core_recording_play(const struct snet_bench_core_recording *recording, size_t from,
                                    size_t to, struct snet_bench_core_end *server)
{
    bool ok = !recording->failed;
    for (size_t i = from; ok && i < to; i++) {
        ok = recording_play_frame(recording, &recording->frames[i], server);
    }
    return ok && !server->failed;
}

void snet_bench_core_recording_deinit(struct snet_bench_core_recording *recording)
{
    free(recording->frames);
    free(recording->bytes);
    *recording = (struct snet_bench_core_recording){0};
}
