/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "schema/store.h"

#include "base/cursor.h"

#include <stdlib.h>
#include <string.h>

#define STORE_ITEMS_FIRST 4u

struct store_block {
    struct store_block *next;
    size_t room; /* bytes behind this struct */
    size_t used;
    max_align_t data[];
};

struct snet_store {
    struct store_block *blocks; /* the newest first */
};

static struct snet_store *store_have(struct snet_store **store)
{
    if (*store == NULL) {
        *store = calloc(1, sizeof **store);
    }
    return *store;
}

static struct store_block *store_add(struct snet_store **store, size_t room)
{
    struct store_block *block = calloc(1, sizeof *block + room);
    if (block == NULL || store_have(store) == NULL) {
        free(block);
        return NULL;
    }
    block->room = room;
    block->next = (*store)->blocks;
    (*store)->blocks = block;
    return block;
}

/* The block whose items are just these, so that others fit behind them. */
static struct store_block *store_find(const struct snet_store *store,
                                      const struct snet_store_items *items)
{
    struct store_block *block = store == NULL || items->count == 0 ? NULL : store->blocks;
    while (block != NULL && ((const void *)block->data != items->data ||
                             block->used != items->count * items->item_bytes)) {
        block = block->next;
    }
    return block;
}

static void store_put(struct store_block *block, const struct snet_store_items *items)
{
    struct snet_writer writer;
    snet_writer_init(&writer, (uint8_t *)block->data + block->used, block->room - block->used);
    snet_writer_bytes(&writer, items->data, items->count * items->item_bytes);
    block->used += writer.written;
}

const void *snet_store_append(struct snet_store **store, const struct snet_store_items *old,
                              const struct snet_store_items *more)
{
    const size_t more_bytes = more->count * more->item_bytes;
    struct store_block *block = store_find(*store, old);
    if (block == NULL || block->room - block->used < more_bytes) {
        /* Twice the room: what has many items, one at a time, is copied a few times only. */
        const size_t count = 2 * old->count + more->count;
        block = store_add(store, (count < STORE_ITEMS_FIRST ? STORE_ITEMS_FIRST : count) *
                                     more->item_bytes);
        if (block == NULL) {
            return NULL;
        }
        store_put(block, old);
    }
    store_put(block, more);
    return block->data;
}

const char *snet_store_text(struct snet_store **store, const char *text, size_t len)
{
    struct store_block *block = store_add(store, len + 1);
    if (block == NULL) {
        return NULL;
    }
    const struct snet_store_items items = {text, len, 1};
    store_put(block, &items);
    return (const char *)block->data;
}

void snet_store_merge(struct snet_store **store, struct snet_store **more)
{
    struct store_block **end = *store == NULL ? NULL : &(*store)->blocks;
    if (end == NULL || *more == NULL) {
        *store = *store == NULL ? *more : *store;
        *more = NULL;
        return;
    }
    while (*end != NULL) {
        end = &(*end)->next;
    }
    *end = (*more)->blocks;
    free(*more);
    *more = NULL;
}

void snet_store_free(struct snet_store **store)
{
    struct store_block *block = *store == NULL ? NULL : (*store)->blocks;
    while (block != NULL) {
        struct store_block *next = block->next;
        explicit_bzero(block->data, block->room);
        free(block);
        block = next;
    }
    free(*store);
    *store = NULL;
}
