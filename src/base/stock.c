/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "base/stock.h"

#include "base/assert.h"

#include <stddef.h>

/* The count is all that it orders: what is counted belongs to one thread or the other. */

bool snet_stock_take(struct snet_stock *stock)
{
    if (stock == NULL) {
        return false;
    }
    uint64_t left = atomic_load_explicit(&stock->left, memory_order_relaxed);
    while (left > 0 &&
           !atomic_compare_exchange_weak_explicit(&stock->left, &left, left - 1,
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
    return left > 0;
}

void snet_stock_give(struct snet_stock *stock)
{
    SNET_ASSERT(stock != NULL);
    (void)atomic_fetch_add_explicit(&stock->left, 1, memory_order_relaxed);
}

uint64_t snet_stock_left(const struct snet_stock *stock)
{
    return stock == NULL ? 0 : atomic_load_explicit(&stock->left, memory_order_relaxed);
}
