/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The cryptographic context: algorithms of OpenSSL fetched once and kept, because fetching per call
 * would dominate small messages. One is made per core and passed to all that compute.
 *
 * Ownership: the caller frees it. Thread: one at a time.
 */
#ifndef SNET_CRYPTO_CRYPTO_H
#define SNET_CRYPTO_CRYPTO_H

#include <snet/error.h>

#include <stddef.h>
#include <stdint.h>

#define SNET_MD5_BYTES 16u

struct snet_crypto;

/* Errors: CRYPTO when the library lacks an algorithm, NO_MEMORY. */
SNET_MUST_USE snet_err snet_crypto_new(struct snet_crypto **ret_crypto);
void snet_crypto_free(struct snet_crypto *crypto);

/* MD5(data || key): the proof of the legacy wires. Errors: CRYPTO. */
struct snet_crypto_mac_input {
    const uint8_t *data;
    size_t data_len;
    const uint8_t *key;
    size_t key_len;
};
SNET_MUST_USE snet_err snet_crypto_md5_mac(struct snet_crypto *crypto,
                                           const struct snet_crypto_mac_input *input,
                                           uint8_t ret_mac[SNET_MD5_BYTES]);

#endif
