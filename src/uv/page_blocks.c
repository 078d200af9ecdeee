/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/page_blocks.h"

#include "base/assert.h"

#include <stdint.h>
#include <sys/mman.h>

struct page_blocks_page {
    union {
        struct page_blocks_page *next; /* while it is free */
        uint8_t bytes[SNET_PAGE_BYTES];
    } as;
};

struct page_blocks_block {
    struct snet_list_node node; /* while a page of it is free */
    struct page_blocks_page *unused;
    size_t used_count;
    size_t fresh_count; /* pages at its end that were never used: the kernel has not given them */
};

_Static_assert(sizeof(struct page_blocks_block) <= SNET_PAGE_BYTES, "it fits its own page");

void snet_page_blocks_init(struct snet_page_blocks *blocks)
{
    *blocks = (struct snet_page_blocks){.empty_count = 0};
    snet_list_init(&blocks->open);
}

static void page_blocks_unmap(struct snet_page_blocks *blocks, struct page_blocks_block *block)
{
    snet_list_remove(&blocks->open, &block->node);
    (void)munmap(block, (size_t)SNET_PAGE_BLOCKS_BYTES);
}

void snet_page_blocks_deinit(struct snet_page_blocks *blocks)
{
    while (blocks->open.count > 0) {
        struct page_blocks_block *block =
            SNET_CONTAINER(snet_list_first(&blocks->open), struct page_blocks_block, node);
        SNET_ASSERT(block->used_count == 0);
        page_blocks_unmap(blocks, block);
    }
}

/* Memory aligned to its size: of twice as much, what is before and behind goes back. */
static uint8_t *page_blocks_map(void)
{
    const size_t size = (size_t)SNET_PAGE_BLOCKS_BYTES;
    uint8_t *all = mmap(NULL, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (all == MAP_FAILED) {
        return NULL;
    }
    const size_t before = (size - (uintptr_t)all % size) % size;
    if (before > 0) {
        (void)munmap(all, before);
    }
    (void)munmap(all + before + size, size - before);
    return all + before;
}

static struct page_blocks_block *page_blocks_grow(struct snet_page_blocks *blocks)
{
    struct page_blocks_block *block = (struct page_blocks_block *)(void *)page_blocks_map();
    if (block != NULL) {
        block->fresh_count = SNET_PAGE_BLOCKS_PAGES;
        blocks->empty_count++;
        snet_list_push(&blocks->open, &block->node);
    }
    return block;
}

void *snet_page_blocks_take(struct snet_page_blocks *blocks)
{
    struct snet_list_node *node = snet_list_first(&blocks->open);
    struct page_blocks_block *block = node != NULL
                                          ? SNET_CONTAINER(node, struct page_blocks_block, node)
                                          : page_blocks_grow(blocks);
    if (block == NULL) {
        return NULL;
    }
    struct page_blocks_page *page = block->unused;
    if (page != NULL) {
        block->unused = page->as.next;
    } else {
        page = (struct page_blocks_page *)(void *)block + SNET_PAGE_BLOCKS_PAGES + 1 -
               block->fresh_count;
        block->fresh_count--;
    }
    blocks->empty_count -= block->used_count == 0 ? 1 : 0;
    block->used_count++;
    if (block->unused == NULL && block->fresh_count == 0) {
        snet_list_remove(&blocks->open, &block->node);
    }
    return page;
}

void snet_page_blocks_give(struct snet_page_blocks *blocks, void *page)
{
    const uintptr_t inside = (uintptr_t)page % (size_t)SNET_PAGE_BLOCKS_BYTES;
    struct page_blocks_block *block =
        (struct page_blocks_block *)(void *)((uint8_t *)page - inside);
    struct page_blocks_page *unused = page;
    SNET_ASSERT(block->used_count > 0);
    unused->as.next = block->unused;
    block->unused = unused;
    block->used_count--;
    if (!snet_list_contains(&block->node)) {
        snet_list_push(&blocks->open, &block->node);
    }
    if (block->used_count > 0) {
        return;
    }
    if (blocks->empty_count > 0) {
        page_blocks_unmap(blocks, block);
    } else {
        blocks->empty_count++;
    }
}
