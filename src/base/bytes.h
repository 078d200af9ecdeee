/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Bytes: a borrowed stretch of memory, for functions that take several.
 */
#ifndef SNET_BASE_BYTES_H
#define SNET_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct snet_bytes {
    const uint8_t *data;
    size_t len;
};

#endif
