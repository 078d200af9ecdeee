/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Store: what a server of snet/3 keeps for all of its sessions. These are its keys, the keys of
 * names, the credential that each name stands for, and tombstones of sessions that have ended.
 *
 * Ownership: belongs to its server. Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_STORE_H
#define SNET_CORE_SNET3_STORE_H

#include "core/core.h"
#include "core/handshakes.h"
#include "core/registry.h"
#include "core/replays.h"
#include "core/snet3/cids.h"
#include "core/snet3/credentials.h"
#include "core/snet3/keyring.h"
#include "core/snet3/tombstones.h"

/* How many roots of names are remembered that were the root before. */
#define SNET_V3_FORMER_ROOTS_MAX 4u

struct snet_v3_store {
    snet_core *core;
    struct snet_keyring *keyring;
    struct snet_cids cids; /* for new names; its keys are a place of the core's secrets */
    /* Of the roots before, latest first: clients have tokens of these. Unused ones are zeros. */
    struct snet_cids former_cids[SNET_V3_FORMER_ROOTS_MAX];
    struct snet_registry registry; /* credentials, by cid */
    struct snet_tombstones tombstones;
    struct snet_replays *replays; /* those that several servers have together, or: */
    struct snet_replays own_replays;
    struct snet_handshakes unconfirmed; /* sessions that no record has proven yet */
};

/* The store of a server that serves snet/3. */
struct snet_v3_store *snet_v3_store_of(const snet_server *server);
/* Errors: INVALID when `keys` make no sense, NO_MEMORY, CRYPTO. */
SNET_MUST_USE snet_err snet_v3_store_new(snet_core *core, const struct snet_server_keys *keys,
                                         struct snet_v3_store **ret_store);
/* Its sessions must be gone. Accepts NULL. */
void snet_v3_store_free(struct snet_v3_store *store);
/*
 * The server has other keys from now on, with `node_id` as it was. The keyring that it had is the
 * caller's to free; names go on to be known. Errors, after which nothing has changed: as of
 * snet_v3_store_new.
 */
SNET_MUST_USE snet_err snet_v3_store_rekey(struct snet_v3_store *store,
                                           const struct snet_server_keys *keys,
                                           struct snet_keyring **ret_former);
/* Which root made a name, so that its token can be worked out, and whose it is. Errors: CRYPTO. */
SNET_MUST_USE snet_err snet_v3_store_find_root(const struct snet_v3_store *store,
                                               const uint8_t cid[SNET_V3_CID_BYTES],
                                               const struct snet_cids **ret_root,
                                               enum snet_cids_owner *ret_owner);
/* A fresh name that is not taken, with this shard. Errors: RANDOM, CRYPTO. */
SNET_MUST_USE snet_err snet_v3_store_draw(struct snet_v3_store *store, uint8_t shard,
                                          uint8_t ret_cid[SNET_V3_CID_BYTES]);
/* Whether no credential has the name. */
bool snet_v3_store_is_unused(const struct snet_v3_store *store,
                             const uint8_t cid[SNET_V3_CID_BYTES]);
/* The credential with that name, or NULL. */
struct snet_credential *snet_v3_store_find(const struct snet_v3_store *store,
                                           const uint8_t cid[SNET_V3_CID_BYTES]);
/* The credential can be found from now on. */
void snet_v3_store_enter(struct snet_v3_store *store, struct snet_credential *credential);
/* The credential can be found no more, and is wiped. It may be one that never could. */
void snet_v3_store_retire(struct snet_v3_store *store, struct snet_credential *credential);
/* As above, and until `expire_at_ns` a tombstone says how its session has ended. */
void snet_v3_store_record_tombstone(struct snet_v3_store *store, struct snet_credential *credential,
                                    enum snet_v3_code code, uint64_t expire_at_ns);

#endif
