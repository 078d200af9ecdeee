/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * SHA-256 and what snet/3 builds on it: HMAC, and HKDF in the two forms that Noise and the key
 * schedule need. Inputs come in parts and are hashed as if they were joined.
 *
 * Thread: one at a time per cryptographic context.
 */
#ifndef SNET_CRYPTO_HASH_H
#define SNET_CRYPTO_HASH_H

#include <snet/error.h>

#include "base/bytes.h"
#include "crypto/crypto.h"

#include <stddef.h>
#include <stdint.h>

#define SNET_HASH_BYTES 32u
#define SNET_HASH_PARTS_MAX 8u

/* Errors: CRYPTO. */
SNET_MUST_USE snet_err snet_hash_sha256(struct snet_crypto *crypto, const struct snet_bytes *parts,
                                        size_t count, uint8_t ret_hash[SNET_HASH_BYTES]);
/* Nothing keeps the key. Errors: CRYPTO. */
SNET_MUST_USE snet_err snet_hash_hmac(struct snet_crypto *crypto, struct snet_bytes key,
                                      const struct snet_bytes *parts, size_t count,
                                      uint8_t ret_mac[SNET_HASH_BYTES]);
/*
 * HKDF of the Noise specification: `count` outputs of 32 bytes, 2 or 3 of them, from the chaining
 * key and `input`. Errors: CRYPTO.
 */
SNET_MUST_USE snet_err snet_hash_noise_hkdf(struct snet_crypto *crypto,
                                            const uint8_t chaining_key[SNET_HASH_BYTES],
                                            struct snet_bytes input, size_t count,
                                            uint8_t (*ret_outputs)[SNET_HASH_BYTES]);
/* HKDF-Expand of RFC 5869 to one block: HMAC(secret, label || context || 0x01). Errors: CRYPTO. */
struct snet_hash_info {
    const char *label;
    struct snet_bytes context;
};
SNET_MUST_USE snet_err snet_hash_expand(struct snet_crypto *crypto,
                                        const uint8_t secret[SNET_HASH_BYTES],
                                        const struct snet_hash_info *info, uint8_t *ret_key,
                                        size_t key_len);

#endif
