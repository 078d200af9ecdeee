/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Record: one direction of one epoch of snet/3. Seals records or opens them, counts them, and takes
 * new keys in time. Both ends count alike, so no message says when a key changes.
 *
 *   S[0] = k_dir of the handshake            S[g + 1] = HKDF-Expand(S[g], "snet3 upd", 32)
 *   key  = HKDF-Expand(S[g], "snet3 key")    iv = HKDF-Expand(S[g], "snet3 iv")
 *   nonce = iv XOR (0[4] || LE64(seq))       g = seq / rekey_records
 *
 * Ownership: the suite's context is memory of the caller's, at least `ctx_size` bytes, valid until
 * snet_record_deinit, which wipes it. Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_RECORD_H
#define SNET_CORE_SNET3_RECORD_H

#include <snet/error.h>
#include <snet/suite.h>

#include "crypto/hash.h"

#include <stdbool.h>
#include <stdint.h>

/* Limit: no record has this number or a higher one. The session resumes before. */
#define SNET_RECORD_SEQ_MAX (UINT64_C(1) << 40)
/* Where records may have more plaintext than this, new keys are taken four times as often. */
#define SNET_RECORD_LARGE_BYTES 16384u
#define SNET_RECORD_LARGE_DIVISOR 4u

struct snet_record {
    struct snet_crypto *crypto;
    const struct snet_suite *suite;
    void *ctx;
    uint64_t seq;        /* of the next record */
    uint64_t generation; /* of the key in `ctx` */
    uint32_t rekey_records;
    bool keyed;
    uint8_t secret[SNET_HASH_BYTES]; /* S[generation] */
    uint8_t iv[SNET_SUITE_NONCE_BYTES];
};

struct snet_record_config {
    const struct snet_suite *suite;
    void *ctx;
    const uint8_t *secret;     /* S[0] */
    uint32_t max_record_bytes; /* what the receiver of this direction takes */
};

/* Begins a direction. Errors: CRYPTO. */
SNET_MUST_USE snet_err snet_record_init(struct snet_record *record, struct snet_crypto *crypto,
                                        const struct snet_record_config *config);
/* Wipes everything, the suite's context too. Accepts a zeroed struct. */
void snet_record_deinit(struct snet_record *record);

/*
 * Seals a record in place: `data` has room for a length of 2 bytes, `plain_len` bytes of plaintext
 * that are already behind it, and a tag of 16 bytes. Errors: STATE at SNET_RECORD_SEQ_MAX, CRYPTO.
 */
SNET_MUST_USE snet_err snet_record_seal(struct snet_record *record, uint8_t *data,
                                        size_t plain_len);
/*
 * Opens a record: `data` is the 2 bytes of length and what follows, `len` bytes in all. The
 * plaintext has `len` - 18 bytes; `ret_plain`, apart from `data`, has room for 16 more. Errors:
 * BAD_MAC, STATE, CRYPTO.
 */
SNET_MUST_USE snet_err snet_record_open(struct snet_record *record, const uint8_t *data, size_t len,
                                        uint8_t *ret_plain);

#endif
