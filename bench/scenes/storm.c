/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet-bench storm`: in each of thousands of sessions messages go there and back. Then one more is
 * written in each, and its connection is cut. It measures how long each session takes to be back,
 * what all of that costs, and how long new ones take to open meanwhile, and checks that each byte
 * has come back in its place.
 *
 * The load itself costs next to nothing while it is measured: the server end acts on events, and
 * the client end reads what has come back only afterwards.
 */
#include "bench/scenes/clients.h"
#include "bench/scenes/pair.h"
#include "bench/scenes/workers.h"

#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define STORM_MESSAGE_BYTES 64u
#define STORM_READ_BYTES 4096u
#define STORM_REST_MS 500u /* before the cut: nothing of what went before is left to do */
#define STORM_BACK_MAX_MS 60000
#define STORM_HEAR_MAX_MS 30000u
#define STORM_NEWCOMERS_MAX 65536u
#define STORM_NEWCOMER_PAUSE_MS 20u

/* --- The server end -------------------------------------------------------------------------- */

struct storm_server {
    struct snet_bench_end *end;
    struct snet_bench_conn *conns; /* those of sessions that have ended stay unused */
    uint64_t capacity;
    uint64_t count;
};

static void storm_accept(struct storm_server *server)
{
    while (server->count < server->capacity) {
        struct snet_bench_conn *conn = &server->conns[server->count];
        if (!snet_bench_end_accept(server->end, conn)) {
            return;
        }
        snet_socket_set_user(conn->socket, conn);
        server->count++;
    }
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

static void *storm_attend(void *arg)
{
    struct storm_server *server = arg;
    struct snet_event event;
    while (snet_events_next(server->end->events, &event, sizeof event, SNET_NEVER) == 1) {
        if (event.type == SNET_EVENT_ACCEPTABLE) {
            storm_accept(server);
        } else if (event.type == SNET_EVENT_READABLE && !storm_echo(event.user)) {
            snet_bench_end_close(event.user);
        }
    }
    return NULL;
}

static const char *storm_serve(struct snet_bench_end *end, int control)
{
    struct snet_bench_workers attendant;
    struct storm_server server = {
        .end = end,
        .capacity = end->options->sessions + STORM_NEWCOMERS_MAX,
    };
    const struct snet_bench_workers_args args = {&server, sizeof server, 1};
    uint64_t ignored = 0;
    server.conns = snet_bench_pair_keep(server.capacity, sizeof *server.conns);
    if (end->events == NULL || server.conns == NULL ||
        !snet_bench_workers_start(&attendant, storm_attend, &args)) {
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
    int all_back_fd;      /* is readable once `cut` sessions are back */
    _Atomic uint64_t cut; /* 0 until all are */
    _Atomic uint64_t back;
    /* Newcomers. */
    struct snet_bench_samples newcomers;
    uint64_t newcomers_failed;
    _Atomic bool newcomers_over;
};

struct storm_session {
    struct storm *storm;
    uint64_t written;
    uint64_t read;
    _Atomic uint64_t cut_ns;
    _Atomic uint64_t back_ns;
};

static void storm_event(void *user, const struct snet_event *event)
{
    const struct snet_bench_conn *conn = user;
    struct storm_session *session = conn->user;
    if (event->type == SNET_EVENT_RESUMED && session->cut_ns != 0 && session->back_ns == 0) {
        struct storm *storm = session->storm;
        session->back_ns = snet_bench_pair_now();
        storm->back++;
        if (storm->back == storm->cut) {
            (void)eventfd_write(storm->all_back_fd, 1);
        }
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

/* Waits for all that was said to come back. */
static bool storm_hear(struct snet_bench_conn *conn, struct storm_session *session)
{
    uint8_t data[STORM_READ_BYTES];
    while (session->read < session->written) {
        const ssize_t got = snet_bench_end_read(conn, data, sizeof data);
        for (ssize_t i = 0; i < got; i++) {
            if (data[i] != storm_byte(session->read + (uint64_t)i)) {
                return false;
            }
        }
        if (got <= 0) {
            return false;
        }
        session->read += (uint64_t)got;
    }
    return true;
}

static bool storm_hear_all(struct storm *storm)
{
    bool ok = true;
    for (uint64_t i = 0; ok && i < storm->pair.end.options->sessions; i++) {
        ok = storm_hear(&storm->conns[i], &storm->sessions[i]);
    }
    return ok;
}

/* A message there and back in each session. */
static bool storm_trip_all(struct storm *storm)
{
    bool ok = true;
    for (uint64_t i = 0; ok && i < storm->pair.end.options->sessions; i++) {
        ok = storm_say(&storm->conns[i], &storm->sessions[i]);
    }
    return ok && storm_hear_all(storm);
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

/* Something is on its way in each session when its connection is cut. */
static bool storm_cut_all(struct storm *storm)
{
    uint64_t cut = 0;
    for (uint64_t i = 0; i < storm->pair.end.options->sessions; i++) {
        struct storm_session *session = &storm->sessions[i];
        if (!storm_say(&storm->conns[i], session)) {
            return false;
        }
        session->cut_ns = snet_bench_pair_now();
        if (snet_bench_end_cut(&storm->conns[i])) {
            cut++;
        } else {
            session->cut_ns = 0;
        }
    }
    storm->cut = cut;
    return true;
}

static bool storm_await_all(struct storm *storm)
{
    struct pollfd all_back = {.fd = storm->all_back_fd, .events = POLLIN};
    /* The last one may have been back before it was known to be the last. */
    if (storm->back < storm->cut) {
        (void)poll(&all_back, 1, STORM_BACK_MAX_MS);
    }
    return storm->back == storm->cut;
}

static const char *storm_rage(struct storm *storm, uint64_t *ret_cut_ns)
{
    struct snet_bench_workers newcomers;
    const struct snet_bench_workers_args args = {storm, sizeof *storm, 1};
    snet_bench_pair_start(&storm->pair);
    if (!snet_bench_workers_start(&newcomers, storm_come, &args)) {
        return "there are not enough threads";
    }
    const char *failure = storm_cut_all(storm) ? NULL : "a session has broken";
    *ret_cut_ns = snet_bench_pair_now() - storm->pair.start.wall_ns;
    if (failure == NULL && !storm_await_all(storm)) {
        failure = "not all sessions came back";
    }
    snet_bench_pair_stop(&storm->pair);
    storm->newcomers_over = true;
    snet_bench_workers_join(&newcomers);
    snet_bench_report_progress("sessions are back", storm->back);
    return failure;
}

/* From the first message to the last one's return. */
static const char *storm_run(struct storm *storm, uint64_t *ret_cut_ns)
{
    const uint64_t until_ns = snet_bench_pair_now() + storm->pair.end.options->measure_ns;
    bool ok = true;
    do {
        ok = storm_trip_all(storm);
    } while (ok && snet_bench_pair_now() < until_ns);
    snet_bench_pair_sleep_until(snet_bench_pair_after(STORM_REST_MS));
    const char *failure = ok ? storm_rage(storm, ret_cut_ns) : NULL;
    if (failure == NULL && ok) {
        ok = storm_hear_all(storm) && storm_trip_all(storm);
    }
    return ok ? failure : "a session has broken, or has got what was not sent";
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
        snet_socket_set_timeout(storm->conns[i].socket, SNET_READ | SNET_WRITE,
                                STORM_HEAR_MAX_MS * SNET_MS_NS);
    }
    snet_bench_report_progress("sessions are open", count);
    return NULL;
}

static uint64_t storm_processors(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (uint64_t)CPU_COUNT(&set) : 1;
}

/* Bytes that have not come back. */
static uint64_t storm_missing(const struct storm *storm)
{
    uint64_t missing = 0;
    for (uint64_t i = 0; i < storm->pair.end.options->sessions; i++) {
        missing += storm->sessions[i].written - storm->sessions[i].read;
    }
    return missing;
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
    const double server_us =
        (double)(storm->pair.stop.server_ns - storm->pair.start.server_ns) / 1000.0;
    snet_bench_report_count(report, "cut", storm->cut);
    snet_bench_report_figure(report, "cut_s", (double)cut_ns / (double)SNET_SECOND_NS);
    snet_bench_report_count(report, "processors", storm_processors());
    snet_bench_report_figure(report, "server_cpu_us_per_op", server_us / (double)storm->cut);
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
        storm->all_back_fd = eventfd(0, EFD_CLOEXEC);
    }
    if (storm == NULL || storm->conns == NULL || storm->sessions == NULL ||
        storm->all_back_fd < 0 || !snet_bench_end_init(&storm->pair.end, options)) {
        return "this machine has no memory or no random bytes";
    }
    storm->pair.end.queued = true;
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
