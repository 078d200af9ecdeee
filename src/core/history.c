/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/history.h"

#include "base/assert.h"

void snet_history_init(struct snet_history *history, uint32_t capacity_bytes)
{
    SNET_ASSERT(capacity_bytes > 0);
    *history = (struct snet_history){.capacity_bytes = capacity_bytes, .end_max = UINT64_MAX};
}

void snet_history_deinit(struct snet_history *history, struct snet_pool *pool)
{
    snet_chain_deinit(&history->chain, pool);
    history->unsent = (struct snet_chain_mark){0};
    history->base = history->sent = history->end;
}

void snet_history_grow(struct snet_history *history, uint32_t capacity_bytes)
{
    SNET_ASSERT(capacity_bytes >= history->capacity_bytes);
    history->capacity_bytes = capacity_bytes;
}

void snet_history_allow(struct snet_history *history, uint64_t offset)
{
    const bool first = history->end_max == UINT64_MAX;
    history->end_max = first || offset > history->end_max ? offset : history->end_max;
}

static size_t history_unsent_max(const struct snet_history *history)
{
    const size_t part = history->capacity_bytes / SNET_HISTORY_UNSENT_DIVISOR;
    return part == 0 ? 1 : part;
}

size_t snet_history_window(const struct snet_history *history)
{
    const uint64_t from = history->slides ? history->sent : history->base;
    const uint64_t kept = history->end - from;
    const size_t max = history->slides ? history_unsent_max(history) : history->capacity_bytes;
    const uint64_t allowed = history->end < history->end_max ? history->end_max - history->end : 0;
    const size_t left = kept >= max ? 0 : max - (size_t)kept;
    return left < allowed ? left : (size_t)allowed;
}

/* How many sent bytes may go when the pool is empty: the rest stays for TCP to lose. */
static size_t history_recyclable(const struct snet_history *history)
{
    const uint64_t sent = history->sent - history->base;
    const uint64_t floor = history->capacity_bytes / SNET_HISTORY_FLOOR_DIVISOR;
    return history->slides && sent > floor ? (size_t)(sent - floor) : 0;
}

/* Whole pages that dropping `len` bytes at the head would surely give back. */
static size_t history_pages_in(size_t len)
{
    return len / SNET_PAGE_DATA_BYTES;
}

size_t snet_history_room(const struct snet_history *history, const struct snet_pool *pool)
{
    const size_t window = snet_history_window(history);
    const size_t pages = snet_pool_available(pool) + history_pages_in(history_recyclable(history));
    const size_t slack = snet_chain_slack(&history->chain);
    if (slack >= window || pages > (window - slack) / SNET_PAGE_DATA_BYTES) {
        return window;
    }
    return slack + pages * SNET_PAGE_DATA_BYTES;
}

static void history_drop(struct snet_history *history, struct snet_pool *pool, size_t len)
{
    SNET_ASSERT(len <= history->sent - history->base);
    snet_chain_advance(&history->chain, &history->unsent, 0);
    snet_chain_consume(&history->chain, pool, len);
    history->base += len;
    if (history->chain.len == 0) {
        history->unsent = (struct snet_chain_mark){0};
    }
}

uint8_t *snet_history_reserve(struct snet_history *history, struct snet_pool *pool, size_t want_len,
                              size_t *ret_len)
{
    const size_t window = snet_history_window(history);
    if (window == 0 || want_len == 0) {
        return NULL;
    }
    size_t len = 0;
    uint8_t *space = snet_chain_space(&history->chain, pool, &len);
    const size_t recyclable = history_recyclable(history);
    if (space == NULL && history_pages_in(recyclable) > 0) {
        history_drop(history, pool, SNET_PAGE_DATA_BYTES);
        space = snet_chain_space(&history->chain, pool, &len);
    }
    if (space == NULL) {
        return NULL;
    }
    len = len < window ? len : window;
    len = len < want_len ? len : want_len;
    const uint64_t kept = history->end - history->base;
    if (kept + len > history->capacity_bytes) {
        history_drop(history, pool, (size_t)(kept + len - history->capacity_bytes));
    }
    *ret_len = len;
    return space;
}

void snet_history_trim(struct snet_history *history, struct snet_pool *pool, uint64_t offset)
{
    SNET_ASSERT(offset <= history->end);
    if (offset <= history->base) {
        return;
    }
    if (offset > history->sent) {
        /* Acknowledged on another link before this one has sent it again. */
        snet_chain_advance(&history->chain, &history->unsent, (size_t)(offset - history->sent));
        history->sent = offset;
    }
    history_drop(history, pool, (size_t)(offset - history->base));
}

void snet_history_shrink(struct snet_history *history, struct snet_pool *pool)
{
    SNET_ASSERT(history->slides);
    const size_t pages = history_pages_in(history_recyclable(history));
    if (pages > 0) {
        history_drop(history, pool, pages * SNET_PAGE_DATA_BYTES);
    }
}

void snet_history_commit(struct snet_history *history, size_t len)
{
    snet_chain_commit(&history->chain, len);
    history->end += len;
    SNET_ASSERT(history->end - history->base <= history->capacity_bytes);
}

size_t snet_history_look(const struct snet_history *history, struct snet_span *ret_spans,
                         size_t span_max)
{
    return snet_chain_look(&history->chain, history->unsent, ret_spans, span_max);
}

void snet_history_sent(struct snet_history *history, size_t len)
{
    SNET_ASSERT(len <= history->end - history->sent);
    snet_chain_advance(&history->chain, &history->unsent, len);
    history->sent += len;
    if (history->sent > history->sent_max) {
        history->sent_max = history->sent;
    }
    SNET_ASSERT(history->sent <= history->end);
}

snet_err snet_history_rewind(struct snet_history *history, uint64_t offset)
{
    if (offset > history->end) {
        return SNET_ERR_BAD_COUNT;
    }
    if (offset < history->base) {
        return SNET_ERR_HISTORY_OVERRUN;
    }
    history->sent = offset;
    history->unsent = snet_chain_mark(&history->chain, (size_t)(offset - history->base));
    return SNET_OK;
}

void snet_history_check(const struct snet_history *history)
{
    snet_chain_check(&history->chain);
    SNET_ASSERT(history->base <= history->sent);
    SNET_ASSERT(history->sent <= history->end);
    SNET_ASSERT(history->end - history->base == history->chain.len);
    SNET_ASSERT(history->chain.len <= history->capacity_bytes);
}
