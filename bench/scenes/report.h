/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Report: the figures of one measurement as one JSON object in one line, and samples, from which
 * some of the figures are made.
 *
 * Ownership: the caller's structs; samples are given back by _deinit. Thread: one at a time.
 */
#ifndef SNET_BENCH_SCENES_REPORT_H
#define SNET_BENCH_SCENES_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define SNET_BENCH_REPORT_BYTES 4096u

struct snet_bench_report {
    char text[SNET_BENCH_REPORT_BYTES];
    size_t len;
};

/* Adds a field. `text` is a word of this program or of its options: nothing in it needs quoting. */
void snet_bench_report_text(struct snet_bench_report *report, const char *key, const char *text);
void snet_bench_report_count(struct snet_bench_report *report, const char *key, uint64_t count);
void snet_bench_report_figure(struct snet_bench_report *report, const char *key, double figure);
void snet_bench_report_flag(struct snet_bench_report *report, const char *key, bool flag);
void snet_bench_report_print(const struct snet_bench_report *report, FILE *file);

/* The CPU time of this process so far, in seconds. */
double snet_bench_report_cpu_s(void);

/* Prints progress if standard error is a terminal; `text` is what is counted. */
void snet_bench_report_progress(const char *text, uint64_t count);

/* Durations; a zeroed struct is empty. */
struct snet_bench_samples {
    uint64_t *values_ns;
    size_t count;
    size_t capacity;
};

/* False without memory. */
bool snet_bench_report_sample(struct snet_bench_samples *samples, uint64_t value_ns);
bool snet_bench_report_merge(struct snet_bench_samples *samples,
                             const struct snet_bench_samples *more);
/* Adds p50, p99, p99.9 and the largest, in microseconds: p50_us and so on, behind `prefix`. */
void snet_bench_report_quantiles(struct snet_bench_report *report, const char *prefix,
                                 struct snet_bench_samples *samples);
void snet_bench_report_deinit(struct snet_bench_samples *samples);

#endif
