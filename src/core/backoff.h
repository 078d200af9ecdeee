/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Backoff: when a client tries again [PROTO 8.2]. The first attempt after a loss is at once; each
 * further one waits a random time below a ceiling that doubles, so that thousands of clients that
 * lost the same server do not come back together.
 *
 * Thread: that of the core.
 */
#ifndef SNET_CORE_BACKOFF_H
#define SNET_CORE_BACKOFF_H

#include <snet/core.h>

#include <stdbool.h>
#include <stdint.h>

#define SNET_BACKOFF_FIRST_NS (200 * SNET_MS_NS)
#define SNET_BACKOFF_MAX_NS (15 * SNET_SECOND_NS)
/* The ceiling of the first wait behind a link that moved bytes, on wires that know. */
#define SNET_BACKOFF_MOVED_NS (5 * SNET_MS_NS)
/* The same behind the first link in a row that was accepted, and moved nothing. */
#define SNET_BACKOFF_ANSWERED_NS (10 * SNET_MS_NS)

/* A zeroed struct is fresh. */
struct snet_backoff {
    uint64_t ceiling_ns; /* 0: the next attempt is the first */
    uint32_t rest_ns;    /* what the next attempt waits for in any case */
    uint8_t answered;    /* links in a row that the server has accepted, and that moved nothing */
    bool soon;           /* the last attempt was one of snet_backoff_soon, or the next one is */
};

/* How long to wait before the next attempt; `random` is a fresh random number. */
uint64_t snet_backoff_next_ns(struct snet_backoff *backoff, uint64_t random);
/* The link worked: the next attempt is a first one again. */
void snet_backoff_reset(struct snet_backoff *backoff);
/*
 * As above, where a link is known to have moved something: behind `rest_ns` the next attempt is
 * nearly at once, but not in step with all others that lost the same server.
 */
void snet_backoff_moved(struct snet_backoff *backoff, uint32_t rest_ns);
/* As above, and the next attempt waits for no more than `rest_ns`: the link was worth its cost. */
void snet_backoff_soon(struct snet_backoff *backoff, uint32_t rest_ns);
/* The attempt found no connection. One that was made that soon may have met a server on its way
   back: the next one waits as behind a link that moved something. */
void snet_backoff_refused(struct snet_backoff *backoff);
/*
 * The server has accepted an attempt behind a link that moved nothing: it is there, and what it
 * must be spared is a row of such links. The wait doubles with each of them, but from a small one.
 */
void snet_backoff_answered(struct snet_backoff *backoff);

#endif
