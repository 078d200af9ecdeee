/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A recording of what happened to a server without I/O: connections, bytes, losses. Another server
 * that was made in the same way does the same when the recording is played to it, because a core
 * does the same for the same input, time and random bytes. So a server is measured without a
 * client.
 *
 * Ownership: the caller's struct, zeroed at first. Thread: any may play a recording that no thread
 * adds to.
 */
#ifndef SNET_BENCH_SCENES_CORE_RECORDING_H
#define SNET_BENCH_SCENES_CORE_RECORDING_H

#include "bench/scenes/core_end.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum snet_bench_core_act {
    SNET_BENCH_CORE_CONNECT,
    SNET_BENCH_CORE_RECV,
    SNET_BENCH_CORE_LOSE
};

/* One thing that happened to the server. */
struct snet_bench_core_frame {
    uint64_t now;
    size_t offset; /* of its bytes, in `bytes` of the recording */
    size_t len;
    enum snet_bench_core_act act;
};

struct snet_bench_core_recording {
    struct snet_bench_core_frame *frames;
    size_t count;
    size_t size;
    uint8_t *bytes;
    size_t bytes_len;
    size_t bytes_size;
    bool failed; /* there was no memory: the recording is useless */
};

/* Adds a frame with `frame->len` bytes of `data`; its offset is set here. */
void snet_bench_core_recording_add(struct snet_bench_core_recording *recording,
                                   const struct snet_bench_core_frame *frame, const uint8_t *data);
/* Plays the frames from index `from` to before `to`; false when the server does something else. */
bool snet_bench_core_recording_play(const struct snet_bench_core_recording *recording, size_t from,
                                    size_t to, struct snet_bench_core_end *server);
/* Accepts a zeroed struct. */
void snet_bench_core_recording_deinit(struct snet_bench_core_recording *recording);

#endif
