/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "bench/scenes/clients.h"

#include "bench/scenes/workers.h"

#define CLIENTS_DIALERS 16u

struct clients_dialer {
    struct snet_bench_end *end;
    struct snet_bench_clients part;
    bool failed;
};

static void *clients_dial(void *arg)
{
    struct clients_dialer *dialer = arg;
    for (uint64_t i = 0; i < dialer->part.count && !dialer->failed; i++) {
        dialer->failed = !snet_bench_end_dial(dialer->end, &dialer->part.conns[i]);
    }
    return NULL;
}

bool snet_bench_clients_dial(struct snet_bench_end *end, const struct snet_bench_clients *clients)
{
    struct clients_dialer dialers[CLIENTS_DIALERS];
    const struct snet_bench_workers_args args = {dialers, sizeof dialers[0], CLIENTS_DIALERS};
    struct snet_bench_workers workers;
    for (uint64_t i = 0; i < CLIENTS_DIALERS; i++) {
        const uint64_t first = clients->count * i / CLIENTS_DIALERS;
        dialers[i] = (struct clients_dialer){
            .end = end,
            .part = {clients->conns + first, clients->count * (i + 1) / CLIENTS_DIALERS - first},
        };
    }
    bool ok = snet_bench_workers_start(&workers, clients_dial, &args);
    snet_bench_workers_join(&workers);
    for (uint64_t i = 0; i < CLIENTS_DIALERS; i++) {
        ok = ok && !dialers[i].failed;
    }
    return ok;
}
