/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet-bench idle`: many attached, silent sessions. It measures how much memory one of them takes,
 * how much processor time all of them take for their signs of life, and the round trips of one busy
 * session among them.
 */
#include "bench/scenes/clients.h"
#include "bench/scenes/memory.h"
#include "bench/scenes/pair.h"
#include "bench/scenes/workers.h"

#define IDLE_SETTLE_MS 300u

/* --- The server end -------------------------------------------------------------------------- */

/* The first session is the one that will be busy. */
static void *idle_answer(void *arg)
{
    struct snet_bench_conn *conn = arg;
    const size_t size = conn->end->options->size_bytes;
    uint8_t *data = snet_bench_pair_keep(1, size);
    ssize_t got = data == NULL ? 0 : snet_bench_end_read(conn, data, size);
    while (got > 0 && snet_bench_end_write(conn, data, (size_t)got)) {
        got = snet_bench_end_read(conn, data, size);
    }
    return NULL;
}

static bool idle_say_memory(int control)
{
    const struct snet_bench_memory memory = snet_bench_memory_now();
    const struct snet_bench_word word = {.numbers = {memory.heap_bytes, memory.resident_bytes}};
    return snet_bench_pair_say(control, &word);
}

static const char *idle_serve(struct snet_bench_end *end, int control)
{
    const uint64_t count = end->options->sessions;
    struct snet_bench_conn *conns = snet_bench_pair_keep(count + 1, sizeof *conns);
    struct snet_bench_workers workers;
    const struct snet_bench_workers_args args = {conns, sizeof *conns, 1};
    uint64_t ignored = 0;
    if (conns == NULL || !snet_bench_end_accept(end, &conns[0]) ||
        !snet_bench_workers_start(&workers, idle_answer, &args)) {
        return "cannot accept, or has no memory or threads";
    }
    for (uint64_t i = 1; i <= count; i++) {
        conns[i].fd = -1; /* touches the memory, so that it is not counted with the sessions */
    }
    if (!snet_bench_pair_hear_number(control, &ignored) || !idle_say_memory(control)) {
        return NULL;
    }
    for (uint64_t i = 1; i <= count; i++) {
        if (!snet_bench_end_accept(end, &conns[i])) {
            return "cannot accept";
        }
    }
    (void)(snet_bench_pair_say_number(control, 0) &&
           snet_bench_pair_hear_number(control, &ignored) && idle_say_memory(control));
    return NULL;
}

/* --- The client end -------------------------------------------------------------------------- */

struct idle {
    struct snet_bench_pair pair;
    struct snet_bench_conn *conns;      /* the busy one, then the idle ones */
    struct snet_bench_memory before[2]; /* of the client, of the server */
    struct snet_bench_memory after[2];
    struct snet_bench_samples samples;
};

static bool idle_memory(struct idle *idle, struct snet_bench_memory ret_memory[2])
{
    struct snet_bench_word word;
    snet_bench_pair_sleep_until(snet_bench_pair_after(IDLE_SETTLE_MS));
    if (!snet_bench_pair_say_number(idle->pair.control, 0) ||
        !snet_bench_pair_hear(idle->pair.control, &word)) {
        return false;
    }
    ret_memory[0] = snet_bench_memory_now();
    ret_memory[1] = (struct snet_bench_memory){word.numbers[0], word.numbers[1]};
    return true;
}

/* Round trips of the busy session, for as long as the processors were watched before. */
static bool idle_ping(struct idle *idle)
{
    const struct snet_bench_options *options = idle->pair.end.options;
    const uint64_t start_ns = snet_bench_pair_after(SNET_BENCH_WARM_UP_MS);
    const uint64_t stop_ns = start_ns + options->measure_ns;
    uint8_t *data = snet_bench_pair_keep(1, options->size_bytes);
    bool ok = data != NULL;
    uint64_t before_ns = snet_bench_pair_now();
    while (ok && before_ns < stop_ns) {
        ok = snet_bench_end_write(&idle->conns[0], data, options->size_bytes) &&
             snet_bench_end_read_all(&idle->conns[0], data, options->size_bytes);
        const uint64_t after_ns = snet_bench_pair_now();
        if (before_ns >= start_ns) {
            ok = ok && snet_bench_report_sample(&idle->samples, after_ns - before_ns);
        }
        before_ns = after_ns;
    }
    return ok;
}

static const char *idle_measure(struct idle *idle)
{
    const struct snet_bench_options *options = idle->pair.end.options;
    uint64_t ignored = 0;
    if (!snet_bench_end_dial(&idle->pair.end, &idle->conns[0]) ||
        !snet_bench_end_write(&idle->conns[0], "", 1) ||
        !snet_bench_end_read_all(&idle->conns[0], &ignored, 1) ||
        !idle_memory(idle, idle->before)) {
        return "the server end cannot be dialed";
    }
    const struct snet_bench_clients clients = {idle->conns + 1, options->sessions};
    if (!snet_bench_clients_dial(&idle->pair.end, &clients) ||
        !snet_bench_pair_hear_number(idle->pair.control, &ignored) ||
        !idle_memory(idle, idle->after)) {
        return "not all sessions could be opened";
    }
    snet_bench_pair_start(&idle->pair);
    snet_bench_pair_sleep_until(snet_bench_pair_now() + options->measure_ns);
    snet_bench_pair_stop(&idle->pair);
    return idle_ping(idle) ? NULL : "the busy session has broken";
}

static void idle_report(struct idle *idle, struct snet_bench_report *report)
{
    const double count = (double)idle->pair.end.options->sessions;
    const struct snet_bench_memory *before = idle->before;
    const struct snet_bench_memory *after = idle->after;
    const double wall_s = snet_bench_pair_wall_s(&idle->pair);
    const double cpu_ns = (double)(idle->pair.stop.client_ns - idle->pair.start.client_ns) +
                          (double)(idle->pair.stop.server_ns - idle->pair.start.server_ns);
    snet_bench_report_figure(report, "client_heap_bytes_per_session",
                             ((double)after[0].heap_bytes - (double)before[0].heap_bytes) / count);
    snet_bench_report_figure(report, "server_heap_bytes_per_session",
                             ((double)after[1].heap_bytes - (double)before[1].heap_bytes) / count);
    snet_bench_report_figure(report, "client_resident_bytes_per_session",
                             ((double)after[0].resident_bytes - (double)before[0].resident_bytes) /
                                 count);
    snet_bench_report_figure(report, "server_resident_bytes_per_session",
                             ((double)after[1].resident_bytes - (double)before[1].resident_bytes) /
                                 count);
    snet_bench_report_figure(report, "cpu_ms_per_s",
                             cpu_ns / (double)SNET_MS_NS / (wall_s > 0 ? wall_s : 1));
    snet_bench_report_quantiles(report, "busy_", &idle->samples);
    snet_bench_pair_report(&idle->pair, report, 0);
}

const char *snet_bench_idle_run(const struct snet_bench_options *options,
                                struct snet_bench_report *report)
{
    struct idle idle = {.conns = snet_bench_pair_keep(options->sessions + 1, sizeof *idle.conns)};
    if (idle.conns == NULL || !snet_bench_end_init(&idle.pair.end, options)) {
        return "this machine has no memory or no random bytes";
    }
    for (uint64_t i = 0; i <= options->sessions; i++) {
        idle.conns[i].fd = -1; /* touches the memory, so that it is not counted with the sessions */
    }
    idle.pair.end.nodelay = true;
    const char *failure = snet_bench_pair_fork(&idle.pair, idle_serve);
    if (failure == NULL) {
        failure = idle_measure(&idle);
    }
    if (failure == NULL) {
        idle_report(&idle, report);
    }
    snet_bench_report_deinit(&idle.samples);
    return snet_bench_pair_join(&idle.pair, failure); /* the sessions end with the process */
}
