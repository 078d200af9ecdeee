/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet-bench ping`: round trips of messages of one size, one at a time in each session. Each
 * session has a thread at each end.
 */
#include "bench/scenes/pair.h"
#include "bench/scenes/window.h"

/* One end of one session. */
struct ping_player {
    struct snet_bench_conn conn;
    uint8_t *data;
    size_t size;
    const struct snet_bench_window *window; /* set while it is played */
    struct snet_bench_samples samples;
    _Atomic uint64_t bytes;
    bool failed;
};

static struct ping_player *ping_players_new(const struct snet_bench_options *options)
{
    struct ping_player *players = snet_bench_pair_keep(options->sessions, sizeof *players);
    bool ok = players != NULL;
    for (uint64_t i = 0; ok && i < options->sessions; i++) {
        players[i].size = options->size_bytes;
        players[i].data = snet_bench_pair_keep(1, options->size_bytes);
        ok = players[i].data != NULL;
    }
    return ok ? players : NULL;
}

static void *ping_answer(void *arg)
{
    struct ping_player *player = arg;
    ssize_t got = snet_bench_end_read(&player->conn, player->data, player->size);
    while (got > 0) {
        player->bytes += (uint64_t)got;
        if (!snet_bench_end_write(&player->conn, player->data, (size_t)got)) {
            return NULL; /* the client end sees that */
        }
        got = snet_bench_end_read(&player->conn, player->data, player->size);
    }
    return NULL;
}

static const char *ping_serve(struct snet_bench_end *end, int control)
{
    const struct snet_bench_options *options = end->options;
    struct ping_player *players = ping_players_new(options);
    const struct snet_bench_workers_args args = {players, sizeof *players, options->sessions};
    struct snet_bench_workers workers;
    for (uint64_t i = 0; players != NULL && i < options->sessions; i++) {
        if (!snet_bench_end_accept(end, &players[i].conn)) {
            return "cannot accept";
        }
    }
    if (players == NULL || !snet_bench_workers_start(&workers, ping_answer, &args)) {
        return "has not enough memory or threads";
    }
    uint64_t bytes = 0;
    if (!snet_bench_pair_say_number(control, 0) || !snet_bench_pair_hear_number(control, &bytes)) {
        return NULL;
    }
    bytes = 0;
    for (uint64_t i = 0; i < options->sessions; i++) {
        bytes += players[i].bytes;
    }
    (void)snet_bench_pair_say_number(control, bytes);
    return NULL; /* the threads end with the process */
}

static void *ping_ask(void *arg)
{
    struct ping_player *player = arg;
    uint64_t before_ns = snet_bench_pair_now();
    while (!player->failed && before_ns < player->window->stop_ns) {
        player->failed = !snet_bench_end_write(&player->conn, player->data, player->size) ||
                         !snet_bench_end_read_all(&player->conn, player->data, player->size);
        const uint64_t after_ns = snet_bench_pair_now();
        player->bytes += player->size;
        if (snet_bench_window_has(player->window, before_ns, after_ns) && !player->failed) {
            player->failed = !snet_bench_report_sample(&player->samples, after_ns - before_ns);
        }
        before_ns = after_ns;
    }
    return NULL;
}

/* Measures in all sessions until the time is over; the samples are in the players. */
static const char *ping_play(struct snet_bench_pair *pair, struct ping_player *players)
{
    const struct snet_bench_options *options = pair->end.options;
    const struct snet_bench_workers_args args = {players, sizeof *players, options->sessions};
    uint64_t ignored = 0;
    for (uint64_t i = 0; i < options->sessions; i++) {
        if (!snet_bench_end_dial(&pair->end, &players[i].conn)) {
            return "the server end cannot be dialed";
        }
    }
    if (!snet_bench_pair_hear_number(pair->control, &ignored)) {
        return "the server end has failed";
    }
    struct snet_bench_window window;
    for (uint64_t i = 0; i < options->sessions; i++) {
        players[i].window = &window;
    }
    return snet_bench_window_play(&window, pair, ping_ask, &args);
}

static const char *ping_sum(struct snet_bench_pair *pair, struct ping_player *players,
                            struct snet_bench_report *report)
{
    struct snet_bench_samples all = {0};
    uint64_t bytes = 0;
    uint64_t answered = 0;
    bool failed = false;
    for (uint64_t i = 0; i < pair->end.options->sessions; i++) {
        bytes += players[i].bytes;
        failed = failed || players[i].failed || !snet_bench_report_merge(&all, &players[i].samples);
        snet_bench_report_deinit(&players[i].samples);
    }
    if (failed || !snet_bench_pair_say_number(pair->control, 0) ||
        !snet_bench_pair_hear_number(pair->control, &answered)) {
        snet_bench_report_deinit(&all);
        return "a session has broken";
    }
    const uint64_t trips = all.count;
    snet_bench_report_count(report, "bytes", bytes);
    snet_bench_report_count(report, "trips", trips);
    snet_bench_report_figure(report, "per_s", (double)trips / snet_bench_pair_wall_s(pair));
    snet_bench_report_quantiles(report, "", &all);
    snet_bench_pair_report(pair, report, trips);
    snet_bench_report_deinit(&all);
    return bytes != answered ? "not all bytes were answered"
           : trips == 0      ? "there was not one round trip in that time"
                             : NULL;
}

const char *snet_bench_ping_run(const struct snet_bench_options *options,
                                struct snet_bench_report *report)
{
    struct snet_bench_pair pair;
    if (!snet_bench_end_init(&pair.end, options)) {
        return "this machine has no random bytes";
    }
    pair.end.nodelay = true;
    const char *failure = snet_bench_pair_fork(&pair, ping_serve);
    struct ping_player *players = failure == NULL ? ping_players_new(options) : NULL;
    if (failure == NULL) {
        failure = players == NULL ? "there is not enough memory" : ping_play(&pair, players);
    }
    if (failure == NULL) {
        failure = ping_sum(&pair, players, report);
    }
    return snet_bench_pair_join(&pair, failure); /* the sessions end with the process */
}
