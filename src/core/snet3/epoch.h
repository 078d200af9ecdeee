/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Epoch: from the end of a handshake to the two directions of records of its link, and the secret
 * of the next resume.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_EPOCH_H
#define SNET_CORE_SNET3_EPOCH_H

#include "core/snet3/state.h"

/*
 * The link's handshake is over: keys its records, puts the secret of the next resume into the
 * link's ticket and wipes the handshake. Errors: CRYPTO, NO_MEMORY.
 */
SNET_MUST_USE snet_err snet_v3_epoch_begin(snet_link *link, const struct snet_suite *suite,
                                           bool client);
/* Wipes the keys of the link. */
void snet_v3_epoch_end(snet_link *link);
/* Gives the session its number in logs, which is equal at both ends. Errors: CRYPTO. */
SNET_MUST_USE snet_err snet_v3_epoch_name(snet_session *session,
                                          const uint8_t secret[SNET_HASH_BYTES]);

#endif
