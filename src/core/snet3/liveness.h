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

/* The heartbeat that was asked for, moved into its bounds. */
uint64_t snet_v3_liveness_heartbeat(uint64_t wanted_ns);
/* The link carries its session from now on. */
void snet_v3_liveness_begin(snet_link *link, uint64_t now);
/* A flight of the handshake, or a PING, was answered. */
void snet_v3_liveness_answered(snet_link *link, uint64_t now);
/* Bytes came: a valid record, or a part of one. */
void snet_v3_liveness_heard(snet_link *link, uint64_t now);
/* The peer has acknowledged more. */
void snet_v3_liveness_acked(snet_link *link, uint64_t now);
/* Bytes went out. */
void snet_v3_liveness_sent(snet_link *link, uint64_t now);
/* Sets the alarm of the link for what is due next. */
void snet_v3_liveness_arm(snet_link *link);
/* The alarm went off: does what is due. Errors: LINK_TIMEOUT, or why nothing more can be sealed. */
SNET_MUST_USE snet_err snet_v3_liveness_due(snet_link *link, uint64_t now);

#endif
