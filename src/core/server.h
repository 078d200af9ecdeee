/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Server: the sessions behind one listener, by id, and the links that have no session yet. It keeps
 * the quotas, and what each wire that it serves keeps for all sessions.
 *
 * Ownership: belongs to the core. Thread: the core's.
 */
#ifndef SNET_CORE_SERVER_H
#define SNET_CORE_SERVER_H

#include "codec/sniff.h"
#include "core/core.h"
#include "core/handshakes.h"
#include "core/registry.h"
#include "core/session.h"

struct snet_server {
    struct snet_task task; /* first; it has neither timer nor events */
    snet_core *core;
    struct snet_server_config config; /* without zeros */
    enum snet_sniff_grammar grammar;
    struct snet_registry registry;
    void *wire_states[SNET_WIRES_MAX]; /* by SNET_WIRE_INDEX: what server_open made, or NULL */
    struct snet_handshakes handshaking;
    uint32_t session_count;
    uint32_t borrowed_count; /* places for them that are of the stock */
    uint32_t legacy_count;   /* those of them that are on legacy wires */
    bool draining;
    bool takes_turns; /* first messages wait for snet_server_turn */
};

/* A fresh id that is not 0, not taken, and fits the listener's grammar. Errors: RANDOM. */
SNET_MUST_USE snet_err snet_server_draw_id(snet_server *server, uint64_t *ret_id);
/* The session with `id`, or NULL. */
snet_session *snet_server_find(const snet_server *server, uint64_t id);
/* Whether a new session over `wire` is welcome; another one may end for it, as core/holders says.
   Errors: DRAINING, SESSIONS_FULL. */
SNET_MUST_USE snet_err snet_server_admit(snet_server *server, const struct snet_wire_ops *wire,
                                         uint64_t now);
/* A member that gives way when there are too many. */
struct snet_handshake *snet_server_giving_way(snet_core *core,
                                              const struct snet_handshakes *handshakes);
/* A new session over the wire of `link`; see snet_session_new. Errors: INVALID, NO_MEMORY. */
SNET_MUST_USE snet_err snet_server_begin(const snet_link *link, uint64_t expire_at_ns,
                                         snet_session **ret_session);
/* Enters a session that has just been proven. */
void snet_server_enter(snet_session *session, uint64_t id);
/* Counts a session that is found in another way than by its id. */
void snet_server_count(snet_session *session);

#endif
