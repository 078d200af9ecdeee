/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Window: how many bytes a peer may send beyond what was read. It begins small and grows with what
 * the reader takes in a round trip, each time that the peer has used all of it [PROTO 17.3]. Credit
 * that was given is not taken back when it shrinks [PROTO 17.2]. Pure counting.
 *
 * A *round* begins with a limit, and is over when everything before that limit was read.
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
/* A window is this many times what was read in a round trip. */
#define SNET_WINDOW_ROUND_TRIPS 2u
/* For how long the least round trip counts, when a longer one is measured. */
#define SNET_WINDOW_RTT_KEEP_NS (10 * SNET_SECOND_NS)
/* Minimum: a round trip, as windows count it; on short paths the two machines take as long. Ten
   times this makes windows that no cache holds: a third less throughput over loopback. */
#define SNET_WINDOW_RTT_MIN_NS (SNET_MS_NS / 10)
/* Maximum: a round trip, in rounds that were timed. A first sample is longer than its path by all
   that a busy machine did meanwhile; a round may be shorter than most by as much as this. */
#define SNET_WINDOW_RTT_ROUNDS 4u

struct snet_window {
    uint32_t bytes;
    uint32_t max_bytes;
    uint64_t mark_offset; /* how far the reader was when this round began */
    uint64_t mark_ns;
    uint64_t rtt_ns;    /* the least of late; 0: none was measured */
    uint64_t rtt_at_ns; /* when it was measured */
    bool timed;         /* this round cannot be shorter than a round trip */
};

void snet_window_init(struct snet_window *window, uint32_t bytes, uint32_t max_bytes);
/* A round trip was measured; `first`: on another path than those before. */
void snet_window_measured(struct snet_window *window, uint64_t rtt_ns, bool first, uint64_t now);
/* Bytes have come behind `offset`, when all before it was read: time in which none came before
   them is not the reader's. */
void snet_window_arrived(struct snet_window *window, uint64_t offset, uint64_t now);
/*
 * The reader has taken everything before `offset`. Returns the size that the window should have,
 * which is larger than before when the window limits the stream. The caller calls snet_window_grow
 * when there is memory for it.
 */
uint32_t snet_window_read(struct snet_window *window, uint64_t offset, uint64_t now);
void snet_window_grow(struct snet_window *window, uint32_t bytes);
/* The memory for it has gone to others. */
void snet_window_shrink(struct snet_window *window, uint32_t bytes);

#endif
