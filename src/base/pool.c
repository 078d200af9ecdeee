/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "base/pool.h"

#include "base/assert.h"

_Static_assert(sizeof(struct snet_page) == SNET_PAGE_BYTES, "a page is exactly one page");

void snet_pool_init(struct snet_pool *pool, const struct snet_env *env, uint64_t budget_bytes)
{
    *pool = (struct snet_pool){
        .env = env,
        .budget_count = (size_t)(budget_bytes / SNET_PAGE_BYTES),
    };
    SNET_ASSERT(pool->budget_count > 0);
}

void snet_pool_share(struct snet_pool *pool, struct snet_stock *stock)
{
    SNET_ASSERT(pool->used_count == 0);
    pool->stock = stock;
}

/* A page of the cache goes back to the environment. */
static void pool_free_one(struct snet_pool *pool)
{
    struct snet_page *page = pool->cache;
    pool->cache = page->next;
    pool->cache_count--;
    if (pool->env->page_free != NULL) {
        pool->env->page_free(pool->env->ctx, page);
    } else {
        pool->env->free(pool->env->ctx, page);
    }
}

void snet_pool_deinit(struct snet_pool *pool)
{
    SNET_ASSERT(pool->used_count == 0);
    while (pool->cache != NULL) {
        pool_free_one(pool);
    }
}

/* Whether there may be one page more. */
static bool pool_admit(struct snet_pool *pool)
{
    if (pool->used_count < pool->budget_count + pool->borrowed_count) {
        return true;
    }
    const bool borrowed = snet_stock_take(pool->stock);
    pool->borrowed_count += borrowed ? 1 : 0;
    return borrowed;
}

/* What was borrowed for a page that is not in use goes back. */
static void pool_repay(struct snet_pool *pool)
{
    if (pool->borrowed_count > 0 && pool->used_count < pool->budget_count + pool->borrowed_count) {
        pool->borrowed_count--;
        snet_stock_give(pool->stock);
    }
}

struct snet_page *snet_pool_take(struct snet_pool *pool)
{
    if (!pool_admit(pool)) {
        return NULL;
    }
    struct snet_page *page = pool->cache;
    if (page != NULL) {
        pool->cache = page->next;
        pool->cache_count--;
    } else {
        page = pool->env->page_alloc != NULL ? pool->env->page_alloc(pool->env->ctx)
                                             : pool->env->alloc(pool->env->ctx, sizeof *page);
        if (page == NULL) {
            pool_repay(pool);
            return NULL;
        }
    }
    page->next = NULL;
    pool->used_count++;
    return page;
}

void snet_pool_give(struct snet_pool *pool, struct snet_page *page)
{
    SNET_ASSERT(pool->used_count > 0);
    pool->used_count--;
    pool_repay(pool);
    page->next = pool->cache;
    pool->cache = page;
    pool->cache_count++;
    while (pool->cache_count > SNET_POOL_CACHE_MAX + pool->used_count) {
        pool_free_one(pool);
    }
}

size_t snet_pool_budget(const struct snet_pool *pool)
{
    return pool->budget_count + pool->borrowed_count + (size_t)snet_stock_left(pool->stock);
}

size_t snet_pool_available(const struct snet_pool *pool)
{
    return snet_pool_budget(pool) - pool->used_count;
}
