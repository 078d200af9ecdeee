/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Diffie-Hellman over 64 bits, modulus 2^64 - 59, generator 5 [PROTO 2.1]. No library has it, for
 * discrete logarithms in this group take milliseconds. Legacy wires only.
 *
 * Thread: pure functions.
 */
#ifndef SNET_CRYPTO_DH64_H
#define SNET_CRYPTO_DH64_H

#include <stdbool.h>
#include <stdint.h>

#define SNET_DH64_P UINT64_C(0xffffffffffffffc5)
#define SNET_DH64_G UINT64_C(5)

/* True for a private key worth using: 1 < key < p - 1. */
bool snet_dh64_private_ok(uint64_t private_key);
/* False for 0, 1, p - 1 and p or more: keys that fix the secret or are no group elements. */
bool snet_dh64_public_ok(uint64_t public_key);
/* g ^ private mod p. */
uint64_t snet_dh64_public(uint64_t private_key);
/* public ^ private mod p. */
uint64_t snet_dh64_secret(uint64_t private_key, uint64_t peer_public);

#endif
