/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/wiped_pages.h"

#include <sys/mman.h>

#define WIPED_PAGES_NO_ADVICE (-1) /* madvise knows no such advice, and refuses it */

#ifdef MADV_WIPEONFORK
#define WIPED_PAGES_WIPE MADV_WIPEONFORK
#else
#define WIPED_PAGES_WIPE WIPED_PAGES_NO_ADVICE
#endif

#ifdef MADV_DONTDUMP
#define WIPED_PAGES_NO_DUMP MADV_DONTDUMP
#else
#define WIPED_PAGES_NO_DUMP WIPED_PAGES_NO_ADVICE
#endif

void *snet_wiped_pages_map(size_t size_bytes, bool *ret_wiped)
{
    void *pages =
        mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        return NULL;
    }
    *ret_wiped = madvise(pages, size_bytes, WIPED_PAGES_WIPE) == 0;
    (void)madvise(pages, size_bytes, WIPED_PAGES_NO_DUMP);
    (void)mlock(pages, size_bytes); /* the limit may be small, and belongs to the program */
    return pages;
}

void snet_wiped_pages_unmap(void *pages, size_t size_bytes)
{
    (void)munmap(pages, size_bytes);
}
