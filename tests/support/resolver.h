/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The resolver of the test, in place of the C library's: knows the one name that the test told it,
 * and that localhost is 127.0.0.1. It asks nobody.
 */
#ifndef SNET_TESTS_SUPPORT_RESOLVER_H
#define SNET_TESTS_SUPPORT_RESOLVER_H

#include <stddef.h>

#define TEST_RESOLVER_HOSTS_MAX 16u

/* From now on `name` has these addresses, IPv4 or IPv6, in this order. All strings are borrowed. */
void test_resolver_set(const char *name, const char *const *hosts, size_t count);
/* Questions are not answered any more. */
void test_resolver_hold(void);
/* They are again, also those of before. */
void test_resolver_release(void);

#endif
