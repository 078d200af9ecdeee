/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "bench/scenes/clients.h"

#include "bench/scenes/workers.h"

#define CROWD_DIALERS 16u

struct crowd_dialer {
    struct snet_bench_end *end;
    struct snet_bench_clients part;
    bool failed;
};

static void *crowd_dial(void *arg)
{
    struct crowd_dialer *dialer = arg;
    for (uint64_t i = 0; i < dialer->part.count && !dialer->failed; i++) {
        dialer->failed = !snet_bench_end_dial(dialer->end, &dialer->part.conns[i]);
    }
    return NULL;
}

bool snet_bench_clients_dial(struct snet_bench_end *end, const struct snet_bench_clients *crowd)
{
    struct crowd_dialer dialers[CROWD_DIALERS];
    const struct snet_bench_workers_args args = {dialers, sizeof dialers[0], CROWD_DIALERS};
    struct snet_bench_workers crew;
    for (uint64_t i = 0; i < CROWD_DIALERS; i++) {
        const uint64_t first = crowd->count * i / CROWD_DIALERS;
        dialers[i] = (struct crowd_dialer){
            .end = end,
            .part = {crowd->conns + first, crowd->count * (i + 1) / CROWD_DIALERS - first},
        };
    }
    bool ok = snet_bench_workers_start(&crew, crowd_dial, &args);
    snet_bench_workers_join(&crew);
    for (uint64_t i = 0; i < CROWD_DIALERS; i++) {
        ok = ok && !dialers[i].failed;
    }
    return ok;
}
