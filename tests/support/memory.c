/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/memory.h"

#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>

/* Atomic, for libraries under test may have threads. */
static atomic_size_t memory_count;
static atomic_size_t memory_fail_at; /* 0 for never */
static atomic_bool memory_fail_all;

void *__real_malloc(size_t size_bytes);
void *__real_calloc(size_t count, size_t size_bytes);
void *__wrap_malloc(size_t size_bytes);
void *__wrap_calloc(size_t count, size_t size_bytes);
/* tidy: allow func-params because it is the system's */
void *__real_mmap64(void *at, size_t size_bytes, int rights, int flags, int fd, int64_t offset);
/* tidy: allow func-params because it is the system's */
void *__wrap_mmap64(void *at, size_t size_bytes, int rights, int flags, int fd, int64_t offset);

static bool memory_fails(void)
{
    const size_t count = ++memory_count;
    return memory_fail_at != 0 &&
           (memory_fail_all ? count >= memory_fail_at : count == memory_fail_at);
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

/* What mmap is called where offsets of files have 64 bits. */
/* tidy: allow func-params because it is the system's */
void *__wrap_mmap64(void *at, size_t size_bytes, int rights, int flags, int fd, int64_t offset)
{
    return memory_fails() ? MAP_FAILED : __real_mmap64(at, size_bytes, rights, flags, fd, offset);
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
