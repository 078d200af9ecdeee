/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet-bench storm`: in each of thousands of sessions a message goes there and back every quarter
 * of a second. Then all connections are cut at once. It measures how long each session takes to be
 * back and how long new ones take to open meanwhile, and checks that each byte has come back in its
 * place.
 */
#include "bench/scenes/clients.h"
#include "bench/scenes/pair.h"
#include "bench/scenes/workers.h"

#include <stdlib.h>
#include <unistd.h>

#define STORM_TICK_MS 50u
#define STORM_MESSAGE_TICKS 5u /* the interval of messages in a session */
#define STORM_MESSAGE_BYTES 64u
#define STORM_READ_BYTES 4096u
#define STORM_BACK_MAX_MS 60000u
#define STORM_DRAIN_MAX_MS 30000u
#define STORM_AFTER_MS 500u
#define STORM_NEWCOMERS_MAX 65536u
#define STORM_NEWCOMER_PAUSE_MS 20u

/* The timeout of calls: they do not wait, because one thread visits all sessions in turn. */
#define STORM_CALL_NS 1u

/* --- The server end -------------------------------------------------------------------------- */

struct storm_server {
    struct snet_bench_end *end;
    struct snet_bench_conn *conns; /* closed ones have no socket */
    uint64_t capacity;
    _Atomic uint64_t count;
};

static void *storm_accept(void *arg)
{
    struct storm_server *server = arg;
    while (server->count < server->capacity) {
        struct snet_bench_conn *conn = &server->conns[server->count];
        if (!snet_bench_end_accept(server->end, conn)) {
            return NULL;
        }
        snet_socket_set_timeout(conn->socket, SNET_READ | SNET_WRITE, STORM_CALL_NS);
        server->count++;
    }
    return NULL;
}

/* Sends back what has come; false at the end. */
static bool storm_echo(struct snet_bench_conn *conn)
{
    uint8_t data[STORM_READ_BYTES];
    ssize_t got = snet_bench_end_read(conn, data, sizeof data);
    while (got > 0) {
        if (!snet_bench_end_write(conn, data, (size_t)got)) {
            return false; /* the client end notices that bytes are missing */
        }
        got = snet_bench_end_read(conn, data, sizeof data);
    }
    return got < 0 && snet_socket_error(conn->socket) == SNET_OK;
}

static void *storm_echo_all(void *arg)
{
    struct storm_server *server = arg;
    while (true) {
        const uint64_t next_ns = snet_bench_pair_after(STORM_TICK_MS);
        for (uint64_t i = 0; i < server->count; i++) {
            struct snet_bench_conn *conn = &server->conns[i];
            if (conn->socket != NULL && !storm_echo(conn)) {
                snet_bench_end_close(conn);
            }
        }
        snet_bench_pair_sleep_until(next_ns);
    }
    return NULL;
}

static const char *storm_serve(struct snet_bench_end *end, int control)
{
    struct snet_bench_workers acceptor;
    struct snet_bench_workers echoer;
    struct storm_server server = {
        .end = end,
        .capacity = end->options->sessions + STORM_NEWCOMERS_MAX,
    };
    const struct snet_bench_workers_args args = {&server, sizeof server, 1};
    uint64_t ignored = 0;
    server.conns = snet_bench_pair_keep(server.capacity, sizeof *server.conns);
    if (server.conns == NULL || !snet_bench_workers_start(&acceptor, storm_accept, &args) ||
        !snet_bench_workers_start(&echoer, storm_echo_all, &args)) {
        return "has not enough memory or threads";
    }
    (void)snet_bench_pair_hear_number(control, &ignored); /* until the client end leaves */
    _exit(EXIT_SUCCESS);
}

/* --- Sessions of the client end -------------------------------------------------------------- */

struct storm {
    struct snet_bench_pair pair;
    struct snet_bench_conn *conns;
    struct storm_session *sessions;
    uint64_t cut;
    _Atomic uint64_t back;
    _Atomic bool speaking;
    _Atomic bool over;
    _Atomic bool failed;
    /* Newcomers. */
    struct snet_bench_samples newcomers;
    uint64_t newcomers_failed;
    _Atomic bool newcomers_over;
};

struct storm_session {
    struct storm *storm;
    _Atomic uint64_t written;
    _Atomic uint64_t read;
    _Atomic uint64_t cut_ns;
    _Atomic uint64_t back_ns;
};

static void storm_event(void *user, const struct snet_event *event)
{
    const struct snet_bench_conn *conn = user;
    struct storm_session *session = conn->user;
    if (event->type == SNET_EVENT_RESUMED && session->cut_ns != 0 && session->back_ns == 0) {
        session->back_ns = snet_bench_pair_now();
        session->storm->back++;
    }
}

/* The byte at `offset` of every stream. The pattern is longer than a message. */
static uint8_t storm_byte(uint64_t offset)
{
    return (uint8_t)(offset + (offset >> 8) * 7);
}

static bool storm_say(struct snet_bench_conn *conn, struct storm_session *session)
{
    uint8_t data[STORM_MESSAGE_BYTES];
    for (size_t i = 0; i < sizeof data; i++) {
        data[i] = storm_byte(session->written + i);
    }
    const bool ok = snet_bench_end_write(conn, data, sizeof data);
    session->written += ok ? sizeof data : 0;
    return ok;
}

static bool storm_hear(struct snet_bench_conn *conn, struct storm_session *session)
{
    uint8_t data[STORM_READ_BYTES];
    const ssize_t got = snet_bench_end_read(conn, data, sizeof data);
    for (ssize_t i = 0; i < got; i++) {
        if (data[i] != storm_byte(session->read + (uint64_t)i)) {
            return false;
        }
    }
    session->read += got > 0 ? (uint64_t)got : 0;
    return got > 0 || (got < 0 && snet_socket_error(conn->socket) == SNET_OK);
}

static void *storm_talk(void *arg)
{
    struct storm *storm = arg;
    const uint64_t count = storm->pair.end.options->sessions;
    for (uint64_t tick = 0; !storm->over; tick++) {
        const uint64_t next_ns = snet_bench_pair_after(STORM_TICK_MS);
        for (uint64_t i = 0; i < count; i++) {
            struct snet_bench_conn *conn = &storm->conns[i];
            struct storm_session *session = &storm->sessions[i];
            const bool turn = storm->speaking && (tick + i) % STORM_MESSAGE_TICKS == 0;
            if ((turn && !storm_say(conn, session)) || !storm_hear(conn, session)) {
                storm->failed = true;
                return NULL;
            }
        }
        snet_bench_pair_sleep_until(next_ns);
    }
    return NULL;
}

/* Opens a new session again and again, until the storm is over. */
static void *storm_come(void *arg)
{
    struct storm *storm = arg;
    while (!storm->newcomers_over && storm->newcomers.count < STORM_NEWCOMERS_MAX) {
        struct snet_bench_conn conn = {.on_event = NULL};
        const uint64_t before_ns = snet_bench_pair_now();
        if (!snet_bench_end_dial(&storm->pair.end, &conn)) {
            storm->newcomers_failed++;
        } else if (!snet_bench_report_sample(&storm->newcomers,
                                             snet_bench_pair_now() - before_ns)) {
            return NULL;
        } else {
            snet_bench_end_close(&conn);
        }
        snet_bench_pair_sleep_until(snet_bench_pair_after(STORM_NEWCOMER_PAUSE_MS));
    }
    return NULL;
}

/* --- The storm ------------------------------------------------------------------------------- */

static void storm_sleep(uint64_t ms)
{
    snet_bench_pair_sleep_until(snet_bench_pair_after(ms));
}

static void storm_cut_all(struct storm *storm)
{
    for (uint64_t i = 0; i < storm->pair.end.options->sessions; i++) {
        storm->sessions[i].cut_ns = snet_bench_pair_now();
        if (snet_bench_end_cut(&storm->conns[i])) {
            storm->cut++;
        } else {
            storm->sessions[i].cut_ns = 0;
        }
    }
}

/* Bytes that have not come back yet. */
static uint64_t storm_missing(const struct storm *storm)
{
    uint64_t missing = 0;
    for (uint64_t i = 0; i < storm->pair.end.options->sessions; i++) {
        missing += storm->sessions[i].written - storm->sessions[i].read;
    }
    return missing;
}

static const char *storm_rage(struct storm *storm, uint64_t *ret_cut_ns)
{
    struct snet_bench_workers newcomers;
    const struct snet_bench_workers_args args = {storm, sizeof *storm, 1};
    snet_bench_pair_start(&storm->pair);
    if (!snet_bench_workers_start(&newcomers, storm_come, &args)) {
        return "there are not enough threads";
    }
    storm_cut_all(storm);
    *ret_cut_ns = snet_bench_pair_now() - storm->pair.start.wall_ns;
    const uint64_t until_ns = snet_bench_pair_after(STORM_BACK_MAX_MS);
    while (storm->back < storm->cut && !storm->failed && snet_bench_pair_now() < until_ns) {
        storm_sleep(1);
    }
    snet_bench_pair_stop(&storm->pair);
    storm->newcomers_over = true;
    snet_bench_workers_join(&newcomers);
    snet_bench_report_progress("sessions are back", storm->back);
    return storm->back < storm->cut ? "not all sessions came back" : NULL;
}

/* From the first message to the last one's return. */
static const char *storm_run(struct storm *storm, uint64_t *ret_cut_ns)
{
    struct snet_bench_workers talker;
    const struct snet_bench_workers_args args = {storm, sizeof *storm, 1};
    storm->speaking = true;
    if (!snet_bench_workers_start(&talker, storm_talk, &args)) {
        return "there are not enough threads";
    }
    storm_sleep(storm->pair.end.options->measure_ns / SNET_MS_NS);
    const char *failure = storm_rage(storm, ret_cut_ns);
    storm_sleep(STORM_AFTER_MS);
    storm->speaking = false;
    const uint64_t until_ns = snet_bench_pair_after(STORM_DRAIN_MAX_MS);
    while (failure == NULL && storm_missing(storm) > 0 && !storm->failed &&
           snet_bench_pair_now() < until_ns) {
        storm_sleep(STORM_TICK_MS);
    }
    storm->over = true;
    snet_bench_workers_join(&talker);
    return storm->failed ? "a session has broken, or has got what was not sent" : failure;
}

static const char *storm_open(struct storm *storm)
{
    const uint64_t count = storm->pair.end.options->sessions;
    const struct snet_bench_clients clients = {storm->conns, count};
    for (uint64_t i = 0; i < count; i++) {
        storm->sessions[i].storm = storm;
        storm->conns[i].user = &storm->sessions[i];
        storm->conns[i].on_event = storm_event;
        storm->conns[i].cuts = true;
    }
    if (!snet_bench_clients_dial(&storm->pair.end, &clients)) {
        return "not all sessions could be opened";
    }
    for (uint64_t i = 0; i < count; i++) {
        snet_socket_set_timeout(storm->conns[i].socket, SNET_READ | SNET_WRITE, STORM_CALL_NS);
    }
    snet_bench_report_progress("sessions are open", count);
    return NULL;
}

static const char *storm_report(struct storm *storm, uint64_t cut_ns,
                                struct snet_bench_report *report)
{
    struct snet_bench_samples back = {0};
    uint64_t bytes = 0;
    for (uint64_t i = 0; i < storm->pair.end.options->sessions; i++) {
        const struct storm_session *session = &storm->sessions[i];
        bytes += session->read;
        if (session->back_ns != 0 &&
            !snet_bench_report_sample(&back, session->back_ns - session->cut_ns)) {
            return "there is not enough memory";
        }
    }
    const uint64_t missing = storm_missing(storm);
    snet_bench_report_count(report, "cut", storm->cut);
    snet_bench_report_figure(report, "cut_s", (double)cut_ns / (double)SNET_SECOND_NS);
    snet_bench_report_count(report, "bytes", bytes);
    snet_bench_report_count(report, "lost_bytes", missing);
    snet_bench_report_quantiles(report, "back_", &back);
    snet_bench_report_count(report, "newcomers", storm->newcomers.count);
    snet_bench_report_count(report, "newcomers_failed", storm->newcomers_failed);
    snet_bench_report_quantiles(report, "newcomer_", &storm->newcomers);
    snet_bench_pair_report(&storm->pair, report, storm->cut);
    snet_bench_report_deinit(&back);
    return missing == 0 ? NULL : "not all bytes have come back";
}

const char *snet_bench_storm_run(const struct snet_bench_options *options,
                                 struct snet_bench_report *report)
{
    /* Not on a stack: the sessions use it until the process ends. */
    struct storm *storm = snet_bench_pair_keep(1, sizeof *storm);
    uint64_t cut_ns = 0;
    if (storm != NULL) {
        storm->conns = snet_bench_pair_keep(options->sessions, sizeof *storm->conns);
        storm->sessions = snet_bench_pair_keep(options->sessions, sizeof *storm->sessions);
    }
    if (storm == NULL || storm->conns == NULL || storm->sessions == NULL ||
        !snet_bench_end_init(&storm->pair.end, options)) {
        return "this machine has no memory or no random bytes";
    }
    const char *failure = snet_bench_pair_fork(&storm->pair, storm_serve);
    if (failure == NULL) {
        failure = storm_open(storm);
    }
    if (failure == NULL) {
        failure = storm_run(storm, &cut_ns);
    }
    if (failure == NULL) {
        failure = storm_report(storm, cut_ns, report);
    }
    return snet_bench_pair_join(&storm->pair, failure); /* the sessions end with the process */
}
