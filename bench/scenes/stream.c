/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet-bench stream`: bytes one way, as many as go through, from the first write until the
 * receiver has the last byte.
 */
#include "bench/scenes/pair.h"

#include <stdlib.h>

#define STREAM_READ_BYTES 65536u
#define STREAM_LOOK_BYTES 65536u /* the interval at which the sender reads the clock */
#define STREAM_MIB 1048576.0

/* Only the last byte is not zero: so the receiver knows the end without waiting for a close. */
static const uint8_t stream_last = 1;

static const char *stream_serve(struct snet_bench_end *end, int control)
{
    struct snet_bench_conn conn = {.on_event = NULL};
    struct snet_bench_word word = {.numbers = {0}};
    uint8_t *data = malloc(STREAM_READ_BYTES);
    if (data == NULL || !snet_bench_end_accept(end, &conn) ||
        !snet_bench_pair_say_number(control, 0)) {
        free(data);
        return "cannot accept";
    }
    ssize_t got = snet_bench_end_read(&conn, data, STREAM_READ_BYTES);
    while (got > 0 && data[got - 1] != stream_last) {
        word.numbers[0] += (uint64_t)got;
        got = snet_bench_end_read(&conn, data, STREAM_READ_BYTES);
    }
    free(data);
    if (got <= 0) {
        snet_bench_end_explain(&conn);
        return "has got the end of the stream too early";
    }
    word.numbers[0] += (uint64_t)got;
    (void)snet_bench_pair_say(control, &word);
    return NULL;
}

/* Writes until the time is over. */
static bool stream_send(struct snet_bench_conn *conn, const uint8_t *data, uint64_t *ret_bytes)
{
    const struct snet_bench_options *options = conn->end->options;
    const uint64_t until_ns = snet_bench_pair_now() + options->measure_ns;
    uint64_t unlooked_bytes = 0;
    uint64_t bytes = 0;
    bool ok = true;
    while (ok && (unlooked_bytes < STREAM_LOOK_BYTES || snet_bench_pair_now() < until_ns)) {
        unlooked_bytes = unlooked_bytes < STREAM_LOOK_BYTES ? unlooked_bytes : 0;
        ok = snet_bench_end_write(conn, data, options->write_bytes);
        bytes += options->write_bytes;
        unlooked_bytes += options->write_bytes;
    }
    *ret_bytes = bytes + sizeof stream_last;
    return ok && snet_bench_end_write(conn, &stream_last, sizeof stream_last);
}

static const char *stream_measure(struct snet_bench_pair *pair, const uint8_t *data,
                                  struct snet_bench_report *report)
{
    struct snet_bench_conn conn = {.on_event = NULL};
    uint64_t bytes = 0;
    uint64_t received = 0;
    if (!snet_bench_end_dial(&pair->end, &conn) ||
        !snet_bench_pair_hear_number(pair->control, &received)) {
        return "the server end cannot be dialed";
    }
    snet_bench_pair_start(pair);
    if (!stream_send(&conn, data, &bytes) ||
        !snet_bench_pair_hear_number(pair->control, &received)) {
        snet_bench_end_explain(&conn);
        return "the stream has broken";
    }
    snet_bench_pair_stop(pair);
    snet_bench_end_close(&conn);
    if (received != bytes) {
        return "not all bytes have arrived";
    }
    const double mib = (double)bytes / STREAM_MIB;
    const double cpu_ns = (double)(pair->stop.client_ns - pair->start.client_ns) +
                          (double)(pair->stop.server_ns - pair->start.server_ns);
    snet_bench_report_count(report, "bytes", bytes);
    snet_bench_report_figure(report, "mib_per_s", mib / snet_bench_pair_wall_s(pair));
    snet_bench_report_figure(report, "cpu_s_per_gib",
                             cpu_ns / (double)SNET_SECOND_NS / (mib / 1024.0));
    snet_bench_pair_report(pair, report, 0);
    return NULL;
}

const char *snet_bench_stream_run(const struct snet_bench_options *options,
                                  struct snet_bench_report *report)
{
    struct snet_bench_pair pair;
    uint8_t *data = calloc(1, options->write_bytes);
    if (data == NULL || !snet_bench_end_init(&pair.end, options)) {
        free(data);
        return "this machine has no memory or no random bytes";
    }
    const char *failure = snet_bench_pair_fork(&pair, stream_serve);
    if (failure == NULL) {
        failure = stream_measure(&pair, data, report);
    }
    free(data);
    return snet_bench_pair_join(&pair, failure);
}
