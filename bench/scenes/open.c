/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet-bench open`: several threads open sessions or connections, each one after the other. In
 * each of these a byte goes to the server, a byte comes back, and it is closed.
 */
#include "bench/scenes/pair.h"
#include "bench/scenes/window.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct open_player {
    struct snet_bench_end *end;
    const struct snet_bench_window *window; /* set while it is played */
    struct snet_bench_samples samples;
    _Atomic uint64_t opened; /* also those outside the window */
    int number;              /* errno of a failure, or 0 */
};

static struct open_player *open_players_new(struct snet_bench_end *end)
{
    struct open_player *players = snet_bench_pair_keep(end->options->sessions, sizeof *players);
    for (uint64_t i = 0; players != NULL && i < end->options->sessions; i++) {
        players[i].end = end;
    }
    return players;
}

static void *open_answer(void *arg)
{
    struct open_player *player = arg;
    struct snet_bench_conn conn = {.on_event = NULL};
    uint8_t byte = 0;
    while (snet_bench_end_accept(player->end, &conn)) {
        if (snet_bench_end_read_all(&conn, &byte, 1)) {
            player->opened++;
            (void)snet_bench_end_write(&conn, &byte, 1);
        }
        snet_bench_end_close(&conn);
    }
    return NULL;
}

static const char *open_serve(struct snet_bench_end *end, int control)
{
    struct open_player *players = open_players_new(end);
    const struct snet_bench_workers_args args = {players, sizeof *players, end->options->sessions};
    struct snet_bench_workers workers;
    uint64_t opened = 0;
    if (players == NULL || !snet_bench_workers_start(&workers, open_answer, &args)) {
        return "has not enough memory or threads";
    }
    if (!snet_bench_pair_hear_number(control, &opened)) {
        return NULL;
    }
    opened = 0;
    for (uint64_t i = 0; i < end->options->sessions; i++) {
        opened += players[i].opened;
    }
    (void)snet_bench_pair_say_number(control, opened);
    return NULL; /* the threads end with the process */
}

static bool open_one(struct open_player *player)
{
    struct snet_bench_conn conn = {.on_event = NULL};
    uint8_t byte = 1;
    if (!snet_bench_end_dial(player->end, &conn)) {
        return false;
    }
    const bool ok =
        snet_bench_end_write(&conn, &byte, 1) && snet_bench_end_read_all(&conn, &byte, 1);
    snet_bench_end_close(&conn);
    return ok;
}

static void *open_ask(void *arg)
{
    struct open_player *player = arg;
    uint64_t before_ns = snet_bench_pair_now();
    while (player->number == 0 && before_ns < player->window->stop_ns) {
        errno = 0;
        const bool ok = open_one(player);
        const uint64_t after_ns = snet_bench_pair_now();
        player->opened += ok ? 1 : 0;
        if (!ok) {
            player->number = errno == 0 ? ECONNRESET : errno;
        } else if (snet_bench_window_has(player->window, before_ns, after_ns) &&
                   !snet_bench_report_sample(&player->samples, after_ns - before_ns)) {
            player->number = ENOMEM;
        }
        before_ns = after_ns;
    }
    return NULL;
}

static const char *open_play(struct snet_bench_pair *pair, struct open_player *players)
{
    const struct snet_bench_options *options = pair->end.options;
    const struct snet_bench_workers_args args = {players, sizeof *players, options->sessions};
    struct snet_bench_window window;
    for (uint64_t i = 0; i < options->sessions; i++) {
        players[i].window = &window;
    }
    return snet_bench_window_play(&window, pair, open_ask, &args);
}

static const char *open_sum(struct snet_bench_pair *pair, struct open_player *players,
                            struct snet_bench_report *report)
{
    struct snet_bench_samples all = {0};
    uint64_t opened = 0;
    uint64_t answered = 0;
    int number = 0;
    for (uint64_t i = 0; i < pair->end.options->sessions; i++) {
        opened += players[i].opened;
        number = players[i].number != 0 ? players[i].number : number;
        number = snet_bench_report_merge(&all, &players[i].samples) ? number : ENOMEM;
        snet_bench_report_deinit(&players[i].samples);
    }
    if (number != 0 || !snet_bench_pair_say_number(pair->control, 0) ||
        !snet_bench_pair_hear_number(pair->control, &answered)) {
        (void)fprintf(stderr, "snet-bench: after %llu sessions: %s\n", (unsigned long long)opened,
                      strerror(number));
        snet_bench_report_deinit(&all);
        return "a session could not be opened or has broken";
    }
    const uint64_t count = all.count;
    snet_bench_report_count(report, "opened", count);
    snet_bench_report_figure(report, "per_s", (double)count / snet_bench_pair_wall_s(pair));
    snet_bench_report_quantiles(report, "", &all);
    snet_bench_pair_report(pair, report, count);
    snet_bench_report_deinit(&all);
    return opened != answered ? "not all sessions were answered"
           : count == 0       ? "there was not one session in that time"
                              : NULL;
}

const char *snet_bench_open_run(const struct snet_bench_options *options,
                                struct snet_bench_report *report)
{
    struct snet_bench_pair pair;
    if (!snet_bench_end_init(&pair.end, options)) {
        return "this machine has no random bytes";
    }
    pair.end.nodelay = true;
    const char *failure = snet_bench_pair_fork(&pair, open_serve);
    struct open_player *players = failure == NULL ? open_players_new(&pair.end) : NULL;
    if (failure == NULL) {
        failure = players == NULL ? "there is not enough memory" : open_play(&pair, players);
    }
    if (failure == NULL) {
        failure = open_sum(&pair, players, report);
    }
    return snet_bench_pair_join(&pair,
                                failure); /* sessions that are still closing end with the process */
}
