/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/shards.h"

/* Where an id of the legacy wires has its shard: in its third byte. */
#define SHARDS_ID_SHIFT 16u
#define SHARDS_ID_MASK UINT64_C(0xFF)

uint8_t snet_shards_draw(uint32_t shards, uint64_t random)
{
    if (shards == 0) {
        return SNET_SHARD_NONE;
    }
    uint8_t members[SNET_SHARD_NONE];
    unsigned count = 0;
    for (uint8_t shard = 0; shard < SNET_SHARD_NONE; shard++) {
        if ((shards >> shard & 1) != 0) {
            members[count++] = shard;
        }
    }
    return members[random % count];
}

bool snet_shards_elsewhere(uint32_t shards, uint8_t shard)
{
    return shards != 0 && shard < SNET_SHARD_NONE && (shards >> shard & 1) == 0;
}

uint64_t snet_shards_put(uint64_t id, uint8_t shard)
{
    return shard == SNET_SHARD_NONE
               ? id
               : (id & ~(SHARDS_ID_MASK << SHARDS_ID_SHIFT)) | (uint64_t)shard << SHARDS_ID_SHIFT;
}

uint8_t snet_shards_in(uint64_t id)
{
    const uint64_t shard = id >> SHARDS_ID_SHIFT & SHARDS_ID_MASK;
    return shard < SNET_SHARD_NONE ? (uint8_t)shard : SNET_SHARD_NONE;
}
