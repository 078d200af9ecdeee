/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/suites.h"

#include "base/cursor.h"
#include "crypto/crypto_evp.h"
#include "crypto/providers.h"
#include "crypto/secret.h"

#include <string.h>

/* Each direction has a slot when it is used: a key of a record layer is used in one only. */
struct suites_ctx {
    const struct snet_aead *aead;
    struct snet_slots *slots; /* NULL: none to share */
    struct snet_slot *seal;
    struct snet_slot *open;
    uint8_t key[SNET_SUITE_KEY_BYTES];
};

/* --- What both have in common ------------------------------------------------------------- */

static int suites_init(void *ctx, const uint8_t key[SNET_SUITE_KEY_BYTES],
                       enum snet_aead_cipher cipher)
{
    struct suites_ctx *suite = ctx;
    *suite = (struct suites_ctx){.aead = snet_providers_for(cipher)};
    snet_bytes_copy(suite->key, key, sizeof suite->key);
    return 0;
}

static void suites_wipe(void *ctx)
{
    struct suites_ctx *suite = ctx;
    snet_slots_give_back(&suite->seal);
    snet_slots_give_back(&suite->open);
    snet_secret_wipe(suite, sizeof *suite);
}

static bool suites_built_in(const struct snet_suite *suite)
{
    return snet_suites_find(suite->id) == suite;
}

static enum snet_aead_cipher suites_cipher(const struct snet_suite *suite)
{
    return suite == &snet_suites_aes_256_gcm ? SNET_AEAD_AES_256_GCM : SNET_AEAD_CHACHA20_POLY1305;
}

static bool suites_run(const struct snet_suites_use *use, struct snet_bytes in, bool seal,
                       uint8_t *ret_out)
{
    struct suites_ctx *suite = use->ctx;
    struct snet_slot_use slot_use = {
        .aead = suite->aead,
        .text = {.cipher = suites_cipher(use->suite),
                 .key = suite->key,
                 .nonce = use->nonce,
                 .ad = use->ad,
                 .in = in},
        .seal = seal,
    };
    return snet_slots_run(suite->slots, seal ? &suite->seal : &suite->open, &slot_use, ret_out);
}

static int suites_seal(const struct snet_suites_use *use, uint8_t *text, size_t len)
{
    return suites_run(use, (struct snet_bytes){text, len}, true, text) ? 0 : -1;
}

static int suites_open(const struct snet_suites_use *use, struct snet_bytes sealed,
                       uint8_t *ret_plain)
{
    if (sealed.len < SNET_SUITE_TAG_BYTES) {
        return -1;
    }
    if (!suites_run(use, sealed, false, ret_plain)) {
        /* Nothing unproven leaves this file. */
        snet_secret_wipe(ret_plain, sealed.len - SNET_SUITE_TAG_BYTES);
        return -1;
    }
    return 0;
}

/* --- The table of each -------------------------------------------------------------------- */

#define SUITES_DEFINE(name, table, cipher)                                                         \
    static int name##_init(void *ctx, const uint8_t key[SNET_SUITE_KEY_BYTES])                     \
    {                                                                                              \
        return suites_init(ctx, key, (cipher));                                                    \
    }                                                                                              \
    static int name##_seal(void *ctx, const uint8_t nonce[SNET_SUITE_NONCE_BYTES], const void *ad, \
                           size_t ad_len, uint8_t *buf, size_t len)                                \
    {                                                                                              \
        return suites_seal(&(struct snet_suites_use){&(table), ctx, nonce, {ad, ad_len}}, buf,     \
                           len);                                                                   \
    }                                                                                              \
    static int name##_open(void *ctx, const uint8_t nonce[SNET_SUITE_NONCE_BYTES], const void *ad, \
                           size_t ad_len, uint8_t *buf, size_t len)                                \
    {                                                                                              \
        return suites_open(&(struct snet_suites_use){&(table), ctx, nonce, {ad, ad_len}},          \
                           (struct snet_bytes){buf, len}, buf);                                    \
    }

SUITES_DEFINE(chacha20, snet_suites_chacha20_poly1305, SNET_AEAD_CHACHA20_POLY1305)
SUITES_DEFINE(aes, snet_suites_aes_256_gcm, SNET_AEAD_AES_256_GCM)

/* Seals nothing under a zero key and nonce and compares the tag: the library works as it should. */
static int suites_selftest(const struct snet_suite *suite, const uint8_t tag[SNET_SUITE_TAG_BYTES])
{
    static const uint8_t zeros[SNET_SUITE_KEY_BYTES];
    struct suites_ctx ctx;
    uint8_t buf[SNET_SUITE_TAG_BYTES];
    (void)suite->init(&ctx, zeros);
    const bool ok = suite->seal(&ctx, zeros, NULL, 0, buf, 0) == 0 &&
                    snet_secret_equal(buf, tag, sizeof buf) &&
                    suite->open(&ctx, zeros, NULL, 0, buf, sizeof buf) == 0;
    suites_wipe(&ctx);
    return ok ? 0 : -1;
}

static int chacha20_selftest(void)
{
    static const uint8_t tag[SNET_SUITE_TAG_BYTES] = {0x4e, 0xb9, 0x72, 0xc9, 0xa8, 0xfb,
                                                      0x3a, 0x1b, 0x38, 0x2b, 0xb4, 0xd3,
                                                      0x6f, 0x5f, 0xfa, 0xd1};
    return suites_selftest(&snet_suites_chacha20_poly1305, tag);
}

static int aes_selftest(void)
{
    static const uint8_t tag[SNET_SUITE_TAG_BYTES] = {0x53, 0x0f, 0x8a, 0xfb, 0xc7, 0x45,
                                                      0x36, 0xb9, 0xa9, 0x63, 0xb4, 0xf1,
                                                      0xc4, 0xcb, 0x73, 0x8b};
    return suites_selftest(&snet_suites_aes_256_gcm, tag);
}

const struct snet_suite snet_suites_chacha20_poly1305 = {
    .id = SNET_SUITE_CHACHA20_POLY1305,
    .noise_dh_cipher_hash = "25519_ChaChaPoly_SHA256",
    .key_len = SNET_SUITE_KEY_BYTES,
    .nonce_len = SNET_SUITE_NONCE_BYTES,
    .tag_len = SNET_SUITE_TAG_BYTES,
    .rekey_records = SNET_SUITE_REKEY_MAX_RECORDS,
    .ctx_size = sizeof(struct suites_ctx),
    .init = chacha20_init,
    .seal = chacha20_seal,
    .open = chacha20_open,
    .wipe = suites_wipe,
    .selftest = chacha20_selftest,
};

const struct snet_suite snet_suites_aes_256_gcm = {
    .id = SNET_SUITE_AES_256_GCM,
    .noise_dh_cipher_hash = "25519_AESGCM_SHA256",
    .key_len = SNET_SUITE_KEY_BYTES,
    .nonce_len = SNET_SUITE_NONCE_BYTES,
    .tag_len = SNET_SUITE_TAG_BYTES,
    .rekey_records = SNET_SUITE_REKEY_MAX_RECORDS,
    .ctx_size = sizeof(struct suites_ctx),
    .init = aes_init,
    .seal = aes_seal,
    .open = aes_open,
    .wipe = suites_wipe,
    .selftest = aes_selftest,
};

/* --- The list ----------------------------------------------------------------------------- */

#if defined(__x86_64__) || defined(__i386__)
static bool suites_have_aes(void)
{
    __builtin_cpu_init();
    return __builtin_cpu_supports("aes") && __builtin_cpu_supports("pclmul");
}
#elif defined(__aarch64__)
static bool suites_have_aes(void)
{
    return true; /* the processors of phones and servers have had it for ten years */
}
#else
static bool suites_have_aes(void)
{
    return false;
}
#endif

const struct snet_suite *snet_suites_find(uint8_t id)
{
    static const struct snet_suite *const built_in[] = {&snet_suites_chacha20_poly1305,
                                                        &snet_suites_aes_256_gcm};
    for (size_t i = 0; i < sizeof built_in / sizeof built_in[0]; i++) {
        if (built_in[i]->id == id) {
            return built_in[i];
        }
    }
    return NULL;
}

snet_err snet_suites_key(const struct snet_suite *suite, struct snet_crypto *crypto, void *ctx,
                         const uint8_t key[SNET_SUITE_KEY_BYTES])
{
    if (suite->init(ctx, key) != 0) {
        return SNET_ERR_CRYPTO;
    }
    if (suites_built_in(suite)) {
        struct suites_ctx *own = ctx;
        own->slots = snet_crypto_evp_slots(crypto);
    }
    return SNET_OK;
}

snet_err snet_suites_open_to(const struct snet_suites_use *use, struct snet_bytes sealed,
                             uint8_t *ret_plain)
{
    if (suites_built_in(use->suite)) {
        return suites_open(use, sealed, ret_plain) == 0 ? SNET_OK : SNET_ERR_BAD_MAC;
    }
    struct snet_writer writer;
    snet_writer_init(&writer, ret_plain, sealed.len);
    snet_writer_bytes(&writer, sealed.data, sealed.len);
    const bool ok = use->suite->open(use->ctx, use->nonce, use->ad.data, use->ad.len, ret_plain,
                                     sealed.len) == 0;
    return ok ? SNET_OK : SNET_ERR_BAD_MAC;
}

uint8_t snet_suite_fastest(void)
{
    return suites_have_aes() ? SNET_SUITE_AES_256_GCM : SNET_SUITE_CHACHA20_POLY1305;
}

const char *snet_suite_provider(uint8_t id)
{
    const struct snet_suite *suite = snet_suites_find(id);
    return suite != NULL ? snet_providers_for(suites_cipher(suite))->name : NULL;
}

bool snet_suites_ok(const struct snet_suite *suite)
{
    const bool rekeys = suite->rekey_records > 0 &&
                        suite->rekey_records <= SNET_SUITE_REKEY_MAX_RECORDS &&
                        (suite->rekey_records & (suite->rekey_records - 1)) == 0;
    const bool sizes =
        suite->key_len == SNET_SUITE_KEY_BYTES && suite->nonce_len == SNET_SUITE_NONCE_BYTES &&
        suite->tag_len == SNET_SUITE_TAG_BYTES && suite->ctx_size <= SNET_SUITE_CTX_MAX_BYTES;
    const bool functions = suite->init != NULL && suite->seal != NULL && suite->open != NULL &&
                           suite->wipe != NULL && suite->selftest != NULL;
    return rekeys && sizes && functions && suite->noise_dh_cipher_hash != NULL &&
           strlen(suite->noise_dh_cipher_hash) <= SNET_SUITE_NAME_MAX_BYTES;
}

snet_err snet_suite_check(const snet_suite *suite)
{
    if (!snet_suites_ok(suite) || suite->id < SNET_SUITE_PRIVATE_FIRST ||
        suite->id > SNET_SUITE_PRIVATE_LAST) {
        return SNET_ERR_INVALID;
    }
    return suite->selftest() == 0 ? SNET_OK : SNET_ERR_CRYPTO;
}
