/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Inbox: bytes that arrived and were kept, until the application reads them. What it has counted as
 * received is kept exactly once and survives the loss of a link [PROTO 5.2].
 *
 * Ownership: holds pages of the pool that each call is given. Thread: that of the core.
 */
#ifndef SNET_CORE_INBOX_H
#define SNET_CORE_INBOX_H

#include "base/chain.h"

#include <stddef.h>
#include <stdint.h>

struct snet_inbox {
    struct snet_chain chain;
    uint64_t received; /* the position in the stream of the next byte to arrive */
    uint32_t capacity_bytes;
};

void snet_inbox_init(struct snet_inbox *inbox, uint32_t capacity_bytes);
void snet_inbox_deinit(struct snet_inbox *inbox, struct snet_pool *pool);

/* The capacity is larger from now on. */
void snet_inbox_grow(struct snet_inbox *inbox, uint32_t capacity_bytes);

/* How many bytes fit by the capacity alone, whether or not there are pages for them. */
size_t snet_inbox_window(const struct snet_inbox *inbox);
/* How many bytes can arrive now. */
size_t snet_inbox_room(const struct snet_inbox *inbox, const struct snet_pool *pool);
/*
 * Memory for the next bytes: `*ret_len` at least 1, at most the room. They enter the inbox with
 * snet_inbox_commit, before any other call. NULL when there is no room or no page.
 */
uint8_t *snet_inbox_space(struct snet_inbox *inbox, struct snet_pool *pool, size_t *ret_len);
void snet_inbox_commit(struct snet_inbox *inbox, size_t len);

/* The bytes not yet read, oldest first. */
size_t snet_inbox_look(const struct snet_inbox *inbox, struct snet_span *ret_spans,
                       size_t span_max);
void snet_inbox_consume(struct snet_inbox *inbox, struct snet_pool *pool, size_t len);

void snet_inbox_check(const struct snet_inbox *inbox);

#endif
