/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/tombstones.h"

#include "base/assert.h"
#include "base/cursor.h"
#include "core/snet3/credentials.h"
#include "crypto/secret.h"

struct tomb {
    struct snet_registry_node node; /* first */
    struct snet_list_node age;
    uint64_t expire_at_ns;
    uint16_t code;
    uint8_t cid[SNET_SECURE_CID_BYTES];
};

_Static_assert(sizeof(struct tomb) <= 64, "a tomb is small: there are many");

snet_err snet_tombs_init(struct snet_tombs *tombs, const struct snet_env *env, uint32_t max)
{
    SNET_ASSERT(max > 0);
    tombs->env = env;
    tombs->max = max;
    snet_list_init(&tombs->by_age);
    return snet_registry_init(&tombs->registry, env);
}

static void tombs_remove(struct snet_tombs *tombs, struct tomb *tomb)
{
    snet_registry_remove(&tombs->registry, &tomb->node);
    snet_list_remove(&tombs->by_age, &tomb->age);
    tombs->env->free(tombs->env->ctx, tomb);
}

static struct tomb *tombs_oldest(const struct snet_tombs *tombs)
{
    struct snet_list_node *node = snet_list_first(&tombs->by_age);
    return node == NULL ? NULL : SNET_CONTAINER(node, struct tomb, age);
}

void snet_tombs_deinit(struct snet_tombs *tombs)
{
    for (struct tomb *tomb = tombs_oldest(tombs); tomb != NULL; tomb = tombs_oldest(tombs)) {
        tombs_remove(tombs, tomb);
    }
    snet_registry_deinit(&tombs->registry);
}

void snet_tombs_add(struct snet_tombs *tombs, const uint8_t cid[SNET_SECURE_CID_BYTES],
                    enum snet_secure_code code, uint64_t expire_at_ns)
{
    SNET_ASSERT(snet_secure_code_final((uint16_t)code));
    const uint64_t key = snet_credentials_key(cid);
    if (snet_registry_find(&tombs->registry, key) != NULL) {
        return; /* one in 2^64: the later of two is UNKNOWN */
    }
    if (tombs->by_age.count == tombs->max) {
        tombs_remove(tombs, tombs_oldest(tombs));
    }
    struct tomb *tomb = tombs->env->alloc(tombs->env->ctx, sizeof *tomb);
    if (tomb == NULL) {
        return;
    }
    *tomb = (struct tomb){.expire_at_ns = expire_at_ns, .code = (uint16_t)code};
    struct snet_writer writer;
    snet_writer_init(&writer, tomb->cid, sizeof tomb->cid);
    snet_writer_bytes(&writer, cid, sizeof tomb->cid);
    snet_registry_insert(&tombs->registry, &tomb->node, key);
    snet_list_push(&tombs->by_age, &tomb->age);
}

enum snet_secure_code snet_tombs_find(const struct snet_tombs *tombs,
                                      const uint8_t cid[SNET_SECURE_CID_BYTES])
{
    struct snet_registry_node *node =
        snet_registry_find(&tombs->registry, snet_credentials_key(cid));
    const struct tomb *tomb = node == NULL ? NULL : SNET_CONTAINER(node, struct tomb, node);
    if (tomb == NULL || !snet_secret_equal(tomb->cid, cid, sizeof tomb->cid)) {
        return SNET_SECURE_UNKNOWN;
    }
    return (enum snet_secure_code)tomb->code;
}

void snet_tombs_expire(struct snet_tombs *tombs, uint64_t now)
{
    struct tomb *tomb = tombs_oldest(tombs);
    while (tomb != NULL && tomb->expire_at_ns <= now) {
        tombs_remove(tombs, tomb);
        tomb = tombs_oldest(tombs);
    }
}
