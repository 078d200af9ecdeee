/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet-bench resume`: what a resume costs the server end. The connections of some sessions are cut
 * again and again. After each resume the server end writes a message, and when that has arrived,
 * the client end cuts again. Over bare TCP: a connection, a message of that size each way, and a
 * reset.
 */
#include "bench/scenes/pair.h"
#include "bench/scenes/window.h"

/* One session of the client end. */
struct resume_player {
    struct snet_bench_conn conn;
    uint8_t *data;
    size_t size;
    const struct snet_bench_window *window; /* set while it is played */
    struct snet_bench_samples samples;
    uint64_t messages;
    bool failed;
};

/* The server end. */
struct resume_server {
    const uint8_t *data;
    size_t size;
    _Atomic uint64_t messages;
};

/* --- The server end -------------------------------------------------------------------------- */

static void resume_event(void *user, const struct snet_event *event)
{
    struct resume_server *server = user;
    if (event->type != SNET_EVENT_RESUMED) {
        return;
    }
    /* Counted first: it may arrive, and the client end ask for the count, before the call returns.
     */
    server->messages++;
    /* There is room for a message: the one before has arrived. */
    if (snet_write(event->socket, server->data, server->size) != (ssize_t)server->size) {
        server->messages--;
    }
}

/* Serves bare TCP connections, one after the other, for ever. */
static void *resume_answer(void *arg)
{
    struct snet_bench_end *end = arg;
    struct resume_server *server = end->user;
    struct snet_bench_conn conn = {.on_event = NULL};
    uint8_t *data = snet_bench_pair_keep(1, server->size);
    while (data != NULL && snet_bench_end_accept(end, &conn)) {
        if (snet_bench_end_read_all(&conn, data, server->size)) {
            server->messages++;
            (void)snet_bench_end_write(&conn, server->data, server->size);
        }
        snet_bench_end_close(&conn);
    }
    return NULL;
}

static const char *resume_accept(struct snet_bench_end *end)
{
    struct resume_server *server = end->user;
    for (uint64_t i = 0; i < end->options->sessions; i++) {
        /* No thread serves a session: resume_event does. */
        struct snet_bench_conn conn = {.on_event = NULL};
        if (!snet_bench_end_accept(end, &conn) ||
            !snet_bench_end_write(&conn, server->data, server->size)) {
            return "cannot accept";
        }
        server->messages++;
    }
    return NULL;
}

static const char *resume_serve(struct snet_bench_end *end, int control)
{
    struct resume_server *server = end->user;
    struct snet_bench_workers workers;
    const struct snet_bench_workers_args args = {end, sizeof *end, 1};
    const char *failure = NULL;
    uint64_t ignored = 0;
    if (end->options->over->tcp) {
        failure =
            snet_bench_workers_start(&workers, resume_answer, &args) ? NULL : "has no threads";
    } else {
        failure = resume_accept(end);
    }
    if (failure == NULL && snet_bench_pair_hear_number(control, &ignored)) {
        (void)snet_bench_pair_say_number(control, server->messages);
    }
    return failure;
}

/* --- The client end -------------------------------------------------------------------------- */

/* Waits for the server's message. */
static bool resume_take(struct resume_player *player)
{
    player->messages++;
    return snet_bench_end_read_all(&player->conn, player->data, player->size);
}

/* A connection that lasts for one message each way. */
static bool resume_anew(struct resume_player *player)
{
    if (!snet_bench_end_dial(player->conn.end, &player->conn)) {
        return false;
    }
    const bool ok =
        snet_bench_end_write(&player->conn, player->data, player->size) && resume_take(player);
    return snet_bench_end_cut(&player->conn) && ok;
}

static bool resume_once(struct resume_player *player)
{
    return player->conn.end->options->over->tcp
               ? resume_anew(player)
               : snet_bench_end_cut(&player->conn) && resume_take(player);
}

static void *resume_cut(void *arg)
{
    struct resume_player *player = arg;
    player->failed = !player->conn.end->options->over->tcp && !resume_take(player);
    uint64_t before_ns = snet_bench_pair_now();
    while (!player->failed && before_ns < player->window->stop_ns) {
        player->failed = !resume_once(player);
        const uint64_t after_ns = snet_bench_pair_now();
        if (!player->failed && snet_bench_window_has(player->window, before_ns, after_ns)) {
            player->failed = !snet_bench_report_sample(&player->samples, after_ns - before_ns);
        }
        before_ns = after_ns;
    }
    return NULL;
}

static const char *resume_play(struct snet_bench_pair *pair, struct resume_player *players)
{
    const struct snet_bench_options *options = pair->end.options;
    const struct snet_bench_workers_args args = {players, sizeof *players, options->sessions};
    bool ok = true;
    for (uint64_t i = 0; ok && i < options->sessions; i++) {
        struct resume_player *player = &players[i];
        player->size = options->size_bytes;
        player->data = snet_bench_pair_keep(1, options->size_bytes);
        player->conn.end = &pair->end;
        player->conn.cuts = true;
        ok = player->data != NULL &&
             (options->over->tcp || snet_bench_end_dial(&pair->end, &player->conn));
    }
    if (!ok) {
        return "the server end cannot be dialed";
    }
    struct snet_bench_window window;
    for (uint64_t i = 0; i < options->sessions; i++) {
        players[i].window = &window;
    }
    return snet_bench_window_play(&window, pair, resume_cut, &args);
}

static const char *resume_sum(struct snet_bench_pair *pair, struct resume_player *players,
                              struct snet_bench_report *report)
{
    struct snet_bench_samples all = {0};
    uint64_t taken = 0;
    uint64_t sent = 0;
    bool failed = false;
    for (uint64_t i = 0; i < pair->end.options->sessions; i++) {
        taken += players[i].messages;
        failed = failed || players[i].failed || !snet_bench_report_merge(&all, &players[i].samples);
        snet_bench_report_deinit(&players[i].samples);
    }
    if (failed || !snet_bench_pair_say_number(pair->control, 0) ||
        !snet_bench_pair_hear_number(pair->control, &sent)) {
        snet_bench_report_deinit(&all);
        return "a session has broken";
    }
    const uint64_t resumes = all.count;
    const double server_us = (double)(pair->stop.server_ns - pair->start.server_ns) / 1000.0;
    snet_bench_report_count(report, "bytes", taken * pair->end.options->size_bytes);
    snet_bench_report_count(report, "resumes", resumes);
    snet_bench_report_figure(report, "per_s", (double)resumes / snet_bench_pair_wall_s(pair));
    snet_bench_report_figure(report, "server_cpu_us_per_op", server_us / (double)resumes);
    snet_bench_report_quantiles(report, "", &all);
    snet_bench_pair_report(pair, report, resumes);
    snet_bench_report_deinit(&all);
    return taken != sent  ? "not all messages have arrived, or some twice"
           : resumes == 0 ? "there was not one resume in that time"
                          : NULL;
}

const char *snet_bench_resume_run(const struct snet_bench_options *options,
                                  struct snet_bench_report *report)
{
    /* Not on a stack: the sessions use it until the process ends. */
    struct snet_bench_pair *pair = snet_bench_pair_keep(1, sizeof *pair);
    struct resume_server server = {.size = options->size_bytes};
    struct resume_player *players = snet_bench_pair_keep(options->sessions, sizeof *players);
    server.data = snet_bench_pair_keep(1, options->size_bytes);
    if (pair == NULL || players == NULL || server.data == NULL ||
        !snet_bench_end_init(&pair->end, options)) {
        return "this machine has no memory or no random bytes";
    }
    pair->end.nodelay = true;
    pair->end.on_event = resume_event;
    pair->end.user = &server;
    const char *failure = snet_bench_pair_fork(pair, resume_serve);
    if (failure == NULL) {
        failure = resume_play(pair, players);
    }
    if (failure == NULL) {
        failure = resume_sum(pair, players, report);
    }
    return snet_bench_pair_join(pair, failure); /* the sessions end with the process */
}
