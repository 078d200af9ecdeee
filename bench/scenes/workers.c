/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "bench/scenes/workers.h"

#include <stdint.h>
#include <stdlib.h>

bool snet_bench_workers_start(struct snet_bench_workers *workers, void *(*run)(void *),
                              const struct snet_bench_workers_args *args)
{
    pthread_attr_t attributes;
    bool ok = true;
    workers->count = 0;
    workers->threads = calloc(args->count, sizeof *workers->threads);
    if (workers->threads == NULL || pthread_attr_init(&attributes) != 0) {
        return false;
    }
    /* By default each of hundreds of threads would reserve megabytes. */
    (void)pthread_attr_setstacksize(&attributes, SNET_BENCH_WORKERS_STACK_BYTES);
    while (ok && workers->count < args->count) {
        void *arg = (uint8_t *)args->first + workers->count * args->size;
        ok = pthread_create(&workers->threads[workers->count], &attributes, run, arg) == 0;
        workers->count += ok ? 1 : 0;
    }
    (void)pthread_attr_destroy(&attributes);
    return ok;
}

void snet_bench_workers_join(struct snet_bench_workers *workers)
{
    for (size_t i = 0; i < workers->count; i++) {
        (void)pthread_join(workers->threads[i], NULL);
    }
    free(workers->threads);
    *workers = (struct snet_bench_workers){0};
}
