/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/legacy/proof.h"

#include "base/assert.h"
#include "base/cursor.h"
#include "crypto/crypto.h"
#include "crypto/dh64.h"
#include "crypto/secret.h"

/* Bad draws are one in 2^56 or rarer: this many in a row mean a broken random source. */
#define PROOF_DRAWS_MAX 8u

static bool proof_public_ok(uint64_t public_key, bool prefixed)
{
    const uint64_t low_7_bytes = public_key & UINT64_C(0x00ffffffffffffff);
    return snet_dh64_public_ok(public_key) && (!prefixed || low_7_bytes != 0);
}

snet_err snet_legacy_proof_draw(snet_core *core, bool prefixed,
                                struct snet_legacy_keypair *ret_keypair)
{
    for (unsigned draw = 0; draw < PROOF_DRAWS_MAX; draw++) {
        uint64_t private_key = 0;
        const snet_err err = snet_core_random(core, SNET_RANDOM_KEY, &private_key);
        if (err != SNET_OK) {
            return err;
        }
        if (!snet_dh64_private_ok(private_key)) {
            continue;
        }
        const uint64_t public_key = snet_dh64_public(private_key);
        if (proof_public_ok(public_key, prefixed)) {
            *ret_keypair = (struct snet_legacy_keypair){private_key, public_key};
            return SNET_OK;
        }
    }
    return SNET_ERR_RANDOM;
}

snet_err snet_legacy_proof_agree(uint64_t private_key, uint64_t peer_public, uint8_t ret_key[8])
{
    if (!snet_dh64_public_ok(peer_public)) {
        return SNET_ERR_BAD_PUBLIC_KEY;
    }
    snet_legacy_u64_encode(snet_dh64_secret(private_key, peer_public), ret_key);
    return SNET_OK;
}

void snet_legacy_proof_id(const struct snet_cipher *cipher, const uint8_t key[8],
                          const uint8_t in[8], uint8_t ret_out[8])
{
    uint64_t state[SNET_CIPHER_STATE_MAX_BYTES / sizeof(uint64_t)];
    cipher->init(state, key);
    cipher->apply(state, in, ret_out, SNET_LEGACY_ID_BYTES);
    snet_secret_wipe(state, sizeof state);
}

snet_err snet_legacy_proof_answer(snet_core *core, uint64_t challenge, const uint8_t key[8],
                                  uint8_t ret_mac[SNET_LEGACY_MAC_BYTES])
{
    uint8_t data[SNET_LEGACY_CHALLENGE_BYTES];
    snet_legacy_u64_encode(challenge, data);
    const struct snet_crypto_mac_input input = {data, sizeof data, key, 8};
    return snet_crypto_md5_mac(core->crypto, &input, ret_mac);
}

snet_err snet_legacy_proof_resume(snet_core *core, const struct snet_legacy_resume *resume,
                                  const uint8_t key[8], uint8_t ret_mac[SNET_LEGACY_MAC_BYTES])
{
    uint8_t data[SNET_LEGACY_COUNTS_BYTES];
    snet_legacy_counts_encode(resume, data);
    const struct snet_crypto_mac_input input = {data, sizeof data, key, 8};
    return snet_crypto_md5_mac(core->crypto, &input, ret_mac);
}

/* Where else the key proves something, other bytes precede it. */
static const char proof_end_label[] = "snet end";
#define PROOF_LABEL_BYTES (sizeof proof_end_label - 1)

snet_err snet_legacy_proof_end(snet_core *core, const struct snet_legacy_resume *counts,
                               const uint8_t key[8], uint64_t *ret_challenge)
{
    uint8_t data[SNET_LEGACY_COUNTS_BYTES + PROOF_LABEL_BYTES];
    uint8_t mac[SNET_LEGACY_MAC_BYTES];
    struct snet_writer writer;
    snet_legacy_counts_encode(counts, data);
    snet_writer_init(&writer, data + SNET_LEGACY_COUNTS_BYTES, PROOF_LABEL_BYTES);
    snet_writer_bytes(&writer, (const uint8_t *)proof_end_label, PROOF_LABEL_BYTES);
    SNET_ASSERT(!writer.failed);
    const struct snet_crypto_mac_input input = {data, sizeof data, key, 8};
    const snet_err err = snet_crypto_md5_mac(core->crypto, &input, mac);
    if (err == SNET_OK) {
        const uint64_t challenge = snet_legacy_u64_decode(mac);
        *ret_challenge = challenge == 0 ? 1 : challenge;
    }
    return err;
}

snet_err snet_legacy_proof_seen(snet_core *core, uint64_t challenge, const uint8_t key[8],
                                uint8_t ret_mac[SNET_LEGACY_MAC_BYTES])
{
    uint8_t data[PROOF_LABEL_BYTES + SNET_LEGACY_CHALLENGE_BYTES];
    struct snet_writer writer;
    snet_writer_init(&writer, data, PROOF_LABEL_BYTES);
    snet_writer_bytes(&writer, (const uint8_t *)proof_end_label, PROOF_LABEL_BYTES);
    SNET_ASSERT(!writer.failed);
    snet_legacy_u64_encode(challenge, data + PROOF_LABEL_BYTES);
    const struct snet_crypto_mac_input input = {data, sizeof data, key, 8};
    return snet_crypto_md5_mac(core->crypto, &input, ret_mac);
}

snet_err snet_legacy_proof_counts(const struct snet_legacy_claim *claim,
                                  const struct snet_history *history)
{
    SNET_ASSERT(history->base <= history->end);
    if (claim->peer_write < claim->own_read ||
        claim->peer_write - claim->own_read > SNET_LEGACY_AHEAD_MAX_BYTES) {
        return SNET_ERR_BAD_COUNT;
    }
    if (claim->peer_read > history->sent_max) {
        return SNET_ERR_BAD_COUNT; /* no peer has what was never sent */
    }
    return claim->peer_read < history->base ? SNET_ERR_HISTORY_OVERRUN : SNET_OK;
}
