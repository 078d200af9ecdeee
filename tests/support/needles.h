/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Needles: secrets that are searched for in all memory of this process that it could have written,
 * through /proc/self/mem. They are kept in a disguise, so that no search finds its own.
 */
#ifndef SNET_TESTS_SUPPORT_NEEDLES_H
#define SNET_TESTS_SUPPORT_NEEDLES_H

#include <stdbool.h>
#include <stdint.h>

#define NEEDLE_BYTES 32u
#define NEEDLES_MAX 16u

/* Searches for this secret from now on, as number `needle`. */
void needle_set(unsigned needle, const uint8_t secret[NEEDLE_BYTES]);
bool needle_is_at(unsigned needle, const uint8_t *memory);
/* The bits of the needles that there are. */
unsigned needles_search(void);

#endif
