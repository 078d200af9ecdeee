/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Timers: a pairing heap of nodes embedded in their objects, so arming never allocates and never
 * fails. A zeroed node is not armed. Ties fire in the order in which they were armed.
 *
 * Cost: arm constant, cancel and pop logarithmic on average. Ownership: the heap borrows nodes.
 * Thread: that of the heap.
 */
#ifndef SNET_BASE_TIMER_H
#define SNET_BASE_TIMER_H

#include <stdbool.h>
#include <stdint.h>

struct snet_timer {
    uint64_t when_ns;
    uint64_t order; /* breaks ties, 0 while not armed */
    struct snet_timer *child;
    struct snet_timer *next; /* sibling */
    struct snet_timer *prev; /* sibling before, or parent */
};

struct snet_timer_heap {
    struct snet_timer *root;
    uint64_t order_last;
};

/* `delay_ns` after `now`, or UINT64_MAX, which never comes, when that is beyond all times. */
uint64_t snet_timer_after(uint64_t now, uint64_t delay_ns);
bool snet_timer_armed(const struct snet_timer *timer);
/* Arms `timer` for `when_ns`, or moves it there; UINT64_MAX cancels. */
void snet_timer_set(struct snet_timer_heap *heap, struct snet_timer *timer, uint64_t when_ns);
void snet_timer_cancel(struct snet_timer_heap *heap, struct snet_timer *timer);
/* The time of the earliest timer, UINT64_MAX when none is armed. */
uint64_t snet_timer_next_ns(const struct snet_timer_heap *heap);
/* Takes out the earliest timer that is due at `now`, or NULL. */
struct snet_timer *snet_timer_pop(struct snet_timer_heap *heap, uint64_t now);

#endif
