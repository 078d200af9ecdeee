/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/aead.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <limits.h>
#include <stddef.h>

struct aead_openssl {
    EVP_CIPHER_CTX *evp;
    const EVP_CIPHER *cipher; /* of the key that is there; NULL: none is */
};

/* As long as the longest key and nonce of a cipher. */
static const uint8_t aead_zeros[EVP_MAX_KEY_LENGTH];

static void aead_state_free(void *state)
{
    struct aead_openssl *own = state;
    if (own != NULL) {
        EVP_CIPHER_CTX_free(own->evp);
        OPENSSL_free(own);
    }
}

static void *aead_state_new(void)
{
    struct aead_openssl *own = OPENSSL_zalloc(sizeof *own);
    if (own == NULL) {
        return NULL;
    }
    own->evp = EVP_CIPHER_CTX_new();
    if (own->evp == NULL) {
        aead_state_free(own);
        return NULL;
    }
    return own;
}

/* A key of zeros takes the place of the last one. */
static void aead_forget(void *state)
{
    struct aead_openssl *own = state;
    if (own->cipher == NULL ||
        EVP_CipherInit_ex2(own->evp, NULL, aead_zeros, aead_zeros, true, NULL) != 1) {
        own->cipher = NULL;
        (void)EVP_CIPHER_CTX_reset(own->evp);
    }
}

/* The text's key in place of the one that is there. */
static bool aead_key(struct aead_openssl *own, const struct snet_aead_text *text, bool seal)
{
    const EVP_CIPHER *wanted =
        text->cipher == SNET_AEAD_AES_256_GCM ? EVP_aes_256_gcm() : EVP_chacha20_poly1305();
    /* With the cipher's name again, libcrypto would set it up from nothing. */
    const EVP_CIPHER *cipher = own->cipher == wanted ? NULL : wanted;
    own->cipher = NULL;
    if (EVP_CipherInit_ex2(own->evp, cipher, text->key, text->nonce, seal, NULL) != 1) {
        return false;
    }
    own->cipher = wanted;
    return true;
}

/* Ready for the text's nonce. */
static bool aead_begin(struct aead_openssl *own, const struct snet_aead_text *text, bool seal)
{
    return text->key != NULL
               ? aead_key(own, text, seal)
               : EVP_CipherInit_ex2(own->evp, NULL, NULL, text->nonce, seal, NULL) == 1;
}

/* Without `ret_out`, what is fed is only authenticated. */
static bool aead_feed(EVP_CIPHER_CTX *evp, struct snet_bytes in, uint8_t *ret_out)
{
    int done = 0;
    return in.len == 0 ||
           (in.len <= INT_MAX && EVP_CipherUpdate(evp, ret_out, &done, in.data, (int)in.len) == 1);
}

/* Of `tag`, which libcrypto reads or writes. EVP_CIPHER_CTX_ctrl gets there by a detour. */
static OSSL_PARAM aead_tag_param(const uint8_t *tag)
{
    return OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, (void *)tag,
                                             SNET_SUITE_TAG_BYTES);
}

static bool aead_seal(void *state, const struct snet_aead_text *text, uint8_t *ret_sealed)
{
    struct aead_openssl *own = state;
    uint8_t *end = ret_sealed + text->in.len;
    int done = 0;
    OSSL_PARAM tag[] = {aead_tag_param(end), OSSL_PARAM_construct_end()};
    return aead_begin(own, text, true) && aead_feed(own->evp, text->ad, NULL) &&
           aead_feed(own->evp, text->in, ret_sealed) &&
           EVP_CipherFinal_ex(own->evp, end, &done) == 1 &&
           EVP_CIPHER_CTX_get_params(own->evp, tag) == 1;
}

static bool aead_open(void *state, const struct snet_aead_text *text, uint8_t *ret_plain)
{
    struct aead_openssl *own = state;
    const struct snet_bytes in = {text->in.data, text->in.len - SNET_SUITE_TAG_BYTES};
    const OSSL_PARAM tag[] = {aead_tag_param(in.data + in.len), OSSL_PARAM_construct_end()};
    uint8_t nothing[EVP_MAX_BLOCK_LENGTH];
    int done = 0;
    return aead_begin(own, text, false) && EVP_CIPHER_CTX_set_params(own->evp, tag) == 1 &&
           aead_feed(own->evp, text->ad, NULL) && aead_feed(own->evp, in, ret_plain) &&
           EVP_CipherFinal_ex(own->evp, nothing, &done) == 1;
}

const struct snet_aead snet_aead_openssl = {
    .name = "openssl",
    .state_new = aead_state_new,
    .state_free = aead_state_free,
    .forget = aead_forget,
    .seal = aead_seal,
    .open = aead_open,
};
