/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "bench/scenes/workers.h"

#include <stdint.h>
#include <stdlib.h>

bool snet_bench_workers_start(struct snet_bench_workers *crew, void *(*run)(void *),
                              const struct snet_bench_workers_args *args)
{
    pthread_attr_t attributes;
    bool ok = true;
    crew->count = 0;
    crew->threads = calloc(args->count, sizeof *crew->threads);
    if (crew->threads == NULL || pthread_attr_init(&attributes) != 0) {
        return false;
    }
    /* Hundreds of threads are not to take their usual megabytes each. */
    (void)pthread_attr_setstacksize(&attributes, SNET_BENCH_WORKERS_STACK_BYTES);
    while (ok && crew->count < args->count) {
        void *arg = (uint8_t *)args->first + crew->count * args->size;
        ok = pthread_create(&crew->threads[crew->count], &attributes, run, arg) == 0;
        crew->count += ok ? 1 : 0;
    }
    (void)pthread_attr_destroy(&attributes);
    return ok;
}

void snet_bench_workers_join(struct snet_bench_workers *crew)
{
    for (size_t i = 0; i < crew->count; i++) {
        (void)pthread_join(crew->threads[i], NULL);
    }
    free(crew->threads);
    *crew = (struct snet_bench_workers){0};
}
