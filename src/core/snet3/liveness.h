/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Pulse: what a link of snet/3 does because time passes: acknowledgements that waited long enough,
 * signs of life and their absence, round trips, and at clients a second connection when the path
 * seems to fail or when keys are old [PROTO 20.2].
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_LIVENESS_H
#define SNET_CORE_SNET3_LIVENESS_H

#include "core/snet3/state.h"

/* Without an acknowledgement for so long, and for so many round trips, a path is suspected. */
#define SNET_V3_STALL_TIMEOUT_NS (2 * SNET_SECOND_NS)
#define SNET_V3_STALL_ROUND_TRIPS 8u
#define SNET_V3_STALL_TIMEOUT_MAX_NS (60 * SNET_SECOND_NS)

/* What somebody wants as a heartbeat, within its bounds. */
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
/* An acknowledgement waits, or time has passed: sees what is due. Errors: LINK_TIMEOUT. */
void snet_v3_liveness_arm(snet_link *link);
SNET_MUST_USE snet_err snet_v3_liveness_due(snet_link *link, uint64_t now);

#endif
