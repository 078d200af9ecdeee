/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/aead.h"
#include "crypto/secret.h"

#ifdef SNET_WITH_IPSEC_MB

#define NO_COMPAT_IMB_API_053
#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>

#include <stdatomic.h>
#include <stddef.h>

#define AEAD_ALIGN 64u

/*
 * Functions of libipsec-mb that need nothing but what they are given. They are looked up once; two
 * threads that do so at a time find the same.
 */
/* tidy: allow file-state because what is looked up is the same for all of the process */
static _Atomic aes_gcm_pre_t aead_gcm_key;
/* tidy: allow file-state because of the same */
static _Atomic aes_gcm_enc_dec_t aead_gcm_seal;
/* tidy: allow file-state because of the same */
static _Atomic aes_gcm_enc_dec_t aead_gcm_open;

struct aead_ipsec_mb {
    struct gcm_key_data *key; /* in `memory` */
    struct gcm_context_data text;
    uint8_t memory[sizeof(struct gcm_key_data) + AEAD_ALIGN - 1]; /* of libcrypto, hardly aligned */
};

static void *aead_state_new(void)
{
    struct aead_ipsec_mb *own = OPENSSL_zalloc(sizeof *own);
    if (own != NULL) {
        const size_t over = (uintptr_t)own->memory % AEAD_ALIGN;
        own->key = (struct gcm_key_data *)&own->memory[over == 0 ? 0 : AEAD_ALIGN - over];
    }
    return own;
}

static void aead_state_free(void *state)
{
    OPENSSL_clear_free(state, sizeof(struct aead_ipsec_mb));
}

static void aead_forget(void *state)
{
    struct aead_ipsec_mb *own = state;
    snet_secret_wipe(own->key, sizeof *own->key);
}

static void aead_key(struct aead_ipsec_mb *own, const uint8_t *key)
{
    if (key != NULL) {
        atomic_load_explicit(&aead_gcm_key, memory_order_relaxed)(key, own->key);
    }
}

static bool aead_seal(void *state, const struct snet_aead_text *text, uint8_t *ret_sealed)
{
    struct aead_ipsec_mb *own = state;
    const struct snet_bytes in = text->in;
    aead_key(own, text->key);
    atomic_load_explicit(&aead_gcm_seal, memory_order_relaxed)(
        own->key, &own->text, ret_sealed, in.data, in.len, text->nonce, text->ad.data, text->ad.len,
        ret_sealed + in.len, SNET_SUITE_TAG_BYTES);
    snet_secret_wipe(&own->text, sizeof own->text); /* it has a block of the keystream */
    return true;
}

static bool aead_open(void *state, const struct snet_aead_text *text, uint8_t *ret_plain)
{
    struct aead_ipsec_mb *own = state;
    const struct snet_bytes in = {text->in.data, text->in.len - SNET_SUITE_TAG_BYTES};
    uint8_t tag[SNET_SUITE_TAG_BYTES];
    aead_key(own, text->key);
    atomic_load_explicit(&aead_gcm_open, memory_order_relaxed)(
        own->key, &own->text, ret_plain, in.data, in.len, text->nonce, text->ad.data, text->ad.len,
        tag, sizeof tag);
    const bool same = snet_secret_equal(tag, in.data + in.len, sizeof tag);
    snet_secret_wipe(&own->text, sizeof own->text);
    snet_secret_wipe(tag, sizeof tag); /* of a forgery, it is what the forger wants */
    return same;
}

static const struct snet_aead aead_ipsec_mb = {
    .name = "ipsec-mb",
    .state_new = aead_state_new,
    .state_free = aead_state_free,
    .forget = aead_forget,
    .seal = aead_seal,
    .open = aead_open,
};

/* The manager is for jobs that wait for each other: only its functions are of use here. */
static snet_err aead_look_up(IMB_MGR *manager)
{
    /* With the first it takes the functions for VAES; with the second these wipe registers and
       stack when they return. */
    const uint64_t wanted = IMB_CPUFLAGS_AVX512_T2 | IMB_FEATURE_SAFE_DATA;
    if ((manager->features & wanted) != wanted) {
        return SNET_ERR_UNSUPPORTED;
    }
    init_mb_mgr_avx512(manager);
    if ((manager->features & IMB_FEATURE_SELF_TEST_PASS) == 0) {
        return SNET_ERR_CRYPTO;
    }
    atomic_store_explicit(&aead_gcm_key, manager->gcm256_pre, memory_order_relaxed);
    atomic_store_explicit(&aead_gcm_seal, manager->gcm256_enc, memory_order_relaxed);
    atomic_store_explicit(&aead_gcm_open, manager->gcm256_dec, memory_order_relaxed);
    return SNET_OK;
}

snet_err snet_aead_ipsec_mb(const struct snet_aead **ret_aead)
{
    /* The library asks the processor alone; this also asks whether the system keeps the registers.
     */
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx512f")) {
        return SNET_ERR_UNSUPPORTED;
    }
    IMB_MGR *manager = alloc_mb_mgr(0);
    if (manager == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    const snet_err err = aead_look_up(manager);
    free_mb_mgr(manager);
    if (err == SNET_OK) {
        *ret_aead = &aead_ipsec_mb;
    }
    return err;
}

#else

snet_err snet_aead_ipsec_mb(const struct snet_aead **ret_aead)
{
    (void)ret_aead;
    return SNET_ERR_UNSUPPORTED;
}

#endif
