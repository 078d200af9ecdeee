/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What all fuzz targets share. A target is one file, tests/fuzz/<name>_fuzz.c, with the one
 * function that libFuzzer calls with each input; fuzz_replay.c calls it with files instead.
 * Whatever the bytes are, the function returns: what must not be ends the process by FUZZ_CHECK or
 * by an assertion of the code under test.
 */
#ifndef SNET_TESTS_FUZZ_FUZZ_H
#define SNET_TESTS_FUZZ_FUZZ_H

#include "base/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The name is libFuzzer's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Ends the process unless `condition` holds. */
#define FUZZ_CHECK(condition)                                                                      \
    ((condition) ? (void)0 : fuzz_check_failed(#condition, __FILE__, __LINE__))

_Noreturn void fuzz_check_failed(const char *condition, const char *file, int line);

/* Ends the process unless the first `len` bytes of both are the same: nothing was lost in between.
 */
void fuzz_check_begins(struct snet_bytes left, struct snet_bytes right, size_t len);

/* Whether two stretches of bytes are the same; empty ones are, wherever they are. */
bool fuzz_same(struct snet_bytes left, struct snet_bytes right);

#endif
