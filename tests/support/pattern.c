/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/pattern.h"

#include "tests/support/unit.h"

uint8_t test_pattern_byte(uint64_t offset)
{
    return (uint8_t)(1 + (offset * UINT64_C(2654435761) >> 7) % 255);
}

void test_pattern_fill(uint8_t *ret_data, size_t len, uint64_t offset)
{
    for (size_t i = 0; i < len; i++) {
        ret_data[i] = test_pattern_byte(offset + i);
    }
}

void test_pattern_expect(const uint8_t *data, size_t len, uint64_t offset)
{
    for (size_t i = 0; i < len; i++) {
        if (data[i] != test_pattern_byte(offset + i)) {
            fail_msg("another byte than that of position %llu", (unsigned long long)(offset + i));
        }
    }
}
