/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/cids.h"

#include "base/assert.h"
#include "base/cursor.h"
#include "base/try.h"
#include "crypto/secret.h"

/* The first byte of a cid: how the rest is made, and random bits. */
#define CIDS_CONFIG_ID 0u
#define CIDS_CONFIG_SHIFT 5u
#define CIDS_RANDOM_MASK 0x1Fu

static const char cids_token_label[] = "snet3 rst";
static const char cids_proof_label[] = "snet3 rej";

_Static_assert(SNET_V3_CID_BYTES == 1 + SNET_BLOCK_BYTES, "a cid is a byte and a block");
_Static_assert(SNET_BLOCK_BYTES == sizeof(uint32_t) + SNET_CIDS_RANDOM_BYTES - 1,
               "a node id and a nonce fill a block");

snet_err snet_cids_init(struct snet_cids *cids, struct snet_cids_keys *keys,
                        struct snet_crypto *crypto, const uint8_t root[SNET_HASH_BYTES],
                        uint32_t node_id)
{
    static const struct snet_hash_info cid = {.label = "snet3 cid"};
    static const struct snet_hash_info reset = {.label = "snet3 reset"};
    SNET_ASSERT(crypto != NULL);
    *cids = (struct snet_cids){.crypto = crypto, .keys = keys, .node_id = node_id};
    snet_err err = snet_hash_expand(crypto, root, &cid, keys->cid_key, sizeof keys->cid_key);
    if (err == SNET_OK) {
        err = snet_hash_expand(crypto, root, &reset, keys->reset_key, sizeof keys->reset_key);
    }
    if (err != SNET_OK) {
        snet_cids_deinit(cids);
    }
    return err;
}

void snet_cids_deinit(struct snet_cids *cids)
{
    if (cids != NULL && cids->keys != NULL) {
        snet_secret_wipe(cids->keys, sizeof *cids->keys);
        *cids = (struct snet_cids){.keys = NULL};
    }
}

snet_err snet_cids_make(const struct snet_cids *cids, const uint8_t random[SNET_CIDS_RANDOM_BYTES],
                        uint8_t shard, uint8_t ret_cid[SNET_V3_CID_BYTES])
{
    uint8_t block[SNET_BLOCK_BYTES];
    struct snet_writer writer;
    snet_writer_init(&writer, block, sizeof block);
    snet_writer_u32(&writer, cids->node_id);
    snet_writer_u8(&writer, shard == SNET_SHARD_NONE ? random[1] : shard);
    snet_writer_bytes(&writer, random + 2, SNET_CIDS_RANDOM_BYTES - 2);
    SNET_ASSERT(!writer.failed);
    SNET_TRY(snet_block_encrypt(cids->crypto, cids->keys->cid_key, block, block));
    snet_writer_init(&writer, ret_cid, SNET_V3_CID_BYTES);
    snet_writer_u8(
        &writer, (uint8_t)((CIDS_CONFIG_ID << CIDS_CONFIG_SHIFT) | (random[0] & CIDS_RANDOM_MASK)));
    snet_writer_bytes(&writer, block, sizeof block);
    SNET_ASSERT(!writer.failed);
    return SNET_OK;
}

snet_err snet_cids_find_owner(const struct snet_cids *cids, const uint8_t cid[SNET_V3_CID_BYTES],
                              enum snet_cids_owner *ret_owner)
{
    uint8_t block[SNET_BLOCK_BYTES];
    struct snet_reader reader;
    if (cid[0] >> CIDS_CONFIG_SHIFT != CIDS_CONFIG_ID) {
        *ret_owner = SNET_CIDS_FOREIGN;
        return SNET_OK;
    }
    SNET_TRY(snet_block_decrypt(cids->crypto, cids->keys->cid_key, cid + 1, block));
    snet_reader_init(&reader, block, sizeof block);
    *ret_owner = snet_reader_u32(&reader) == cids->node_id ? SNET_CIDS_OURS : SNET_CIDS_OTHER_NODE;
    return SNET_OK;
}

snet_err snet_cids_find_shard(const struct snet_cids *cids, const uint8_t cid[SNET_V3_CID_BYTES],
                              uint8_t *ret_shard)
{
    uint8_t block[SNET_BLOCK_BYTES];
    SNET_TRY(snet_block_decrypt(cids->crypto, cids->keys->cid_key, cid + 1, block));
    const uint8_t shard = block[sizeof cids->node_id];
    *ret_shard = shard < SNET_SHARD_NONE ? shard : SNET_SHARD_NONE;
    return SNET_OK;
}

/* HMAC of the parts joined, cut to the 16 bytes that tokens and proofs have. */
static snet_err cids_mac(struct snet_crypto *crypto, struct snet_bytes key,
                         const struct snet_bytes *parts, size_t count, uint8_t *ret_mac)
{
    uint8_t mac[SNET_HASH_BYTES];
    struct snet_writer writer;
    SNET_TRY(snet_hash_hmac(crypto, key, parts, count, mac));
    snet_writer_init(&writer, ret_mac, SNET_V3_TOKEN_BYTES);
    snet_writer_bytes(&writer, mac, SNET_V3_TOKEN_BYTES);
    snet_secret_wipe(mac, sizeof mac);
    return SNET_OK;
}

_Static_assert(SNET_V3_PROOF_BYTES == SNET_V3_TOKEN_BYTES, "one cut for both");

snet_err snet_cids_token(const struct snet_cids *cids, const uint8_t cid[SNET_V3_CID_BYTES],
                         uint8_t ret_token[SNET_V3_TOKEN_BYTES])
{
    const struct snet_bytes key = {cids->keys->reset_key, sizeof cids->keys->reset_key};
    const struct snet_bytes parts[] = {
        {(const uint8_t *)cids_token_label, sizeof cids_token_label - 1},
        {cid, SNET_V3_CID_BYTES},
    };
    return cids_mac(cids->crypto, key, parts, 2, ret_token);
}

snet_err snet_cids_proof(struct snet_crypto *crypto, const uint8_t token[SNET_V3_TOKEN_BYTES],
                         const struct snet_cids_refusal *refusal,
                         uint8_t ret_proof[SNET_V3_PROOF_BYTES])
{
    uint8_t numbers[2 * sizeof(uint16_t)];
    struct snet_writer writer;
    snet_writer_init(&writer, numbers, sizeof numbers);
    snet_writer_u16(&writer, refusal->code);
    snet_writer_u16(&writer, refusal->retry_after);
    const struct snet_bytes key = {token, SNET_V3_TOKEN_BYTES};
    const struct snet_bytes parts[] = {
        {(const uint8_t *)cids_proof_label, sizeof cids_proof_label - 1},
        {refusal->header, SNET_V3_HEADER_BYTES},
        {numbers, sizeof numbers},
        {refusal->ephemeral, SNET_V3_EPHEMERAL_BYTES},
    };
    return cids_mac(crypto, key, parts, sizeof parts / sizeof parts[0], ret_proof);
}
