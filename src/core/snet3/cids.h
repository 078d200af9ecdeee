/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Cids: the names that a server of snet/3 gives to sessions. To others a name looks random; the
 * server, and each server with the same key, reads from it which one made it. A token is derived
 * from each name and given to the session's client alone. With it a server proves that a refusal is
 * its own, even after a restart that has cost it everything but its key.
 *
 *   cid_key   = HKDF-Expand(K, "snet3 cid")[0..16)         K: the root, see core/snet3/keyring.h
 *   reset_key = HKDF-Expand(K, "snet3 reset")
 *   cid       = config id 0 (3 bits) and random bits (5)
 *               || AES-128(cid_key, node_id[4] || nonce[12])
 *             where there are shards, nonce[0] is the session's
 *   token     = HMAC(reset_key, "snet3 rst" || cid)[0..16)
 *   proof     = HMAC(token, "snet3 rej" || header of the REJECT || code[2] || retry_after[2]
 *                           || e[32] of the RESUME)[0..16)
 *
 * A cid is not authenticated: that it is ours says which server should answer, not that it ever
 * existed.
 * Pure: what is random comes from the caller. Ownership: the caller's structs, wiped with
 * snet_cids_deinit; the keys and the cryptographic context must outlive it. Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_CIDS_H
#define SNET_CORE_SNET3_CIDS_H

#include <snet/error.h>

#include "codec/snet3.h"
#include "core/shards.h"
#include "crypto/block.h"
#include "crypto/crypto.h"
#include "crypto/hash.h"

#include <stdint.h>

#define SNET_CIDS_RANDOM_BYTES 13u

struct snet_cids_keys {
    uint8_t cid_key[SNET_BLOCK_KEY_BYTES];
    uint8_t reset_key[SNET_HASH_BYTES];
};

struct snet_cids {
    struct snet_crypto *crypto;
    struct snet_cids_keys *keys; /* secret */
    uint32_t node_id;
};

/* Derives the keys from the root, into memory of the caller. Errors: CRYPTO, after which nothing
   needs to be undone. */
SNET_MUST_USE snet_err snet_cids_init(struct snet_cids *cids, struct snet_cids_keys *keys,
                                      struct snet_crypto *crypto,
                                      const uint8_t root[SNET_HASH_BYTES], uint32_t node_id);
/* Wipes everything, the keys as well. Accepts NULL and a zeroed struct. */
void snet_cids_deinit(struct snet_cids *cids);

/*
 * A new name. Of `random[0]` the low 5 bits are used; the rest is the nonce, but for its first byte
 * where there is a shard. Two names of one
 * server can be equal only if their nonces are. Errors: CRYPTO.
 */
SNET_MUST_USE snet_err snet_cids_make(const struct snet_cids *cids,
                                      const uint8_t random[SNET_CIDS_RANDOM_BYTES], uint8_t shard,
                                      uint8_t ret_cid[SNET_V3_CID_BYTES]);

enum snet_cids_owner {
    SNET_CIDS_OURS,
    SNET_CIDS_OTHER_NODE, /* made by a server with the same key, or by nobody */
    SNET_CIDS_FOREIGN     /* it has another config id, and its layout is unknown here */
};

/* Which server made a name, if any did. Errors: CRYPTO. */
SNET_MUST_USE snet_err snet_cids_find_owner(const struct snet_cids *cids,
                                            const uint8_t cid[SNET_V3_CID_BYTES],
                                            enum snet_cids_owner *ret_owner);
/* The shard that a name of this server carries; SNET_SHARD_NONE for a number that is none. Errors:
   CRYPTO. */
SNET_MUST_USE snet_err snet_cids_find_shard(const struct snet_cids *cids,
                                            const uint8_t cid[SNET_V3_CID_BYTES],
                                            uint8_t *ret_shard);
/* The token of a name, whether or not that was ever given out. Secret. Errors: CRYPTO. */
SNET_MUST_USE snet_err snet_cids_token(const struct snet_cids *cids,
                                       const uint8_t cid[SNET_V3_CID_BYTES],
                                       uint8_t ret_token[SNET_V3_TOKEN_BYTES]);

/* What a proof covers: one refusal, and the request that it answers. */
struct snet_cids_refusal {
    const uint8_t *header; /* SNET_V3_HEADER_BYTES, of the REJECT as on the wire */
    uint16_t code;
    uint16_t retry_after;
    const uint8_t *ephemeral; /* SNET_V3_EPHEMERAL_BYTES, of the RESUME */
};

/* The proof of a refusal, for the server to send and the client to compare. Errors: CRYPTO. */
SNET_MUST_USE snet_err snet_cids_proof(struct snet_crypto *crypto,
                                       const uint8_t token[SNET_V3_TOKEN_BYTES],
                                       const struct snet_cids_refusal *refusal,
                                       uint8_t ret_proof[SNET_V3_PROOF_BYTES]);

#endif
