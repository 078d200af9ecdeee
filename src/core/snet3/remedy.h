/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Remedy: what changes after a link that moved nothing [PROTO 17.5]. Both ends report it. A client
 * asks its driver for small TCP segments and for addresses of the other family, waits longer for
 * answers, and goes back step by step when its links move bytes again.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_REMEDY_H
#define SNET_CORE_SNET3_REMEDY_H

#include "core/snet3/state.h"

/* Maxima of a TCP segment after barren links: what any path carries, and what nearly any does. */
#define SNET_V3_REMEDY_SEGMENT_BYTES 536u
#define SNET_V3_REMEDY_STEP_BYTES 1220u
/* Links move bytes for this long, and none is barren: a step back. */
#define SNET_V3_REMEDY_STEP_NS (600 * SNET_SECOND_NS)

/*
 * A link, or an attempt, was barren and is over by `err`: the next one is another. `silent`: nobody
 * said so before an answer was overdue; what was sent may have been too long for the path.
 */
void snet_v3_remedy_barren(snet_session *session, snet_err err, bool silent);
/* What was barren is known for certain: tells the program. */
void snet_v3_remedy_tell(snet_session *session);
/* The live link ends and has moved bytes; `much`: more than any path can have lost unseen. */
void snet_v3_remedy_moved(snet_session *session, bool much, uint64_t now);
/* A client's new link carries the session: what was tried for it is kept. */
void snet_v3_remedy_keep(snet_session *session);

#endif
