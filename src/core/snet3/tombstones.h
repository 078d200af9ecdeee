/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Tombs: what a server of snet/3 remembers of sessions that have ended, so that a client that comes
 * back is told how, and not merely that nobody knows it. A bounded number, the oldest goes first.
 *
 * Ownership: owns its tombs. Thread: that of the core.
 */
#ifndef SNET_CORE_SNET3_TOMBSTONES_H
#define SNET_CORE_SNET3_TOMBSTONES_H

#include <snet/env.h>
#include <snet/error.h>

#include "base/list.h"
#include "codec/snet3.h"
#include "core/registry.h"

#include <stdint.h>

#define SNET_TOMBS_DEFAULT_MAX 65536u

struct snet_tombs {
    const struct snet_env *env;
    struct snet_registry registry;
    struct snet_list by_age; /* oldest first: all live equally long */
    uint32_t max;
};

/* Errors: NO_MEMORY. */
SNET_MUST_USE snet_err snet_tombs_init(struct snet_tombs *tombs, const struct snet_env *env,
                                       uint32_t max);
void snet_tombs_deinit(struct snet_tombs *tombs);
/*
 * Remembers until `expire_at_ns` that the session with `cid` ended by `code`. Without memory it is
 * not remembered: then the client is told UNKNOWN, which is true as well.
 */
void snet_tombs_add(struct snet_tombs *tombs, const uint8_t cid[SNET_SECURE_CID_BYTES],
                    enum snet_secure_code code, uint64_t expire_at_ns);
/* How the session with `cid` ended; UNKNOWN when nothing is known of it. */
enum snet_secure_code snet_tombs_find(const struct snet_tombs *tombs,
                                      const uint8_t cid[SNET_SECURE_CID_BYTES]);
/* Forgets what is due. */
void snet_tombs_expire(struct snet_tombs *tombs, uint64_t now);

#endif
