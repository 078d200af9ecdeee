/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "base/chain.h"

#include "base/assert.h"

#include <stdbool.h>

void snet_chain_deinit(struct snet_chain *chain, struct snet_pool *pool)
{
    while (chain->head != NULL) {
        struct snet_page *page = chain->head;
        chain->head = page->next;
        snet_pool_give(pool, page);
    }
    *chain = (struct snet_chain){0};
}

size_t snet_chain_slack(const struct snet_chain *chain)
{
    return chain->tail == NULL ? 0 : SNET_PAGE_DATA_BYTES - chain->tail_used;
}

uint8_t *snet_chain_space(struct snet_chain *chain, struct snet_pool *pool, size_t *ret_len)
{
    if (snet_chain_slack(chain) == 0) {
        struct snet_page *page = snet_pool_take(pool);
        if (page == NULL) {
            return NULL;
        }
        if (chain->tail == NULL) {
            chain->head = page;
            chain->head_skip = 0;
        } else {
            chain->tail->next = page;
        }
        chain->tail = page;
        chain->tail_used = 0;
    }
    *ret_len = SNET_PAGE_DATA_BYTES - chain->tail_used;
    return chain->tail->data + chain->tail_used;
}

void snet_chain_commit(struct snet_chain *chain, size_t len)
{
    SNET_ASSERT(len <= snet_chain_slack(chain));
    chain->tail_used += (uint32_t)len;
    chain->len += len;
}

/* Filled bytes of `page` end here. */
static size_t chain_page_end(const struct snet_chain *chain, const struct snet_page *page)
{
    return page == chain->tail ? chain->tail_used : SNET_PAGE_DATA_BYTES;
}

void snet_chain_advance(const struct snet_chain *chain, struct snet_chain_mark *mark, size_t len)
{
    if (mark->page == NULL) {
        /* Taken while the chain was empty: what came since starts at the head. */
        mark->page = chain->head;
        mark->page_offset = chain->head_skip;
        SNET_ASSERT(mark->page != NULL || len == 0);
    }
    /* A mark at the end of a page moves on as soon as there is a next one: pages may be freed. */
    while (mark->page != NULL) {
        const size_t here = chain_page_end(chain, mark->page) - mark->page_offset;
        if (len < here || mark->page->next == NULL) {
            SNET_ASSERT(len <= here);
            mark->page_offset += len;
            return;
        }
        len -= here;
        mark->page = mark->page->next;
        mark->page_offset = 0;
    }
}

struct snet_chain_mark snet_chain_mark(const struct snet_chain *chain, size_t skip)
{
    SNET_ASSERT(skip <= chain->len);
    struct snet_chain_mark mark = {.page = chain->head, .page_offset = chain->head_skip};
    snet_chain_advance(chain, &mark, skip);
    return mark;
}

size_t snet_chain_look(const struct snet_chain *chain, struct snet_chain_mark mark,
                       struct snet_span *ret_spans, size_t span_max)
{
    size_t count = 0;
    snet_chain_advance(chain, &mark, 0);
    while (mark.page != NULL && count < span_max) {
        const size_t end = chain_page_end(chain, mark.page);
        if (mark.page_offset < end) {
            ret_spans[count++] = (struct snet_span){
                .data = mark.page->data + mark.page_offset,
                .len = end - mark.page_offset,
            };
        }
        mark.page = mark.page->next;
        mark.page_offset = 0;
    }
    return count;
}

size_t snet_chain_write_spans(const struct snet_span *spans, size_t count, size_t max,
                              struct snet_writer *writer)
{
    size_t done = 0;
    for (size_t i = 0; i < count && done < max; i++) {
        const size_t part = spans[i].len < max - done ? spans[i].len : max - done;
        snet_writer_bytes(writer, spans[i].data, part);
        done += part;
    }
    return done;
}

void snet_chain_consume(struct snet_chain *chain, struct snet_pool *pool, size_t len)
{
    SNET_ASSERT(len <= chain->len);
    chain->len -= len;
    if (chain->len == 0) {
        snet_chain_deinit(chain, pool);
        return;
    }
    size_t skip = chain->head_skip + len;
    while (skip >= SNET_PAGE_DATA_BYTES) {
        struct snet_page *page = chain->head;
        chain->head = page->next;
        skip -= SNET_PAGE_DATA_BYTES;
        snet_pool_give(pool, page);
    }
    chain->head_skip = (uint32_t)skip;
    SNET_ASSERT(chain->head != NULL);
}

void snet_chain_check(const struct snet_chain *chain)
{
    size_t filled = 0;
    for (const struct snet_page *page = chain->head; page != NULL; page = page->next) {
        filled += chain_page_end(chain, page);
    }
    SNET_ASSERT(filled == chain->len + chain->head_skip);
    SNET_ASSERT((chain->head == NULL) == (chain->tail == NULL));
    SNET_ASSERT(chain->head_skip < SNET_PAGE_DATA_BYTES || chain->len == 0);
}
