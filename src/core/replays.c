/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/replays.h"

#include "base/cursor.h"
#include "base/try.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

snet_err snet_replays_begin(struct snet_replays *replays, const struct snet_env *env)
{
    const size_t bytes = SNET_REPLAYS_PLACES * sizeof *replays->places;
    SNET_TRY(env->random(env->ctx, SNET_RANDOM_TABLE, replays->key, sizeof replays->key));
    replays->places = env->alloc(env->ctx, bytes);
    for (size_t i = 0; replays->places != NULL && i < SNET_REPLAYS_PLACES; i++) {
        replays->places[i] = (struct snet_replays_place){.next = 0};
    }
    return SNET_OK;
}

snet_err snet_replays_mark(const struct snet_replays *replays, struct snet_crypto *crypto,
                           struct snet_bytes ephemeral, uint64_t *ret_mark)
{
    uint8_t mac[SNET_HASH_BYTES];
    /* With a key, or somebody could choose HELLOs that push a certain one out. */
    const struct snet_bytes key = {replays->key, sizeof replays->key};
    SNET_TRY(snet_hash_hmac(crypto, key, &ephemeral, 1, mac));
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
        if (atomic_load_explicit(&place->marks[i], memory_order_relaxed) == mark) {
            return true;
        }
    }
    return false;
}

void snet_replays_add(struct snet_replays *replays, uint64_t mark)
{
    if (replays->places != NULL) {
        struct snet_replays_place *place = replays_place(replays, mark);
        const uint64_t next = atomic_fetch_add_explicit(&place->next, 1, memory_order_relaxed);
        atomic_store_explicit(&place->marks[next % SNET_REPLAYS_PER_PLACE], mark,
                              memory_order_relaxed);
    }
}

void snet_replays_deinit(struct snet_replays *replays, const struct snet_env *env)
{
    if (replays->places != NULL) {
        env->free(env->ctx, replays->places);
    }
    snet_secret_wipe(replays, sizeof *replays);
}
