/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Crowd: thousands of connections or sessions of a client end, dialed several at a time.
 *
 * Ownership: the caller's. Thread: any.
 */
#ifndef SNET_BENCH_SCENES_CLIENTS_H
#define SNET_BENCH_SCENES_CLIENTS_H

#include "bench/scenes/end.h"

struct snet_bench_clients {
    struct snet_bench_conn *conns;
    uint64_t count;
};

/* Dials all of them; false when one could not be. */
bool snet_bench_clients_dial(struct snet_bench_end *end, const struct snet_bench_clients *crowd);

#endif
