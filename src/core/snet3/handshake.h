/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The steps of a handshake of snet/3 [PROTO 13.1]: which message is expected in which step, who
 * handles it, and which step may follow. Messages are collected here, whole and within their
 * bounds, before a handler sees them.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_HANDSHAKE_H
#define SNET_CORE_SNET3_HANDSHAKE_H

#include "core/snet3/state.h"

/* Handles one whole message, which it may decrypt in place, and says which step follows. */
typedef snet_err snet_v3_handler(snet_link *link, struct snet_buffer message,
                                 enum snet_v3_step *ret_next, uint64_t now);

/* The link begins in `step`. */
void snet_v3_handshake_begin(snet_link *link, enum snet_v3_step step);
/* The first record of a link that waited for one was valid: the stream begins. */
void snet_v3_handshake_proven(snet_link *link);
/* Whether what comes next are records and not messages. */
bool snet_v3_handshake_records(const snet_link *link);
/* How many bytes of the message in hand are missing, as far as is known; at least 1. */
size_t snet_v3_handshake_need(const snet_link *link);
/* Takes bytes of a handshake. Errors: those of the handlers; BAD_HELLO, NO_MEMORY. */
SNET_MUST_USE snet_err snet_v3_handshake_feed(snet_link *link, const uint8_t *data, size_t len,
                                              size_t *ret_taken, uint64_t now);

#endif
