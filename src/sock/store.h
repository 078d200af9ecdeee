/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Store: what snet_config_set keeps for a config: texts and keys, each in memory that does not
 * move.
 *
 * Ownership: a store belongs to whoever has its pointer; NULL is an empty one. Thread: one at a
 * time.
 */
#ifndef SNET_SOCK_STORE_H
#define SNET_SOCK_STORE_H

#include <stddef.h>

struct snet_store;

/* Keeps a copy of `size` bytes, or zeros for NULL; aligned for any object. NULL without memory. */
void *snet_store_keep(struct snet_store **store, const void *data, size_t size);
/* All of `other` belongs to `store`, too. */
void snet_store_join(struct snet_store **store, struct snet_store *other);
/* Wipes and frees all; the store is empty then. */
void snet_store_free(struct snet_store **store);

#endif
