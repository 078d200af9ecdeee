/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* The memory of libcrypto, which does not come from snet_env: counted, and made to fail. */
#ifndef SNET_TESTS_SUPPORT_CRYPTO_MEMORY_H
#define SNET_TESTS_SUPPORT_CRYPTO_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* Takes libcrypto's memory over. The first thing in main(); false when it is too late. */
bool test_crypto_memory_init(void);
/* The allocation with this number from now on fails, 1 is the next. */
void test_crypto_memory_fail_at(size_t number);
/* Lets all allocations succeed again; false when none has failed meanwhile. */
bool test_crypto_memory_heal(void);

#endif
