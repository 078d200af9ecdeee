/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "base/bytes.h"

#include <string.h>

void snet_bytes_copy(uint8_t *ret_to, const uint8_t *from, size_t len)
{
    if (len > 0) {
        memcpy(ret_to, from, len);
    }
}
