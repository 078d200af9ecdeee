/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Slots: states of AEADs, shared by many keys. A state takes over 1 KiB and is slow to make, while
 * giving it another key takes a third of a microsecond. So a core has a few of them, and the holder
 * that was keyed longest ago loses its slot. A slot without a holder has no key.
 *
 * Ownership: the slots own their states. A holder is a pointer of a user's. It points to the slot
 * that has its key, or is NULL when none has it any more; it must not move, and is given back
 * before its memory goes. A user without slots to share gets one of its own. Thread: one at a time.
 */
#ifndef SNET_CRYPTO_SLOTS_H
#define SNET_CRYPTO_SLOTS_H

#include "crypto/aead.h"

#include <stdbool.h>
#include <stdint.h>

#define SNET_SLOTS_MAX 64u

struct snet_slot {
    const struct snet_aead *aead; /* whose state it is; NULL: never used */
    void *state;
    struct snet_slot **holder; /* NULL: free */
    bool shared;               /* one of several, which outlives its holder */
};

struct snet_slots {
    struct snet_slot slots[SNET_SLOTS_MAX];
    unsigned next; /* the one to be given away next */
};

/* What a slot is to do. */
struct snet_slot_use {
    const struct snet_aead *aead; /* the same each time for one holder */
    struct snet_aead_text text;   /* with the holder's key, for the case that no slot has it */
    bool seal;                    /* or open */
};

/*
 * Seals or opens as the provider's function does, under the key that the holder has in a slot or
 * else under the one in `use`. Without `slots` the holder gets one of its own. False: it failed.
 */
bool snet_slots_run(struct snet_slots *slots, struct snet_slot **holder, struct snet_slot_use *use,
                    uint8_t *ret_out);
/* Wipes the key that the holder has there, if any. */
void snet_slots_give_back(struct snet_slot **holder);
/* They must have no holders any more. */
void snet_slots_deinit(struct snet_slots *slots);

#endif
