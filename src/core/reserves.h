/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Reserves: pages of the receive budget that are set aside for credit that peers have and may use.
 * Credit is never taken back, so what is set aside for it cannot be given out twice. But a peer
 * that has not used its credit for a while keeps pages from others that would: what is set aside
 * for it beyond SNET_RESERVES_KEPT_BYTES is lent to them. If it comes back and finds no page, that
 * link closes, and the session resumes [PROTO 17.2].
 *
 * A quarter of the budget is never set aside: it is for sessions that have no more than what
 * everybody gets, when the readers of all others have stopped. Pure counting.
 *
 * Ownership: part of a core; borrows reserves until they are given back. Thread: the core's.
 */
#ifndef SNET_CORE_RESERVES_H
#define SNET_CORE_RESERVES_H

#include <snet/core.h>

#include "base/list.h"
#include "base/pool.h"

#include <stdbool.h>
#include <stdint.h>

#define SNET_RESERVES_UNRESERVED_DIVISOR 4u
/* Minimum: for how long credit lies unused before what is set aside for it is lent. */
#define SNET_RESERVES_LEND_NS (10 * SNET_SECOND_NS)
/* What stays set aside for a session, whoever else wants it. */
#define SNET_RESERVES_KEPT_BYTES (48u * 1024)

/* What is set aside for one session: part of it. Zeroed, it is nothing. */
struct snet_reserve {
    struct snet_list_node node;
    uint64_t used_ns;    /* when bytes came last, or more was set aside */
    uint32_t bytes;      /* set aside; less than before when some of it was lent */
    uint32_t held_bytes; /* how much of it bytes have taken that wait for their reader */
};

struct snet_reserves {
    const struct snet_pool *pool;
    struct snet_list list; /* those that have something, the one first that was used longest ago */
    uint64_t bytes;        /* of all */
};

void snet_reserves_init(struct snet_reserves *reserves, const struct snet_pool *pool);
/* From now on `bytes` are set aside, which is no less than before; false when there are not as
   many, and then nothing changes for this one. */
bool snet_reserves_take(struct snet_reserves *reserves, struct snet_reserve *reserve,
                        uint32_t bytes, uint64_t now);
/* Nothing is set aside any more. Safe for one that has nothing. */
void snet_reserves_give(struct snet_reserves *reserves, struct snet_reserve *reserve);
/* Bytes have come, and `held_bytes` wait for their reader. */
void snet_reserves_used(struct snet_reserves *reserves, struct snet_reserve *reserve,
                        uint32_t held_bytes, uint64_t now);

#endif
