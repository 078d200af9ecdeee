/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Shares: what the cores of servers that serve as one have together. Of pages and of places for
 * sessions half is divided evenly; the rest is a stock for whoever needs it. The HELLOs that any of
 * them has answered are one set.
 *
 * Ownership: <snet/core.h>. Thread: any.
 */
#ifndef SNET_CORE_SHARES_H
#define SNET_CORE_SHARES_H

#include <snet/shares.h>

#include "base/stock.h"
#include "core/replays.h"

#include <stdint.h>

/* Of one thing: what each member has for itself, and what there is for all. */
struct snet_share {
    uint64_t own;
    struct snet_stock stock;
};

struct snet_shares {
    struct snet_env env;
    struct snet_share send_pages;
    struct snet_share recv_pages;
    struct snet_share sessions;
    struct snet_replays replays;
};

#endif
