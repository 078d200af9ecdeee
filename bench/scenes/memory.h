/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Memory: what this process has in use, in user space.
 *
 * Thread: any.
 */
#ifndef SNET_BENCH_SCENES_MEMORY_H
#define SNET_BENCH_SCENES_MEMORY_H

#include <stdint.h>

struct snet_bench_memory {
    uint64_t heap_bytes;     /* handed out by malloc */
    uint64_t resident_bytes; /* of the whole process, with what malloc keeps for later */
};

struct snet_bench_memory snet_bench_memory_now(void);

#endif
