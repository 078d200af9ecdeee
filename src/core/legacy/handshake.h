/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The handshake of the legacy wires as a table: for each step and event, what to do and which steps
 * may follow. The handlers are those of client, server and stream; they compute, the stepper moves.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_LEGACY_HANDSHAKE_H
#define SNET_CORE_LEGACY_HANDSHAKE_H

#include "core/legacy/state.h"

/* Bytes that the present step still waits for; 0 when the handshake is over. */
size_t snet_legacy_handshake_need(const snet_link *link);
/* Takes handshake bytes out of `data`; the stream begins after `*ret_taken`. */
SNET_MUST_USE snet_err snet_legacy_handshake_feed(snet_link *link, const uint8_t *data, size_t len,
                                                  size_t *ret_taken, uint64_t now);
/* The alarm of the present step is due. */
SNET_MUST_USE snet_err snet_legacy_handshake_alarm(snet_link *link, uint64_t now);

#endif
