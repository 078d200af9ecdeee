/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "crypto/slots.h"

#include "base/assert.h"

#include <openssl/crypto.h>

#include <stddef.h>

static void slots_take_away(struct snet_slot *slot)
{
    if (slot->holder != NULL) {
        *slot->holder = NULL;
        slot->holder = NULL;
    }
}

/* The slot that was given away longest ago. Its key is there until another takes its place. */
static struct snet_slot *slots_next(struct snet_slots *slots)
{
    struct snet_slot *slot = &slots->slots[slots->next];
    slots->next = (slots->next + 1) % SNET_SLOTS_MAX;
    slots_take_away(slot);
    slot->shared = true;
    return slot;
}

static void slots_free_state(struct snet_slot *slot)
{
    if (slot->aead != NULL) {
        slot->aead->state_free(slot->state);
        slot->aead = NULL;
        slot->state = NULL;
    }
}

/* A state of this provider, in place of one of another. */
static bool slots_make_state(struct snet_slot *slot, const struct snet_aead *aead)
{
    if (slot->aead == aead) {
        return true;
    }
    slots_free_state(slot);
    slot->state = aead->state_new();
    slot->aead = slot->state != NULL ? aead : NULL;
    return slot->state != NULL;
}

static bool slots_run(const struct snet_slot *slot, const struct snet_slot_use *use,
                      uint8_t *ret_out)
{
    return use->seal ? slot->aead->seal(slot->state, &use->text, ret_out)
                     : slot->aead->open(slot->state, &use->text, ret_out);
}

bool snet_slots_run(struct snet_slots *slots, struct snet_slot **holder, struct snet_slot_use *use,
                    uint8_t *ret_out)
{
    if (*holder != NULL) {
        SNET_ASSERT((*holder)->aead == use->aead);
        use->text.key = NULL;
        return slots_run(*holder, use, ret_out);
    }
    struct snet_slot *slot = slots == NULL ? OPENSSL_zalloc(sizeof *slot) : slots_next(slots);
    if (slot == NULL) {
        return false;
    }
    slot->holder = holder;
    *holder = slot;
    if (!slots_make_state(slot, use->aead) || !slots_run(slot, use, ret_out)) {
        snet_slots_give_back(holder); /* the key may be there or not */
        return false;
    }
    return true;
}

void snet_slots_give_back(struct snet_slot **holder)
{
    struct snet_slot *slot = *holder;
    if (slot == NULL) {
        return;
    }
    SNET_ASSERT(slot->holder == holder);
    slots_take_away(slot);
    if (!slot->shared) {
        slots_free_state(slot);
        OPENSSL_free(slot);
    } else if (slot->aead != NULL) {
        slot->aead->forget(slot->state);
    }
}

void snet_slots_deinit(struct snet_slots *slots)
{
    for (unsigned i = 0; i < SNET_SLOTS_MAX; i++) {
        SNET_ASSERT(slots->slots[i].holder == NULL);
        slots_free_state(&slots->slots[i]);
    }
    *slots = (struct snet_slots){.next = 0};
}
