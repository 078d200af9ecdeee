/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Bytes: a borrowed stretch of memory, to read from; and a buffer, to write to as well.
 */
#ifndef SNET_BASE_BYTES_H
#define SNET_BASE_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct snet_bytes {
    const uint8_t *data;
    size_t len;
};

struct snet_buffer {
    uint8_t *data;
    size_t len;
};

#endif
