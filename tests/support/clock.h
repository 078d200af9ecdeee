/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The clock of the test: stands still until a test lets time pass. A program that calls anything
 * here, or whose code reads a clock, has this clock for itself and for the libraries it is linked
 * with, libuv for one; a real loop then runs in the test's time.
 */
#ifndef SNET_TESTS_SUPPORT_CLOCK_H
#define SNET_TESTS_SUPPORT_CLOCK_H

#include <stdint.h>

/* All clocks begin here, also that of the calendar: 1970-01-01T00:16:40Z. */
#define TEST_CLOCK_START_S 1000u

void test_clock_pass(uint64_t ms);

#endif
