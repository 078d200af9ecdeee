/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "tests/support/clock.h"

#include <snet/error.h>

#include <time.h>

static uint64_t clock_ms = TEST_CLOCK_START_S * UINT64_C(1000);

void test_clock_pass(uint64_t ms)
{
    clock_ms += ms;
}

/* Takes the place of the C library's. Exported, or shared libraries would not find it. */
/* tidy: allow clock because this is the clock that stands still */
SNET_API int clock_gettime(clockid_t clock_id, struct timespec *tp)
{
    (void)clock_id;
    tp->tv_sec = (time_t)(clock_ms / 1000);
    tp->tv_nsec = (long)(clock_ms % 1000) * 1000000;
    return 0;
}
