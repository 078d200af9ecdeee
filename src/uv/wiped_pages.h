/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Wiped pages: memory that the kernel empties in a child of fork, that is in no core dump and,
 * where the process's limit of locked memory allows it, not in swap. A child of vfork shares the
 * memory of its parent until it executes, and so these pages, too.
 *
 * None of this is a promise, for systems differ: `*ret_wiped` says whether a child finds zeros.
 *
 * Ownership: the caller's, until unmapped. Thread: any.
 */
#ifndef SNET_UV_WIPED_PAGES_H
#define SNET_UV_WIPED_PAGES_H

#include <stdbool.h>
#include <stddef.h>

/* Whole pages of zeros for `size_bytes`, or NULL. */
void *snet_wiped_pages_map(size_t size_bytes, bool *ret_wiped);
/* Gives back what snet_wiped_pages_map gave for this size; the caller has wiped it. */
void snet_wiped_pages_unmap(void *pages, size_t size_bytes);

#endif
