/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Shards: the parts into which the sessions of a server are divided among several that share its
 * keys. A session has its shard from the server that it began at, and for life; all its ids carry
 * it [PROTO 12.5] [PROTO 4.2]. Pure.
 */
#ifndef SNET_CORE_SHARDS_H
#define SNET_CORE_SHARDS_H

#include <snet/core.h>

#include <stdbool.h>
#include <stdint.h>

/* No shard: of a server that is alone, or in an id that carries none. */
#define SNET_SHARD_NONE SNET_SHARDS_MAX

/* One of those in `shards`, by any number; NONE of no shards. */
uint8_t snet_shards_draw(uint32_t shards, uint64_t random);
/* Whether it belongs to another server than that of `shards`. */
bool snet_shards_elsewhere(uint32_t shards, uint8_t shard);
/* An id of the legacy wires that carries the shard, NONE changes nothing. */
uint64_t snet_shards_put(uint64_t id, uint8_t shard);
/* What an id of the legacy wires carries, if it carries one. */
uint8_t snet_shards_in(uint64_t id);

#endif
