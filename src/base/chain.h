/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Chain: a queue of bytes in pages of a pool. Bytes enter at the tail, where they can be written in
 * place, and leave at the head; in between they can be looked at without being taken. Histories and
 * inboxes are chains.
 *
 * Ownership: a chain owns its pages and borrows the pool. Thread: that of the pool.
 */
#ifndef SNET_BASE_CHAIN_H
#define SNET_BASE_CHAIN_H

#include "base/cursor.h"
#include "base/pool.h"

#include <stddef.h>
#include <stdint.h>

/* Bounds the spans that one look returns; what lies beyond is seen at the next look. */
#define SNET_CHAIN_SPANS_MAX 64u

struct snet_chain {
    struct snet_page *head;
    struct snet_page *tail;
    uint32_t head_skip; /* bytes of the first page that have left */
    uint32_t tail_used; /* bytes of the last page that are filled */
    size_t len;
};

/* A place in a chain, kept by its user to look on from there without walking from the head. */
struct snet_chain_mark {
    struct snet_page *page; /* NULL: the end of an empty chain */
    size_t page_offset;
};

/* A zeroed chain is empty. Gives all pages back. */
void snet_chain_deinit(struct snet_chain *chain, struct snet_pool *pool);

/*
 * Writable memory at the tail: its length is in `*ret_len`, at least 1, and the bytes enter the
 * chain with snet_chain_commit. NULL when the tail page is full and the pool has no page.
 */
uint8_t *snet_chain_space(struct snet_chain *chain, struct snet_pool *pool, size_t *ret_len);
void snet_chain_commit(struct snet_chain *chain, size_t len);
/* Bytes that fit into the tail page without another page. */
size_t snet_chain_slack(const struct snet_chain *chain);

/* The place `skip` bytes after the head, at most the end. */
struct snet_chain_mark snet_chain_mark(const struct snet_chain *chain, size_t skip);
/* Moves a mark on by `len` bytes, at most to the end. */
void snet_chain_advance(const struct snet_chain *chain, struct snet_chain_mark *mark, size_t len);
/* The bytes from `mark` on, as at most `span_max` spans; returns how many. */
size_t snet_chain_look(const struct snet_chain *chain, struct snet_chain_mark mark,
                       struct snet_span *ret_spans, size_t span_max);
/* Writes the bytes that a look has shown as `count` spans, at most `max`; returns how many. */
size_t snet_chain_write_spans(const struct snet_span *spans, size_t count, size_t max,
                              struct snet_writer *writer);

/* Takes `len` bytes, at most all, out at the head; emptied pages go back to the pool. */
void snet_chain_consume(struct snet_chain *chain, struct snet_pool *pool, size_t len);

/* Trips an assertion when the chain is not sound. */
void snet_chain_check(const struct snet_chain *chain);

#endif
