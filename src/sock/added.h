/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Added: the suites and stream ciphers that the program has registered for its sockets. The lists
 * only grow, so that they are read without a lock.
 *
 * Ownership: the program's tables, which are there until the process ends. Thread: any; one at a
 * time for the functions that add.
 */
#ifndef SNET_SOCK_ADDED_H
#define SNET_SOCK_ADDED_H

#include <snet/core.h>

/* Errors: INVALID, LIMIT, CRYPTO, as snet_library_add_suite. */
SNET_MUST_USE snet_err snet_added_suite(const snet_suite *suite);
/* Errors: INVALID, LIMIT, as snet_library_add_cipher. */
SNET_MUST_USE snet_err snet_added_cipher(const struct snet_cipher *cipher);

/* Registers all suites in a new core. Errors: as snet_core_suite_add. */
SNET_MUST_USE snet_err snet_added_fill(snet_core *core);
/* Whether sockets can offer this suite: a built-in one, the fastest, or one that was added. */
bool snet_added_has_suite(uint32_t id);
/* The cipher of that name, built in or added; NULL: there is none. */
const struct snet_cipher *snet_added_find_cipher(const char *name);

#endif
