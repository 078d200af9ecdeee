/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * X25519 (RFC 7748) with private keys that the caller has drawn: nothing is generated here.
 *
 * Ownership: the caller's memory; private keys and shared secrets are wiped by the caller.
 * Thread: one at a time per cryptographic context.
 */
#ifndef SNET_CRYPTO_X25519_H
#define SNET_CRYPTO_X25519_H

#include <snet/error.h>

#include <stdint.h>

struct snet_crypto;

#define SNET_X25519_BYTES 32u

/* A private key and its public key. */
struct snet_x25519 {
    uint8_t private_key[SNET_X25519_BYTES];
    uint8_t public_key[SNET_X25519_BYTES];
};

/* Completes a pair from its private key. Errors: CRYPTO. */
SNET_MUST_USE snet_err snet_x25519_import(const uint8_t private_key[SNET_X25519_BYTES],
                                          struct snet_x25519 *ret_pair);
/* Completes a pair that has its private key, with what the context keeps for that. Errors: CRYPTO;
   the pair is as it was then. */
SNET_MUST_USE snet_err snet_x25519_complete(struct snet_crypto *crypto, struct snet_x25519 *pair);
/*
 * The shared secret of the private key and the other end's public key: the pair's own public key
 * has no part in it. Errors: BAD_PUBLIC_KEY when it would be all zeros, because the other end's key
 * has small order; CRYPTO.
 */
SNET_MUST_USE snet_err snet_x25519_agree(struct snet_crypto *crypto, const struct snet_x25519 *own,
                                         const uint8_t peer_public[SNET_X25519_BYTES],
                                         uint8_t ret_secret[SNET_X25519_BYTES]);

#endif
