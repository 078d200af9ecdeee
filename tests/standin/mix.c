/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/standin/mix.h"

#include <stdlib.h>

#define MIX_WORDS (STANDIN_MIX_BYTES / 8)
#define MIX_ODD UINT64_C(0x9e3779b97f4a7c15)

void standin_mix_init(struct standin_mix *mix, uint64_t purpose)
{
    *mix = (struct standin_mix){.words = {1, 2, 3, 4}};
    standin_mix_number(mix, purpose);
}

/* Every bit of the number reaches every word. */
void standin_mix_number(struct standin_mix *mix, uint64_t number)
{
    uint64_t carry = number;
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < MIX_WORDS; i++) {
            carry = (carry ^ mix->words[i]) * MIX_ODD;
            carry ^= carry >> 32;
            mix->words[i] += carry;
        }
    }
}

void standin_mix_feed(struct standin_mix *mix, const uint8_t *data, size_t len)
{
    uint64_t number = 0;
    for (size_t i = 0; i < len; i++) {
        number |= (uint64_t)data[i] << (8 * (i % 8));
        if (i % 8 == 7 || i + 1 == len) {
            standin_mix_number(mix, number);
            number = 0;
        }
    }
    standin_mix_number(mix, len);
}

void standin_mix_take(const struct standin_mix *mix, uint8_t *ret_bytes, size_t len)
{
    struct standin_mix end = *mix;
    if (len > STANDIN_MIX_BYTES) {
        abort();
    }
    standin_mix_number(&end, len);
    for (size_t i = 0; i < len; i++) {
        ret_bytes[i] = (uint8_t)(end.words[i / 8] >> (8 * (i % 8)));
    }
}
