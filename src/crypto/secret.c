/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/secret.h"

#include <openssl/crypto.h>

void snet_secret_wipe(void *memory, size_t len)
{
    if (len > 0) {
        OPENSSL_cleanse(memory, len);
    }
}

bool snet_secret_equal(const uint8_t *a, const uint8_t *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}
