/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet-bench stream`: bytes one way, as many as go through in a time or a given number of them,
 * from the first write until the receiver has the last byte.
 */
#include "bench/scenes/pair.h"

#include <stdlib.h>

#define STREAM_READ_BYTES 65536u
#define STREAM_LOOK_BYTES 65536u /* the interval at which the sender reads the clock */
#define STREAM_MIB 1048576.0

/* Only the last byte is not zero: so the receiver knows the end without waiting for a close. */
static const uint8_t stream_last = 1;

/* Writes until the time is over, or the given number of bytes is written. */
static bool stream_send(struct snet_bench_conn *conn, const uint8_t *data, uint64_t *ret_bytes)
{
    const struct snet_bench_options *options = conn->end->options;
    const uint64_t until_ns = snet_bench_pair_now() + options->measure_ns;
    const bool counted = options->stream_bytes != 0;
    uint64_t left_bytes = counted ? options->stream_bytes - sizeof stream_last : UINT64_MAX;
    uint64_t unlooked_bytes = 0;
    uint64_t bytes = sizeof stream_last;
    bool ok = true;
    while (ok && left_bytes > 0) {
        const uint64_t len = left_bytes < options->write_bytes ? left_bytes : options->write_bytes;
        ok = snet_bench_end_write(conn, data, len);
        bytes += len;
        left_bytes -= len;
        unlooked_bytes += len;
        if (!counted && unlooked_bytes >= STREAM_LOOK_BYTES) {
            unlooked_bytes = 0;
            left_bytes = snet_bench_pair_now() < until_ns ? left_bytes : 0;
        }
    }
    *ret_bytes = bytes;
    return ok && snet_bench_end_write(conn, &stream_last, sizeof stream_last);
}

/* Reads until the last byte has come. */
static bool stream_take(struct snet_bench_conn *conn, uint64_t *ret_bytes)
{
    uint8_t *data = malloc(STREAM_READ_BYTES);
    uint64_t bytes = 0;
    bool last = false;
    ssize_t got = data == NULL ? -1 : 1;
    while (got > 0 && !last) {
        got = snet_bench_end_read(conn, data, STREAM_READ_BYTES);
        last = got > 0 && data[got - 1] == stream_last;
        bytes += got > 0 ? (uint64_t)got : 0;
    }
    free(data);
    *ret_bytes = bytes;
    return last;
}

/* One end's part: `sends` says which. */
static bool stream_move(struct snet_bench_conn *conn, bool sends, uint64_t *ret_bytes)
{
    bool ok = false;
    if (sends) {
        uint8_t *data = calloc(1, conn->end->options->write_bytes);
        ok = data != NULL && stream_send(conn, data, ret_bytes);
        free(data);
    } else {
        ok = stream_take(conn, ret_bytes);
    }
    if (!ok) {
        snet_bench_end_explain(conn);
    }
    return ok;
}

static const char *stream_serve(struct snet_bench_end *end, int control)
{
    struct snet_bench_conn conn = {.on_event = NULL};
    uint64_t bytes = 0;
    if (!snet_bench_end_accept(end, &conn) || !snet_bench_pair_say_number(control, 0) ||
        !snet_bench_pair_hear_number(control, &bytes)) {
        return "cannot accept";
    }
    if (!stream_move(&conn, end->options->down != 0, &bytes)) {
        return "has lost the stream";
    }
    (void)snet_bench_pair_say_number(control, bytes);
    return NULL;
}

static const char *stream_measure(struct snet_bench_pair *pair, struct snet_bench_report *report)
{
    struct snet_bench_conn conn = {.on_event = NULL};
    uint64_t bytes = 0;
    uint64_t theirs = 0;
    if (!snet_bench_end_dial(&pair->end, &conn) ||
        !snet_bench_pair_hear_number(pair->control, &theirs)) {
        return "the server end cannot be dialed";
    }
    snet_bench_pair_start(pair);
    if (!snet_bench_pair_say_number(pair->control, 0) ||
        !stream_move(&conn, pair->end.options->down == 0, &bytes) ||
        !snet_bench_pair_hear_number(pair->control, &theirs)) {
        return "the stream has broken";
    }
    snet_bench_pair_stop(pair);
    snet_bench_end_close(&conn);
    if (theirs != bytes) {
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
    if (!snet_bench_end_init(&pair.end, options)) {
        return "this machine has no memory or no random bytes";
    }
    const char *failure = snet_bench_pair_fork(&pair, stream_serve);
    if (failure == NULL) {
        failure = stream_measure(&pair, report);
    }
    return snet_bench_pair_join(&pair, failure);
}
