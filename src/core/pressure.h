/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Detached: what sessions of a server without a link keep in memory, and which of them goes first
 * when others need it. Only where the wire acknowledges: there a session that was evicted can be
 * told so. Nobody is evicted while memory is enough.
 *
 * Thread: that of the core.
 */
#ifndef SNET_CORE_PRESSURE_H
#define SNET_CORE_PRESSURE_H

#include "core/core.h"

/* Up to this part of the send budget is theirs, whoever else waits for it. */
#define SNET_PRESSURE_DIVISOR 4u

/* The session was attached, detached, written to, acknowledged or ended: counts it anew. */
void snet_pressure_update(snet_session *session);
/*
 * A writer finds no page: when sessions without a link hold more than their part, the one that has
 * been without for longest ends by EVICTED. Not `asking` itself.
 */
void snet_pressure_evict(const snet_session *asking, uint64_t now);

#endif
