/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Step: the step of the handshake that a link of snet/3 is in, and what that means for the bytes
 * that come next. Which step may follow which is for core/snet3/handshake.h.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_STEP_H
#define SNET_CORE_SNET3_STEP_H

#include "core/snet3/state.h"

/* Handles one whole message, which it may decrypt in place, and says which step follows. */
typedef snet_err snet_v3_handler(snet_link *link, struct snet_buffer message,
                                 enum snet_v3_step *ret_next, uint64_t now);

/* The link begins in `step`. */
void snet_v3_step_begin(snet_link *link, enum snet_v3_step step);
/* The first record of a link that waited for one was valid: the stream begins. */
void snet_v3_step_proven(snet_link *link);
/* Whether records come next, and not messages. */
bool snet_v3_step_records(const snet_link *link);
/* How many bytes of the message in hand are missing, as far as is known; at least 1. */
size_t snet_v3_step_need(const snet_link *link);

#endif
