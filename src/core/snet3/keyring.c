/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/keyring.h"

#include "base/assert.h"
#include "core/snet3/messages.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

#include <string.h>

struct keyring_psk {
    struct snet_key key; /* secret */
    uint8_t id[SNET_V3_PSK_ID_BYTES];
};

struct snet_keyring {
    struct snet_secrets *secrets;
    struct snet_crypto *crypto;
    size_t secret_count;
    size_t psk_count;
    size_t authorized_count;
    bool restricted; /* to those on the list, which may be empty */
    struct snet_x25519 *pairs[SNET_SERVER_SECRETS_MAX];
    struct keyring_psk *psks[SNET_SERVER_PSKS_MAX];
    struct snet_key authorized[]; /* ascending */
};

_Static_assert(SNET_KEY_BYTES == SNET_X25519_BYTES, "keys as programs and as libcrypto have them");
_Static_assert(SNET_KEY_BYTES == SNET_HASH_BYTES, "each key can be a secret to expand");
_Static_assert(sizeof(struct snet_x25519) <= SNET_SECRETS_PLACE_BYTES, "a pair has a place");
_Static_assert(sizeof(struct keyring_psk) <= SNET_SECRETS_PLACE_BYTES, "a psk has a place");

static size_t keyring_bytes(size_t authorized_count)
{
    return sizeof(struct snet_keyring) + authorized_count * sizeof(struct snet_key);
}

/* --- The list of authorized clients ------------------------------------------------------- */

/* Public keys are no secret: the time that this takes may depend on them. */
static bool keyring_less(const struct snet_key *a, const struct snet_key *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) < 0;
}

/* Sifts the key at `index` down until no child is greater, in a heap of `count` keys. */
static void keyring_sift(struct snet_key *keys, size_t index, size_t count)
{
    const struct snet_key sinking = keys[index];
    for (size_t child = 2 * index + 1; child < count; child = 2 * index + 1) {
        if (child + 1 < count && keyring_less(&keys[child], &keys[child + 1])) {
            child++;
        }
        if (!keyring_less(&sinking, &keys[child])) {
            break;
        }
        keys[index] = keys[child];
        index = child;
    }
    keys[index] = sinking;
}

/* Heapsort: qsort of the C library may allocate and need not be n log n. */
static void keyring_sort(struct snet_key *keys, size_t count)
{
    for (size_t i = count / 2; i > 0; i--) {
        keyring_sift(keys, i - 1, count);
    }
    for (size_t left = count; left > 1; left--) {
        const struct snet_key greatest = keys[0];
        keys[0] = keys[left - 1];
        keys[left - 1] = greatest;
        keyring_sift(keys, 0, left - 1);
    }
}

bool snet_keyring_restricted(const struct snet_keyring *keyring)
{
    return keyring->restricted;
}

bool snet_keyring_authorizes(const struct snet_keyring *keyring,
                             const uint8_t public_key[SNET_X25519_BYTES])
{
    size_t first = 0;
    size_t end = keyring->authorized_count;
    while (first < end) {
        const size_t middle = first + (end - first) / 2;
        const int order = memcmp(keyring->authorized[middle].bytes, public_key, SNET_KEY_BYTES);
        if (order == 0) {
            return true;
        }
        if (order < 0) {
            first = middle + 1;
        } else {
            end = middle;
        }
    }
    return !snet_keyring_restricted(keyring);
}

/* --- Life --------------------------------------------------------------------------------- */

static bool keyring_list_valid(const struct snet_key *list, size_t count, size_t max)
{
    return count <= max && (count == 0 || list != NULL);
}

static bool keyring_valid(const struct snet_server_keys *keys)
{
    return keys->secret_count + keys->psk_count > 0 &&
           keyring_list_valid(keys->secrets, keys->secret_count, SNET_SERVER_SECRETS_MAX) &&
           keyring_list_valid(keys->psks, keys->psk_count, SNET_SERVER_PSKS_MAX) &&
           keyring_list_valid(keys->authorized, keys->authorized_count, SNET_SERVER_AUTHORIZED_MAX);
}

static snet_err keyring_add_pair(struct snet_keyring *keyring, const struct snet_key *key)
{
    struct snet_x25519 *pair = snet_secrets_take(keyring->secrets);
    if (pair == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    keyring->pairs[keyring->secret_count++] = pair;
    return snet_x25519_import(key->bytes, pair);
}

static snet_err keyring_add_psk(struct snet_keyring *keyring, const struct snet_key *key)
{
    struct keyring_psk *psk = snet_secrets_take(keyring->secrets);
    if (psk == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    keyring->psks[keyring->psk_count++] = psk;
    psk->key = *key;
    return snet_keyring_psk_id(keyring->crypto, key->bytes, psk->id);
}

/* Copies the keys and adds what is derived from each. */
static snet_err keyring_fill(struct snet_keyring *keyring, const struct snet_server_keys *keys)
{
    snet_err err = SNET_OK;
    for (size_t i = 0; err == SNET_OK && i < keys->secret_count; i++) {
        err = keyring_add_pair(keyring, &keys->secrets[i]);
    }
    for (size_t i = 0; err == SNET_OK && i < keys->psk_count; i++) {
        err = keyring_add_psk(keyring, &keys->psks[i]);
    }
    for (size_t i = 0; i < keys->authorized_count; i++) {
        keyring->authorized[i] = keys->authorized[i];
    }
    keyring_sort(keyring->authorized, keys->authorized_count);
    return err;
}

snet_err snet_keyring_new(struct snet_secrets *secrets, struct snet_crypto *crypto,
                          const struct snet_server_keys *keys, struct snet_keyring **ret_keyring)
{
    SNET_ASSERT(crypto != NULL);
    if (!keyring_valid(keys)) {
        return SNET_ERR_INVALID;
    }
    const struct snet_env *env = secrets->env;
    struct snet_keyring *keyring = env->alloc(env->ctx, keyring_bytes(keys->authorized_count));
    if (keyring == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    *keyring = (struct snet_keyring){
        .secrets = secrets,
        .crypto = crypto,
        .authorized_count = keys->authorized_count,
        .restricted = keys->authorized != NULL,
    };
    const snet_err err = keyring_fill(keyring, keys);
    if (err != SNET_OK) {
        snet_keyring_free(keyring);
        return err;
    }
    *ret_keyring = keyring;
    return SNET_OK;
}

void snet_keyring_free(struct snet_keyring *keyring)
{
    if (keyring == NULL) {
        return;
    }
    const struct snet_env *env = keyring->secrets->env;
    for (size_t i = 0; i < keyring->secret_count; i++) {
        snet_secrets_give(keyring->secrets, keyring->pairs[i]);
    }
    for (size_t i = 0; i < keyring->psk_count; i++) {
        snet_secrets_give(keyring->secrets, keyring->psks[i]);
    }
    snet_secret_wipe(keyring, keyring_bytes(keyring->authorized_count));
    env->free(env->ctx, keyring);
}

/* --- Which key ---------------------------------------------------------------------------- */

const uint8_t *snet_keyring_root(const struct snet_keyring *keyring)
{
    return keyring->secret_count > 0 ? keyring->pairs[0]->private_key : keyring->psks[0]->key.bytes;
}

const struct snet_x25519 *snet_keyring_by_mac1(const struct snet_keyring *keyring,
                                               struct snet_bytes message, uint8_t *ret_place)
{
    for (size_t i = 0; i < keyring->secret_count; i++) {
        const struct snet_x25519 *pair = keyring->pairs[i];
        if (snet_v3_messages_check_mac1(keyring->crypto, pair->public_key, message) == SNET_OK) {
            *ret_place = (uint8_t)i;
            return pair;
        }
    }
    return NULL;
}

const uint8_t *snet_keyring_by_psk_id(const struct snet_keyring *keyring,
                                      const uint8_t psk_id[SNET_V3_PSK_ID_BYTES],
                                      uint8_t *ret_place)
{
    const uint8_t *found = NULL;
    /* Goes on to the end when it is found: the time does not show which one it was. */
    for (size_t i = 0; i < keyring->psk_count; i++) {
        if (snet_secret_equal(keyring->psks[i]->id, psk_id, SNET_V3_PSK_ID_BYTES)) {
            found = keyring->psks[i]->key.bytes;
            *ret_place = (uint8_t)(SNET_SERVER_SECRETS_MAX + i);
        }
    }
    return found;
}

bool snet_keyring_is_pair(uint8_t place)
{
    SNET_ASSERT(place < SNET_KEYRING_PLACES);
    return place < SNET_SERVER_SECRETS_MAX;
}

/* Both in constant time: these are secrets. */
static uint8_t keyring_find_pair(const struct snet_keyring *keyring, const struct snet_x25519 *pair)
{
    uint8_t place = SNET_KEYRING_GONE;
    for (size_t i = 0; i < keyring->secret_count; i++) {
        if (snet_secret_equal(keyring->pairs[i]->private_key, pair->private_key,
                              sizeof pair->private_key)) {
            place = (uint8_t)i;
        }
    }
    return place;
}

static uint8_t keyring_find_psk(const struct snet_keyring *keyring, const struct snet_key *psk)
{
    uint8_t place = SNET_KEYRING_GONE;
    for (size_t i = 0; i < keyring->psk_count; i++) {
        if (snet_secret_equal(keyring->psks[i]->key.bytes, psk->bytes, sizeof psk->bytes)) {
            place = (uint8_t)(SNET_SERVER_SECRETS_MAX + i);
        }
    }
    return place;
}

void snet_keyring_compare(const struct snet_keyring *keyring, const struct snet_keyring *next,
                          uint8_t ret_places[SNET_KEYRING_PLACES])
{
    for (size_t i = 0; i < SNET_SERVER_SECRETS_MAX; i++) {
        ret_places[i] = i < keyring->secret_count ? keyring_find_pair(next, keyring->pairs[i])
                                                  : SNET_KEYRING_GONE;
    }
    for (size_t i = 0; i < SNET_SERVER_PSKS_MAX; i++) {
        ret_places[SNET_SERVER_SECRETS_MAX + i] =
            i < keyring->psk_count ? keyring_find_psk(next, &keyring->psks[i]->key)
                                   : SNET_KEYRING_GONE;
    }
}

snet_err snet_keyring_psk_id(struct snet_crypto *crypto, const uint8_t psk[SNET_KEY_BYTES],
                             uint8_t ret_id[SNET_V3_PSK_ID_BYTES])
{
    static const struct snet_hash_info info = {.label = "snet3 psk id"};
    return snet_hash_expand(crypto, psk, &info, ret_id, SNET_V3_PSK_ID_BYTES);
}
