/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/inbox.h"

#include "base/assert.h"

void snet_inbox_init(struct snet_inbox *inbox, uint32_t capacity_bytes)
{
    SNET_ASSERT(capacity_bytes > 0);
    *inbox = (struct snet_inbox){.capacity_bytes = capacity_bytes};
}

void snet_inbox_deinit(struct snet_inbox *inbox, struct snet_pool *pool)
{
    snet_chain_deinit(&inbox->chain, pool);
}

void snet_inbox_grow(struct snet_inbox *inbox, uint32_t capacity_bytes)
{
    SNET_ASSERT(capacity_bytes >= inbox->capacity_bytes);
    inbox->capacity_bytes = capacity_bytes;
}

size_t snet_inbox_window(const struct snet_inbox *inbox)
{
    return inbox->capacity_bytes - inbox->chain.len;
}

size_t snet_inbox_room(const struct snet_inbox *inbox, const struct snet_pool *pool)
{
    const size_t window = snet_inbox_window(inbox);
    const size_t slack = snet_chain_slack(&inbox->chain);
    const size_t pages = snet_pool_available(pool);
    if (slack >= window || pages > (window - slack) / SNET_PAGE_DATA_BYTES) {
        return window;
    }
    return slack + pages * SNET_PAGE_DATA_BYTES;
}

uint8_t *snet_inbox_space(struct snet_inbox *inbox, struct snet_pool *pool, size_t *ret_len)
{
    const size_t window = snet_inbox_window(inbox);
    if (window == 0) {
        return NULL;
    }
    size_t len = 0;
    uint8_t *space = snet_chain_space(&inbox->chain, pool, &len);
    if (space == NULL) {
        return NULL;
    }
    *ret_len = len < window ? len : window;
    return space;
}

void snet_inbox_commit(struct snet_inbox *inbox, size_t len)
{
    snet_chain_commit(&inbox->chain, len);
    inbox->received += len;
    SNET_ASSERT(inbox->chain.len <= inbox->capacity_bytes);
}

size_t snet_inbox_look(const struct snet_inbox *inbox, struct snet_span *ret_spans, size_t span_max)
{
    return snet_chain_look(&inbox->chain, (struct snet_chain_mark){0}, ret_spans, span_max);
}

void snet_inbox_consume(struct snet_inbox *inbox, struct snet_pool *pool, size_t len)
{
    SNET_ASSERT(len <= inbox->chain.len);
    snet_chain_consume(&inbox->chain, pool, len);
}

void snet_inbox_check(const struct snet_inbox *inbox)
{
    snet_chain_check(&inbox->chain);
    SNET_ASSERT(inbox->chain.len <= inbox->capacity_bytes);
    SNET_ASSERT(inbox->chain.len <= inbox->received);
}
