/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Slots: contexts of libcrypto for AEADs, shared by many keys. A context takes over 1 KiB and is
 * slow to make, while giving it another key takes a third of a microsecond. So a core has a few of
 * them, and the holder that was keyed longest ago loses its slot. A slot without a holder has a key
 * of zeros.
 *
 * Ownership: the slots own their contexts. A holder is a pointer of a user's. It points to the slot
 * that has its key, or is NULL when none has it any more; it must not move, and is given back
 * before its memory goes. A user without slots to share gets one of its own. Thread: one at a time.
 */
#ifndef SNET_CRYPTO_SLOTS_H
#define SNET_CRYPTO_SLOTS_H

#include <openssl/types.h>

#include <stdbool.h>
#include <stdint.h>

#define SNET_SLOTS_MAX 64u

struct snet_slot {
    EVP_CIPHER_CTX *evp; /* NULL: never used */
    const EVP_CIPHER *cipher;
    struct snet_slot **holder; /* NULL: free */
    bool shared;               /* one of several, which outlives its holder */
};

struct snet_slots {
    struct snet_slot slots[SNET_SLOTS_MAX];
    unsigned next; /* the one to be given away next */
};

/* What a slot is to do. */
struct snet_slot_use {
    const EVP_CIPHER *cipher; /* stays valid as long as the slots */
    const uint8_t *key;       /* as long as the cipher wants it */
    const uint8_t *nonce;
    bool seal;
};

/*
 * The context that is ready for the nonce, under the key that the holder has there or else under
 * the one in `use`. Without `slots` the holder gets one of its own. NULL: libcrypto failed.
 */
EVP_CIPHER_CTX *snet_slots_begin(struct snet_slots *slots, struct snet_slot **holder,
                                 const struct snet_slot_use *use);
/* Wipes the key that the holder has there, if any. */
void snet_slots_give_back(struct snet_slot **holder);
/* They must have no holders any more. */
void snet_slots_deinit(struct snet_slots *slots);

#endif
