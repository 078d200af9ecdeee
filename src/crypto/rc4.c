/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/rc4.h"

#include "base/assert.h"

static void rc4_swap(uint8_t *a, uint8_t *b)
{
    const uint8_t kept = *a;
    *a = *b;
    *b = kept;
}

void snet_rc4_init(struct snet_rc4 *rc4, const uint8_t *key, size_t key_len)
{
    SNET_ASSERT(key_len > 0);
    SNET_ASSERT(key_len <= SNET_RC4_KEY_MAX_BYTES);
    for (unsigned i = 0; i < 256; i++) {
        rc4->state[i] = (uint8_t)i;
    }
    uint8_t j = 0;
    for (unsigned i = 0; i < 256; i++) {
        j = (uint8_t)(j + rc4->state[i] + key[i % key_len]);
        rc4_swap(&rc4->state[i], &rc4->state[j]);
    }
    rc4->i = 0;
    rc4->j = 0;
}

void snet_rc4_xor(struct snet_rc4 *rc4, const uint8_t *in, uint8_t *ret_out, size_t len)
{
    uint8_t *state = rc4->state;
    uint8_t i = rc4->i;
    uint8_t j = rc4->j;
    for (size_t n = 0; n < len; n++) {
        i = (uint8_t)(i + 1);
        const uint8_t a = state[i];
        j = (uint8_t)(j + a);
        const uint8_t b = state[j];
        state[i] = b;
        state[j] = a;
        ret_out[n] = in[n] ^ state[(uint8_t)(a + b)];
    }
    rc4->i = i;
    rc4->j = j;
}
