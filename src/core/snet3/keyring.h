/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Keyring: the keys of a server of snet/3, copied and never changed: a server with other keys gets
 * another keyring. These are its own key pairs, the secrets that it shares with clients, and the
 * public keys of the clients that it serves. The keyring finds keys; what is refused to a client is
 * decided elsewhere.
 *
 *   psk_id = HKDF-Expand(psk, "snet3 psk id")[0..16)
 *
 * Ownership: one allocation, and a place of the core's secrets for each key and shared secret, all
 * wiped and given back with snet_keyring_free; what is handed out is borrowed from it. The secrets
 * and the cryptographic context must outlive it. Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_KEYRING_H
#define SNET_CORE_SNET3_KEYRING_H

#include <snet/core.h>
#include <snet/error.h>

#include "base/bytes.h"
#include "codec/snet3.h"
#include "core/secrets.h"
#include "crypto/crypto.h"
#include "crypto/x25519.h"

#include <stdbool.h>
#include <stdint.h>

struct snet_keyring;

/*
 * The place of a key that sessions begin with: of the key pairs first, then, from
 * SNET_SERVER_SECRETS_MAX on, of the shared secrets. Another keyring has the same key in another
 * place, or not at all.
 */
#define SNET_KEYRING_PLACES (SNET_SERVER_SECRETS_MAX + SNET_SERVER_PSKS_MAX)
#define SNET_KEYRING_GONE 0xFFu

/*
 * Copies the keys. Errors: INVALID when there is neither a secret key nor a shared secret, or more
 * of a kind than the maximum in <snet/core.h>, or a count without its list; NO_MEMORY; CRYPTO.
 */
SNET_MUST_USE snet_err snet_keyring_new(struct snet_secrets *secrets, struct snet_crypto *crypto,
                                        const struct snet_server_keys *keys,
                                        struct snet_keyring **ret_keyring);
/* Accepts NULL. */
void snet_keyring_free(struct snet_keyring *keyring);

/*
 * The 32 bytes from which the names of sessions follow: the first secret key or, without one, the
 * first shared secret. Secret.
 */
const uint8_t *snet_keyring_root(const struct snet_keyring *keyring);

/*
 * The key pair whose public key the sender of a HELLO knows, as its mac1 proves, and its place.
 * NULL: none, or libcrypto failed. The pairs are tried in order.
 */
const struct snet_x25519 *snet_keyring_by_mac1(const struct snet_keyring *keyring,
                                               struct snet_bytes message, uint8_t *ret_place);
/* The 32 bytes of the shared secret with this id, and its place; or NULL. */
const uint8_t *snet_keyring_by_psk_id(const struct snet_keyring *keyring,
                                      const uint8_t psk_id[SNET_V3_PSK_ID_BYTES],
                                      uint8_t *ret_place);
/* Writes for each place of `keyring` which one has the same key in `next`, or
   SNET_KEYRING_GONE. */
void snet_keyring_compare(const struct snet_keyring *keyring, const struct snet_keyring *next,
                          uint8_t ret_places[SNET_KEYRING_PLACES]);
/* Whether the key of a place is a key pair, whose clients may have to be authorized. */
bool snet_keyring_is_pair(uint8_t place);

/* Whether there is a list of authorized clients, be it an empty one. */
bool snet_keyring_restricted(const struct snet_keyring *keyring);
/* Whether a client with this public key is served; true for all keys when there is no list. */
bool snet_keyring_authorizes(const struct snet_keyring *keyring,
                             const uint8_t public_key[SNET_X25519_BYTES]);

/* The id of a shared secret of 32 bytes, the same at both ends. Errors: CRYPTO. */
SNET_MUST_USE snet_err snet_keyring_psk_id(struct snet_crypto *crypto,
                                           const uint8_t psk[SNET_KEY_BYTES],
                                           uint8_t ret_id[SNET_V3_PSK_ID_BYTES]);

#endif
