/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Workers: threads that all run one function, each with a struct of its own from an array.
 *
 * Ownership: the caller's struct, emptied by _join. Thread: one at a time.
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

/* The array: `count` structs of `size` bytes, one for each thread. */
struct snet_bench_workers_args {
    void *first;
    size_t size;
    size_t count;
};

/* False when not all could be started; join is called in both cases. */
bool snet_bench_workers_start(struct snet_bench_workers *workers, void *(*run)(void *),
                              const struct snet_bench_workers_args *args);
void snet_bench_workers_join(struct snet_bench_workers *workers);

#endif
