/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/runner.h"

#include "app/options.h"

#include <signal.h>

#define RUNNER_MESSAGE_BYTES 512u

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
    if (snet_log_has(runner->log, SNET_LOG_DEBUG)) {
        char peer[SNET_STREAM_ADDRESS_MAX_BYTES];
        snet_uv_link_peer(note->link, peer, sizeof peer);
        snet_log_note(runner->log, note, peer);
    }
}

static void runner_signal(uv_signal_t *handle, int number)
{
    struct snet_runner *runner = handle->data;
    if (number == SIGUSR1) {
        snet_uv_network_changed(runner->driver);
        return;
    }
    runner->stops++;
    if (runner->stops > 1) {
        snet_runner_stop(runner, SNET_EXIT_OK);
    } else {
        runner->on_drain(runner);
    }
}

snet_err snet_runner_init(struct snet_runner *runner)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGUSR1};
    const struct snet_uv_config config = {
        .on_event = runner_event,
        .on_note = runner_note,
        .user = runner,
    };
    snet_log_open(runner->log);
    if (uv_loop_init(&runner->loop) != 0) {
        return SNET_ERR_OS;
    }
    const snet_err err = snet_uv_new(&runner->loop, &config, &runner->driver);
    if (err != SNET_OK) {
        return err;
    }
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        (void)uv_signal_init(&runner->loop, &runner->signals[i]);
        runner->signals[i].data = runner;
        (void)uv_signal_start(&runner->signals[i], runner_signal, numbers[i]);
        uv_unref((uv_handle_t *)&runner->signals[i]);
    }
    return SNET_OK;
}

int snet_runner_run(struct snet_runner *runner)
{
    while (!runner->over && uv_run(&runner->loop, UV_RUN_ONCE) != 0) {
    }
    return runner->exit_code;
}

static void runner_see_handle(uv_handle_t *handle, void *user)
{
    const uv_handle_type type = uv_handle_get_type(handle);
    bool *idle = user;
    *idle = *idle && type != UV_TCP && type != UV_NAMED_PIPE;
}

bool snet_runner_idle(struct snet_runner *runner)
{
    bool idle = true;
    uv_walk(&runner->loop, runner_see_handle, &idle);
    return idle;
}

void snet_runner_stop(struct snet_runner *runner, int exit_code)
{
    if (!runner->over) {
        runner->over = true;
        runner->exit_code = exit_code;
        uv_stop(&runner->loop);
    }
}
