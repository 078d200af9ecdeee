/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "bench/scenes/core_pair.h"
#include "bench/scenes/report.h"
#include "bench/scenes/scene.h"

#define CORE_SEED UINT64_C(20260101)
#define CORE_PING_BYTES 64u
#define CORE_WRITE_BYTES 65536u
/* An interval after which a link counts as proven, and which no limit of resumes forbids. */
#define CORE_STEP_NS SNET_SECOND_NS
/* The interval of writes: 64 KiB each make 640 MiB in a second. */
#define CORE_WRITE_NS (SNET_MS_NS / 10)

typedef bool core_work_fn(struct snet_bench_core_pair *pair, uint64_t count);

struct core_part {
    core_work_fn *work;
    const char *unit;
    uint64_t count; /* the default */
    uint64_t step;  /* counts are rounded up to a multiple of it */
    bool fresh;     /* it opens sessions itself: none is opened beforehand */
};

/* --- Parts ---------------------------------------------------------------------------------- */

static bool core_open(struct snet_bench_core_pair *pair, uint64_t count)
{
    bool ok = true;
    for (uint64_t i = 0; ok && i < count; i++) {
        ok = snet_bench_core_pair_open(pair);
        snet_bench_core_pair_drop(pair);
    }
    return ok;
}

static bool core_resume(struct snet_bench_core_pair *pair, uint64_t count)
{
    bool ok = true;
    for (uint64_t i = 0; ok && i < count; i++) {
        ok = snet_bench_core_pair_wait(pair, CORE_STEP_NS);
        snet_bench_core_pair_cut(pair);
        ok = ok && snet_bench_core_pair_resume(pair, pair->client.session);
    }
    return ok;
}

/* Writes all of it; the other end reads as it comes. */
static bool core_write(struct snet_bench_core_pair *pair, struct snet_bench_core_end *end,
                       const uint8_t *data, size_t len)
{
    size_t done = 0;
    bool ok = true;
    while (ok && done < len) {
        size_t written = 0;
        const snet_err err =
            snet_session_write(end->session, data + done, len - done, &written, pair->now);
        done += written;
        snet_bench_core_end_drain(end, pair->now);
        ok = (err == SNET_OK || err == SNET_ERR_AGAIN) && snet_bench_core_pair_settle(pair);
        if (ok && err == SNET_ERR_AGAIN) {
            ok = snet_bench_core_pair_wait(pair, SNET_MS_NS);
        }
    }
    return ok;
}

static bool core_stream(struct snet_bench_core_pair *pair, uint64_t bytes)
{
    static const uint8_t zeros[CORE_WRITE_BYTES];
    bool ok = true;
    const uint64_t before = pair->server.arrived_bytes;
    for (uint64_t done = 0; ok && done < bytes; done += sizeof zeros) {
        ok = core_write(pair, &pair->client, zeros, sizeof zeros) &&
             snet_bench_core_pair_wait(pair, CORE_WRITE_NS);
    }
    return ok && pair->server.arrived_bytes - before == bytes;
}

static bool core_ping(struct snet_bench_core_pair *pair, uint64_t count)
{
    static const uint8_t zeros[CORE_PING_BYTES];
    const uint64_t before = pair->client.arrived_bytes;
    bool ok = true;
    for (uint64_t i = 0; ok && i < count; i++) {
        ok = core_write(pair, &pair->client, zeros, sizeof zeros) &&
             core_write(pair, &pair->server, zeros, sizeof zeros) &&
             snet_bench_core_pair_wait(pair, CORE_WRITE_NS);
    }
    return ok && pair->client.arrived_bytes - before == count * CORE_PING_BYTES;
}

/* --- The scene ------------------------------------------------------------------------------ */

static const struct core_part core_parts[] = {
    [SNET_BENCH_PART_OPEN] = {core_open, "sessions", .count = 1000, .step = 1, .fresh = true},
    [SNET_BENCH_PART_RESUME] = {core_resume, "resumes", .count = 1000, .step = 1},
    [SNET_BENCH_PART_STREAM] = {core_stream, "bytes", .count = UINT64_C(256) << 20,
                                .step = CORE_WRITE_BYTES},
    [SNET_BENCH_PART_PING] = {core_ping, "round trips", .count = 100000, .step = 1},
};

/*
 * tests/bench/check_instructions.py counts the instructions below this function: `snet-bench core`
 * is the same work, call for call, whenever it is run.
 */
__attribute__((noinline)) static bool core_counted(struct snet_bench_core_pair *pair,
                                                   core_work_fn *work, uint64_t count)
{
    const bool ok = work(pair, count);
    /* Without a statement here the call above would be a jump, which never returns to this
     * function. */
    pair->client.arrived_bytes = 0;
    return ok;
}

/* Half of the work is done beforehand, so that what happens only once is not measured. */
static const char *core_measure(struct snet_bench_core_pair *pair, const struct core_part *part,
                                uint64_t count, struct snet_bench_report *report)
{
    const uint64_t rounded = (count + part->step - 1) / part->step * part->step;
    if (!part->fresh && !snet_bench_core_pair_open(pair)) {
        return "no session could be opened";
    }
    if (!part->work(pair, rounded / part->step / 2 * part->step)) {
        return "the work could not be done beforehand";
    }
    const double from_s = snet_bench_report_cpu_s();
    if (!core_counted(pair, part->work, rounded)) {
        return "the work could not be done";
    }
    const double cpu_s = snet_bench_report_cpu_s() - from_s;
    snet_bench_report_text(report, "unit", part->unit);
    snet_bench_report_count(report, "count", rounded);
    snet_bench_report_figure(report, "cpu_s", cpu_s);
    snet_bench_report_figure(report, "per_cpu_s", (double)rounded / cpu_s);
    return NULL;
}

const char *snet_bench_core_run(const struct snet_bench_options *options,
                                struct snet_bench_report *report)
{
    struct snet_bench_core_pair pair;
    const struct core_part *part = &core_parts[options->part];
    const struct snet_bench_core_config config = {
        .wire = options->over->wire,
        .plain = options->over->plain,
        .suite = options->over->suite,
        .history_bytes = (uint32_t)options->history_bytes,
        .seed = CORE_SEED,
    };
    const char *wrong = "no cores could be made";
    if (snet_bench_core_pair_init(&pair, &config) == SNET_OK) {
        wrong =
            core_measure(&pair, part, options->count == 0 ? part->count : options->count, report);
    }
    snet_bench_core_pair_deinit(&pair);
    return wrong;
}
