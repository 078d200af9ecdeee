/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Window: the time in which the work of threads is measured, after a time that warms up.
 *
 * Ownership: the caller's struct, which outlives the workers. Thread: one starts it, all may read
 * it.
 */
#ifndef SNET_BENCH_SCENES_WINDOW_H
#define SNET_BENCH_SCENES_WINDOW_H

#include "bench/scenes/pair.h"
#include "bench/scenes/workers.h"

struct snet_bench_window {
    uint64_t start_ns;
    uint64_t stop_ns;
};

/* Whether something that began at `before_ns` and ended at `after_ns` counts. */
bool snet_bench_window_has(const struct snet_bench_window *window, uint64_t before_ns,
                           uint64_t after_ns);
/*
 * Runs workers, each of which ends soon after `window`, and reads the clocks of both processes
 * where the window begins and ends. NULL or what failed.
 */
const char *snet_bench_window_play(struct snet_bench_window *window, struct snet_bench_pair *pair,
                                   void *(*run)(void *),
                                   const struct snet_bench_workers_args *args);

#endif
