/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/serve_team.h"

#include <stdlib.h>

/* Limit of the time in which a loop has to stop. One that does not ends with the process. */
#define TEAM_STOP_MS 1000u
#define TEAM_STOP_CHECK_MS 5u

static uint64_t team_count(const struct snet_serve_team *team)
{
    uint64_t count = 0;
    for (unsigned i = 0; i < team->loop_count; i++) {
        count += snet_serve_loop_count(&team->loops[i]);
    }
    return count;
}

static void team_ask(const struct snet_serve_team *team, enum snet_runner_wish wish)
{
    for (unsigned i = 0; i < team->loop_count; i++) {
        snet_runner_ask(&team->loops[i].runner, wish);
    }
}

/* --- On the threads of the loops -------------------------------------------------------------- */

static void team_thread(void *user)
{
    struct snet_serve_loop *loop = user;
    snet_runner_loop(&loop->runner);
}

static void team_drain_loop(struct snet_runner *runner)
{
    snet_serve_loop_drain((struct snet_serve_loop *)runner);
}

static void team_loop_finished(struct snet_serve_loop *loop)
{
    struct snet_serve_team *team = loop->user;
    (void)uv_async_send(&team->finished);
}

/* --- On the main thread ----------------------------------------------------------------------- */

/* A loop has finished: perhaps all have. */
static void team_finished(uv_async_t *async)
{
    struct snet_serve_team *team = async->data;
    for (unsigned i = 0; i < team->loop_count; i++) {
        if (!atomic_load(&team->loops[i].finished)) {
            return;
        }
    }
    snet_runner_stop(&team->runner, SNET_EXIT_OK);
}

static void team_drain(struct snet_runner *runner)
{
    struct snet_serve_team *team = (struct snet_serve_team *)runner;
    const uint64_t count = team_count(team);
    team_ask(team, SNET_RUNNER_DRAIN);
    snet_serve_loop_say_draining(runner->log, count);
}

static void team_abort(struct snet_runner *runner)
{
    team_ask((struct snet_serve_team *)runner, SNET_RUNNER_ABORT);
}

/* Whether all loops have stopped. */
static bool team_is_over(const struct snet_runner *runner)
{
    const struct snet_serve_team *team = (const struct snet_serve_team *)runner;
    for (unsigned i = 0; i < team->thread_count; i++) {
        if (!snet_runner_is_over(&team->loops[i].runner)) {
            return false;
        }
    }
    return true;
}

snet_err snet_serve_team_init(struct snet_serve_team *team, unsigned loops, struct snet_log *log,
                              const struct snet_options *options)
{
    *team = (struct snet_serve_team){
        .runner = {.log = log,
                   .on_drain = team_drain,
                   .on_abort = team_abort,
                   .is_idle = team_is_over,
                   .drain_timeout_ms = snet_options_drain_timeout_ms(options)},
        .options = options,
        .loop_count = loops,
    };
    team->loops = calloc(loops, sizeof *team->loops);
    if (team->loops == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    for (unsigned i = 0; i < loops; i++) {
        snet_serve_loop_init(&team->loops[i], log, options);
        team->loops[i].runner.is_worker = true;
        team->loops[i].runner.on_drain = team_drain_loop;
        team->loops[i].on_finished = team_loop_finished;
        team->loops[i].user = team;
    }
    return SNET_OK;
}

static snet_err team_make_loops(struct snet_serve_team *team,
                                const struct snet_server_config *config)
{
    const struct snet_core_config shared = {.shares = snet_team_shares(team->team)};
    for (unsigned i = 0; i < team->loop_count; i++) {
        struct snet_serve_loop *loop = &team->loops[i];
        snet_err err = snet_runner_init(&loop->runner, &shared);
        if (err == SNET_OK) {
            err = snet_team_serve(team->team, loop->runner.driver, config, &loop->server);
        }
        if (err != SNET_OK) {
            return err;
        }
    }
    return SNET_OK;
}

snet_err snet_serve_team_open(struct snet_serve_team *team, const struct snet_core_config *budgets,
                              const struct snet_server_config *config, int *ret_os_err)
{
    const struct snet_core_config none = {.shares = NULL};
    const struct snet_shares_config shares = {
        .members = team->loop_count,
        .send_budget_bytes = budgets->send_budget_bytes,
        .recv_budget_bytes = budgets->recv_budget_bytes,
        .sessions_max = config->sessions_max,
    };
    snet_err err = snet_runner_init(&team->runner, &none);
    if (err == SNET_OK) {
        err = snet_team_new(&shares, &team->team);
    }
    if (err == SNET_OK) {
        err = team_make_loops(team, config);
    }
    if (err == SNET_OK && uv_async_init(&team->runner.loop, &team->finished, team_finished) != 0) {
        err = SNET_ERR_OS;
    }
    team->finished.data = team;
    return err == SNET_OK ? snet_team_listen(team->team, &team->runner.loop, team->options->listen,
                                             &team->listener, ret_os_err)
                          : err;
}

static int team_start(struct snet_serve_team *team)
{
    for (unsigned i = 0; i < team->loop_count; i++) {
        if (uv_thread_create(&team->threads[i], team_thread, &team->loops[i]) != 0) {
            return SNET_EXIT_UNAVAILABLE;
        }
        team->thread_count++;
    }
    return SNET_EXIT_OK;
}

/* Waits until the loops have stopped; false when one has not. */
static bool team_stop(const struct snet_serve_team *team)
{
    team_ask(team, SNET_RUNNER_STOP);
    for (unsigned waited = 0; waited < TEAM_STOP_MS; waited += TEAM_STOP_CHECK_MS) {
        if (team_is_over(&team->runner)) {
            return true;
        }
        uv_sleep(TEAM_STOP_CHECK_MS);
    }
    return team_is_over(&team->runner);
}

void snet_serve_team_deinit(struct snet_serve_team *team)
{
    snet_team_listener_close(team->listener);
    for (unsigned i = 0; i < team->loop_count; i++) {
        snet_runner_free(&team->loops[i].runner);
    }
    snet_team_free(team->team);
    snet_runner_free(&team->runner);
    free(team->loops);
    team->loops = NULL;
}

int snet_serve_team_run(struct snet_serve_team *team)
{
    int code = team_start(team);
    if (code == SNET_EXIT_OK) {
        snet_runner_loop(&team->runner);
        code = team->runner.exit_code;
    }
    if (!team_stop(team)) {
        snet_log_say(team->runner.log, "a loop does not stop: ending without it");
        snet_log_close(team->runner.log);
        _Exit(code); /* it may use all that would be freed */
    }
    for (unsigned i = 0; i < team->thread_count; i++) {
        (void)uv_thread_join(&team->threads[i]);
    }
    snet_serve_team_deinit(team);
    return code;
}
