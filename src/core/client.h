/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Client: how a session gets its links from the client's end. It asks for connections, backs off,
 * counts failures, and moves over to a second link while the first still lives. This header is what
 * sessions need of it; callers use <snet/core.h>.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_CLIENT_H
#define SNET_CORE_CLIENT_H

#include "core/session.h"

/* Limit of a handshake on a new link while the old one still lives. Without an old link it is the
   limit of the first attempt, which doubles for each of the next SNET_CLIENT_SLOW_TRIES. */
#define SNET_CLIENT_HANDOVER_NS (3 * SNET_SECOND_NS)
#define SNET_CLIENT_SLOW_TRIES 2u
/* Limit of the attempts after the first one while the old link still lives. */
#define SNET_CLIENT_HANDOVER_MAX 5u
/* A link has worked when it has received a byte, sent this many, or lived this long. */
#define SNET_CLIENT_WORKED_BYTES 4096u
#define SNET_CLIENT_WORKED_NS SNET_SESSION_TRIAL_NS

/* What a client does when it loses a link, and when it may try no longer. */
extern const struct snet_session_role snet_client_role;
/* Something speaks for a second connection: makes one attempt beside the live link. */
void snet_client_handover(snet_session *session, uint64_t now);
/* The server asks for a pause before the next attempt; 0 for none. */
void snet_client_pause(snet_session *session, uint64_t pause_ns);
/* Whether a failed attempt is worth another one, as far as `err` alone says. */
bool snet_client_passes(snet_err err);

#endif
