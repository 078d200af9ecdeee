/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The handshake of snet/3 as a table [PROTO 13.1]: which message is expected in which step, what
 * handles it, and which step may follow. Messages are collected here, whole and within their
 * bounds, before a handler sees them.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_HANDSHAKE_H
#define SNET_CORE_SNET3_HANDSHAKE_H

#include "core/snet3/state.h"

/* Takes bytes of a handshake. Errors: BAD_HELLO, NO_MEMORY, and those of the handlers. */
SNET_MUST_USE snet_err snet_v3_handshake_feed(snet_link *link, const uint8_t *data, size_t len,
                                              size_t *ret_taken, uint64_t now);
/* The first message, which has waited, has its turn. Errors: those of the handlers. */
SNET_MUST_USE snet_err snet_v3_handshake_turn(snet_link *link, uint64_t now);

#endif
