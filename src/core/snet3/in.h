/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * In: from the connection to the session. Bytes become records, records become frames, and frames
 * do what they mean [PROTO 16.1]. A record that is not authentic costs its link; an authentic one
 * that breaks the protocol ends the session.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_IN_H
#define SNET_CORE_SNET3_IN_H

#include "core/snet3/state.h"

/* Maximum: records of nothing but padding in a row [PROTO 16.5]. */
#define SNET_V3_IN_PADS_MAX 16u

/* Takes bytes of records. Errors: BAD_MAC, NO_MEMORY, CRYPTO, STATE; the link ends by them, the
   session does not. */
SNET_MUST_USE snet_err snet_v3_in_feed(snet_link *link, const uint8_t *data, size_t len,
                                       size_t *ret_taken, uint64_t now);
/* Keeps early bytes of a resume, those that are new and have room. Returns whether they were
   accepted: they continue the stream, and within its credit. */
bool snet_v3_in_early(snet_session *session, const struct snet_v3_resume *resume, uint64_t now);

#endif
