/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Secrets: memory that is wiped on every exit path and compared in constant time. There is no
 * function that prints one.
 */
#ifndef SNET_CRYPTO_SECRET_H
#define SNET_CRYPTO_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Overwrites `len` bytes in a way the compiler cannot remove. Accepts NULL with 0. */
void snet_secret_wipe(void *memory, size_t len);
/* True when the two areas of `len` bytes are equal; takes the same time wherever they differ. */
bool snet_secret_equal(const uint8_t *a, const uint8_t *b, size_t len);

#endif
