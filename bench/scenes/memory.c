/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "bench/scenes/memory.h"

#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

struct snet_bench_memory snet_bench_memory_now(void)
{
    const struct mallinfo2 info = mallinfo2();
    struct snet_bench_memory memory = {.heap_bytes = info.uordblks + info.hblkhd};
    FILE *file = fopen("/proc/self/statm", "re");
    if (file != NULL) {
        unsigned long long pages = 0;
        if (fscanf(file, "%*u %llu", &pages) == 1) {
            memory.resident_bytes = pages * (uint64_t)sysconf(_SC_PAGESIZE);
        }
        (void)fclose(file);
    }
    return memory;
}
