/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Keys of snet/3: X25519 key pairs of servers and clients, and shared secrets, as 32 bytes and as
 * the text that people pass around: base64, 44 characters, of which the last is '=' and may be
 * missing.
 *
 * Ownership: the caller's memory; secret keys are wiped with snet_key_wipe. Thread: any.
 */
#ifndef SNET_KEY_H
#define SNET_KEY_H

#include <snet/error.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SNET_KEY_BYTES 32u
#define SNET_KEY_TEXT_BYTES 45u /* with the zero at its end */

struct snet_key {
    uint8_t bytes[SNET_KEY_BYTES];
};

/* The public key of a secret one. Errors: CRYPTO. */
SNET_API SNET_MUST_USE snet_err snet_key_public(const struct snet_key *secret,
                                                struct snet_key *ret_public);
/* The key as text. A secret key as text is as secret as the key. */
SNET_API void snet_key_format(const struct snet_key *key, char ret_text[SNET_KEY_TEXT_BYTES]);
/* Reads `len` characters, 43 or 44 of base64 and nothing else. Errors: KEY. */
SNET_API SNET_MUST_USE snet_err snet_key_parse(const char *text, size_t len,
                                               struct snet_key *ret_key);
/* Overwrites a key in a way the compiler cannot remove. */
SNET_API void snet_key_wipe(struct snet_key *key);

#ifdef __cplusplus
}
#endif
#endif
