/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Several servers of <snet/core.h> that serve as one, each with a core of its own, on a thread of
 * its own: what they have together, and how a connection gets to the one that has its session. For
 * servers on loops of libuv, <snet/team.h> does all of it.
 *
 * Source-stable tier: a program is built again for another release.
 *
 * Ownership: the program's, longer than the cores. Thread: shares, any; links, that of their core.
 */
#ifndef SNET_SHARES_H
#define SNET_SHARES_H

#include <snet/core.h>
#include <snet/env.h>
#include <snet/error.h>
#include <snet/link.h>

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What the cores have together. Each has an even part of one half for itself; the other half is for
 * whoever needs it. Zero means the default in every field but `members`.
 */
struct snet_shares_config {
    uint32_t members;           /* how many there are, at most SNET_SHARDS_MAX */
    uint64_t send_budget_bytes; /* of all together, as in snet_core_config */
    uint64_t recv_budget_bytes;
    uint32_t sessions_max;
};
/* `env` is copied; its `alloc`, `free` and `random` serve here. Errors: NO_MEMORY, RANDOM; INVALID
   when there is less than a page, or a place, for each. */
SNET_API SNET_MUST_USE snet_err snet_shares_new(const struct snet_env *env,
                                                const struct snet_shares_config *config,
                                                snet_shares **ret_shares);
/* The cores and servers that have a part of it have gone. Accepts NULL. Thread: any. */
SNET_API void snet_shares_free(snet_shares *shares);

/*
 * Several servers with the same config but for `shards`, each with a core of its own, may serve as
 * one: each shard belongs to one of them. Clients come by any of them. One that is asked to go on
 * with a session that belongs to another closes the link by SNET_CLOSE_PASS, before a byte was
 * answered. The caller gives the connection to snet_server_accepted of the one whose `shard` it is,
 * and the bytes of `first` to the new link before all others. [PROTO 12.5] [PROTO 4.2]
 */
struct snet_link_pass {
    struct snet_span first; /* what has come, until snet_link_free; no byte behind it was taken */
    uint8_t shard;
};
/* Of a link that was closed by SNET_CLOSE_PASS. */
SNET_API void snet_link_get_pass(const snet_link *link, struct snet_link_pass *ret_pass);

#ifdef __cplusplus
}
#endif
#endif
