/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Server: what a server of snet/3 does in each step of the handshake of a new session [PROTO 14.1],
 * and when a link is proven.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_SERVER_H
#define SNET_CORE_SNET3_SERVER_H

#include "core/snet3/state.h"
#include "core/snet3/step.h"

snet_err snet_v3_server_accept(snet_link *link, enum snet_sniff_verdict verdict);
/* Whether this HELLO was answered before. Errors: CRYPTO, RANDOM. */
SNET_MUST_USE snet_err snet_v3_server_is_replay(snet_link *link, struct snet_buffer message,
                                                bool *ret_replay);
snet_v3_handler snet_v3_server_hello;
snet_v3_handler snet_v3_server_auth;
/* The first record of a link was valid: its session goes over to it, or opens. Errors:
   SESSIONS_FULL, after which the link is closed and the session gone; BAD_MAC when the session was
   gone before. */
SNET_MUST_USE snet_err snet_v3_server_confirm(snet_link *link, uint64_t now);
/* The accepted link of an open session is proven: the session goes over to it. */
void snet_v3_server_go_over(snet_link *link, uint64_t now);
/* The session ends by `err`: its credentials are void, and tombstones say how it ended. */
void snet_v3_server_record_tombstone(snet_session *session, snet_err err, uint64_t now);

#endif
