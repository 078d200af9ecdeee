/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <stdbool.h>

struct snet_crypto {
    EVP_MD *md5;
    EVP_MD_CTX *digest;
};

snet_err snet_crypto_new(struct snet_crypto **ret_crypto)
{
    struct snet_crypto *crypto = OPENSSL_zalloc(sizeof *crypto);
    if (crypto == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    crypto->md5 = EVP_MD_fetch(NULL, "MD5", NULL);
    crypto->digest = EVP_MD_CTX_new();
    if (crypto->md5 == NULL || crypto->digest == NULL) {
        snet_crypto_free(crypto);
        return SNET_ERR_CRYPTO;
    }
    *ret_crypto = crypto;
    return SNET_OK;
}

void snet_crypto_free(struct snet_crypto *crypto)
{
    if (crypto == NULL) {
        return;
    }
    EVP_MD_CTX_free(crypto->digest);
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
