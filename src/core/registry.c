/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/registry.h"

#include "base/assert.h"

/* Returns zeroed buckets, or NULL. */
static struct snet_registry_node **registry_buckets(const struct snet_env *env, size_t count)
{
    struct snet_registry_node **buckets =
        env->alloc(env->ctx, count * sizeof(struct snet_registry_node *));
    for (size_t i = 0; buckets != NULL && i < count; i++) {
        buckets[i] = NULL;
    }
    return buckets;
}

/* The low byte of an id may have a fixed shape: the hash is above it. */
static size_t registry_index(uint64_t id, size_t bucket_count)
{
    return (size_t)((id >> 8) ^ id) & (bucket_count - 1);
}

snet_err snet_registry_init(struct snet_registry *registry, const struct snet_env *env)
{
    struct snet_registry_node **buckets = registry_buckets(env, SNET_REGISTRY_BUCKETS_MIN);
    if (buckets == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    *registry = (struct snet_registry){
        .env = env,
        .buckets = buckets,
        .bucket_count = SNET_REGISTRY_BUCKETS_MIN,
    };
    return SNET_OK;
}

void snet_registry_deinit(struct snet_registry *registry)
{
    if (registry->buckets == NULL) {
        return;
    }
    SNET_ASSERT(registry->count == 0);
    registry->env->free(registry->env->ctx, registry->buckets);
    registry->buckets = NULL;
}

static void registry_put(struct snet_registry_node **buckets, size_t bucket_count,
                         struct snet_registry_node *node)
{
    struct snet_registry_node **bucket = &buckets[registry_index(node->id, bucket_count)];
    node->next = *bucket;
    *bucket = node;
}

/* Doubles the table; without memory it stays as it is. */
static void registry_grow(struct snet_registry *registry)
{
    const size_t bucket_count = 2 * registry->bucket_count;
    struct snet_registry_node **buckets = registry_buckets(registry->env, bucket_count);
    if (buckets == NULL) {
        return;
    }
    for (size_t i = 0; i < registry->bucket_count; i++) {
        struct snet_registry_node *node = registry->buckets[i];
        while (node != NULL) {
            struct snet_registry_node *next = node->next;
            registry_put(buckets, bucket_count, node);
            node = next;
        }
    }
    registry->env->free(registry->env->ctx, registry->buckets);
    registry->buckets = buckets;
    registry->bucket_count = bucket_count;
}

void snet_registry_insert(struct snet_registry *registry, struct snet_registry_node *node,
                          uint64_t id)
{
    SNET_ASSERT(id != 0);
    SNET_ASSERT(node->id == 0);
    if (registry->count >= registry->bucket_count) {
        registry_grow(registry);
    }
    node->id = id;
    registry_put(registry->buckets, registry->bucket_count, node);
    registry->count++;
}

void snet_registry_remove(struct snet_registry *registry, struct snet_registry_node *node)
{
    if (node->id == 0) {
        return;
    }
    struct snet_registry_node **at =
        &registry->buckets[registry_index(node->id, registry->bucket_count)];
    while (*at != node) {
        SNET_ASSERT(*at != NULL);
        at = &(*at)->next;
    }
    *at = node->next;
    *node = (struct snet_registry_node){0};
    registry->count--;
}

struct snet_registry_node *snet_registry_find(const struct snet_registry *registry, uint64_t id)
{
    struct snet_registry_node *node = registry->buckets[registry_index(id, registry->bucket_count)];
    while (node != NULL && node->id != id) {
        node = node->next;
    }
    return node;
}
