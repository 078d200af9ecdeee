/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "bench/scenes/report.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define REPORT_SAMPLES_FIRST 65536u

__attribute__((format(printf, 2, 3))) static void report_put(struct snet_bench_report *report,
                                                             const char *format, ...)
{
    const size_t room = sizeof report->text - report->len;
    va_list arguments;
    va_start(arguments, format);
    const int len = vsnprintf(report->text + report->len, room, format, arguments);
    va_end(arguments);
    if (len > 0 && (size_t)len < room) {
        report->len += (size_t)len;
    }
}

static void report_key(struct snet_bench_report *report, const char *key)
{
    report_put(report, "%s\"%s\": ", report->len == 0 ? "" : ", ", key);
}

void snet_bench_report_text(struct snet_bench_report *report, const char *key, const char *text)
{
    report_key(report, key);
    report_put(report, "\"%s\"", text);
}

void snet_bench_report_count(struct snet_bench_report *report, const char *key, uint64_t count)
{
    report_key(report, key);
    report_put(report, "%" PRIu64, count);
}

void snet_bench_report_figure(struct snet_bench_report *report, const char *key, double figure)
{
    report_key(report, key);
    if (isfinite(figure)) {
        report_put(report, "%.6g", figure);
    } else {
        report_put(report, "null"); /* JSON has no infinity */
    }
}

void snet_bench_report_flag(struct snet_bench_report *report, const char *key, bool flag)
{
    report_key(report, key);
    report_put(report, "%s", flag ? "true" : "false");
}

void snet_bench_report_print(const struct snet_bench_report *report, FILE *file)
{
    (void)fprintf(file, "{%.*s}\n", (int)report->len, report->text);
}

double snet_bench_report_cpu_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void snet_bench_report_progress(const char *text, uint64_t count)
{
    if (isatty(STDERR_FILENO) != 0) {
        (void)fprintf(stderr, "snet-bench: %" PRIu64 " %s\n", count, text);
    }
}

/* --- Samples --------------------------------------------------------------------------------- */

static bool report_reserve(struct snet_bench_samples *samples, size_t count)
{
    if (samples->count + count <= samples->capacity) {
        return true;
    }
    size_t capacity = samples->capacity == 0 ? REPORT_SAMPLES_FIRST : samples->capacity;
    while (capacity < samples->count + count) {
        capacity *= 2;
    }
    uint64_t *values_ns = realloc(samples->values_ns, capacity * sizeof *values_ns);
    if (values_ns == NULL) {
        return false;
    }
    samples->values_ns = values_ns;
    samples->capacity = capacity;
    return true;
}

bool snet_bench_report_sample(struct snet_bench_samples *samples, uint64_t value_ns)
{
    if (!report_reserve(samples, 1)) {
        return false;
    }
    samples->values_ns[samples->count] = value_ns;
    samples->count++;
    return true;
}

bool snet_bench_report_merge(struct snet_bench_samples *samples,
                             const struct snet_bench_samples *more)
{
    if (more->count == 0) {
        return true;
    }
    if (!report_reserve(samples, more->count)) {
        return false;
    }
    for (size_t i = 0; i < more->count; i++) {
        samples->values_ns[samples->count + i] = more->values_ns[i];
    }
    samples->count += more->count;
    return true;
}

static int report_compare(const void *left, const void *right)
{
    const uint64_t a = *(const uint64_t *)left;
    const uint64_t b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

static void report_quantile(struct snet_bench_report *report, const char *prefix, const char *name,
                            uint64_t value_ns)
{
    char key[64];
    (void)snprintf(key, sizeof key, "%s%s_us", prefix, name);
    snet_bench_report_figure(report, key, (double)value_ns / 1000.0);
}

/* The smallest sample that `per_mille` of a thousand samples do not exceed. */
static uint64_t report_at(const struct snet_bench_samples *samples, size_t per_mille)
{
    const size_t rank = (samples->count * per_mille + 999) / 1000;
    return samples->values_ns[rank == 0 ? 0 : rank - 1];
}

void snet_bench_report_quantiles(struct snet_bench_report *report, const char *prefix,
                                 struct snet_bench_samples *samples)
{
    if (samples->count == 0) {
        return;
    }
    qsort(samples->values_ns, samples->count, sizeof *samples->values_ns, report_compare);
    report_quantile(report, prefix, "p50", report_at(samples, 500));
    report_quantile(report, prefix, "p99", report_at(samples, 990));
    report_quantile(report, prefix, "p999", report_at(samples, 999));
    report_quantile(report, prefix, "max", report_at(samples, 1000));
}

void snet_bench_report_deinit(struct snet_bench_samples *samples)
{
    free(samples->values_ns);
    *samples = (struct snet_bench_samples){0};
}
