/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/block.h"

#include "crypto/crypto_evp.h"

#include <openssl/evp.h>

#include <stdbool.h>

/* What libcrypto calls the two directions. */
enum block_direction {
    BLOCK_DECRYPT = 0,
    BLOCK_ENCRYPT = 1
};

static snet_err block_run(struct snet_crypto *crypto, enum block_direction direction,
                          const uint8_t *key, const uint8_t *in, uint8_t *ret_out)
{
    EVP_CIPHER_CTX *block = snet_crypto_evp_block(crypto);
    const EVP_CIPHER *aes128 = snet_crypto_evp_aes128(crypto);
    int len = 0;
    /* With padding, libcrypto would keep the last block back when it decrypts. */
    bool ok = EVP_CipherInit_ex2(block, aes128, key, NULL, (int)direction, NULL) == 1 &&
              EVP_CIPHER_CTX_set_padding(block, 0) == 1 &&
              EVP_CipherUpdate(block, ret_out, &len, in, (int)SNET_BLOCK_BYTES) == 1 &&
              len == (int)SNET_BLOCK_BYTES;
    /* Wipes the round keys: the context outlives the owner of the key. */
    ok = EVP_CIPHER_CTX_reset(block) == 1 && ok;
    return ok ? SNET_OK : SNET_ERR_CRYPTO;
}

snet_err snet_block_encrypt(struct snet_crypto *crypto, const uint8_t key[SNET_BLOCK_KEY_BYTES],
                            const uint8_t in[SNET_BLOCK_BYTES], uint8_t ret_out[SNET_BLOCK_BYTES])
{
    return block_run(crypto, BLOCK_ENCRYPT, key, in, ret_out);
}

snet_err snet_block_decrypt(struct snet_crypto *crypto, const uint8_t key[SNET_BLOCK_KEY_BYTES],
                            const uint8_t in[SNET_BLOCK_BYTES], uint8_t ret_out[SNET_BLOCK_BYTES])
{
    return block_run(crypto, BLOCK_DECRYPT, key, in, ret_out);
}
