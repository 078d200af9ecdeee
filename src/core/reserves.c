/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/reserves.h"

#include "base/assert.h"

void snet_reserves_init(struct snet_reserves *reserves, const struct snet_pool *pool)
{
    *reserves = (struct snet_reserves){.pool = pool};
    snet_list_init(&reserves->list);
}

static uint64_t reserves_left(const struct snet_reserves *reserves)
{
    const uint64_t budget = (uint64_t)snet_pool_budget(reserves->pool) * SNET_PAGE_BYTES;
    const uint64_t most = budget - budget / SNET_RESERVES_UNRESERVED_DIVISOR;
    /* Of a stock, others may have taken since what was counted on. */
    SNET_ASSERT(reserves->bytes <= most || reserves->pool->stock != NULL);
    return reserves->bytes < most ? most - reserves->bytes : 0;
}

static void reserves_set(struct snet_reserves *reserves, struct snet_reserve *reserve,
                         uint32_t bytes)
{
    SNET_ASSERT(reserves->bytes >= reserve->bytes);
    reserves->bytes = reserves->bytes - reserve->bytes + bytes;
    reserve->bytes = bytes;
    snet_list_remove(&reserves->list, &reserve->node);
    if (bytes > 0) {
        snet_list_push(&reserves->list, &reserve->node);
    }
}

/* What stays set aside: pages that bytes have taken cannot be lent. */
static uint32_t reserves_kept(const struct snet_reserve *reserve)
{
    const uint32_t kept = reserve->held_bytes > SNET_RESERVES_KEPT_BYTES ? reserve->held_bytes
                                                                         : SNET_RESERVES_KEPT_BYTES;
    return kept < reserve->bytes ? kept : reserve->bytes;
}

/* Lends what was not used for long, until `wanted` bytes are left or nothing more can be lent. */
static void reserves_lend(struct snet_reserves *reserves, const struct snet_reserve *borrower,
                          uint64_t wanted, uint64_t now)
{
    /* Each is looked at once: one that has lent goes behind the others. */
    for (size_t left = reserves->list.count; left > 0 && reserves_left(reserves) < wanted; left--) {
        struct snet_reserve *oldest =
            SNET_CONTAINER(snet_list_first(&reserves->list), struct snet_reserve, node);
        if (now - oldest->used_ns < SNET_RESERVES_LEND_NS) {
            return;
        }
        if (oldest == borrower) {
            reserves_set(reserves, oldest, oldest->bytes);
        } else {
            reserves_set(reserves, oldest, reserves_kept(oldest));
            oldest->used_ns = now; /* there is nothing more to lend for a while */
        }
    }
}

bool snet_reserves_take(struct snet_reserves *reserves, struct snet_reserve *reserve,
                        uint32_t bytes, uint64_t now)
{
    SNET_ASSERT(bytes >= reserve->bytes);
    const uint32_t wanted = bytes - reserve->bytes;
    if (wanted > reserves_left(reserves)) {
        reserves_lend(reserves, reserve, wanted, now);
    }
    if (wanted > reserves_left(reserves)) {
        return false;
    }
    reserves_set(reserves, reserve, bytes);
    reserve->used_ns = now;
    return true;
}

void snet_reserves_give(struct snet_reserves *reserves, struct snet_reserve *reserve)
{
    reserves_set(reserves, reserve, 0);
    reserve->held_bytes = 0;
}

void snet_reserves_used(struct snet_reserves *reserves, struct snet_reserve *reserve,
                        uint32_t held_bytes, uint64_t now)
{
    reserve->held_bytes = held_bytes;
    reserve->used_ns = now;
    reserves_set(reserves, reserve, reserve->bytes);
}
