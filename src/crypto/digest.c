/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/digest.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <stdbool.h>

struct snet_digest {
    EVP_MD_CTX *running;
    EVP_MD_CTX *snapshot;
};

snet_err snet_digest_new(snet_digest **ret_digest)
{
    snet_digest *digest = OPENSSL_zalloc(sizeof *digest);
    if (digest == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    digest->running = EVP_MD_CTX_new();
    digest->snapshot = EVP_MD_CTX_new();
    if (digest->running == NULL || digest->snapshot == NULL ||
        EVP_DigestInit_ex(digest->running, EVP_sha256(), NULL) != 1) {
        snet_digest_free(digest);
        return SNET_ERR_CRYPTO;
    }
    *ret_digest = digest;
    return SNET_OK;
}

void snet_digest_free(snet_digest *digest)
{
    if (digest == NULL) {
        return;
    }
    EVP_MD_CTX_free(digest->running);
    EVP_MD_CTX_free(digest->snapshot);
    OPENSSL_free(digest);
}

snet_err snet_digest_update(snet_digest *digest, const uint8_t *data, size_t len)
{
    return EVP_DigestUpdate(digest->running, data, len) == 1 ? SNET_OK : SNET_ERR_CRYPTO;
}

snet_err snet_digest_text(const snet_digest *digest, char ret_text[SNET_DIGEST_TEXT_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t bytes[SNET_DIGEST_BYTES];
    const bool ok = EVP_MD_CTX_copy_ex(digest->snapshot, digest->running) == 1 &&
                    EVP_DigestFinal_ex(digest->snapshot, bytes, NULL) == 1;
    if (!ok) {
        return SNET_ERR_CRYPTO;
    }
    for (size_t i = 0; i < sizeof bytes; i++) {
        ret_text[2 * i] = digits[bytes[i] >> 4];
        ret_text[2 * i + 1] = digits[bytes[i] & 15];
    }
    ret_text[SNET_DIGEST_TEXT_BYTES - 1] = '\0';
    return SNET_OK;
}
