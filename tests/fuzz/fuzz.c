/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fuzz_check_failed(const char *condition, const char *file, int line)
{
    (void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

void fuzz_check_begins(struct snet_bytes left, struct snet_bytes right, size_t len)
{
    FUZZ_CHECK(left.len >= len && right.len >= len);
    FUZZ_CHECK(memcmp(left.data, right.data, len) == 0);
}

bool fuzz_same(struct snet_bytes left, struct snet_bytes right)
{
    return left.len == right.len && (left.len == 0 || memcmp(left.data, right.data, left.len) == 0);
}
