/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Stream: the bytes of a session of a legacy wire on their way between history, connection and
 * inbox: sealed, opened, and at a server told apart from padding that came late.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_LEGACY_STREAM_H
#define SNET_CORE_LEGACY_STREAM_H

#include "core/legacy/state.h"

/* Both ends have the key: starts the two streams after the sealed id [PROTO 2.3]. */
void snet_legacy_stream_begin(snet_session *session, const uint8_t key[SNET_LEGACY_KEY_BYTES]);
/* How many bytes of the stream the link takes now. */
size_t snet_legacy_stream_room(const snet_link *link);
/* Takes bytes of the stream, as many as there is room for. Errors: BAD_PADDING, NO_MEMORY. */
SNET_MUST_USE snet_err snet_legacy_stream_take(snet_link *link, const uint8_t *data, size_t len,
                                               size_t *ret_taken, uint64_t now);
/* The hold of leading zeros is over. Errors: HANDSHAKE_TIMEOUT when they may be either. */
snet_legacy_handler snet_legacy_stream_hold_over;
/* Seals bytes into the history, as many as there is room for. Never fails. */
snet_err snet_legacy_stream_write(snet_session *session, const uint8_t *data, size_t len,
                                  size_t *ret_written);

#endif
