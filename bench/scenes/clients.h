/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Clients: the thousands of connections or sessions of a client end, dialed by several threads.
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

/* Dials all of them; false when one of them fails. */
bool snet_bench_clients_dial(struct snet_bench_end *end, const struct snet_bench_clients *clients);

#endif
