/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Turns: first messages of links that wait to be answered, for owners as of core/holders.h. Those
 * of one owner are answered in the order in which they came, and owners in turn: who sends many
 * waits for its own. Requests to go on are apart from requests for a new session.
 *
 * An owner may have SNET_TURNS_OWNER_MAX of a kind waiting. What comes beyond is refused at once,
 * for a client that hears so tries again sooner than one that waits for nothing.
 *
 * Ownership: borrows members until they leave. Thread: the core's.
 */
#ifndef SNET_CORE_TURNS_H
#define SNET_CORE_TURNS_H

#include "base/timer.h"
#include "core/holders.h"

#include <stdbool.h>
#include <stdint.h>

#define SNET_TURNS_OWNER_MAX 128u

enum snet_turn_kind {
    SNET_TURN_RESUME,
    SNET_TURN_HELLO
};
#define SNET_TURN_KINDS 2

/* A member: part of a link. Zeroed, it does not wait. */
struct snet_turn {
    struct snet_timer place; /* in the order of turns, which is no time */
    uint16_t owner;
    enum snet_turn_kind kind;
};

struct snet_turns {
    struct snet_timer_heap heaps[SNET_TURN_KINDS];
    uint64_t rounds[SNET_TURN_KINDS]; /* of the one that was taken last */
    uint32_t count;
    uint8_t waiting[SNET_TURN_KINDS][SNET_HOLDERS_OWNERS];
};

/* It waits from now on; false when its owner has too many waiting. */
bool snet_turns_wait(struct snet_turns *turns, struct snet_turn *turn, enum snet_turn_kind kind,
                     uint16_t owner);
bool snet_turns_waits(const struct snet_turn *turn);
/* Safe for one that does not wait. */
void snet_turns_leave(struct snet_turns *turns, struct snet_turn *turn);
/* The next one, which waits no more; NULL when none waits. */
struct snet_turn *snet_turns_next(struct snet_turns *turns, enum snet_turn_kind kind);

#endif
