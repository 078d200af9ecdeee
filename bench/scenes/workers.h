/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Crew: threads that all do the same, each with its own of many equal structs.
 *
 * Ownership: the caller's struct, given back by _join. Thread: one at a time.
 */
#ifndef SNET_BENCH_SCENES_WORKERS_H
#define SNET_BENCH_SCENES_WORKERS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#define SNET_BENCH_WORKERS_STACK_BYTES ((size_t)256 * 1024)

struct snet_bench_workers {
    pthread_t *threads;
    size_t count;
};

/* What the threads get: `count` structs of `size` bytes, one after the other. */
struct snet_bench_workers_args {
    void *first;
    size_t size;
    size_t count;
};

/* False when not all could be begun; those that were are to be joined all the same. */
bool snet_bench_workers_start(struct snet_bench_workers *crew, void *(*run)(void *),
                              const struct snet_bench_workers_args *args);
void snet_bench_workers_join(struct snet_bench_workers *crew);

#endif
