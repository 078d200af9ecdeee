/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Liveness: what a link of snet/3 does because time passes. An ACK that has waited long enough goes
 * out; a peer that is silent is sent a PING, and given up without an answer; round trips are
 * measured; a client dials a second connection when its link stalls or its keys are old
 * [PROTO 20.2].
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_LIVENESS_H
#define SNET_CORE_SNET3_LIVENESS_H

#include "core/snet3/state.h"

/* Stall timeout of a link: its minimum, its minimum in round trips, and its maximum. */
#define SNET_V3_STALL_TIMEOUT_NS (2 * SNET_SECOND_NS)
#define SNET_V3_STALL_ROUND_TRIPS 8u
#define SNET_V3_STALL_TIMEOUT_MAX_NS (60 * SNET_SECOND_NS)

/* Patience with a peer that was asked: in round trips, and its maximum [PROTO 20.3]. */
#define SNET_V3_LIVENESS_ROUND_TRIPS 4u
#define SNET_V3_LIVENESS_MAX_NS (60 * SNET_SECOND_NS)
/* Maximum: time for which pieces of one record are signs of life [PROTO 20.3]. */
#define SNET_V3_LIVENESS_PIECES_NS (60 * SNET_SECOND_NS)
/* Interval of the ACKs which say that a record arrives in pieces [PROTO 17.3]. */
#define SNET_V3_LIVENESS_TRICKLE_NS (5 * SNET_SECOND_NS)

/* The heartbeat that was asked for, moved into its bounds. */
uint64_t snet_v3_liveness_heartbeat(uint64_t wanted_ns);
/* The link carries its session from now on. */
void snet_v3_liveness_begin(snet_link *link, uint64_t now);
/* A flight of the handshake, or a PING, was answered. */
void snet_v3_liveness_answered(snet_link *link, uint64_t now);
/* A valid record came. */
void snet_v3_liveness_heard(snet_link *link, uint64_t now);
/* A piece of a record came; with `first` of a new one. */
void snet_v3_liveness_piece(snet_link *link, bool first, uint64_t now);
/* The peer says that it has got a piece of a record. */
void snet_v3_liveness_trickles(snet_link *link, uint64_t now);
/* The session's live link, or its attempt, is over by `err`: learns from its silence. */
void snet_v3_liveness_link_gone(snet_session *session, const snet_link *link, snet_err err,
                                uint64_t now);
/* The process has slept: asks the peer now, and gives it the whole time to answer. */
void snet_v3_liveness_overslept(snet_link *link, uint64_t slept_ns, uint64_t now);
/* It is known anew how many bytes this machine has sent. */
void snet_v3_liveness_carried(snet_link *link, uint64_t now);
/* Until when a client waits for its server to close. */
uint64_t snet_v3_liveness_close_by_ns(const snet_session *session, uint64_t now);
/* The peer has acknowledged more. */
void snet_v3_liveness_acked(snet_link *link, uint64_t now);
/* Bytes went out. */
void snet_v3_liveness_sent(snet_link *link, uint64_t now);
/* Sets the alarm of the link for what is due next. */
void snet_v3_liveness_arm(snet_link *link);
/* The alarm went off: does what is due. Errors: LINK_TIMEOUT, or why nothing more can be sealed. */
SNET_MUST_USE snet_err snet_v3_liveness_due(snet_link *link, uint64_t now);

#endif
