/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * From the connection to the session: bytes to records, records to frames, frames to what they mean
 * [PROTO 16.1]. A record that is not authentic costs its link; what an authentic one must not say
 * ends the session.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_IN_H
#define SNET_CORE_SNET3_IN_H

#include "core/snet3/state.h"

/* So many records of nothing but padding may follow each other [PROTO 16.5]. */
#define SNET_V3_IN_PADS_MAX 16u

/* Takes bytes of records. Errors: BAD_MAC, NO_MEMORY, CRYPTO, STATE: the link's, not the session's.
 */
SNET_MUST_USE snet_err snet_v3_in_feed(snet_link *link, const uint8_t *data, size_t len,
                                       size_t *ret_taken, uint64_t now);
/* Keeps the early bytes of a resume that are new and have room; whether any were looked at. */
bool snet_v3_in_early(snet_session *session, const struct snet_v3_resume *resume, uint64_t now);

#endif
