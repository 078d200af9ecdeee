/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* The bytes of test streams: each position has its own, so that no other passes for it. */
#ifndef SNET_TESTS_SUPPORT_PATTERN_H
#define SNET_TESTS_SUPPORT_PATTERN_H

#include <stddef.h>
#include <stdint.h>

/* The byte at `offset`, never 0. */
uint8_t test_pattern_byte(uint64_t offset);
/* The bytes from `offset` on. */
void test_pattern_fill(uint8_t *ret_data, size_t len, uint64_t offset);
/* Fails the test unless `data` is what comes from `offset` on. */
void test_pattern_expect(const uint8_t *data, size_t len, uint64_t offset);

#endif
