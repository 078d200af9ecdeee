/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Stands in for crypto/suites.c: two suites under the numbers of the real ones, which notice a
 * changed byte and protect nothing.
 */
#include "crypto/suites.h"

#include "base/bytes.h"
#include "crypto/providers.h"
#include "tests/standin/mix.h"

#include <string.h>

struct suites_ctx {
    uint8_t key[SNET_SUITE_KEY_BYTES];
};

static int suites_init(void *ctx, const uint8_t key[SNET_SUITE_KEY_BYTES])
{
    memcpy(((struct suites_ctx *)ctx)->key, key, SNET_SUITE_KEY_BYTES);
    return 0;
}

static void suites_wipe(void *ctx)
{
    memset(ctx, 0, sizeof(struct suites_ctx));
}

static void suites_begin(struct standin_mix *ret_mix, const struct suites_ctx *suite,
                         const uint8_t *nonce, uint8_t id)
{
    standin_mix_init(ret_mix, id);
    standin_mix_feed(ret_mix, suite->key, sizeof suite->key);
    standin_mix_feed(ret_mix, nonce, SNET_SUITE_NONCE_BYTES);
}

static void suites_xor(struct standin_mix mix, uint8_t *buf, size_t len)
{
    uint8_t mask[STANDIN_MIX_BYTES];
    for (size_t i = 0; i < len; i++) {
        if (i % sizeof mask == 0) {
            standin_mix_number(&mix, i);
            standin_mix_take(&mix, mask, sizeof mask);
        }
        buf[i] ^= mask[i % sizeof mask];
    }
}

static void suites_tag(struct standin_mix mix, struct snet_bytes ad, struct snet_bytes text,
                       uint8_t ret_tag[SNET_SUITE_TAG_BYTES])
{
    standin_mix_feed(&mix, ad.data, ad.len);
    standin_mix_feed(&mix, text.data, text.len);
    standin_mix_take(&mix, ret_tag, SNET_SUITE_TAG_BYTES);
}

static void suites_seal(struct standin_mix mix, struct snet_bytes ad, uint8_t *buf, size_t len)
{
    suites_xor(mix, buf, len);
    suites_tag(mix, ad, (struct snet_bytes){buf, len}, buf + len);
}

static int suites_open(struct standin_mix mix, struct snet_bytes ad, uint8_t *buf, size_t len)
{
    uint8_t tag[SNET_SUITE_TAG_BYTES];
    if (len < sizeof tag) {
        return -1;
    }
    const size_t text_len = len - sizeof tag;
    suites_tag(mix, ad, (struct snet_bytes){buf, text_len}, tag);
    if (memcmp(tag, buf + text_len, sizeof tag) != 0) {
        memset(buf, 0, text_len);
        return -1;
    }
    suites_xor(mix, buf, text_len);
    return 0;
}

static int suites_selftest(void)
{
    return 0;
}

/* A suite whose table is `table`. */
#define SUITES_DEFINE(table, number, name)                                                         \
    static int table##_seal(void *ctx, const uint8_t nonce[SNET_SUITE_NONCE_BYTES],                \
                            const void *ad, size_t ad_len, uint8_t *buf, size_t len)               \
    {                                                                                              \
        struct standin_mix mix;                                                                    \
        suites_begin(&mix, ctx, nonce, number);                                                    \
        suites_seal(mix, (struct snet_bytes){ad, ad_len}, buf, len);                               \
        return 0;                                                                                  \
    }                                                                                              \
    static int table##_open(void *ctx, const uint8_t nonce[SNET_SUITE_NONCE_BYTES],                \
                            const void *ad, size_t ad_len, uint8_t *buf, size_t len)               \
    {                                                                                              \
        struct standin_mix mix;                                                                    \
        suites_begin(&mix, ctx, nonce, number);                                                    \
        return suites_open(mix, (struct snet_bytes){ad, ad_len}, buf, len);                        \
    }                                                                                              \
    const struct snet_suite table = {                                                              \
        .id = (number),                                                                            \
        .noise_dh_cipher_hash = (name),                                                            \
        .key_len = SNET_SUITE_KEY_BYTES,                                                           \
        .nonce_len = SNET_SUITE_NONCE_BYTES,                                                       \
        .tag_len = SNET_SUITE_TAG_BYTES,                                                           \
        .rekey_records = SNET_SUITE_REKEY_MAX_RECORDS,                                             \
        .ctx_size = sizeof(struct suites_ctx),                                                     \
        .init = suites_init,                                                                       \
        .seal = table##_seal,                                                                      \
        .open = table##_open,                                                                      \
        .wipe = suites_wipe,                                                                       \
        .selftest = suites_selftest,                                                               \
    }

SUITES_DEFINE(snet_suites_chacha20_poly1305, SNET_SUITE_CHACHA20_POLY1305, "Standin_One");
SUITES_DEFINE(snet_suites_aes_256_gcm, SNET_SUITE_AES_256_GCM, "Standin_Two");

const struct snet_suite *snet_suites_find(uint8_t id)
{
    if (id == SNET_SUITE_CHACHA20_POLY1305) {
        return &snet_suites_chacha20_poly1305;
    }
    return id == SNET_SUITE_AES_256_GCM ? &snet_suites_aes_256_gcm : NULL;
}

snet_err snet_suites_key(const struct snet_suite *suite, struct snet_crypto *crypto, void *ctx,
                         const uint8_t key[SNET_SUITE_KEY_BYTES])
{
    (void)crypto;
    return suite->init(ctx, key) == 0 ? SNET_OK : SNET_ERR_CRYPTO;
}

snet_err snet_suites_open_to(const struct snet_suites_use *use, struct snet_bytes sealed,
                             uint8_t *ret_plain)
{
    memcpy(ret_plain, sealed.data, sealed.len);
    return use->suite->open(use->ctx, use->nonce, use->ad.data, use->ad.len, ret_plain,
                            sealed.len) == 0
               ? SNET_OK
               : SNET_ERR_BAD_MAC;
}

uint8_t snet_suite_fastest(void)
{
    return SNET_SUITE_CHACHA20_POLY1305;
}

const char *snet_suite_provider(uint8_t id)
{
    return snet_suites_find(id) != NULL ? "standin" : NULL;
}

bool snet_providers_take_refusal(void)
{
    return false;
}

bool snet_suites_ok(const struct snet_suite *suite)
{
    return suite->ctx_size <= SNET_SUITE_CTX_MAX_BYTES;
}

snet_err snet_suite_check(const snet_suite *suite)
{
    return snet_suites_ok(suite) && suite->id >= SNET_SUITE_PRIVATE_FIRST ? SNET_OK
                                                                          : SNET_ERR_INVALID;
}
