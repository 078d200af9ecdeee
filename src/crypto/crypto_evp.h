/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What the files of this folder share of libcrypto's objects inside struct snet_crypto. Only they
 * and tests include this.
 */
#ifndef SNET_CRYPTO_CRYPTO_EVP_H
#define SNET_CRYPTO_CRYPTO_EVP_H

#include "crypto/slots.h"

#include <openssl/types.h>

struct snet_crypto;

EVP_MD_CTX *snet_crypto_evp_digest(struct snet_crypto *crypto);
const EVP_MD *snet_crypto_evp_sha256(const struct snet_crypto *crypto);
EVP_MAC_CTX *snet_crypto_evp_hmac_sha256(struct snet_crypto *crypto);
EVP_CIPHER_CTX *snet_crypto_evp_block(struct snet_crypto *crypto);
const EVP_CIPHER *snet_crypto_evp_aes128(const struct snet_crypto *crypto);
EVP_PKEY_CTX *snet_crypto_evp_x25519(struct snet_crypto *crypto);
EVP_PKEY *snet_crypto_evp_x25519_peer(struct snet_crypto *crypto);
struct snet_slots *snet_crypto_evp_slots(struct snet_crypto *crypto);

#endif
