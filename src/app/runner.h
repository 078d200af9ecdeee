/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Runner: what the long-running subcommands share: a loop, a driver that logs, and signals. The
 * first SIGTERM or SIGINT drains, the second ends all sessions and gives the other ends a moment to
 * hear of it, the third ends at once. SIGUSR1 says that the network has changed; SIGHUP, unless it
 * was ignored from the start, is the subcommand's.
 *
 * Ownership: the caller's struct. Thread: that of the loop.
 */
#ifndef SNET_APP_RUNNER_H
#define SNET_APP_RUNNER_H

#include <snet/uv.h>

#include "app/log_session.h"

#include <stdatomic.h>
#include <stdbool.h>

struct snet_runner;

/* Takes the events of sessions: an opened one is logged behind the call, all else before it. */
typedef void snet_runner_event_fn(struct snet_runner *runner, const struct snet_core_event *event);
/* What is remembered of a session for the log; NULL: nothing. */
typedef struct snet_log_session *snet_runner_known_fn(const snet_session *session);
/* Writes what to say about the end of a session. */
typedef void snet_runner_explain_fn(const struct snet_runner *runner, const snet_session *session,
                                    snet_err err, char *ret_text, size_t size);
typedef void snet_runner_fn(struct snet_runner *runner);
typedef bool snet_runner_is_fn(const struct snet_runner *runner);

/* What another thread may ask of a runner: what signals ask of one that has them. */
enum snet_runner_wish {
    SNET_RUNNER_DRAIN,
    SNET_RUNNER_ABORT, /* all sessions end, and tell the other ends */
    SNET_RUNNER_STOP
};
/* Takes a signal that is not the runner's own. */
typedef void snet_runner_signal_fn(struct snet_runner *runner, int number);

struct snet_runner {
    uv_loop_t loop;
    snet_uv *driver;
    struct snet_log *log;
    snet_runner_event_fn *on_event;
    snet_runner_known_fn *known_of;
    snet_runner_explain_fn *explain;  /* NULL: errors speak for themselves */
    snet_runner_fn *on_drain;         /* no new sessions, the others finish */
    snet_runner_fn *on_abort;         /* NULL: the driver's sessions are ended */
    snet_runner_is_fn *is_idle;       /* afterwards: NULL: the loop has no connection */
    snet_runner_signal_fn *on_signal; /* SIGHUP; NULL: it is logged. If set, SIGTERM and SIGINT too,
                                         in place of the two above */
    void *user;
    bool is_worker;  /* one of several: its log is open, and it has no signals but wishes */
    uv_async_t wish; /* of such a one */
    _Atomic(unsigned) wishes;
    uv_signal_t signals[4];
    uv_timer_t drain;
    uint64_t drain_timeout_ms;
    uv_timer_t leave;
    uint64_t leave_by_ms; /* in the time of the loop */
    int leave_code;
    bool leave_settled; /* the driver has had its turn since */
    unsigned stops;     /* how often a signal asked to end */
    bool quiet;         /* events of sessions are logged only when asked for more */
    _Atomic(bool) over;
    int exit_code;
};

/* Sets up loop, driver and signals, with these budgets. Errors: as snet_uv_new. The fields of
   callbacks are set. */
SNET_MUST_USE snet_err snet_runner_init(struct snet_runner *runner,
                                        const struct snet_core_config *budgets);
/*
 * Runs until snet_runner_stop; returns the exit code. The driver is freed then, and with it the
 * sessions, the files of local sockets and the keys.
 */
int snet_runner_run(struct snet_runner *runner);
/* The first part of it: runs until snet_runner_stop. */
void snet_runner_loop(struct snet_runner *runner);
/* And the second: frees the driver. Safe for a runner that was never initialized. */
void snet_runner_free(struct snet_runner *runner);
/* Of a worker, from any thread. */
void snet_runner_ask(struct snet_runner *runner, enum snet_runner_wish wish);
/* Whether its run has ended. Any thread. */
bool snet_runner_is_over(const struct snet_runner *runner);
/* Ends the run when no connection is open or being closed any more, or when `limit_ms` are over. */
void snet_runner_leave(struct snet_runner *runner, int exit_code, uint64_t limit_ms);
/* Ends the run: at once, or when the aborts that wait for a connection were said, within a second.
 */
void snet_runner_finish(struct snet_runner *runner, int exit_code);
/* Ends the run with an exit code; the first one counts. */
void snet_runner_stop(struct snet_runner *runner, int exit_code);

#endif
