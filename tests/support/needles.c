/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/needles.h"

#include "tests/support/unit.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DISGUISE 0xA5u
#define WINDOW_BYTES 65536u
/* Larger ones are the shadows of sanitizers. */
#define MAPPING_MAX_BYTES (UINT64_C(1) << 30)
#define LINE_BYTES 512u
/* Memory that was given back begins with what its next owner has written there. */
#define SKIPPED_BYTES 16u

static uint8_t needles[NEEDLES_MAX][NEEDLE_BYTES];
static unsigned needles_count;
static uint8_t window[WINDOW_BYTES];

void needle_set(unsigned needle, const uint8_t secret[NEEDLE_BYTES])
{
    assert_true(needle < NEEDLES_MAX);
    for (size_t i = 0; i < NEEDLE_BYTES; i++) {
        needles[needle][i] = secret[i] ^ DISGUISE;
    }
    needles_count = needle < needles_count ? needles_count : needle + 1;
}

bool needle_is_at(unsigned needle, const uint8_t *memory)
{
    size_t same = SKIPPED_BYTES;
    while (same < NEEDLE_BYTES && (memory[same] ^ DISGUISE) == needles[needle][same]) {
        same++;
    }
    return same == NEEDLE_BYTES;
}

/* Bits of the needles in the window. */
static unsigned needles_search_window(size_t len)
{
    unsigned found = 0;
    if (memcmp(window, window + 1, len - 1) == 0) {
        return 0; /* the same byte all over: memory that was never used, as a rule */
    }
    for (size_t i = 0; i + NEEDLE_BYTES <= len; i++) {
        for (unsigned needle = 0; needle < needles_count; needle++) {
            found |= needle_is_at(needle, window + i) ? 1u << needle : 0;
        }
    }
    return found;
}

static unsigned needles_search_mapping(int memory, uint64_t from, uint64_t end)
{
    unsigned found = 0;
    while (from + NEEDLE_BYTES <= end) {
        const size_t len = end - from < WINDOW_BYTES ? (size_t)(end - from) : WINDOW_BYTES;
        const ssize_t got = pread(memory, window, len, (off_t)from);
        if (got < (ssize_t)NEEDLE_BYTES) {
            break; /* a device, or a guard */
        }
        found |= needles_search_window((size_t)got);
        from += (uint64_t)got - (NEEDLE_BYTES - 1); /* one may lie across */
    }
    return found;
}

unsigned needles_search(void)
{
    char line[LINE_BYTES];
    unsigned found = 0;
    FILE *maps = fopen("/proc/self/maps", "re");
    const int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    while (maps != NULL && memory >= 0 && fgets(line, sizeof line, maps) != NULL) {
        uint64_t from = 0;
        uint64_t end = 0;
        char rights[5] = "";
        const bool is_mapping =
            sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &from, &end, rights) == 3;
        if (is_mapping && strncmp(rights, "rw", 2) == 0 && end - from <= MAPPING_MAX_BYTES) {
            found |= needles_search_mapping(memory, from, end);
        }
    }
    if (maps != NULL) {
        (void)fclose(maps);
    }
    (void)close(memory);
    explicit_bzero(window, sizeof window);
    return found;
}
