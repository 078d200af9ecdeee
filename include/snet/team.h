/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Teams: several servers of <snet/uv.h> that serve as one, each on a driver, a loop and a thread of
 * its own, so that a server has more than one processor. Clients notice nothing: whichever member a
 * connection comes to, it ends up at the one that has its session.
 *
 *   1. snet_team_new, for so many members;
 *   2. for each member a loop, and a driver whose `core.shares` is snet_team_shares;
 *   3. snet_team_serve for each, and then snet_team_listen: connections are accepted on any
 *      one loop, of a member or not; or the program accepts by itself, and gives each connection to
 *      snet_team_take;
 *   4. a thread for each loop.
 *
 * A session stays with the member that it began at. What the members have together, as memory and
 * places for sessions, is in docs/internals/memory.md.
 *
 * The end: members leave together. The listener is closed first; then each member's sessions end,
 * on its thread; only when all have, servers and drivers are closed, and the team is freed last.
 * What a member that has left knew of its sessions nobody knows any more.
 *
 * Source-stable tier: a program is built again for another release.
 *
 * Ownership: the program's, and longer than its members. Thread: as each function says.
 */
#ifndef SNET_TEAM_H
#define SNET_TEAM_H

#include <snet/core.h>
#include <snet/error.h>
#include <snet/shares.h>
#include <snet/stream.h>
#include <snet/uv.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct snet_team snet_team;
typedef struct snet_team_listener snet_team_listener;

/*
 * Makes a team of `config->members`, which have this together. `config` is copied. Thread: any.
 * Errors: as snet_shares_new.
 */
SNET_API SNET_MUST_USE snet_err snet_team_new(const struct snet_shares_config *config,
                                              snet_team **ret_team);
/* Frees the team; its servers and its listeners were closed, and their loops have run on. Accepts
   NULL. Thread: any. */
SNET_API void snet_team_free(snet_team *team);

/* What the members have together, for the config of their drivers; valid as long as the team. */
SNET_API snet_shares *snet_team_shares(snet_team *team);

/*
 * The next member: a server on the driver, which listens nowhere. `config` is as in snet_uv_serve,
 * and the same for all members: `handshakes_max` is for all of them together, `sessions_max` counts
 * for nothing. It is closed by snet_uv_server_close. Thread: before the loop's thread runs, or
 * that; one member at a time. Errors: LIMIT when the team has all its members; INVALID, NO_MEMORY.
 */
SNET_API SNET_MUST_USE snet_err snet_team_serve(snet_team *team, snet_uv *driver,
                                                const struct snet_server_config *config,
                                                snet_uv_server **ret_server);

/*
 * Accepts connections for the team on `loop`, once all members are there: each is given to the
 * member that has the fewest. While every member has many waiting, the next ones wait in the
 * kernel. Thread: that of the loop. Errors: as snet_uv_serve; STATE while members are missing.
 */
SNET_API SNET_MUST_USE snet_err snet_team_listen(snet_team *team, uv_loop_t *loop,
                                                 const char *address,
                                                 snet_team_listener **ret_listener,
                                                 int *ret_os_err);
/* The address that it has, with its real port; valid as long as the listener. */
SNET_API const char *snet_team_listener_address(const snet_team_listener *listener);
/* Stops accepting, and frees the listener. What it has accepted goes on. Accepts NULL. Thread: that
   of its loop. */
SNET_API void snet_team_listener_close(snet_team_listener *listener);

/*
 * Gives a connection, which the program has accepted, to the member that has the fewest. The
 * descriptor belongs to the team from this call on; `taken` is copied. Thread: any. Errors, after
 * which it is closed: LIMIT when every member has too many waiting, STATE when none is there, OS,
 * NO_MEMORY.
 */
SNET_API SNET_MUST_USE snet_err snet_team_take(snet_team *team, int fd,
                                               const struct snet_uv_taken *taken);

#ifdef __cplusplus
}
#endif
#endif
