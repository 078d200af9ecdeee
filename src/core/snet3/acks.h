/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Acks: what follows from the peer's acknowledgements. The history is trimmed, the send buffer
 * grows with what the peer allows, and a session whose two directions have ended ends.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_ACKS_H
#define SNET_CORE_SNET3_ACKS_H

#include "core/snet3/state.h"

/* The peer says what it has and allows. Errors: BAD_COUNT when it has what was never sent. */
SNET_MUST_USE snet_err snet_v3_acks_take(snet_session *session, struct snet_flow_ack ack,
                                         uint64_t now);
/*
 * Lets go what the peer has. Acknowledgements of another link may be ahead of what the link in use
 * still sends again: these bytes stay until it has, for its offsets are implicit [PROTO 17.1].
 */
void snet_v3_acks_trim(snet_session *session);
/* Bytes were sent or acknowledged: how old those are that the peer lacks. */
void snet_v3_acks_mark(snet_session *session, uint64_t now);
/* Ends a server's session whose two directions have ended, when the client has been told. */
void snet_v3_acks_finish(snet_session *session, uint64_t now);

#endif
