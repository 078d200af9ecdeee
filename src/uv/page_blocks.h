/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Page blocks: pages for streams, in blocks that the kernel gives and takes back whole. In the heap
 * of malloc one small object that stays keeps all below it, so that a gateway whose sessions have
 * ended would be as large as ever. Pages come from the block that has had free ones for longest, so
 * that the others become empty; an empty block goes back, but for one.
 *
 * Ownership: a page belongs to its taker until it is given back. Thread: that of its owner.
 */
#ifndef SNET_UV_PAGE_BLOCKS_H
#define SNET_UV_PAGE_BLOCKS_H

#include <snet/core.h>

#include "base/list.h"

#include <stddef.h>

/* The size of a block, to which it is aligned; its first page is its own. */
#define SNET_PAGE_BLOCKS_BYTES (256u * 1024)
#define SNET_PAGE_BLOCKS_PAGES (SNET_PAGE_BLOCKS_BYTES / SNET_PAGE_BYTES - 1)

struct snet_page_blocks {
    struct snet_list open; /* blocks that have a free page */
    size_t empty_count;    /* of these, blocks all of whose pages are free: one at most */
};

void snet_page_blocks_init(struct snet_page_blocks *blocks);
/* All pages must have been given back. */
void snet_page_blocks_deinit(struct snet_page_blocks *blocks);
/* A page of SNET_PAGE_BYTES with any content, or NULL. */
void *snet_page_blocks_take(struct snet_page_blocks *blocks);
void snet_page_blocks_give(struct snet_page_blocks *blocks, void *page);

#endif
