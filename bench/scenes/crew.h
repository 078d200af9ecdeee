/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Crew: threads that all do the same, each with its own of many equal structs.
 *
 * Ownership: the caller's struct, given back by _join. Thread: one at a time.
 */
#ifndef SNET_BENCH_SCENES_CREW_H
#define SNET_BENCH_SCENES_CREW_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#define SNET_BENCH_CREW_STACK_BYTES ((size_t)256 * 1024)

struct snet_bench_crew {
    pthread_t *threads;
    size_t count;
};

/* What the threads get: `count` structs of `size` bytes, one after the other. */
struct snet_bench_crew_args {
    void *first;
    size_t size;
    size_t count;
};

/* False when not all could be begun; those that were are to be joined all the same. */
bool snet_bench_crew_start(struct snet_bench_crew *crew, void *(*run)(void *),
                           const struct snet_bench_crew_args *args);
void snet_bench_crew_join(struct snet_bench_crew *crew);

#endif
