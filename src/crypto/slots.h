/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Slots: contexts of libcrypto for AEADs, shared by many keys. A context takes over 1 KiB and is
 * slow to make, while giving it another key takes a third of a microsecond: so a core has a few of
 * them, and whoever was keyed longest ago gives his up. A slot that nobody holds has a key of
 * zeros.
 *
 * Ownership: the slots own their contexts. A holder is a pointer of a user's, which points to the
 * slot that has its key, or is NULL when there is none any more: it must not move, and is given
 * back before its memory goes. Who has no slots to share gets one of his own. Thread: one at a
 * time.
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
    bool shared;               /* one of several: it outlives its holder */
};

struct snet_slots {
    struct snet_slot slots[SNET_SLOTS_MAX];
    unsigned next; /* which goes to the next who needs one */
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
 * the one in `use`. Without `slots` the holder has one for himself. NULL: libcrypto failed.
 */
EVP_CIPHER_CTX *snet_slots_begin(struct snet_slots *slots, struct snet_slot **holder,
                                 const struct snet_slot_use *use);
/* Wipes the key that the holder has there, if any. */
void snet_slots_give_back(struct snet_slot **holder);
/* Nobody may hold one any more. */
void snet_slots_deinit(struct snet_slots *slots);

#endif
