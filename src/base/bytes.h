/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Bytes: a borrowed stretch of memory, to read from; and a buffer, to write to as well.
 *
 * Thread: any.
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

/*
 * Copies between objects of a length that both are known to have, a key or an id; what is parsed
 * or put together goes through base/cursor.h. Without bytes, `from` may be NULL.
 */
void snet_bytes_copy(uint8_t *ret_to, const uint8_t *from, size_t len);

#endif
