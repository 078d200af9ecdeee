/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * RC4, for the legacy wires only. Our own, because OpenSSL keeps it in a provider that is often
 * absent, with a context four times this size that cannot be exported. It protects nothing: see
 * docs/legacy-wires.md, clause 9.
 *
 * Ownership: the caller's struct, wiped by the caller. Thread: one at a time per struct.
 */
#ifndef SNET_CRYPTO_RC4_H
#define SNET_CRYPTO_RC4_H

#include <stddef.h>
#include <stdint.h>

#define SNET_RC4_KEY_MAX_BYTES 256u

struct snet_rc4 {
    uint8_t state[256];
    uint8_t i;
    uint8_t j;
};

/* Schedules a key of 1..SNET_RC4_KEY_MAX_BYTES bytes. */
void snet_rc4_init(struct snet_rc4 *rc4, const uint8_t *key, size_t key_len);
/* Writes `len` bytes of `in` XOR keystream; `ret_out` may be `in`. */
void snet_rc4_xor(struct snet_rc4 *rc4, const uint8_t *in, uint8_t *ret_out, size_t len);

#endif
