/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/* cmocka with all that it wants to be included before it, in the order it wants. */
#ifndef SNET_TESTS_SUPPORT_UNIT_H
#define SNET_TESTS_SUPPORT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
