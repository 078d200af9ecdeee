/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * One end of a scene without I/O: a core whose random bytes come from a seed, the current link and
 * session, and the bytes to send. Time is an argument. The same calls have the same effects, so a
 * recording can be replayed.
 *
 * Ownership: the caller's struct, which must stay where it is; snet_bench_core_end_deinit frees all
 * that the core has. Thread: one at a time per end.
 */
#ifndef SNET_BENCH_SCENES_CORE_END_H
#define SNET_BENCH_SCENES_CORE_END_H

#include <snet/core.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most that a link is given in one call, as by the library's own driver. */
#define SNET_BENCH_CORE_RECV_MAX_BYTES 65536u

struct snet_bench_core_end {
    snet_core *core;
    snet_server *server;   /* NULL: a client */
    snet_session *session; /* the current one; of a server the last that was opened or resumed */
    snet_link *link;       /* the current one; others may be open, and receive nothing */
    uint64_t random;       /* the generator's state */
    uint64_t allocated_bytes;
    uint64_t arrived_bytes; /* of streams, read and dropped */
    uint64_t opened;        /* events of all sessions */
    uint64_t resumed;
    uint64_t spent_ns; /* in calls of the core, if `timed` */
    bool timed;
    bool failed;  /* a session has ended, or there is no memory for `out` */
    uint8_t *out; /* to be sent: from out_sent to out_len */
    size_t out_sent;
    size_t out_len;
    size_t out_size;
};

/* Zeroes the end and makes its core. */
SNET_MUST_USE snet_err snet_bench_core_end_init(struct snet_bench_core_end *end, uint64_t seed);
/* Accepts a zeroed struct. */
void snet_bench_core_end_deinit(struct snet_bench_core_end *end);

/* Random bytes from the seed, for keys of the scene. */
void snet_bench_core_end_draw(struct snet_bench_core_end *end, uint8_t *ret_bytes, size_t len);

/* A connection was made; at a client for the current session. */
SNET_MUST_USE snet_err snet_bench_core_end_connect(struct snet_bench_core_end *end, uint64_t now);
/* Bytes arrive: takes as many as there is room for, and returns how many. */
size_t snet_bench_core_end_recv(struct snet_bench_core_end *end, const uint8_t *data, size_t len,
                                uint64_t now);
/* The current connection breaks. */
void snet_bench_core_end_lose(struct snet_bench_core_end *end, uint64_t now);
/* Does what is due. */
void snet_bench_core_end_tick(struct snet_bench_core_end *end, uint64_t now);
/*
 * Takes all events, reads what arrived and collects what is to be sent. The functions above do so
 * before they return; a scene that calls the core directly calls this afterwards.
 */
void snet_bench_core_end_drain(struct snet_bench_core_end *end, uint64_t now);
/* Moves bytes that `from` has to send to `to`; returns how many. */
size_t snet_bench_core_end_move(struct snet_bench_core_end *from, struct snet_bench_core_end *to,
                                uint64_t now);

#endif
