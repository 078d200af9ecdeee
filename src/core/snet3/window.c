/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/window.h"

#include "base/assert.h"

/* Parts of a round trip that a round is measured in. */
#define WINDOW_RTT_PARTS 256u

void snet_window_init(struct snet_window *window, uint32_t bytes, uint32_t max_bytes)
{
    SNET_ASSERT(bytes > 0);
    SNET_ASSERT(bytes <= max_bytes);
    *window = (struct snet_window){.bytes = bytes, .max_bytes = max_bytes};
}

static uint64_t window_max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t window_rtt_ns(const struct snet_window *window)
{
    return window_max(window->rtt_ns, SNET_WINDOW_RTT_MIN_NS);
}

static void window_begin_round(struct snet_window *window, uint64_t offset, bool timed,
                               uint64_t now)
{
    window->mark_offset = offset;
    window->mark_ns = now;
    window->timed = timed;
}

void snet_window_measured(struct snet_window *window, uint64_t rtt_ns, bool first, uint64_t now)
{
    if (first || rtt_ns <= window->rtt_ns || now - window->rtt_at_ns >= SNET_WINDOW_RTT_KEEP_NS) {
        window->rtt_ns = rtt_ns;
        window->rtt_at_ns = now;
    }
}

void snet_window_arrived(struct snet_window *window, uint64_t offset, uint64_t now)
{
    SNET_ASSERT(offset >= window->mark_offset);
    /* Before that it may still be a round in which the window grows. */
    if (now - window->mark_ns >= SNET_WINDOW_ROUND_TRIPS * window_rtt_ns(window)) {
        window_begin_round(window, offset, false, now);
    }
}

uint32_t snet_window_read(struct snet_window *window, uint64_t offset, uint64_t now)
{
    const uint64_t read = offset - window->mark_offset;
    const uint64_t took_ns = now - window->mark_ns;
    if (read < window->bytes) {
        return window->bytes;
    }
    if (window->timed && took_ns < window->rtt_ns / SNET_WINDOW_RTT_ROUNDS) {
        snet_window_measured(window, SNET_WINDOW_RTT_ROUNDS * took_ns, false, now);
    }
    window_begin_round(window, offset, true, now);
    const uint64_t rtt_ns = window_rtt_ns(window);
    if (took_ns >= SNET_WINDOW_ROUND_TRIPS * rtt_ns) {
        return window->bytes;
    }
    /* A path does not carry more in a round trip because it carried this in less. */
    const uint64_t parts = window_max(took_ns, rtt_ns) * WINDOW_RTT_PARTS / rtt_ns;
    const uint64_t wanted = SNET_WINDOW_ROUND_TRIPS * read * WINDOW_RTT_PARTS / parts;
    return wanted < window->max_bytes ? (uint32_t)window_max(wanted, window->bytes)
                                      : window->max_bytes;
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
    window->timed = false; /* the peer has credit for more */
}
