/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet-bench loss`: the time from the loss of the connection to the arrival of the first byte that
 * was written after it, at the server end (up) or at the client end (down). Over bare TCP the
 * program makes another connection itself, and nothing is said about where the stream was.
 *
 * After each loss a message goes back, which is not measured, and there is a pause. So the session
 * is at rest at the next loss, and dials at once, because its last connection has carried bytes.
 */
#include "bench/scenes/pair.h"

#define LOSS_TIMES_MAX 200u /* the limit of a server for resumes of one session in a row */
#define LOSS_PAUSE_MS 10u

/* A message is a number of nanoseconds. */
static bool loss_send(struct snet_bench_conn *conn, uint64_t number)
{
    return snet_bench_end_write(conn, &number, sizeof number);
}

static bool loss_take(struct snet_bench_conn *conn, uint64_t *ret_number)
{
    return snet_bench_end_read_all(conn, ret_number, sizeof *ret_number);
}

/* --- The server end -------------------------------------------------------------------------- */

/* Accepts the next TCP connection; a session needs nothing. */
static bool loss_accept_anew(struct snet_bench_conn *conn)
{
    if (!conn->end->options->over->tcp) {
        return true;
    }
    snet_bench_end_close(conn);
    return snet_bench_end_accept(conn->end, conn);
}

static bool loss_answer(struct snet_bench_conn *conn, int control, uint64_t cut_ns)
{
    uint64_t number = 0;
    if (!loss_accept_anew(conn)) {
        return false;
    }
    if (conn->end->options->down) {
        return loss_send(conn, cut_ns) && loss_take(conn, &number) &&
               snet_bench_pair_say_number(control, number);
    }
    return loss_take(conn, &number) &&
           snet_bench_pair_say_number(control, snet_bench_pair_now() - number) &&
           loss_send(conn, number);
}

static const char *loss_serve(struct snet_bench_end *end, int control)
{
    struct snet_bench_conn conn = {.on_event = NULL};
    uint64_t cut_ns = 0;
    if (!snet_bench_end_accept(end, &conn) || !loss_take(&conn, &cut_ns) ||
        !loss_send(&conn, cut_ns)) {
        return "cannot accept";
    }
    while (snet_bench_pair_hear_number(control, &cut_ns) && cut_ns != 0) {
        if (!loss_answer(&conn, control, cut_ns)) {
            snet_bench_end_explain(&conn);
            return "has lost the session";
        }
    }
    return NULL;
}

/* --- The client end -------------------------------------------------------------------------- */

/* Cuts the connection; over bare TCP makes another one. */
static bool loss_cut(struct snet_bench_conn *conn)
{
    if (!snet_bench_end_cut(conn)) {
        return false;
    }
    return !conn->end->options->over->tcp || snet_bench_end_dial(conn->end, conn);
}

static bool loss_up(struct snet_bench_pair *pair, struct snet_bench_conn *conn, uint64_t *ret_ns)
{
    uint64_t number = 0;
    if (!snet_bench_pair_say_number(pair->control, 1)) {
        return false;
    }
    const uint64_t cut_ns = snet_bench_pair_now();
    return loss_cut(conn) && loss_send(conn, cut_ns) &&
           snet_bench_pair_hear_number(pair->control, ret_ns) && loss_take(conn, &number) &&
           number == cut_ns;
}

static bool loss_down(struct snet_bench_pair *pair, struct snet_bench_conn *conn, uint64_t *ret_ns)
{
    uint64_t number = 0;
    const uint64_t cut_ns = snet_bench_pair_now();
    if (!loss_cut(conn) || !snet_bench_pair_say_number(pair->control, cut_ns) ||
        !loss_take(conn, &number)) {
        return false;
    }
    *ret_ns = snet_bench_pair_now() - cut_ns;
    /* The message back must have arrived, or the next cut would lose it. */
    return number == cut_ns && loss_send(conn, number) &&
           snet_bench_pair_hear_number(pair->control, &number);
}

/* Not on a stack: the session uses it until the process ends. */
struct loss {
    struct snet_bench_pair pair;
    struct snet_bench_conn conn;
};

static const char *loss_measure(struct loss *loss, struct snet_bench_samples *samples)
{
    struct snet_bench_pair *pair = &loss->pair;
    struct snet_bench_conn *conn = &loss->conn;
    const struct snet_bench_options *options = pair->end.options;
    const uint64_t until_ns = snet_bench_pair_now() + options->measure_ns;
    bool ok = true;
    uint64_t number = 1;
    /* A session may be open here before it is at the server end. */
    if (!snet_bench_end_dial(&pair->end, conn) || !loss_send(conn, number) ||
        !loss_take(conn, &number)) {
        return "the server end cannot be dialed";
    }
    snet_bench_pair_start(pair);
    do {
        uint64_t took_ns = 0;
        snet_bench_pair_sleep_until(snet_bench_pair_after(LOSS_PAUSE_MS));
        ok = options->down ? loss_down(pair, conn, &took_ns) : loss_up(pair, conn, &took_ns);
        ok = ok && snet_bench_report_sample(samples, took_ns);
    } while (ok && samples->count < LOSS_TIMES_MAX && snet_bench_pair_now() < until_ns);
    snet_bench_pair_stop(pair);
    if (!ok) {
        snet_bench_end_explain(conn);
    }
    return ok && snet_bench_pair_say_number(pair->control, 0) ? NULL : "the session has broken";
}

const char *snet_bench_loss_run(const struct snet_bench_options *options,
                                struct snet_bench_report *report)
{
    struct loss *loss = snet_bench_pair_keep(1, sizeof *loss);
    struct snet_bench_samples samples = {0};
    if (loss == NULL || !snet_bench_end_init(&loss->pair.end, options)) {
        return "this machine has no memory or no random bytes";
    }
    loss->pair.end.nodelay = true;
    loss->conn.cuts = true;
    const char *failure = snet_bench_pair_fork(&loss->pair, loss_serve);
    if (failure == NULL) {
        failure = loss_measure(loss, &samples);
    }
    if (failure == NULL) {
        snet_bench_report_count(report, "losses", samples.count);
        snet_bench_report_count(report, "bytes", samples.count * 2 * sizeof(uint64_t));
        snet_bench_report_quantiles(report, "", &samples);
        snet_bench_pair_report(&loss->pair, report, samples.count);
    }
    snet_bench_report_deinit(&samples);
    return snet_bench_pair_join(&loss->pair, failure);
}
