/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/path.h"

#include "base/assert.h"

/* More than any record: a path that carries this much is not slow. It keeps the product below
   2^64, too. */
#define PATH_CARRIED_MAX_BYTES 65536u

_Static_assert(SNET_PATH_SMALL_BYTES < SNET_PATH_FIRST_BYTES &&
                   SNET_PATH_FIRST_BYTES < SNET_PATH_NEXT_BYTES,
               "records grow");

static size_t path_min(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* What the flight in hand has carried in SNET_PATH_SLOW_NS, if that has passed. */
static uint32_t path_slow_bytes(const struct snet_path *path, uint64_t now)
{
    const uint64_t taken_ns = now - path->flight_ns;
    const uint64_t bytes = path->acked - path->flight_from;
    const uint64_t carried = bytes < PATH_CARRIED_MAX_BYTES ? bytes : PATH_CARRIED_MAX_BYTES;
    const uint64_t rate_bytes = carried * SNET_PATH_SLOW_NS / taken_ns;
    return rate_bytes > SNET_PATH_SMALL_BYTES ? (uint32_t)rate_bytes : SNET_PATH_SMALL_BYTES;
}

static bool path_is_slow(const struct snet_path *path, uint64_t now)
{
    return path->flight_ns != 0 && now - path->flight_ns >= SNET_PATH_SLOW_NS;
}

/* What is unacknowledged now is the next flight. */
static void path_fly(struct snet_path *path, const struct snet_path_range *range, uint64_t now)
{
    path->flight_ns = range->sent > range->acked ? now : 0;
    path->flight_from = range->acked;
    path->flight_to = range->sent;
}

void snet_path_sent(struct snet_path *path, const struct snet_path_range *range, uint64_t now)
{
    path->acked = range->acked;
    if (path->flight_ns == 0) {
        path_fly(path, range, now);
    }
}

void snet_path_acked(struct snet_path *path, const struct snet_path_range *range, uint64_t now)
{
    SNET_ASSERT(range->acked >= path->acked);
    path->acked = range->acked;
    path->small = false;
    if (path_is_slow(path, now)) {
        path->slow_bytes = path_slow_bytes(path, now);
        path_fly(path, range, now);
    } else if (range->acked >= path->flight_to) {
        path->slow_bytes = 0;
        path_fly(path, range, now);
    }
}

uint64_t snet_path_flight_bytes(const struct snet_path *path, const struct snet_path_range *range,
                                uint64_t len)
{
    const uint64_t flying = range->sent > range->acked ? range->sent - range->acked : 0;
    if (!path->small) {
        return len;
    }
    const uint64_t most = path->barren ? SNET_PATH_SMALL_BYTES : SNET_PATH_SMALL_FLIGHT_BYTES;
    const uint64_t left = flying < most ? most - flying : 0;
    return left < len ? left : len;
}

size_t snet_path_record_bytes(const struct snet_path *path, uint64_t seq)
{
    size_t most = SIZE_MAX;
    if (path->small) {
        most = SNET_PATH_SMALL_BYTES;
    } else if (seq < SNET_PATH_FIRST_RECORDS) {
        most = SNET_PATH_FIRST_BYTES;
    } else if (seq < SNET_PATH_FIRST_RECORDS + SNET_PATH_NEXT_RECORDS) {
        most = SNET_PATH_NEXT_BYTES;
    }
    return path->slow_bytes == 0 ? most : path_min(most, path->slow_bytes);
}
