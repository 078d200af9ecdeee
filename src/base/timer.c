/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "base/timer.h"

#include "base/assert.h"

#include <stddef.h>

uint64_t snet_timer_after(uint64_t now, uint64_t delay_ns)
{
    return delay_ns > UINT64_MAX - now ? UINT64_MAX : now + delay_ns;
}

bool snet_timer_armed(const struct snet_timer *timer)
{
    return timer->order != 0;
}

static bool timer_before(const struct snet_timer *a, const struct snet_timer *b)
{
    return a->when_ns != b->when_ns ? a->when_ns < b->when_ns : a->order < b->order;
}

/* Joins two heaps without siblings; either may be NULL. */
static struct snet_timer *timer_meld(struct snet_timer *a, struct snet_timer *b)
{
    if (a == NULL || b == NULL) {
        return a == NULL ? b : a;
    }
    struct snet_timer *top = timer_before(a, b) ? a : b;
    struct snet_timer *under = top == a ? b : a;
    under->prev = top;
    under->next = top->child;
    if (top->child != NULL) {
        top->child->prev = under;
    }
    top->child = under;
    return top;
}

/* Detaches the first pair of siblings of `*list`, melds them, and advances `*list`. */
static struct snet_timer *timer_take_pair(struct snet_timer **list)
{
    struct snet_timer *a = *list;
    struct snet_timer *b = a->next;
    *list = b == NULL ? NULL : b->next;
    a->next = a->prev = NULL;
    if (b != NULL) {
        b->next = b->prev = NULL;
    }
    return timer_meld(a, b);
}

/* The two passes of a pairing heap: pairs from left to right, then all into one. */
static struct snet_timer *timer_meld_siblings(struct snet_timer *list)
{
    struct snet_timer *pairs = NULL;
    while (list != NULL) {
        struct snet_timer *pair = timer_take_pair(&list);
        pair->next = pairs;
        pairs = pair;
    }
    struct snet_timer *root = NULL;
    while (pairs != NULL) {
        struct snet_timer *pair = pairs;
        pairs = pair->next;
        pair->next = NULL;
        root = timer_meld(root, pair);
    }
    return root;
}

void snet_timer_cancel(struct snet_timer_heap *heap, struct snet_timer *timer)
{
    if (!snet_timer_armed(timer)) {
        return;
    }
    struct snet_timer *below = timer_meld_siblings(timer->child);
    if (timer == heap->root) {
        heap->root = below;
    } else {
        if (timer->prev->child == timer) {
            timer->prev->child = timer->next;
        } else {
            timer->prev->next = timer->next;
        }
        if (timer->next != NULL) {
            timer->next->prev = timer->prev;
        }
        heap->root = timer_meld(heap->root, below);
    }
    SNET_ASSERT(heap->root == NULL || heap->root->next == NULL);
    *timer = (struct snet_timer){0};
}

void snet_timer_set(struct snet_timer_heap *heap, struct snet_timer *timer, uint64_t when_ns)
{
    if (snet_timer_armed(timer) && timer->when_ns == when_ns) {
        return;
    }
    snet_timer_cancel(heap, timer);
    if (when_ns == UINT64_MAX) {
        return;
    }
    *timer = (struct snet_timer){.when_ns = when_ns, .order = ++heap->order_last};
    heap->root = timer_meld(heap->root, timer);
}

uint64_t snet_timer_next_ns(const struct snet_timer_heap *heap)
{
    return heap->root == NULL ? UINT64_MAX : heap->root->when_ns;
}

struct snet_timer *snet_timer_pop(struct snet_timer_heap *heap, uint64_t now)
{
    struct snet_timer *timer = heap->root;
    if (timer == NULL || timer->when_ns > now) {
        return NULL;
    }
    snet_timer_cancel(heap, timer);
    return timer;
}
