/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Stands in for a hash where there is no libcrypto: 32 bytes that depend on all that was fed, in
 * its order. It takes a seed like a random one, and it resists nobody. Tests only.
 */
#ifndef SNET_TESTS_STANDIN_MIX_H
#define SNET_TESTS_STANDIN_MIX_H

#include <stddef.h>
#include <stdint.h>

#define STANDIN_MIX_BYTES 32u

struct standin_mix {
    uint64_t words[STANDIN_MIX_BYTES / 8];
};

/* `purpose` keeps the uses apart. */
void standin_mix_init(struct standin_mix *mix, uint64_t purpose);
/* The length counts, too: two parts are not what they are together. */
void standin_mix_feed(struct standin_mix *mix, const uint8_t *data, size_t len);
void standin_mix_number(struct standin_mix *mix, uint64_t number);
/* `len` is at most STANDIN_MIX_BYTES. The object can be fed further. */
void standin_mix_take(const struct standin_mix *mix, uint8_t *ret_bytes, size_t len);

#endif
