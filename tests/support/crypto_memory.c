/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/crypto_memory.h"

#include <openssl/crypto.h>

#include <stdlib.h>

static size_t memory_alloc_count;
static size_t memory_fail_at; /* 0 for never */

static void *memory_realloc(void *memory, size_t len, const char *file, int line)
{
    (void)file;
    (void)line;
    return ++memory_alloc_count == memory_fail_at ? NULL : realloc(memory, len);
}

static void *memory_alloc(size_t len, const char *file, int line)
{
    return memory_realloc(NULL, len, file, line);
}

static void memory_free(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    free(memory);
}

bool test_crypto_memory_init(void)
{
    return CRYPTO_set_mem_functions(memory_alloc, memory_realloc, memory_free) == 1;
}

void test_crypto_memory_fail_at(size_t number)
{
    memory_alloc_count = 0;
    memory_fail_at = number;
}

bool test_crypto_memory_heal(void)
{
    const bool failed = memory_fail_at != 0 && memory_alloc_count >= memory_fail_at;
    memory_fail_at = 0;
    return failed;
}
