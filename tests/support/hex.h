/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* Bytes as people write them, for literals in tests. */
#ifndef SNET_TESTS_SUPPORT_HEX_H
#define SNET_TESTS_SUPPORT_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Turns lower-case digits into at most `max` bytes and returns how many; fails the test if bad. */
size_t test_hex_decode(const char *text, uint8_t *ret_data, size_t max);

/* The test goes on only if `data` is what `text` says. */
#define ASSERT_HEX(data, len, text) test_hex_expect((data), (len), (text), __FILE__, __LINE__)
void test_hex_expect(const uint8_t *data, size_t len, const char *text, const char *file, int line);

#endif
