/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Library: begins and ends all that runs in the background, and joins the modules of this folder to
 * the loop's hooks.
 *
 * Thread: any, without the lock of sock/loop.h.
 */
#ifndef SNET_SOCK_LIBRARY_H
#define SNET_SOCK_LIBRARY_H

#include "sock/socket.h"

/* Sees to it that the loop runs. Errors: FORKED, NO_MEMORY, OS, CRYPTO. */
SNET_MUST_USE snet_err snet_library_start(void);

#endif
