/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/replays.h"

#include "base/cursor.h"
#include "base/try.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

static snet_err replays_begin(struct snet_replays *replays, snet_core *core)
{
    SNET_TRY(snet_core_random_bytes(core, SNET_RANDOM_TABLE, replays->key, sizeof replays->key));
    replays->places = snet_core_alloc(core, SNET_REPLAYS_PLACES * sizeof *replays->places);
    return SNET_OK;
}

snet_err snet_replays_mark(struct snet_replays *replays, snet_core *core,
                           struct snet_bytes ephemeral, uint64_t *ret_mark)
{
    uint8_t mac[SNET_HASH_BYTES];
    if (replays->places == NULL) {
        SNET_TRY(replays_begin(replays, core));
    }
    /* With a key, or somebody could choose HELLOs that push a certain one out. */
    const struct snet_bytes key = {replays->key, sizeof replays->key};
    SNET_TRY(snet_hash_hmac(core->crypto, key, &ephemeral, 1, mac));
    struct snet_reader reader;
    snet_reader_init(&reader, mac, sizeof *ret_mark);
    *ret_mark = snet_reader_u64(&reader) | 1u;
    return SNET_OK;
}

static struct snet_replays_place *replays_place(const struct snet_replays *replays, uint64_t mark)
{
    return &replays->places[(mark >> 1) % SNET_REPLAYS_PLACES];
}

bool snet_replays_has(const struct snet_replays *replays, uint64_t mark)
{
    if (replays->places == NULL) {
        return false; /* without memory for it, each is answered */
    }
    const struct snet_replays_place *place = replays_place(replays, mark);
    for (size_t i = 0; i < SNET_REPLAYS_PER_PLACE; i++) {
        if (place->marks[i] == mark) {
            return true;
        }
    }
    return false;
}

void snet_replays_add(struct snet_replays *replays, uint64_t mark)
{
    if (replays->places != NULL) {
        struct snet_replays_place *place = replays_place(replays, mark);
        place->marks[place->next % SNET_REPLAYS_PER_PLACE] = mark;
        place->next++;
    }
}

void snet_replays_deinit(struct snet_replays *replays, snet_core *core)
{
    snet_core_release(core, replays->places);
    snet_secret_wipe(replays, sizeof *replays);
}
