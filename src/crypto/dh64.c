/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/dh64.h"

#include "base/assert.h"

/* p is 2^64 less this, so 2^64 is as good as this. */
#define DH64_FOLD (0 - SNET_DH64_P)
#define DH64_HALF_BITS 32u
#define DH64_HALF UINT64_C(0xffffffff)

/* Two words, of which `high` counts multiples of 2^64. */
struct dh64_wide {
    uint64_t high;
    uint64_t low;
};

/* By halves: a machine of 32 bits has no integer of 128. */
static struct dh64_wide dh64_widen(uint64_t a, uint64_t b)
{
    const uint64_t a_high = a >> DH64_HALF_BITS;
    const uint64_t b_high = b >> DH64_HALF_BITS;
    const uint64_t low = (a & DH64_HALF) * (b & DH64_HALF);
    const uint64_t mid_a = a_high * (b & DH64_HALF) + (low >> DH64_HALF_BITS);
    const uint64_t mid_b = (a & DH64_HALF) * b_high + (mid_a & DH64_HALF);
    return (struct dh64_wide){
        .high = a_high * b_high + (mid_a >> DH64_HALF_BITS) + (mid_b >> DH64_HALF_BITS),
        .low = (mid_b << DH64_HALF_BITS) | (low & DH64_HALF),
    };
}

/* Each fold brings the high word down: to DH64_FOLD at most, to 1, to 0. */
static uint64_t dh64_multiply(uint64_t a, uint64_t b)
{
    struct dh64_wide product = dh64_widen(a, b);
    for (unsigned fold = 0; fold < 3; fold++) {
        struct dh64_wide folded = dh64_widen(product.high, DH64_FOLD);
        folded.low += product.low;
        folded.high += folded.low < product.low;
        product = folded;
    }
    return product.low - (SNET_DH64_P & (0 - (uint64_t)(product.low >= SNET_DH64_P)));
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
