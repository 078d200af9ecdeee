/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The memory of the code under test that does not come from snet_env: made to fail. Covers the
 * calls of malloc and calloc in what is linked statically, not those within shared libraries.
 */
#ifndef SNET_TESTS_SUPPORT_MEMORY_H
#define SNET_TESTS_SUPPORT_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

/* The allocation with this number from now on fails, 1 is the next; and with `all` those after. */
void test_memory_fail_at(size_t number, bool all);
/* Lets all allocations succeed again; false when none has failed meanwhile. */
bool test_memory_heal(void);

#endif
