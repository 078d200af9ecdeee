/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Out: from the session to the connection. What there is to send becomes frames, frames become
 * records, and these wait in the link's outbox [PROTO 16.1]. Bytes are taken from the history and
 * sealed only when the connection can take them.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_OUT_H
#define SNET_CORE_SNET3_OUT_H

#include "core/snet3/state.h"

/* Maxima: records sealed at a time, and what they take, which is four of the longest. */
#define SNET_V3_OUT_RECORDS_MAX 32u
#define SNET_V3_OUT_FILL_MAX_BYTES                                                                 \
    (4u * (SNET_V3_FRAME_LEN_BYTES + SNET_V3_RECORD_BYTES + SNET_SUITE_TAG_BYTES))
/* Interval: a link without memory tries again after it. */
#define SNET_V3_OUT_RETRY_NS (100 * SNET_MS_NS)

/* Fills the empty outbox of a link with what its session has to send. */
void snet_v3_out_fill(snet_link *link);
/* Puts an ABORT behind what waits. False when that is impossible. `text` may be NULL. */
bool snet_v3_out_abort(snet_link *link, uint16_t code, const char *text);

#endif
