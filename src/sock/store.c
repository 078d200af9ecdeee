/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/store.h"

#include "base/cursor.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

struct snet_store {
    struct snet_store *next;
    size_t size;
    alignas(max_align_t) unsigned char bytes[];
};

void *snet_store_keep(struct snet_store **store, const void *data, size_t size)
{
    struct snet_store *piece = calloc(1, sizeof *piece + size);
    if (piece == NULL) {
        return NULL;
    }
    piece->size = size;
    if (data != NULL) {
        struct snet_writer writer;
        snet_writer_init(&writer, piece->bytes, size);
        snet_writer_bytes(&writer, data, size);
    }
    piece->next = *store;
    *store = piece;
    return piece->bytes;
}

void snet_store_join(struct snet_store **store, struct snet_store *other)
{
    while (*store != NULL) {
        store = &(*store)->next;
    }
    *store = other;
}

void snet_store_free(struct snet_store **store)
{
    struct snet_store *piece = *store;
    *store = NULL;
    while (piece != NULL) {
        struct snet_store *next = piece->next;
        explicit_bzero(piece->bytes, piece->size); /* it may be keys */
        free(piece);
        piece = next;
    }
}
