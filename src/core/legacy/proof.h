/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Proof: what the ends of a legacy wire prove to each other, without links or sessions: key
 * agreement, the sealed id, proofs of the key, and the counts of a resume.
 *
 * Thread: pure, apart from the cryptographic context.
 */
#ifndef SNET_CORE_LEGACY_PROOF_H
#define SNET_CORE_LEGACY_PROOF_H

#include <snet/error.h>

#include "codec/legacy.h"
#include "core/core.h"
#include "core/history.h"

#include <stdbool.h>
#include <stdint.h>

/* Maximum: how far a peer may be ahead. Nothing is allocated by it [PROTO 6.2]. */
#define SNET_LEGACY_AHEAD_MAX_BYTES (UINT64_C(1) << 30)

struct snet_legacy_keypair {
    uint64_t private_key;
    uint64_t public_key;
};

/*
 * Draws a private key [PROTO 2.1]; with `prefixed` also one whose public key cannot be taken for a
 * snet/1 hello. Errors: RANDOM.
 */
SNET_MUST_USE snet_err snet_legacy_proof_draw(snet_core *core, bool prefixed,
                                              struct snet_legacy_keypair *ret_keypair);
/* The shared key [PROTO 2.2]. Errors: BAD_PUBLIC_KEY. */
SNET_MUST_USE snet_err snet_legacy_proof_agree(uint64_t private_key, uint64_t peer_public,
                                               uint8_t ret_key[8]);
/* Seals or opens the id with the first 8 bytes of the server's keystream [PROTO 2.3]. */
void snet_legacy_proof_id(const struct snet_cipher *cipher, const uint8_t key[8],
                          const uint8_t in[8], uint8_t ret_out[8]);
/* MD5(challenge || key) [PROTO 2.4]. Errors: CRYPTO. */
SNET_MUST_USE snet_err snet_legacy_proof_answer(snet_core *core, uint64_t challenge,
                                                const uint8_t key[8],
                                                uint8_t ret_mac[SNET_LEGACY_MAC_BYTES]);
/* MD5(id || write || read || key), from the fields of `resume`. Errors: CRYPTO. */
SNET_MUST_USE snet_err snet_legacy_proof_resume(snet_core *core,
                                                const struct snet_legacy_resume *resume,
                                                const uint8_t key[8],
                                                uint8_t ret_mac[SNET_LEGACY_MAC_BYTES]);

/*
 * The challenge that says that the server's stream ends at `write_count` [PROTO 7.3]: from the
 * first three fields of `counts`, which are the server's. Never 0. Errors: CRYPTO.
 */
SNET_MUST_USE snet_err snet_legacy_proof_end(snet_core *core,
                                             const struct snet_legacy_resume *counts,
                                             const uint8_t key[8], uint64_t *ret_challenge);
/* What a client adds to its answer when it has recognised that challenge. Errors: CRYPTO. */
SNET_MUST_USE snet_err snet_legacy_proof_seen(snet_core *core, uint64_t challenge,
                                              const uint8_t key[8],
                                              uint8_t ret_mac[SNET_LEGACY_MAC_BYTES]);

/* The counts of both ends at a resume. */
struct snet_legacy_claim {
    uint64_t peer_write;
    uint64_t peer_read;
    uint64_t own_read;
};
/*
 * Whether a peer's counts can be true [PROTO 6.2]. Errors: BAD_COUNT when they cannot,
 * HISTORY_OVERRUN when they can, but the bytes that the peer lacks are gone.
 */
SNET_MUST_USE snet_err snet_legacy_proof_counts(const struct snet_legacy_claim *claim,
                                                const struct snet_history *history);

#endif
