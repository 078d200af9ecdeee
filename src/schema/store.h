/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What values of options are kept in: copies that never move until the store is freed, and are
 * wiped then. A list that grows stays where it was for all that hold a pointer to its first items.
 *
 * Ownership: a store belongs to the object whose options it keeps. Thread: one at a time.
 */
#ifndef SNET_SCHEMA_STORE_H
#define SNET_SCHEMA_STORE_H

#include <snet/schema.h>

/* Items of one size in a row. */
struct snet_store_items {
    const void *data;
    size_t count;
    size_t item_bytes;
};

/*
 * Keeps `old` with `more` behind it, and makes the store if there is none; NULL without memory. The
 * items of `old` stay where they are, and may be of this store, of another, or of none.
 */
const void *snet_store_append(struct snet_store **store, const struct snet_store_items *old,
                              const struct snet_store_items *more);
/* Keeps a text of `len` bytes with a zero behind it; NULL without memory. */
const char *snet_store_text(struct snet_store **store, const char *text, size_t len);

#endif
