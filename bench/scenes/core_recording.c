/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "bench/scenes/core_recording.h"

#include <stdlib.h>
#include <string.h>

#define TAPE_FRAMES_FIRST 1024u
#define TAPE_BYTES_FIRST 65536u

static bool tape_space(struct snet_bench_core_recording *tape, size_t len)
{
    if (tape->count == tape->size) {
        const size_t size = tape->size == 0 ? TAPE_FRAMES_FIRST : tape->size * 2;
        struct snet_bench_core_frame *frames = realloc(tape->frames, size * sizeof *frames);
        if (frames == NULL) {
            return false;
        }
        tape->frames = frames;
        tape->size = size;
    }
    size_t size = tape->bytes_size == 0 ? TAPE_BYTES_FIRST : tape->bytes_size;
    while (size - tape->bytes_len < len) {
        size *= 2;
    }
    if (size > tape->bytes_size) {
        uint8_t *bytes = realloc(tape->bytes, size);
        if (bytes == NULL) {
            return false;
        }
        tape->bytes = bytes;
        tape->bytes_size = size;
    }
    return true;
}

void snet_bench_core_recording_add(struct snet_bench_core_recording *tape,
                                   const struct snet_bench_core_frame *frame, const uint8_t *data)
{
    if (!tape_space(tape, frame->len)) {
        tape->failed = true;
        return;
    }
    struct snet_bench_core_frame *added = &tape->frames[tape->count++];
    *added = *frame;
    added->offset = tape->bytes_len;
    if (frame->len > 0) {
        /* tidy: allow bytes because a tape keeps what others give back */
        memcpy(tape->bytes + tape->bytes_len, data, frame->len);
        tape->bytes_len += frame->len;
    }
}

static bool tape_play_frame(const struct snet_bench_core_recording *tape,
                            const struct snet_bench_core_frame *frame,
                            struct snet_bench_core_end *server)
{
    bool ok = true;
    switch (frame->act) {
    case SNET_BENCH_CORE_CONNECT:
        ok = snet_bench_core_end_connect(server, frame->now) == SNET_OK;
        break;
    case SNET_BENCH_CORE_RECV:
        ok = snet_bench_core_end_recv(server, tape->bytes + frame->offset, frame->len,
                                      frame->now) == frame->len;
        break;
    case SNET_BENCH_CORE_LOSE:
        snet_bench_core_end_lose(server, frame->now);
        break;
    }
    server->out_len = server->out_sent = 0;
    return ok;
}

bool snet_bench_core_recording_play(const struct snet_bench_core_recording *tape, size_t from,
                                    size_t to, struct snet_bench_core_end *server)
{
    bool ok = !tape->failed;
    for (size_t i = from; ok && i < to; i++) {
        ok = tape_play_frame(tape, &tape->frames[i], server);
    }
    return ok && !server->failed;
}

void snet_bench_core_recording_deinit(struct snet_bench_core_recording *tape)
{
    free(tape->frames);
    free(tape->bytes);
    *tape = (struct snet_bench_core_recording){0};
}
