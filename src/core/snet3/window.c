/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/window.h"

#include "base/assert.h"

void snet_window_init(struct snet_window *window, uint32_t bytes, uint32_t max_bytes)
{
    SNET_ASSERT(bytes > 0);
    SNET_ASSERT(bytes <= max_bytes);
    *window = (struct snet_window){.bytes = bytes, .max_bytes = max_bytes};
}

uint32_t snet_window_read(struct snet_window *window, uint64_t offset, uint64_t rtt_ns,
                          uint64_t now)
{
    if (offset - window->mark_offset < window->bytes) {
        return window->bytes;
    }
    const bool known = window->mark_ns != 0;
    const bool fast = now - window->mark_ns < SNET_WINDOW_ROUND_TRIPS * rtt_ns;
    window->mark_offset = offset;
    window->mark_ns = now;
    if (!known || !fast) {
        return window->bytes;
    }
    return window->bytes <= window->max_bytes / 2 ? 2 * window->bytes : window->max_bytes;
}

void snet_window_grow(struct snet_window *window, uint32_t bytes)
{
    SNET_ASSERT(bytes >= window->bytes);
    SNET_ASSERT(bytes <= window->max_bytes);
    window->bytes = bytes;
}

void snet_window_shrink(struct snet_window *window, uint32_t bytes)
{
    SNET_ASSERT(bytes > 0);
    SNET_ASSERT(bytes <= window->bytes);
    window->bytes = bytes;
}
