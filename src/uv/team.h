/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Team, inside: the members as uv/serve.c sees them. What a team is says <snet/team.h>.
 *
 * Ownership: a member is part of its team. Thread: as each function says.
 */
#ifndef SNET_UV_TEAM_H
#define SNET_UV_TEAM_H

#include <snet/team.h>

#include "uv/queue.h"

struct snet_team_member;

/* The next member, whose loop takes connections from now on. Loop. Errors: LIMIT, NO_MEMORY. */
SNET_MUST_USE snet_err snet_team_join(snet_team *team, uv_loop_t *loop,
                                      const struct snet_queue_taker *taker,
                                      struct snet_team_member **ret_member);
/* What the member has of the team: its shards, its part of what all have together. Any thread. */
void snet_team_apply(const struct snet_team_member *member, struct snet_server_config *config);
/* The member takes nothing more. Loop. */
void snet_team_leave(struct snet_team_member *member);
/* What the listeners of the team give their connections. Before they listen. */
void snet_team_set_options(snet_team *team, const struct snet_stream_options *options);
/* How many connections the member has. Loop. */
void snet_team_tell_load(struct snet_team_member *member, size_t conns);
/* Gives a connection to the member that has the shard; false when that does not take it. Any
   thread. */
bool snet_team_pass(struct snet_team_member *from, uint8_t shard, struct snet_queue_item *item);

#endif
