/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/crypto.h"

#include "crypto/crypto_evp.h"
#include "crypto/providers.h"
#include "crypto/x25519.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <stdbool.h>

struct snet_crypto {
    EVP_MD *md5;
    EVP_MD *sha256;
    EVP_MD_CTX *digest;
    EVP_MAC_CTX *hmac_sha256;
    EVP_CIPHER *aes128;
    EVP_CIPHER_CTX *block;
    EVP_PKEY_CTX *x25519;  /* makes keys from their bytes */
    EVP_PKEY *x25519_peer; /* the other end's key, always the last one's */
    struct snet_slots slots;
};

/* An HMAC context for SHA-256, which keeps the algorithms that it uses; NULL on failure. */
static EVP_MAC_CTX *crypto_new_hmac(void)
{
    char name[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
        OSSL_PARAM_construct_end(),
    };
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *ctx = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);
    if (ctx != NULL && EVP_MAC_CTX_set_params(ctx, params) != 1) {
        EVP_MAC_CTX_free(ctx);
        ctx = NULL;
    }
    return ctx;
}

/* What makes keys of X25519 from their bytes; NULL on failure. */
static EVP_PKEY_CTX *crypto_new_x25519(void)
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "X25519", NULL);
    if (ctx != NULL && EVP_PKEY_fromdata_init(ctx) != 1) {
        EVP_PKEY_CTX_free(ctx);
        ctx = NULL;
    }
    return ctx;
}

/* Whether the context is complete. */
static bool crypto_whole(const struct snet_crypto *crypto)
{
    const void *const parts[] = {
        crypto->md5,    crypto->sha256, crypto->digest, crypto->hmac_sha256,
        crypto->aes128, crypto->block,  crypto->x25519, crypto->x25519_peer,
    };
    bool whole = true;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        whole = whole && parts[i] != NULL;
    }
    return whole;
}

snet_err snet_crypto_new(struct snet_crypto **ret_crypto)
{
    static const uint8_t no_point[SNET_X25519_BYTES];
    struct snet_crypto *crypto = OPENSSL_zalloc(sizeof *crypto);
    if (crypto == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    crypto->md5 = EVP_MD_fetch(NULL, "MD5", NULL);
    crypto->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    crypto->digest = EVP_MD_CTX_new();
    crypto->hmac_sha256 = crypto_new_hmac();
    crypto->aes128 = EVP_CIPHER_fetch(NULL, "AES-128-ECB", NULL);
    crypto->block = EVP_CIPHER_CTX_new();
    crypto->x25519 = crypto_new_x25519();
    crypto->x25519_peer =
        EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL, no_point, sizeof no_point);
    if (!crypto_whole(crypto)) {
        snet_crypto_free(crypto);
        return SNET_ERR_CRYPTO;
    }
    (void)snet_providers_for(SNET_AEAD_AES_256_GCM); /* it takes milliseconds: not in a handshake */
    *ret_crypto = crypto;
    return SNET_OK;
}

void snet_crypto_free(struct snet_crypto *crypto)
{
    if (crypto == NULL) {
        return;
    }
    snet_slots_deinit(&crypto->slots);
    EVP_PKEY_free(crypto->x25519_peer);
    EVP_PKEY_CTX_free(crypto->x25519);
    EVP_CIPHER_CTX_free(crypto->block);
    EVP_CIPHER_free(crypto->aes128);
    EVP_MAC_CTX_free(crypto->hmac_sha256);
    EVP_MD_CTX_free(crypto->digest);
    EVP_MD_free(crypto->sha256);
    EVP_MD_free(crypto->md5);
    OPENSSL_free(crypto);
}

snet_err snet_crypto_md5_mac(struct snet_crypto *crypto, const struct snet_crypto_mac_input *input,
                             uint8_t ret_mac[SNET_MD5_BYTES])
{
    EVP_MD_CTX *digest = crypto->digest;
    const bool ok = EVP_DigestInit_ex2(digest, crypto->md5, NULL) == 1 &&
                    EVP_DigestUpdate(digest, input->data, input->data_len) == 1 &&
                    EVP_DigestUpdate(digest, input->key, input->key_len) == 1 &&
                    EVP_DigestFinal_ex(digest, ret_mac, NULL) == 1;
    return ok ? SNET_OK : SNET_ERR_CRYPTO;
}

EVP_MD_CTX *snet_crypto_evp_digest(struct snet_crypto *crypto)
{
    return crypto->digest;
}

const EVP_MD *snet_crypto_evp_sha256(const struct snet_crypto *crypto)
{
    return crypto->sha256;
}

EVP_MAC_CTX *snet_crypto_evp_hmac_sha256(struct snet_crypto *crypto)
{
    return crypto->hmac_sha256;
}

EVP_CIPHER_CTX *snet_crypto_evp_block(struct snet_crypto *crypto)
{
    return crypto->block;
}

const EVP_CIPHER *snet_crypto_evp_aes128(const struct snet_crypto *crypto)
{
    return crypto->aes128;
}

EVP_PKEY_CTX *snet_crypto_evp_x25519(struct snet_crypto *crypto)
{
    return crypto->x25519;
}

EVP_PKEY *snet_crypto_evp_x25519_peer(struct snet_crypto *crypto)
{
    return crypto->x25519_peer;
}

struct snet_slots *snet_crypto_evp_slots(struct snet_crypto *crypto)
{
    return &crypto->slots;
}
