/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/turns.h"

#include "base/assert.h"
#include "base/list.h"

_Static_assert(SNET_TURNS_OWNER_MAX <= UINT8_MAX, "it can be counted");

bool snet_turns_wait(struct snet_turns *turns, struct snet_turn *turn, enum snet_turn_kind kind,
                     uint16_t owner)
{
    SNET_ASSERT(!snet_turns_waits(turn));
    SNET_ASSERT(owner < SNET_HOLDERS_OWNERS);
    uint8_t *waiting = &turns->waiting[kind][owner];
    if (*waiting == SNET_TURNS_OWNER_MAX) {
        return false;
    }
    (*waiting)++;
    turns->count++;
    turn->kind = kind;
    turn->owner = owner;
    /* The first of an owner is in the next round, its second in the one after that, and so on. */
    snet_timer_set(&turns->heaps[kind], &turn->place, turns->rounds[kind] + *waiting);
    return true;
}

bool snet_turns_waits(const struct snet_turn *turn)
{
    return snet_timer_armed(&turn->place);
}

static void turns_uncount(struct snet_turns *turns, const struct snet_turn *turn)
{
    SNET_ASSERT(turns->waiting[turn->kind][turn->owner] > 0);
    SNET_ASSERT(turns->count > 0);
    turns->waiting[turn->kind][turn->owner]--;
    turns->count--;
}

void snet_turns_leave(struct snet_turns *turns, struct snet_turn *turn)
{
    if (snet_turns_waits(turn)) {
        turns_uncount(turns, turn);
        snet_timer_cancel(&turns->heaps[turn->kind], &turn->place);
    }
}

struct snet_turn *snet_turns_next(struct snet_turns *turns, enum snet_turn_kind kind)
{
    const uint64_t round = snet_timer_next_ns(&turns->heaps[kind]);
    struct snet_timer *place = snet_timer_pop(&turns->heaps[kind], round);
    if (place == NULL) {
        return NULL;
    }
    struct snet_turn *turn = SNET_CONTAINER(place, struct snet_turn, place);
    turns->rounds[kind] = round;
    turns_uncount(turns, turn);
    return turn;
}
