/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Progress: what the links of a session have moved [PROTO 17.4]. A link that ends with something
 * outstanding and has moved nothing is barren, and the next one is used with more care.
 *
 * A link's end says what was outstanding; whether it had moved anything is known when the peer has
 * said its counts again, on the next link.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_PROGRESS_H
#define SNET_CORE_SNET3_PROGRESS_H

#include "core/snet3/state.h"

/* A link that its end left earlier than this, or than so many round trips, says nothing. */
#define SNET_V3_PROGRESS_PATIENCE_NS (5 * SNET_SECOND_NS)
/* A link on which nothing was due has worked when it lived this long. */
#define SNET_V3_PROGRESS_IDLE_NS SNET_SECOND_NS
/* Limit of the resumes of one session: one in each interval, and this many at once [PROTO 15.2]. */
#define SNET_V3_RESUME_EVERY_NS (10 * SNET_MS_NS)
#define SNET_V3_RESUME_BURST 200u
/* A resume is not counted when this many bytes are new since the last one, and this time has
   passed: a path that cuts each connection after a few KiB still moves its stream. */
#define SNET_V3_RESUME_MOVED_BYTES 1024u
#define SNET_V3_RESUME_MOVED_NS SNET_MS_NS
/* Clients stay below both. One that has moved this much has been worth another one at once. */
#define SNET_V3_PROGRESS_SOON_BYTES 16384u

/* A link of the session, or an attempt, is over by `err`. */
void snet_v3_progress_link_gone(snet_session *session, const snet_link *link, snet_err err,
                                uint64_t now);
/* The live link has an unacknowledged byte that is too old: the next link is tried beside it. */
void snet_v3_progress_stalled(snet_session *session, uint64_t now);
/* The peer's counts for a new link are taken: judges the links before. Whether one moved anything.
 */
bool snet_v3_progress_judge(snet_session *session);
/* A link for the session begins: its records are as long as the links before allow. */
void snet_v3_progress_begin(snet_session *session, snet_link *link, uint64_t now);
/* Whether all links have been barren for as long as the session waits for one. */
bool snet_v3_progress_over(const snet_session *session, uint64_t now);
/* Clients: the live link was just lost, by `err`; how long to wait for another one [PROTO 14.4]. */
void snet_v3_progress_plan_retry(snet_session *session, snet_err err, uint64_t now);
/* Whether the last link was barren. */
bool snet_v3_progress_barren(const snet_session *session);
/* Whether it was, or one before it and none since has moved much. */
bool snet_v3_progress_careful(const snet_session *session);

#endif
