/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/tombstones.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "core/snet3/credentials.h"
#include "crypto/secret.h"

struct tombstone {
    struct snet_registry_node node; /* first */
    struct snet_list_node age;
    uint64_t expire_at_ns;
    uint16_t code;
    uint8_t cid[SNET_V3_CID_BYTES];
};

_Static_assert(sizeof(struct tombstone) <= 64, "a tombstone is small: there are many");

snet_err snet_tombstones_init(struct snet_tombstones *tombstones, const struct snet_env *env,
                              uint32_t max)
{
    SNET_ASSERT(max > 0);
    tombstones->env = env;
    tombstones->max = max;
    snet_list_init(&tombstones->by_age);
    return snet_registry_init(&tombstones->registry, env);
}

static void tombstones_remove(struct snet_tombstones *tombstones, struct tombstone *tombstone)
{
    snet_registry_remove(&tombstones->registry, &tombstone->node);
    snet_list_remove(&tombstones->by_age, &tombstone->age);
    tombstones->env->free(tombstones->env->ctx, tombstone);
}

static struct tombstone *tombstones_oldest(const struct snet_tombstones *tombstones)
{
    struct snet_list_node *node = snet_list_first(&tombstones->by_age);
    return node == NULL ? NULL : SNET_CONTAINER(node, struct tombstone, age);
}

void snet_tombstones_deinit(struct snet_tombstones *tombstones)
{
    for (struct tombstone *tombstone = tombstones_oldest(tombstones); tombstone != NULL;
         tombstone = tombstones_oldest(tombstones)) {
        tombstones_remove(tombstones, tombstone);
    }
    snet_registry_deinit(&tombstones->registry);
}

void snet_tombstones_add(struct snet_tombstones *tombstones, const uint8_t cid[SNET_V3_CID_BYTES],
                         enum snet_v3_code code, uint64_t expire_at_ns)
{
    SNET_ASSERT(snet_v3_code_final((uint16_t)code));
    const uint64_t key = snet_credentials_key(cid);
    if (snet_registry_find(&tombstones->registry, key) != NULL) {
        return; /* one in 2^64: the later of two is UNKNOWN */
    }
    if (tombstones->by_age.count == tombstones->max) {
        tombstones_remove(tombstones, tombstones_oldest(tombstones));
    }
    struct tombstone *tombstone = tombstones->env->alloc(tombstones->env->ctx, sizeof *tombstone);
    if (tombstone == NULL) {
        return;
    }
    *tombstone = (struct tombstone){.expire_at_ns = expire_at_ns, .code = (uint16_t)code};
    snet_bytes_copy(tombstone->cid, cid, sizeof tombstone->cid);
    snet_registry_insert(&tombstones->registry, &tombstone->node, key);
    snet_list_push(&tombstones->by_age, &tombstone->age);
}

enum snet_v3_code snet_tombstones_find(const struct snet_tombstones *tombstones,
                                       const uint8_t cid[SNET_V3_CID_BYTES])
{
    struct snet_registry_node *node =
        snet_registry_find(&tombstones->registry, snet_credentials_key(cid));
    const struct tombstone *tombstone =
        node == NULL ? NULL : SNET_CONTAINER(node, struct tombstone, node);
    if (tombstone == NULL || !snet_secret_equal(tombstone->cid, cid, sizeof tombstone->cid)) {
        return SNET_V3_UNKNOWN;
    }
    return (enum snet_v3_code)tombstone->code;
}

void snet_tombstones_expire(struct snet_tombstones *tombstones, uint64_t now)
{
    struct tombstone *tombstone = tombstones_oldest(tombstones);
    while (tombstone != NULL && tombstone->expire_at_ns <= now) {
        tombstones_remove(tombstones, tombstone);
        tombstone = tombstones_oldest(tombstones);
    }
}
