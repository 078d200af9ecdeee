/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "bench/scenes/window.h"

bool snet_bench_window_has(const struct snet_bench_window *window, uint64_t before_ns,
                           uint64_t after_ns)
{
    return before_ns >= window->start_ns && after_ns <= window->stop_ns;
}

const char *snet_bench_window_play(struct snet_bench_window *window, struct snet_bench_pair *pair,
                                   void *(*run)(void *), const struct snet_bench_workers_args *args)
{
    struct snet_bench_workers workers;
    window->start_ns = snet_bench_pair_after(SNET_BENCH_WARM_UP_MS);
    window->stop_ns = window->start_ns + pair->end.options->measure_ns;
    const bool ok = snet_bench_workers_start(&workers, run, args);
    snet_bench_pair_sleep_until(window->start_ns);
    snet_bench_pair_start(pair);
    snet_bench_pair_sleep_until(window->stop_ns);
    snet_bench_pair_stop(pair);
    snet_bench_workers_join(&workers);
    return ok ? NULL : "there are not enough threads";
}
