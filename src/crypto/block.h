/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * AES-128 of one block: a permutation of 16 bytes that looks random to all who lack the key. It
 * hides what is in a block and nothing more: equal blocks stay equal, and a change is not noticed.
 * Streams are for <snet/suite.h>.
 *
 * Nothing of a key stays behind in the context. Thread: one at a time per cryptographic context.
 */
#ifndef SNET_CRYPTO_BLOCK_H
#define SNET_CRYPTO_BLOCK_H

#include <snet/error.h>

#include "crypto/crypto.h"

#include <stdint.h>

#define SNET_BLOCK_BYTES 16u
#define SNET_BLOCK_KEY_BYTES 16u

/* Output and input may be the same block. Errors: CRYPTO. */
SNET_MUST_USE snet_err snet_block_encrypt(struct snet_crypto *crypto,
                                          const uint8_t key[SNET_BLOCK_KEY_BYTES],
                                          const uint8_t in[SNET_BLOCK_BYTES],
                                          uint8_t ret_out[SNET_BLOCK_BYTES]);
/* The inverse, for the same key. Errors: CRYPTO. */
SNET_MUST_USE snet_err snet_block_decrypt(struct snet_crypto *crypto,
                                          const uint8_t key[SNET_BLOCK_KEY_BYTES],
                                          const uint8_t in[SNET_BLOCK_BYTES],
                                          uint8_t ret_out[SNET_BLOCK_BYTES]);

#endif
