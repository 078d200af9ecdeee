/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/memory.h"

static size_t memory_count;
static size_t memory_fail_at; /* 0 for never */
static bool memory_fail_all;

void *__real_malloc(size_t size_bytes);
void *__real_calloc(size_t count, size_t size_bytes);
void *__wrap_malloc(size_t size_bytes);
void *__wrap_calloc(size_t count, size_t size_bytes);

static bool memory_fails(void)
{
    memory_count++;
    return memory_fail_at != 0 &&
           (memory_fail_all ? memory_count >= memory_fail_at : memory_count == memory_fail_at);
}

/* The linker lets all calls go here: see tests/CMakeLists.txt. */
void *__wrap_malloc(size_t size_bytes)
{
    return memory_fails() ? NULL : __real_malloc(size_bytes);
}

void *__wrap_calloc(size_t count, size_t size_bytes)
{
    return memory_fails() ? NULL : __real_calloc(count, size_bytes);
}

void test_memory_fail_at(size_t number, bool all)
{
    memory_count = 0;
    memory_fail_at = number;
    memory_fail_all = all;
}

bool test_memory_heal(void)
{
    const bool failed = memory_fail_at != 0 && memory_count >= memory_fail_at;
    memory_fail_at = 0;
    return failed;
}
