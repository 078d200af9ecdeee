/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Window: how many bytes a peer may send beyond what was read. It begins small and doubles when the
 * reader keeps up and a whole window passes within two round trips, because then the window limits
 * the stream. Credit that was given is not taken back when it shrinks [PROTO 17.2]. Pure counting.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_WINDOW_H
#define SNET_CORE_SNET3_WINDOW_H

#include <snet/core.h>

#include <stdbool.h>
#include <stdint.h>

/* Maximum of a window without reserved pages. */
#define SNET_WINDOW_UNRESERVED_BYTES 16384u
/* The first size of a window. */
#define SNET_WINDOW_FIRST_BYTES 65536u
/* Minimum: round trips that a window lasts; one that lasts for fewer is too small. */
#define SNET_WINDOW_ROUND_TRIPS 2u

struct snet_window {
    uint32_t bytes;
    uint32_t max_bytes;
    uint64_t mark_offset; /* how far the reader was when this window began to be measured */
    uint64_t mark_ns;
};

void snet_window_init(struct snet_window *window, uint32_t bytes, uint32_t max_bytes);
/*
 * The reader has taken everything before `offset`. Returns the size that the window should have,
 * which is larger than before when the window limits the stream. The caller calls snet_window_grow
 * when there is memory for it.
 */
uint32_t snet_window_read(struct snet_window *window, uint64_t offset, uint64_t rtt_ns,
                          uint64_t now);
void snet_window_grow(struct snet_window *window, uint32_t bytes);
/* The memory for it has gone to others. */
void snet_window_shrink(struct snet_window *window, uint32_t bytes);

#endif
