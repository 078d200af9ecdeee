/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Page pool: stream memory in pages of SNET_PAGE_BYTES under a budget. Pages are taken from the
 * environment as they are needed. As many are kept for reuse as are in use, so that a busy stream
 * does not ask for the same memory again and again, and SNET_POOL_CACHE_MAX more; the rest goes
 * back at once. No page means wait, never failure.
 *
 * Ownership: a page belongs to its taker until it is given back. Thread: that of the core.
 */
#ifndef SNET_BASE_POOL_H
#define SNET_BASE_POOL_H

#include <snet/core.h>
#include <snet/env.h>

#include "base/stock.h"

#include <stddef.h>
#include <stdint.h>

#define SNET_POOL_CACHE_MAX 256u
#define SNET_PAGE_DATA_BYTES (SNET_PAGE_BYTES - sizeof(struct snet_page *))

struct snet_page {
    struct snet_page *next;
    uint8_t data[SNET_PAGE_DATA_BYTES];
};

struct snet_pool {
    const struct snet_env *env;
    struct snet_page *cache;
    size_t cache_count;
    size_t used_count;
    size_t budget_count;      /* its own */
    size_t borrowed_count;    /* and pages of the stock that it has */
    struct snet_stock *stock; /* NULL: none */
};

void snet_pool_init(struct snet_pool *pool, const struct snet_env *env, uint64_t budget_bytes);
/* From now on it has pages of the stock, too. Right after the start. */
void snet_pool_share(struct snet_pool *pool, struct snet_stock *stock);
/* Frees the cache; every page must have been given back. */
void snet_pool_deinit(struct snet_pool *pool);
/* A page, or NULL when the budget is used up or the machine has no memory. */
struct snet_page *snet_pool_take(struct snet_pool *pool);
void snet_pool_give(struct snet_pool *pool, struct snet_page *page);
/* How many pages there may be at most, as far as is known now: others share a stock. */
size_t snet_pool_budget(const struct snet_pool *pool);
/* How many more pages the budget allows. */
size_t snet_pool_available(const struct snet_pool *pool);

#endif
