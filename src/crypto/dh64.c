/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/dh64.h"

#include "base/assert.h"

/* p is 2^64 less this, so 2^64 is as good as this. */
#define DH64_FOLD (0 - SNET_DH64_P)

/* Two words, of which `high` counts multiples of 2^64. */
struct dh64_wide {
    uint64_t high;
    uint64_t low;
};

/* A machine of 32 bits has no integer of 128. The other way can be asked for, to test it. */
#if defined(__SIZEOF_INT128__) && !defined(SNET_DH64_HALVES)
#define DH64_WORD_BITS 64u
__extension__ typedef unsigned __int128 dh64_u128;

static struct dh64_wide dh64_widen(uint64_t a, uint64_t b)
{
    const dh64_u128 product = (dh64_u128)a * b;
    return (struct dh64_wide){
        .high = (uint64_t)(product >> DH64_WORD_BITS),
        .low = (uint64_t)product,
    };
}
#else
#define DH64_HALF_BITS 32u
#define DH64_HALF UINT64_C(0xffffffff)

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
#endif

static uint64_t dh64_multiply(uint64_t a, uint64_t b)
{
    const struct dh64_wide product = dh64_widen(a, b);
    struct dh64_wide folded = dh64_widen(product.high, DH64_FOLD);
    folded.low += product.low;
    folded.high += folded.low < product.low;
    /* The high word is DH64_FOLD at most by now: what it stands for can overflow once, not twice.
     */
    uint64_t word = folded.low + folded.high * DH64_FOLD;
    word += DH64_FOLD & (0 - (uint64_t)(word < folded.low));
    return word - (SNET_DH64_P & (0 - (uint64_t)(word >= SNET_DH64_P)));
}

/*
 * Takes the same 64 steps for every exponent. From the lowest bit on, for then the two products of
 * a step do not wait for each other.
 */
static uint64_t dh64_power(uint64_t base, uint64_t exponent)
{
    uint64_t result = 1;
    for (unsigned bit = 0; bit < 64; bit++) {
        const uint64_t with = dh64_multiply(result, base);
        const uint64_t mask = 0 - ((exponent >> bit) & 1);
        result = (with & mask) | (result & ~mask);
        base = dh64_multiply(base, base);
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
