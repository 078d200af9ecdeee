/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * SNET_TRY: the only macro with hidden control flow. It returns the error of a call to the caller
 * and is allowed only where nothing needs undoing.
 */
#ifndef SNET_BASE_TRY_H
#define SNET_BASE_TRY_H

#include <snet/error.h>

#define SNET_TRY(call)                                                                             \
    do {                                                                                           \
        const snet_err snet_try_err = (call);                                                      \
        if (snet_try_err != SNET_OK) {                                                             \
            return snet_try_err;                                                                   \
        }                                                                                          \
    } while (0)

#endif
