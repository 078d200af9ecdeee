/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * SHA-256 of a stream of bytes: for programs that compare what was sent with what arrived.
 *
 * Stable ABI. Ownership: the caller frees what snet_digest_new made. Thread: one at a time per
 * digest.
 */
#ifndef SNET_DIGEST_H
#define SNET_DIGEST_H

#include <snet/error.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SNET_DIGEST_BYTES 32u
#define SNET_DIGEST_TEXT_BYTES 65u

typedef struct snet_digest snet_digest;

/* Errors: NO_MEMORY, CRYPTO. */
SNET_API SNET_MUST_USE snet_err snet_digest_new(snet_digest **ret_digest);
/* Accepts NULL. */
SNET_API void snet_digest_free(snet_digest *digest);
/* Errors: CRYPTO. */
SNET_API SNET_MUST_USE snet_err snet_digest_update(snet_digest *digest, const uint8_t *data,
                                                   size_t len);
/* The digest of all bytes so far, in hexadecimal; more may follow. Errors: CRYPTO. */
SNET_API SNET_MUST_USE snet_err snet_digest_text(const snet_digest *digest,
                                                 char ret_text[SNET_DIGEST_TEXT_BYTES]);

#ifdef __cplusplus
}
#endif
#endif
