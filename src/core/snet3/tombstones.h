/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Tombstones: what a server of snet/3 remembers of sessions that have ended, so that a client that
 * comes back learns how, and not merely that its session is unknown. Their number is bounded; the
 * oldest goes first.
 *
 * Ownership: owns its tombstones. Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_TOMBSTONES_H
#define SNET_CORE_SNET3_TOMBSTONES_H

#include <snet/env.h>
#include <snet/error.h>

#include "base/list.h"
#include "codec/snet3.h"
#include "core/registry.h"

#include <stdint.h>

#define SNET_TOMBSTONES_DEFAULT_MAX 65536u

struct snet_tombstones {
    const struct snet_env *env;
    struct snet_registry registry;
    struct snet_list by_age; /* oldest first: all live equally long */
    uint32_t max;
};

/* Errors: NO_MEMORY. */
SNET_MUST_USE snet_err snet_tombstones_init(struct snet_tombstones *tombstones,
                                            const struct snet_env *env, uint32_t max);
void snet_tombstones_deinit(struct snet_tombstones *tombstones);
/*
 * Remembers until `expire_at_ns` that the session with `cid` ended by `code`. Without memory that
 * is not remembered, and the client learns UNKNOWN, which is true as well.
 */
void snet_tombstones_add(struct snet_tombstones *tombstones, const uint8_t cid[SNET_V3_CID_BYTES],
                         enum snet_v3_code code, uint64_t expire_at_ns);
/* How the session with `cid` ended; UNKNOWN without a tombstone. */
enum snet_v3_code snet_tombstones_find(const struct snet_tombstones *tombstones,
                                       const uint8_t cid[SNET_V3_CID_BYTES]);
/* Drops the tombstones whose time is over. */
void snet_tombstones_expire(struct snet_tombstones *tombstones, uint64_t now);

#endif
