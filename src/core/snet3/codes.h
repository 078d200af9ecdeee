/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Codes: from local errors to the codes on the wire of snet/3 and back [PROTO 21]. No other file
 * maps one to the other.
 *
 * Thread: any.
 */
#ifndef SNET_CORE_SNET3_CODES_H
#define SNET_CORE_SNET3_CODES_H

#include <snet/error.h>

#include "codec/snet3.h"

#include <stdbool.h>

/* Whether a REJECT with this code means anything [PROTO 21]. */
bool snet_v3_codes_refuses(uint16_t code);
/* What a refused handshake means to a client. */
snet_err snet_v3_codes_refused(uint16_t code);
/* What an ABORT means to the end that receives it. */
snet_err snet_v3_codes_aborted(uint16_t code);
/* Whether a session that ended by `err` was ended by the other end's ABORT. */
bool snet_v3_codes_is_abort(snet_err err);
/* What an ABORT says when a session ends by `err`. */
enum snet_v3_code snet_v3_codes_abort(snet_err err);
/* The code in the tombstone of a session that ended by `err`. */
enum snet_v3_code snet_v3_codes_tombstone(snet_err err);

#endif
