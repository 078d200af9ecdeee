/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * History: the bytes written into one direction of a stream, by offset, as long as the other end
 * may lack them. It knows which bytes the current link has already been given (sent) and which not.
 *
 *   base <= sent <= end         base: the oldest byte kept; end: the next byte to be written
 *
 * There are two ways to make room. Wires with acknowledgements trim what was acknowledged. Without
 * them a history slides while there is a link: it drops its oldest bytes, but only those already
 * sent on this link, so nothing that was never sent is overwritten [PROTO 5.3]. While it slides, at
 * most an eighth of the capacity waits unsent, which keeps the rest for what TCP can lose.
 *
 * Ownership: holds pages of the pool that each call is given. Thread: that of the core.
 */
#ifndef SNET_CORE_HISTORY_H
#define SNET_CORE_HISTORY_H

#include <snet/error.h>

#include "base/chain.h"
#include "base/list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* On a live link, no more than this part may wait to be sent. */
#define SNET_HISTORY_UNSENT_DIVISOR 8u
/*
 * When pages are short, a live history goes on with this part. Sockets with buffers of an eighth of
 * it at both ends can swallow 0.49 of it: systems double what they are asked for (measured on
 * Linux).
 */
#define SNET_HISTORY_FLOOR_DIVISOR 2u

struct snet_history {
    struct snet_chain chain;
    struct snet_chain_mark unsent; /* where `sent` is in the chain */
    struct snet_list_node node;    /* of its owner, while it slides: see core/pressure.h */
    uint64_t base;
    uint64_t sent;
    uint64_t end;
    uint64_t sent_max; /* the highest `sent` on any link */
    uint64_t end_max;  /* no byte from here on is taken yet */
    uint32_t capacity_bytes;
    bool slides; /* as its owner wants it: it may drop what this link has sent */
};

void snet_history_init(struct snet_history *history, uint32_t capacity_bytes);
void snet_history_deinit(struct snet_history *history, struct snet_pool *pool);

/* The capacity is larger from now on. */
void snet_history_grow(struct snet_history *history, uint32_t capacity_bytes);

/* Bytes before `offset` are taken, if there is room; a smaller offset than before changes nothing.
   Without such a call, all are. */
void snet_history_allow(struct snet_history *history, uint64_t offset);

/* How many bytes fit by the capacity alone, whether or not there are pages for them. */
size_t snet_history_window(const struct snet_history *history);
/* How many bytes can be written now. */
size_t snet_history_room(const struct snet_history *history, const struct snet_pool *pool);
/*
 * Takes a page and, sliding, drops sent bytes for the next ones, of which there are `want_len`:
 * memory for `*ret_len` of them, at least 1, at most the room. All of these enter the history with
 * snet_history_commit, before any other call. NULL when there is no room or no page.
 */
uint8_t *snet_history_reserve(struct snet_history *history, struct snet_pool *pool, size_t want_len,
                              size_t *ret_len);
void snet_history_commit(struct snet_history *history, size_t len);

/*
 * The other end has everything before `offset`: on wires that acknowledge, this is the only way in
 * which bytes leave. An offset that was passed before changes nothing. `offset` is at most `end`.
 */
void snet_history_trim(struct snet_history *history, struct snet_pool *pool, uint64_t offset);

/* Other histories wait for pages: drops what was sent, down to the floor. While it slides only. */
void snet_history_shrink(struct snet_history *history, struct snet_pool *pool);

/* The bytes that the current link has not been given yet. */
size_t snet_history_look(const struct snet_history *history, struct snet_span *ret_spans,
                         size_t span_max);
/* The current link took the first `len` of them. */
void snet_history_sent(struct snet_history *history, size_t len);

/*
 * A new link begins, and the other end has everything before `offset`. Errors: HISTORY_OVERRUN when
 * bytes from there on are gone, BAD_COUNT when `offset` was never written; then nothing changes.
 */
SNET_MUST_USE snet_err snet_history_rewind(struct snet_history *history, uint64_t offset);

void snet_history_check(const struct snet_history *history);

#endif
