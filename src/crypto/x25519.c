/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/x25519.h"

#include "base/cursor.h"
#include "base/try.h"
#include "crypto/crypto_evp.h"
#include "crypto/secret.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <stdbool.h>

/* The public key of `key`, which goes; that is NULL when libcrypto could not make it. */
static snet_err x25519_public(EVP_PKEY *key, uint8_t ret_public[SNET_X25519_BYTES])
{
    size_t len = SNET_X25519_BYTES;
    const bool ok = key != NULL && EVP_PKEY_get_raw_public_key(key, ret_public, &len) == 1 &&
                    len == SNET_X25519_BYTES;
    EVP_PKEY_free(key);
    return ok ? SNET_OK : SNET_ERR_CRYPTO;
}

snet_err snet_x25519_import(const uint8_t private_key[SNET_X25519_BYTES],
                            struct snet_x25519 *ret_pair)
{
    EVP_PKEY *key =
        EVP_PKEY_new_raw_private_key_ex(NULL, "X25519", NULL, private_key, SNET_X25519_BYTES);
    SNET_TRY(x25519_public(key, ret_pair->public_key));
    struct snet_writer writer;
    snet_writer_init(&writer, ret_pair->private_key, sizeof ret_pair->private_key);
    snet_writer_bytes(&writer, private_key, SNET_X25519_BYTES);
    return SNET_OK;
}

snet_err snet_x25519_complete(struct snet_crypto *crypto, struct snet_x25519 *pair)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, pair->private_key,
                                          sizeof pair->private_key),
        OSSL_PARAM_construct_end(),
    };
    const bool ok =
        EVP_PKEY_fromdata(snet_crypto_evp_x25519(crypto), &key, EVP_PKEY_KEYPAIR, params) == 1;
    return x25519_public(ok ? key : NULL, pair->public_key);
}

/*
 * The pair as libcrypto wants it; NULL on failure. With the private key alone it would compute the
 * public one, which takes as long as the agreement itself and which the agreement does not use.
 */
static EVP_PKEY *x25519_own(EVP_PKEY_CTX *maker, const struct snet_x25519 *own)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, (void *)own->private_key,
                                          sizeof own->private_key),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)own->public_key,
                                          sizeof own->public_key),
        OSSL_PARAM_construct_end(),
    };
    return EVP_PKEY_fromdata(maker, &key, EVP_PKEY_KEYPAIR, params) == 1 ? key : NULL;
}

/* libcrypto itself refuses a secret of all zeros: nothing else fails in its last step. */
static snet_err x25519_derive(EVP_PKEY *own, EVP_PKEY *peer, uint8_t ret_secret[SNET_X25519_BYTES])
{
    size_t len = SNET_X25519_BYTES;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
    snet_err err = SNET_OK;
    if (ctx == NULL || EVP_PKEY_derive_init(ctx) != 1 ||
        EVP_PKEY_derive_set_peer_ex(ctx, peer, 0) != 1) {
        err = SNET_ERR_CRYPTO;
    } else if (EVP_PKEY_derive(ctx, ret_secret, &len) != 1 || len != SNET_X25519_BYTES) {
        err = SNET_ERR_BAD_PUBLIC_KEY;
    }
    EVP_PKEY_CTX_free(ctx);
    return err;
}

snet_err snet_x25519_agree(struct snet_crypto *crypto, const struct snet_x25519 *own,
                           const uint8_t peer_public[SNET_X25519_BYTES],
                           uint8_t ret_secret[SNET_X25519_BYTES])
{
    static const uint8_t zeros[SNET_X25519_BYTES];
    EVP_PKEY *peer = snet_crypto_evp_x25519_peer(crypto);
    EVP_PKEY *key = x25519_own(snet_crypto_evp_x25519(crypto), own);
    snet_err err = SNET_ERR_CRYPTO;
    if (key != NULL &&
        EVP_PKEY_set1_encoded_public_key(peer, peer_public, SNET_X25519_BYTES) == 1) {
        err = x25519_derive(key, peer, ret_secret);
    }
    if (err == SNET_OK && snet_secret_equal(ret_secret, zeros, sizeof zeros)) {
        err = SNET_ERR_BAD_PUBLIC_KEY;
    }
    EVP_PKEY_free(key);
    return err;
}
