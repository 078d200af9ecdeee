/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Registry: finds a server's sessions by their id. A chained hash table of nodes embedded in the
 * sessions; the ids are random and chosen here, so their bits are the hash.
 *
 * Ownership: borrows nodes, owns its buckets. Thread: that of the core.
 */
#ifndef SNET_CORE_REGISTRY_H
#define SNET_CORE_REGISTRY_H

#include <snet/env.h>
#include <snet/error.h>

#include <stddef.h>
#include <stdint.h>

#define SNET_REGISTRY_BUCKETS_MIN 64u

struct snet_registry_node {
    struct snet_registry_node *next;
    uint64_t id; /* 0: in no registry */
};

struct snet_registry {
    const struct snet_env *env;
    struct snet_registry_node **buckets;
    size_t bucket_count; /* a power of two */
    size_t count;
};

/* Errors: NO_MEMORY. */
SNET_MUST_USE snet_err snet_registry_init(struct snet_registry *registry,
                                          const struct snet_env *env);
/* Frees the buckets; the nodes must have been removed. */
void snet_registry_deinit(struct snet_registry *registry);
/* Enters a node under an id that is neither 0 nor taken. Never fails: a full table gets slow. */
void snet_registry_insert(struct snet_registry *registry, struct snet_registry_node *node,
                          uint64_t id);
/* Takes the node out; does nothing when it is in no registry. */
void snet_registry_remove(struct snet_registry *registry, struct snet_registry_node *node);
/* The node with `id`, or NULL. */
struct snet_registry_node *snet_registry_find(const struct snet_registry *registry, uint64_t id);

#endif
