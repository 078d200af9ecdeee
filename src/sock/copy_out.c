/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/copy_out.h"

#include "base/cursor.h"

void snet_copy_out(void *ret, size_t ret_size, const void *own, size_t own_size)
{
    const size_t len = ret_size < own_size ? ret_size : own_size;
    struct snet_writer writer;
    snet_writer_init(&writer, ret, ret_size);
    snet_writer_bytes(&writer, own, len);
    snet_writer_zeros(&writer, ret_size - len);
}
