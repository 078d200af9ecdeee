/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/runner.h"

#include "app/options.h"

#include <signal.h>

#define RUNNER_MESSAGE_BYTES 512u
/* Limit of the time in which the other ends learn that their sessions were ended. */
#define RUNNER_ABORT_MS 1000u
#define RUNNER_LEAVE_CHECK_MS 10u

static void runner_log(const struct snet_runner *runner, const struct snet_core_event *event)
{
    char message[RUNNER_MESSAGE_BYTES];
    const bool explained = event->type == SNET_CORE_EVENT_ENDED && runner->explain != NULL;
    if (runner->quiet && !snet_log_has(runner->log, SNET_LOG_DEBUG)) {
        return;
    }
    if (explained) {
        runner->explain(runner, event->session, event->err, message, sizeof message);
    }
    snet_log_session(runner->log, event, runner->known_of(event->session),
                     explained ? message : NULL, snet_uv_now(runner->driver));
}

static void runner_event(void *user, const struct snet_core_event *event)
{
    struct snet_runner *runner = user;
    if (event->type != SNET_CORE_EVENT_OPENED) {
        runner_log(runner, event);
        runner->on_event(runner, event);
    } else {
        runner->on_event(runner, event); /* from now on the session is known */
        runner_log(runner, event);
    }
}

static void runner_note(void *user, const struct snet_note *note)
{
    const struct snet_runner *runner = user;
    char peer[SNET_STREAM_ADDRESS_MAX_BYTES] = "-";
    if (note->link != NULL && snet_log_has(runner->log, SNET_LOG_DEBUG)) {
        snet_uv_link_peer(note->link, peer, sizeof peer);
    }
    snet_log_session_note(runner->log, note, peer);
}

static void runner_abort(struct snet_runner *runner)
{
    if (runner->on_abort != NULL) {
        runner->on_abort(runner);
    } else {
        snet_uv_shutdown(runner->driver, "this end of the session is shut down");
    }
    snet_runner_leave(runner, SNET_EXIT_OK, RUNNER_ABORT_MS);
}

static void runner_drain_due(uv_timer_t *timer)
{
    struct snet_runner *runner = timer->data;
    snet_log_say(runner->log, "--drain-timeout is over: ending the sessions that are left");
    runner->stops++;
    runner_abort(runner);
}

/* The first signal asks, the second insists, the third does not wait. */
static void runner_end(struct snet_runner *runner)
{
    runner->stops++;
    if (runner->stops == 1) {
        (void)uv_timer_start(&runner->drain, runner_drain_due, runner->drain_timeout_ms, 0);
        runner->on_drain(runner);
    } else if (runner->stops == 2) {
        (void)uv_timer_stop(&runner->drain);
        runner_abort(runner);
    } else {
        snet_runner_stop(runner, SNET_EXIT_OK);
    }
}

static void runner_signal(uv_signal_t *handle, int number)
{
    struct snet_runner *runner = handle->data;
    if (number == SIGUSR1) {
        snet_uv_network_changed(runner->driver);
    } else if (runner->on_signal != NULL) {
        runner->on_signal(runner, number);
    } else if (number == SIGHUP) {
        snet_log_say(runner->log, "SIGHUP changes nothing here; SIGTERM ends");
    } else {
        runner_end(runner);
    }
}

/* nohup has SIGHUP ignored, and means it. */
static bool runner_wants(int number)
{
    struct sigaction now;
    return number != SIGHUP || sigaction(number, NULL, &now) != 0 || now.sa_handler != SIG_IGN;
}

/* --- Of a worker ------------------------------------------------------------------------------ */

static void runner_wished(uv_async_t *async)
{
    struct snet_runner *runner = async->data;
    const unsigned wishes = atomic_exchange(&runner->wishes, 0);
    if ((wishes & 1u << SNET_RUNNER_DRAIN) != 0) {
        runner->on_drain(runner);
    }
    if ((wishes & 1u << SNET_RUNNER_ABORT) != 0) {
        runner_abort(runner);
    }
    if ((wishes & 1u << SNET_RUNNER_STOP) != 0) {
        snet_runner_stop(runner, SNET_EXIT_OK);
    }
}

void snet_runner_ask(struct snet_runner *runner, enum snet_runner_wish wish)
{
    atomic_fetch_or(&runner->wishes, 1u << (unsigned)wish);
    (void)uv_async_send(&runner->wish);
}

bool snet_runner_is_over(const struct snet_runner *runner)
{
    return atomic_load(&runner->over);
}

/* --- Its life --------------------------------------------------------------------------------- */

static void runner_watch_signals(struct snet_runner *runner)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        (void)uv_signal_init(&runner->loop, &runner->signals[i]);
        runner->signals[i].data = runner;
        if (runner_wants(numbers[i])) {
            (void)uv_signal_start(&runner->signals[i], runner_signal, numbers[i]);
        }
        uv_unref((uv_handle_t *)&runner->signals[i]);
    }
}

snet_err snet_runner_init(struct snet_runner *runner, const struct snet_core_config *budgets)
{
    const struct snet_uv_config config = {
        .core = *budgets,
        .on_event = runner_event,
        .on_note = runner_note,
        .user = runner,
    };
    if (!runner->is_worker) {
        snet_log_open(runner->log);
    }
    if (uv_loop_init(&runner->loop) != 0) {
        return SNET_ERR_OS;
    }
    const snet_err err = snet_uv_new(&runner->loop, &config, &runner->driver);
    if (err != SNET_OK) {
        return err;
    }
    (void)uv_timer_init(&runner->loop, &runner->drain);
    (void)uv_timer_init(&runner->loop, &runner->leave);
    runner->drain.data = runner->leave.data = runner;
    if (!runner->is_worker) {
        runner_watch_signals(runner);
    } else if (uv_async_init(&runner->loop, &runner->wish, runner_wished) != 0) {
        return SNET_ERR_OS;
    }
    runner->wish.data = runner;
    return SNET_OK;
}

void snet_runner_finish(struct snet_runner *runner, int exit_code)
{
    struct snet_core_stats stats;
    snet_core_totals(snet_uv_core(runner->driver), &stats);
    if (stats.farewells > 0) {
        snet_runner_leave(runner, exit_code, RUNNER_ABORT_MS);
    } else {
        snet_runner_stop(runner, exit_code);
    }
}

void snet_runner_loop(struct snet_runner *runner)
{
    while (!runner->over && uv_run(&runner->loop, UV_RUN_ONCE) != 0) {
    }
    runner->over = true;
}

void snet_runner_free(struct snet_runner *runner)
{
    snet_uv_free(runner->driver);
    runner->driver = NULL;
}

int snet_runner_run(struct snet_runner *runner)
{
    snet_runner_loop(runner);
    snet_runner_free(runner);
    return runner->exit_code;
}

static void runner_see_handle(uv_handle_t *handle, void *user)
{
    const uv_handle_type type = uv_handle_get_type(handle);
    bool *idle = user;
    *idle = *idle && type != UV_TCP && type != UV_NAMED_PIPE;
}

/* Whether no connection is open or being closed any more, and no abort waits for one. */
static bool runner_idle(struct snet_runner *runner)
{
    struct snet_core_stats stats;
    snet_core_totals(snet_uv_core(runner->driver), &stats);
    bool idle = stats.farewells == 0;
    uv_walk(&runner->loop, runner_see_handle, &idle);
    return idle;
}

static void runner_leave_due(uv_timer_t *timer)
{
    struct snet_runner *runner = timer->data;
    /* Timers come before the driver in a turn of the loop: only after that do aborts wait. */
    const bool settled = runner->leave_settled;
    runner->leave_settled = true;
    const bool idle = runner->is_idle == NULL ? runner_idle(runner) : runner->is_idle(runner);
    if ((settled && idle) || uv_now(timer->loop) >= runner->leave_by_ms) {
        snet_runner_stop(runner, runner->leave_code);
    }
}

void snet_runner_leave(struct snet_runner *runner, int exit_code, uint64_t limit_ms)
{
    runner->leave_code = exit_code;
    runner->leave_by_ms = uv_now(&runner->loop) + limit_ms;
    runner->leave_settled = false;
    (void)uv_timer_start(&runner->leave, runner_leave_due, 0, RUNNER_LEAVE_CHECK_MS);
}

void snet_runner_stop(struct snet_runner *runner, int exit_code)
{
    if (!runner->over) {
        runner->over = true;
        runner->exit_code = exit_code;
        uv_stop(&runner->loop);
    }
}
