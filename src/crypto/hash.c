/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/hash.h"

#include "base/assert.h"
#include "base/cursor.h"
#include "base/try.h"
#include "crypto/crypto_evp.h"
#include "crypto/secret.h"

#include <openssl/evp.h>

#include <stdbool.h>
#include <string.h>

snet_err snet_hash_sha256(struct snet_crypto *crypto, const struct snet_bytes *parts, size_t count,
                          uint8_t ret_hash[SNET_HASH_BYTES])
{
    EVP_MD_CTX *digest = snet_crypto_evp_digest(crypto);
    bool ok = EVP_DigestInit_ex2(digest, snet_crypto_evp_sha256(crypto), NULL) == 1;
    for (size_t i = 0; ok && i < count; i++) {
        ok = EVP_DigestUpdate(digest, parts[i].data, parts[i].len) == 1;
    }
    ok = ok && EVP_DigestFinal_ex(digest, ret_hash, NULL) == 1;
    return ok ? SNET_OK : SNET_ERR_CRYPTO;
}

/* libcrypto takes NULL for the key of the call before, whatever its length. */
static const uint8_t hash_no_key[1];

/* The context keeps a copy of its key until it gets another one. */
static snet_err hash_mac(EVP_MAC_CTX *mac, struct snet_bytes key, const struct snet_bytes *parts,
                         size_t count, uint8_t ret_mac[SNET_HASH_BYTES])
{
    size_t len = 0;
    bool ok = EVP_MAC_init(mac, key.len == 0 ? hash_no_key : key.data, key.len, NULL) == 1;
    for (size_t i = 0; ok && i < count; i++) {
        ok = EVP_MAC_update(mac, parts[i].data, parts[i].len) == 1;
    }
    ok = ok && EVP_MAC_final(mac, ret_mac, &len, SNET_HASH_BYTES) == 1 && len == SNET_HASH_BYTES;
    return ok ? SNET_OK : SNET_ERR_CRYPTO;
}

/* Keys must not stay behind in the context, outside of wiped pages. */
static snet_err hash_forget(EVP_MAC_CTX *mac, snet_err err)
{
    return EVP_MAC_init(mac, hash_no_key, 0, NULL) == 1 ? err : SNET_ERR_CRYPTO;
}

snet_err snet_hash_hmac(struct snet_crypto *crypto, struct snet_bytes key,
                        const struct snet_bytes *parts, size_t count,
                        uint8_t ret_mac[SNET_HASH_BYTES])
{
    EVP_MAC_CTX *mac = snet_crypto_evp_hmac_sha256(crypto);
    return hash_forget(mac, hash_mac(mac, key, parts, count, ret_mac));
}

snet_err snet_hash_noise_hkdf(struct snet_crypto *crypto,
                              const uint8_t chaining_key[SNET_HASH_BYTES], struct snet_bytes input,
                              size_t count, uint8_t (*ret_outputs)[SNET_HASH_BYTES])
{
    uint8_t temp[SNET_HASH_BYTES];
    EVP_MAC_CTX *mac = snet_crypto_evp_hmac_sha256(crypto);
    SNET_ASSERT(count == 2 || count == 3);
    const struct snet_bytes salt = {chaining_key, SNET_HASH_BYTES};
    snet_err err = hash_mac(mac, salt, &input, 1, temp);
    for (size_t i = 0; err == SNET_OK && i < count; i++) {
        const uint8_t number = (uint8_t)(i + 1);
        const struct snet_bytes parts[] = {
            {i == 0 ? NULL : ret_outputs[i - 1], i == 0 ? 0 : SNET_HASH_BYTES},
            {&number, 1},
        };
        const struct snet_bytes key = {temp, sizeof temp};
        err = hash_mac(mac, key, parts, 2, ret_outputs[i]);
    }
    err = hash_forget(mac, err);
    snet_secret_wipe(temp, sizeof temp);
    return err;
}

snet_err snet_hash_expand(struct snet_crypto *crypto, const uint8_t secret[SNET_HASH_BYTES],
                          const struct snet_hash_info *info, uint8_t *ret_key, size_t key_len)
{
    static const uint8_t one = 1;
    uint8_t block[SNET_HASH_BYTES];
    SNET_ASSERT(key_len <= sizeof block);
    const struct snet_bytes parts[] = {
        {(const uint8_t *)info->label, strlen(info->label)},
        info->context,
        {&one, 1},
    };
    const snet_err err =
        snet_hash_hmac(crypto, (struct snet_bytes){secret, SNET_HASH_BYTES}, parts, 3, block);
    if (err == SNET_OK) {
        struct snet_writer writer;
        snet_writer_init(&writer, ret_key, key_len);
        snet_writer_bytes(&writer, block, key_len);
    }
    snet_secret_wipe(block, sizeof block); /* an error may come when the MAC is there */
    return err;
}
