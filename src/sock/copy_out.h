/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * How structs of the library reach programs that know more of their fields, or fewer.
 *
 * Thread: any.
 */
#ifndef SNET_SOCK_COPY_OUT_H
#define SNET_SOCK_COPY_OUT_H

#include <stddef.h>

/*
 * Copies a struct of `own_size` bytes to a place for `ret_size`: a program that is older gets the
 * fields that it knows, and reads zeros in those that only it knows.
 */
void snet_copy_out(void *ret, size_t ret_size, const void *own, size_t own_size);

#endif
