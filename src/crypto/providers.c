/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/providers.h"

#include "base/try.h"
#include "crypto/secret.h"

#include <openssl/crypto.h>

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define PROVIDERS_TEXTS 60u
#define PROVIDERS_TEXT_MAX_BYTES 16640u /* more than the longest record */
#define PROVIDERS_AD_MAX_BYTES 32u
#define PROVIDERS_ALIGN 64u
#define PROVIDERS_ROOM_BYTES (PROVIDERS_TEXT_MAX_BYTES + SNET_SUITE_TAG_BYTES + PROVIDERS_ALIGN)

/* --- The comparison --------------------------------------------------------------------------- */

struct providers_compare {
    const struct snet_aead *aead;
    const struct snet_aead *model;
    void *state;
    void *model_state;
    uint64_t drawn;
    uint8_t key[SNET_SUITE_KEY_BYTES];
    uint8_t nonce[SNET_SUITE_NONCE_BYTES];
    uint8_t ad[PROVIDERS_AD_MAX_BYTES];
    uint8_t plain[PROVIDERS_ROOM_BYTES];
    uint8_t sealed[PROVIDERS_ROOM_BYTES]; /* by the model */
    uint8_t made[PROVIDERS_ROOM_BYTES];   /* by the other */
};

/* The next of a row of numbers (xorshift64); any will do that reach all lengths. */
static uint64_t providers_draw(struct providers_compare *compare)
{
    compare->drawn ^= compare->drawn << 13;
    compare->drawn ^= compare->drawn >> 7;
    compare->drawn ^= compare->drawn << 17;
    return compare->drawn;
}

static void providers_draw_bytes(struct providers_compare *compare, uint8_t *ret_bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        ret_bytes[i] = (uint8_t)(providers_draw(compare) >> 32);
    }
}

/* As many short ones as long ones; the first is the longest. */
static size_t providers_draw_len(struct providers_compare *compare, unsigned number)
{
    const uint64_t below = UINT64_C(1) << (1 + providers_draw(compare) % 14);
    const size_t len = (size_t)(providers_draw(compare) % below);
    return number == 0 ? PROVIDERS_TEXT_MAX_BYTES : len;
}

/* A text that the model has sealed is refused with any bit changed, and opened without. */
static bool providers_open_same(struct providers_compare *compare, struct snet_aead_text text,
                                uint8_t *sealed, uint8_t *made)
{
    const size_t len = text.in.len;
    const size_t sealed_len = len + SNET_SUITE_TAG_BYTES;
    const size_t bit = (size_t)(providers_draw(compare) % (8 * sealed_len));
    text.key = compare->key;
    text.in = (struct snet_bytes){sealed, sealed_len};
    sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
    if (compare->aead->open(compare->state, &text, made)) {
        return false;
    }
    sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
    text.key = NULL;
    if (!compare->aead->open(compare->state, &text, made) ||
        !snet_secret_equal(made, compare->plain, len)) {
        return false;
    }
    snet_bytes_copy(made, sealed, sealed_len);
    text.in.data = made;
    return compare->aead->open(compare->state, &text, made) &&
           snet_secret_equal(made, compare->plain, len);
}

static bool providers_seal_same(struct providers_compare *compare, struct snet_aead_text text,
                                const uint8_t *sealed, uint8_t *made)
{
    const size_t sealed_len = text.in.len + SNET_SUITE_TAG_BYTES;
    if (!compare->aead->seal(compare->state, &text, made) ||
        !snet_secret_equal(made, sealed, sealed_len)) {
        return false;
    }
    snet_bytes_copy(made, text.in.data, text.in.len);
    text.in.data = made;
    text.key = NULL;
    return compare->aead->seal(compare->state, &text, made) &&
           snet_secret_equal(made, sealed, sealed_len);
}

/* One text. Every second key is kept for the next one, which has another nonce. */
static snet_err providers_compare_text(struct providers_compare *compare, unsigned number,
                                       enum snet_aead_cipher cipher)
{
    const size_t len = providers_draw_len(compare, number);
    uint8_t *plain = compare->plain;
    uint8_t *sealed = &compare->sealed[providers_draw(compare) % PROVIDERS_ALIGN];
    uint8_t *made = &compare->made[providers_draw(compare) % PROVIDERS_ALIGN];
    providers_draw_bytes(compare, plain, len < PROVIDERS_ALIGN ? len : PROVIDERS_ALIGN);
    providers_draw_bytes(compare, compare->nonce, sizeof compare->nonce);
    providers_draw_bytes(compare, compare->ad, sizeof compare->ad);
    if (number % 2 == 0) {
        compare->aead->forget(compare->state);
        providers_draw_bytes(compare, compare->key, sizeof compare->key);
    }
    const size_t ad_len = (size_t)(providers_draw(compare) % (PROVIDERS_AD_MAX_BYTES + 1));
    struct snet_aead_text text = {
        .cipher = cipher,
        .key = number % 2 == 0 ? compare->key : NULL,
        .nonce = compare->nonce,
        .ad = {ad_len > 0 ? compare->ad : NULL, ad_len},
        .in = {plain, len},
    };
    if (!compare->model->seal(compare->model_state, &text, sealed)) {
        return SNET_ERR_NO_MEMORY;
    }
    return providers_seal_same(compare, text, sealed, made) &&
                   providers_open_same(compare, text, sealed, made)
               ? SNET_OK
               : SNET_ERR_CRYPTO;
}

snet_err snet_providers_compare(const struct snet_aead *aead, const struct snet_aead *model,
                                enum snet_aead_cipher cipher)
{
    snet_err err = SNET_ERR_NO_MEMORY;
    struct providers_compare *compare = OPENSSL_zalloc(sizeof *compare);
    if (compare == NULL) {
        return err;
    }
    compare->aead = aead;
    compare->model = model;
    compare->drawn = UINT64_C(0x9e3779b97f4a7c15); /* any but 0 */
    compare->state = aead->state_new();
    compare->model_state = model->state_new();
    if (compare->state != NULL && compare->model_state != NULL) {
        providers_draw_bytes(compare, compare->plain, PROVIDERS_TEXT_MAX_BYTES);
        err = SNET_OK;
        for (unsigned i = 0; err == SNET_OK && i < PROVIDERS_TEXTS; i++) {
            err = providers_compare_text(compare, i, cipher);
        }
    }
    aead->state_free(compare->state);
    model->state_free(compare->model_state);
    OPENSSL_free(compare);
    return err;
}

/* --- The choice ------------------------------------------------------------------------------- */

/*
 * Who serves; NULL: not settled. There is no lock, which a child of fork might find taken: threads
 * that come at the same time all work it out, and find the same.
 */
/* tidy: allow file-state because a process has one processor and one environment */
static const struct snet_aead *_Atomic providers_aes;
/* tidy: allow file-state because a refusal is said once in a process */
static atomic_bool providers_refusal;

/* Errors: as snet_aead_ipsec_mb and snet_providers_compare; UNSUPPORTED if none is wanted, too. */
static snet_err providers_find(const struct snet_aead **ret_aead)
{
    const struct snet_aead *aead = NULL;
    /* tidy: allow impure because who serves is a wish for the process, and the bytes are the same
     */
    const char *wish = getenv("SNET_AEAD");
    if (wish != NULL && strcmp(wish, snet_aead_openssl.name) == 0) {
        return SNET_ERR_UNSUPPORTED;
    }
    SNET_TRY(snet_aead_ipsec_mb(&aead));
    SNET_TRY(snet_providers_compare(aead, &snet_aead_openssl, SNET_AEAD_AES_256_GCM));
    *ret_aead = aead;
    return SNET_OK;
}

static const struct snet_aead *providers_settle(void)
{
    const struct snet_aead *found = &snet_aead_openssl;
    const struct snet_aead *before = NULL;
    const snet_err err = providers_find(&found);
    if (err == SNET_ERR_NO_MEMORY) {
        return found;
    }
    if (!atomic_compare_exchange_strong(&providers_aes, &before, found)) {
        return before;
    }
    if (err == SNET_ERR_CRYPTO) {
        atomic_store(&providers_refusal, true);
    }
    return found;
}

const struct snet_aead *snet_providers_for(enum snet_aead_cipher cipher)
{
    if (cipher != SNET_AEAD_AES_256_GCM) {
        return &snet_aead_openssl;
    }
    const struct snet_aead *aead = atomic_load_explicit(&providers_aes, memory_order_acquire);
    return aead != NULL ? aead : providers_settle();
}

bool snet_providers_take_refusal(void)
{
    return atomic_load_explicit(&providers_refusal, memory_order_relaxed) &&
           atomic_exchange(&providers_refusal, false);
}
