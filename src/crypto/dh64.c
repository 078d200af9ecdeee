/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/dh64.h"

#include "base/assert.h"

__extension__ typedef unsigned __int128 dh64_wide;

static uint64_t dh64_multiply(uint64_t a, uint64_t b)
{
    return (uint64_t)((dh64_wide)a * b % SNET_DH64_P);
}

/* Takes the same 64 steps for every exponent. */
static uint64_t dh64_power(uint64_t base, uint64_t exponent)
{
    uint64_t result = 1;
    for (unsigned bit = 64; bit-- > 0;) {
        result = dh64_multiply(result, result);
        const uint64_t with = dh64_multiply(result, base);
        const uint64_t mask = 0 - ((exponent >> bit) & 1);
        result = (with & mask) | (result & ~mask);
    }
    return result;
}

bool snet_dh64_private_ok(uint64_t private_key)
{
    return private_key > 1 && private_key < SNET_DH64_P - 1;
}

bool snet_dh64_public_ok(uint64_t public_key)
{
    return public_key > 1 && public_key < SNET_DH64_P - 1;
}

uint64_t snet_dh64_public(uint64_t private_key)
{
    SNET_ASSERT(private_key != 0);
    return dh64_power(SNET_DH64_G, private_key);
}

uint64_t snet_dh64_secret(uint64_t private_key, uint64_t peer_public)
{
    SNET_ASSERT(snet_dh64_public_ok(peer_public));
    return dh64_power(peer_public, private_key);
}
