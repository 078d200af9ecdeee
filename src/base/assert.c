/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "base/assert.h"

#include <stdlib.h>

_Noreturn void snet_assert_fail(const char *condition, const char *file, int line)
{
    (void)condition;
    (void)file;
    (void)line;
    abort();
}
