/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Client: what a client of snet/3 does in each step of a handshake [PROTO 14.4], and after one that
 * failed.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_CLIENT_H
#define SNET_CORE_SNET3_CLIENT_H

#include "core/snet3/state.h"
#include "core/snet3/step.h"

/* Takes keys and wishes of a new session. Errors: INVALID, NO_MEMORY, CRYPTO. */
SNET_MUST_USE snet_err snet_v3_client_open(snet_session *session,
                                           const struct snet_client_config *config);
/* Wipes what only a HELLO needs. */
void snet_v3_client_forget(snet_session *session);
/* Sends HELLO, or RESUME once the session has been open. Errors: NO_MEMORY, RANDOM, CRYPTO,
 * BAD_PUBLIC_KEY. */
SNET_MUST_USE snet_err snet_v3_client_start(snet_link *link, uint64_t now);
snet_v3_handler snet_v3_client_reply;
snet_v3_handler snet_v3_client_accept;
snet_v3_handler snet_v3_client_reject;
/* The first record of a server that has read AUTH was valid: the session is open. */
void snet_v3_client_confirm(snet_link *link, uint64_t now);
/* The attempt failed by `err`. Returns SNET_OK to try again, or how the session ends. */
snet_err snet_v3_client_attempt_failed(snet_session *session, const snet_link *link, snet_err err,
                                       uint64_t now);

#endif
