/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/hex.h"

#include "tests/support/unit.h"

#include <stdbool.h>
#include <string.h>

static const char hex_digits[] = "0123456789abcdef";

static uint8_t hex_value(char digit)
{
    const char *found = digit == '\0' ? NULL : strchr(hex_digits, digit);
    assert_non_null(found);
    return (uint8_t)(found - hex_digits);
}

size_t test_hex_decode(const char *text, uint8_t *ret_data, size_t max)
{
    const size_t len = strlen(text) / 2;
    assert_int_equal(strlen(text) % 2, 0);
    assert_in_range(len, 0, max);
    for (size_t i = 0; i < len; i++) {
        ret_data[i] = (uint8_t)(hex_value(text[2 * i]) << 4 | hex_value(text[2 * i + 1]));
    }
    return len;
}

static void hex_print(const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        print_error("%02x", (unsigned)data[i]);
    }
    print_error("\n");
}

void test_hex_expect(const uint8_t *data, size_t len, const char *text, const char *file, int line)
{
    bool same = strlen(text) == 2 * len;
    for (size_t i = 0; same && i < len; i++) {
        same =
            hex_digits[data[i] >> 4] == text[2 * i] && hex_digits[data[i] & 15] == text[2 * i + 1];
    }
    if (!same) {
        print_error("expected %s\ngot      ", text);
        hex_print(data, len);
        _fail(file, line);
    }
}
