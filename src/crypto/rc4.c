/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/rc4.h"

#include "base/assert.h"

#define RC4_WORD_BYTES sizeof(uint64_t)

/*
 * Each entry is read before the swap ahead of it is written, and put right when that wrote it: else
 * the processor waits at every step for the write that may have changed what it reads.
 */
void snet_rc4_init(struct snet_rc4 *rc4, const uint8_t *key, size_t key_len)
{
    SNET_ASSERT(key_len > 0);
    SNET_ASSERT(key_len <= SNET_RC4_KEY_MAX_BYTES);
    uint8_t *state = rc4->state;
    for (unsigned i = 0; i < 256; i++) {
        state[i] = (uint8_t)i;
    }
    uint8_t a = 0;
    uint8_t j = 0;
    size_t at = 0;
    for (unsigned i = 0; i < 256; i++) {
        j = (uint8_t)(j + a + key[at]);
        const uint8_t b = state[j];
        const uint8_t next = state[(uint8_t)(i + 1)];
        state[i] = b;
        state[j] = a;
        a = j == i + 1 ? a : next;
        at = at + 1 == key_len ? 0 : at + 1; /* i % key_len without the division */
    }
    rc4->i = 0;
    rc4->j = 0;
}

/* Where a keystream is. */
struct rc4_place {
    uint8_t a; /* the entry at i + 1 */
    uint8_t j;
};

/* One byte of the keystream, with `i` moved on already. */
static uint64_t rc4_step(uint8_t *state, uint8_t i, struct rc4_place *place)
{
    const uint8_t a = place->a;
    const uint8_t j = (uint8_t)(place->j + a);
    const uint8_t b = state[j];
    const uint8_t next = state[(uint8_t)(i + 1)];
    state[i] = b;
    state[j] = a;
    place->a = j == (uint8_t)(i + 1) ? a : next;
    place->j = j;
    return state[(uint8_t)(a + b)];
}

/* The next eight, the first of them lowest. Written out, because compilers leave a loop as it is.
 */
static uint64_t rc4_steps(uint8_t *state, uint8_t i, struct rc4_place *place)
{
    uint64_t word = rc4_step(state, (uint8_t)(i + 1), place);
    word |= rc4_step(state, (uint8_t)(i + 2), place) << 8;
    word |= rc4_step(state, (uint8_t)(i + 3), place) << 16;
    word |= rc4_step(state, (uint8_t)(i + 4), place) << 24;
    word |= rc4_step(state, (uint8_t)(i + 5), place) << 32;
    word |= rc4_step(state, (uint8_t)(i + 6), place) << 40;
    word |= rc4_step(state, (uint8_t)(i + 7), place) << 48;
    word |= rc4_step(state, (uint8_t)(i + 8), place) << 56;
    return word;
}

/* In this form compilers see one load or store, where the processor allows it. */
static uint64_t rc4_load(const uint8_t *in)
{
    return (uint64_t)in[0] | (uint64_t)in[1] << 8 | (uint64_t)in[2] << 16 | (uint64_t)in[3] << 24 |
           (uint64_t)in[4] << 32 | (uint64_t)in[5] << 40 | (uint64_t)in[6] << 48 |
           (uint64_t)in[7] << 56;
}

static void rc4_store(uint8_t *ret_out, uint64_t word)
{
    ret_out[0] = (uint8_t)word;
    ret_out[1] = (uint8_t)(word >> 8);
    ret_out[2] = (uint8_t)(word >> 16);
    ret_out[3] = (uint8_t)(word >> 24);
    ret_out[4] = (uint8_t)(word >> 32);
    ret_out[5] = (uint8_t)(word >> 40);
    ret_out[6] = (uint8_t)(word >> 48);
    ret_out[7] = (uint8_t)(word >> 56);
}

void snet_rc4_xor(struct snet_rc4 *rc4, const uint8_t *in, uint8_t *ret_out, size_t len)
{
    uint8_t *state = rc4->state;
    uint8_t i = rc4->i;
    struct rc4_place place = {.a = state[(uint8_t)(i + 1)], .j = rc4->j};
    size_t n = 0;
    for (; len - n >= RC4_WORD_BYTES; n += RC4_WORD_BYTES) {
        rc4_store(&ret_out[n], rc4_load(&in[n]) ^ rc4_steps(state, i, &place));
        i = (uint8_t)(i + RC4_WORD_BYTES);
    }
    for (; n < len; n++) {
        i = (uint8_t)(i + 1);
        ret_out[n] = (uint8_t)(in[n] ^ rc4_step(state, i, &place));
    }
    rc4->i = i;
    rc4->j = place.j;
}
