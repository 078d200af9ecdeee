/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The loops of a gateway that has several: a thread for each, and the runner of the main thread,
 * which accepts for all of them, has the signals and passes on what these ask for.
 *
 * Ownership: the caller's struct. Thread: the main thread's.
 */
#ifndef SNET_APP_SERVE_TEAM_H
#define SNET_APP_SERVE_TEAM_H

#include <snet/team.h>

#include "app/serve_loop.h"

struct snet_serve_team {
    struct snet_runner runner; /* first: the main thread's */
    const struct snet_options *options;
    snet_team *team;
    snet_team_listener *listener;
    struct snet_serve_loop *loops;
    uv_thread_t threads[SNET_SHARDS_MAX];
    unsigned loop_count;
    unsigned thread_count; /* that have begun */
    uv_async_t finished;   /* a loop has */
};

/* Prepares the runner and so many loops. `log` and `options` are borrowed. Errors: NO_MEMORY. */
SNET_MUST_USE snet_err snet_serve_team_init(struct snet_serve_team *team, unsigned loops,
                                            struct snet_log *log,
                                            const struct snet_options *options);
/* Makes the loops and their servers, and listens; nothing is accepted before the run. Errors: as
   snet_uv_serve; OS. */
SNET_MUST_USE snet_err snet_serve_team_open(struct snet_serve_team *team,
                                            const struct snet_core_config *budgets,
                                            const struct snet_server_config *config,
                                            int *ret_os_err);
/* Runs until the end that signals ask for; returns the exit code. Frees what the team holds. */
int snet_serve_team_run(struct snet_serve_team *team);
/* Of a team that does not run. */
void snet_serve_team_deinit(struct snet_serve_team *team);

#endif
