/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/slots.h"

#include "base/assert.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <stddef.h>

/* As long as the longest key and nonce of a cipher. */
static const uint8_t slots_zeros[EVP_MAX_KEY_LENGTH];

/* Another key in place of the one that is there. */
static bool slots_key(struct snet_slot *slot, const struct snet_slot_use *use)
{
    /* With the cipher's name again, libcrypto would set it up from nothing. */
    const EVP_CIPHER *cipher = slot->cipher == use->cipher ? NULL : use->cipher;
    slot->cipher = NULL;
    if (EVP_CipherInit_ex2(slot->evp, cipher, use->key, use->nonce, use->seal, NULL) != 1) {
        return false;
    }
    slot->cipher = use->cipher;
    return true;
}

static void slots_take_away(struct snet_slot *slot)
{
    if (slot->holder != NULL) {
        *slot->holder = NULL;
        slot->holder = NULL;
    }
}

/* The slot that was given away longest ago. */
static struct snet_slot *slots_next(struct snet_slots *slots)
{
    struct snet_slot *slot = &slots->slots[slots->next];
    slots->next = (slots->next + 1) % SNET_SLOTS_MAX;
    slots_take_away(slot);
    slot->shared = true;
    return slot;
}

EVP_CIPHER_CTX *snet_slots_begin(struct snet_slots *slots, struct snet_slot **holder,
                                 const struct snet_slot_use *use)
{
    if (*holder != NULL) {
        EVP_CIPHER_CTX *evp = (*holder)->evp;
        return EVP_CipherInit_ex2(evp, NULL, NULL, use->nonce, use->seal, NULL) == 1 ? evp : NULL;
    }
    struct snet_slot *slot = slots == NULL ? OPENSSL_zalloc(sizeof *slot) : slots_next(slots);
    if (slot == NULL) {
        return NULL;
    }
    slot->holder = holder;
    *holder = slot;
    if (slot->evp == NULL) {
        slot->evp = EVP_CIPHER_CTX_new();
    }
    if (slot->evp == NULL || !slots_key(slot, use)) {
        snet_slots_give_back(holder);
        return NULL;
    }
    return slot->evp;
}

/* No key stays behind. */
static void slots_wipe(struct snet_slot *slot)
{
    if (slot->evp == NULL ||
        EVP_CipherInit_ex2(slot->evp, NULL, slots_zeros, slots_zeros, true, NULL) == 1) {
        return;
    }
    slot->cipher = NULL;
    (void)EVP_CIPHER_CTX_reset(slot->evp);
}

void snet_slots_give_back(struct snet_slot **holder)
{
    struct snet_slot *slot = *holder;
    if (slot == NULL) {
        return;
    }
    SNET_ASSERT(slot->holder == holder);
    slots_take_away(slot);
    if (slot->shared) {
        slots_wipe(slot);
    } else {
        EVP_CIPHER_CTX_free(slot->evp);
        OPENSSL_free(slot);
    }
}

void snet_slots_deinit(struct snet_slots *slots)
{
    for (unsigned i = 0; i < SNET_SLOTS_MAX; i++) {
        SNET_ASSERT(slots->slots[i].holder == NULL);
        EVP_CIPHER_CTX_free(slots->slots[i].evp);
    }
    *slots = (struct snet_slots){.next = 0};
}
