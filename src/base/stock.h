/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Stock: what several owners may take beyond what each has for itself, by one count. Who takes
 * gives back as much.
 *
 * Ownership: its maker's, longer than those that take from it. Thread: any. NULL is an empty one.
 */
#ifndef SNET_BASE_STOCK_H
#define SNET_BASE_STOCK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct snet_stock {
    _Atomic(uint64_t) left;
};

/* Takes one, if there is one. */
bool snet_stock_take(struct snet_stock *stock);
void snet_stock_give(struct snet_stock *stock);
/* How many are left: it may be true no more when it is known. */
uint64_t snet_stock_left(const struct snet_stock *stock);

#endif
