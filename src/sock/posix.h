/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Posix: errors of snet as those of errno. The only place that maps one to the other.
 *
 * Thread: any.
 */
#ifndef SNET_SOCK_POSIX_H
#define SNET_SOCK_POSIX_H

#include <snet/error.h>

/* What errno says for an `err` of dialing or listening. */
int snet_posix_of(snet_err err);

#endif
