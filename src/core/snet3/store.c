/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/store.h"

#include "base/assert.h"
#include "base/try.h"
#include "core/server.h"
#include "core/shares.h"
#include "crypto/secret.h"

/* Collisions of 96 random bits mean a broken random source. */
#define STORE_DRAWS_MAX 4u

_Static_assert(sizeof(struct snet_cids_keys) <= SNET_SECRETS_PLACE_BYTES, "the keys have a place");

/* The keys of names that follow from a keyring, in a place of their own. */
static snet_err store_make_root(snet_core *core, const struct snet_keyring *keyring,
                                uint32_t node_id, struct snet_cids *ret_root)
{
    struct snet_cids_keys *keys = snet_secrets_take(&core->secrets);
    if (keys == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    const snet_err err =
        snet_cids_init(ret_root, keys, core->crypto, snet_keyring_root(keyring), node_id);
    if (err != SNET_OK) {
        snet_secrets_give(&core->secrets, keys);
    }
    return err;
}

static void store_drop_root(snet_core *core, struct snet_cids *root)
{
    snet_secrets_give(&core->secrets, root->keys);
    *root = (struct snet_cids){.keys = NULL};
}

static snet_err store_set_up(struct snet_v3_store *store, const struct snet_server_keys *keys)
{
    snet_core *core = store->core;
    SNET_TRY(snet_keyring_new(&core->secrets, core->crypto, keys, &store->keyring));
    SNET_TRY(store_make_root(core, store->keyring, keys->node_id, &store->cids));
    SNET_TRY(snet_registry_init(&store->registry, &core->env));
    const snet_err err =
        snet_tombstones_init(&store->tombstones, &core->env, SNET_TOMBSTONES_DEFAULT_MAX);
    if (err != SNET_OK) {
        snet_registry_deinit(&store->registry);
    }
    return err;
}

struct snet_v3_store *snet_v3_store_of(const snet_server *server)
{
    return server->wire_states[SNET_WIRE_INDEX(SNET_WIRE_3)];
}

snet_err snet_v3_store_new(snet_core *core, const struct snet_server_keys *keys,
                           struct snet_v3_store **ret_store)
{
    struct snet_v3_store *store = snet_core_alloc(core, sizeof *store);
    if (store == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    store->core = core;
    store->replays = core->shares != NULL ? &core->shares->replays : &store->own_replays;
    snet_handshakes_init(&store->unconfirmed);
    const snet_err err = store_set_up(store, keys);
    if (err != SNET_OK) {
        snet_keyring_free(store->keyring);
        store_drop_root(core, &store->cids);
        snet_core_release(core, store);
        return err;
    }
    *ret_store = store;
    return SNET_OK;
}

void snet_v3_store_free(struct snet_v3_store *store)
{
    if (store == NULL) {
        return;
    }
    SNET_ASSERT(store->unconfirmed.list.count == 0);
    snet_registry_deinit(&store->registry);
    snet_tombstones_deinit(&store->tombstones);
    snet_replays_deinit(&store->own_replays, &store->core->env);
    snet_keyring_free(store->keyring);
    store_drop_root(store->core, &store->cids);
    for (size_t i = 0; i < SNET_V3_FORMER_ROOTS_MAX; i++) {
        store_drop_root(store->core, &store->former_cids[i]);
    }
    snet_core_release(store->core, store);
}

/* --- Other keys --------------------------------------------------------------------------- */

static bool store_same_root(const struct snet_cids *a, const struct snet_cids *b)
{
    return a->keys != NULL &&
           snet_secret_equal(a->keys->reset_key, b->keys->reset_key, sizeof a->keys->reset_key);
}

/* New names are of this root from now on. One that was the root before moves up again. */
static void store_begin_root(struct snet_v3_store *store, const struct snet_cids *root)
{
    struct snet_cids moving = store->cids;
    store->cids = *root;
    for (size_t i = 0; i < SNET_V3_FORMER_ROOTS_MAX && !store_same_root(&moving, root); i++) {
        const struct snet_cids former = store->former_cids[i];
        store->former_cids[i] = moving;
        moving = former;
    }
    store_drop_root(store->core, &moving); /* the same as the new one, unused, or one too many */
}

snet_err snet_v3_store_rekey(struct snet_v3_store *store, const struct snet_server_keys *keys,
                             struct snet_keyring **ret_former)
{
    snet_core *core = store->core;
    struct snet_keyring *keyring = NULL;
    struct snet_cids root;
    if (keys->node_id != store->cids.node_id) {
        return SNET_ERR_INVALID;
    }
    SNET_TRY(snet_keyring_new(&core->secrets, core->crypto, keys, &keyring));
    const snet_err err = store_make_root(core, keyring, keys->node_id, &root);
    if (err != SNET_OK) {
        snet_keyring_free(keyring);
        return err;
    }
    *ret_former = store->keyring;
    store->keyring = keyring;
    store_begin_root(store, &root);
    return SNET_OK;
}

snet_err snet_v3_store_find_root(const struct snet_v3_store *store,
                                 const uint8_t cid[SNET_V3_CID_BYTES],
                                 const struct snet_cids **ret_root, enum snet_cids_owner *ret_owner)
{
    enum snet_cids_owner owner = SNET_CIDS_FOREIGN;
    SNET_TRY(snet_cids_find_owner(&store->cids, cid, ret_owner));
    *ret_root = &store->cids;
    for (size_t i = 0; i < SNET_V3_FORMER_ROOTS_MAX && *ret_owner == SNET_CIDS_OTHER_NODE; i++) {
        const struct snet_cids *former = &store->former_cids[i];
        if (former->keys == NULL) {
            break;
        }
        SNET_TRY(snet_cids_find_owner(former, cid, &owner));
        if (owner == SNET_CIDS_OURS) {
            *ret_root = former;
            *ret_owner = owner;
        }
    }
    return SNET_OK;
}

/* --- Names -------------------------------------------------------------------------------- */

bool snet_v3_store_is_unused(const struct snet_v3_store *store,
                             const uint8_t cid[SNET_V3_CID_BYTES])
{
    return snet_registry_find(&store->registry, snet_credentials_key(cid)) == NULL;
}

snet_err snet_v3_store_draw(struct snet_v3_store *store, uint8_t shard,
                            uint8_t ret_cid[SNET_V3_CID_BYTES])
{
    uint8_t random[SNET_CIDS_RANDOM_BYTES];
    uint8_t cid[SNET_V3_CID_BYTES];
    for (unsigned draw = 0; draw < STORE_DRAWS_MAX; draw++) {
        SNET_TRY(
            snet_core_random_bytes(store->core, SNET_RANDOM_SESSION_ID, random, sizeof random));
        SNET_TRY(snet_cids_make(&store->cids, random, shard, cid));
        if (snet_v3_store_is_unused(store, cid) &&
            snet_tombstones_find(&store->tombstones, cid) == SNET_V3_UNKNOWN) {
            snet_bytes_copy(ret_cid, cid, sizeof cid);
            return SNET_OK;
        }
    }
    return SNET_ERR_RANDOM;
}

struct snet_credential *snet_v3_store_find(const struct snet_v3_store *store,
                                           const uint8_t cid[SNET_V3_CID_BYTES])
{
    struct snet_registry_node *node =
        snet_registry_find(&store->registry, snet_credentials_key(cid));
    struct snet_credential *credential =
        node == NULL ? NULL : SNET_CONTAINER(node, struct snet_credential, node);
    const bool same =
        credential != NULL && snet_secret_equal(credential->cid, cid, sizeof credential->cid);
    return same ? credential : NULL;
}

void snet_v3_store_enter(struct snet_v3_store *store, struct snet_credential *credential)
{
    SNET_ASSERT(credential->owner != NULL);
    snet_registry_insert(&store->registry, &credential->node,
                         snet_credentials_key(credential->cid));
}

void snet_v3_store_retire(struct snet_v3_store *store, struct snet_credential *credential)
{
    snet_registry_remove(&store->registry, &credential->node);
    snet_secrets_give(&store->core->secrets, credential->secrets);
    credential->secrets = NULL;
    snet_credentials_retire(credential);
}

void snet_v3_store_record_tombstone(struct snet_v3_store *store, struct snet_credential *credential,
                                    enum snet_v3_code code, uint64_t expire_at_ns)
{
    if (credential->node.id != 0) {
        snet_tombstones_add(&store->tombstones, credential->cid, code, expire_at_ns);
    }
    snet_v3_store_retire(store, credential);
}
