/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Fail: how a call that sets something up says why it failed: a `struct snet_error`, and errno.
 *
 * Thread: any.
 */
#ifndef SNET_SOCK_FAIL_H
#define SNET_SOCK_FAIL_H

#include <snet/error.h>

/*
 * Fills `*ret_error` unless it is NULL, and sets errno: `os_err` (of errno, or 0) where there is
 * one, else what goes with `err`. `subject` begins the sentence: "connecting to a:1"; NULL for
 * none.
 */
void snet_fail(struct snet_error *ret_error, snet_err err, int os_err, const char *subject);
/* Sets errno alone, for an error that was filled by somebody else. */
void snet_fail_errno(const struct snet_error *error);

#endif
