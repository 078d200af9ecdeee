/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Handshakes: who is in one, and for which owner (see core/holders.h). Beyond a limit one gives way
 * for each that comes: one of the owner that has most of them, at random among its oldest. The
 * oldest of all would be an honest one as soon as an attacker opens as many as the limit in the
 * time that a handshake takes.
 *
 * Ownership: borrows members until they leave. Thread: the core's.
 */
#ifndef SNET_CORE_HANDSHAKES_H
#define SNET_CORE_HANDSHAKES_H

#include "base/list.h"
#include "core/holders.h"

#include <stdint.h>

/* Maximum: members that are looked at for one that gives way, the oldest of all. */
#define SNET_HANDSHAKES_LOOK_MAX 256u

/* A member: part of a link, or of a session that is not confirmed. Zeroed, it is none. */
struct snet_handshake {
    struct snet_list_node node;
    uint16_t owner;
};

struct snet_handshakes {
    struct snet_list list; /* oldest first */
    uint32_t counts[SNET_HOLDERS_OWNERS];
};

void snet_handshakes_init(struct snet_handshakes *handshakes);
/* It joins as the youngest. */
void snet_handshakes_join(struct snet_handshakes *handshakes, struct snet_handshake *handshake,
                          uint16_t owner);
/* Safe for one that has left. */
void snet_handshakes_leave(struct snet_handshakes *handshakes, struct snet_handshake *handshake);
/* The one that gives way, by any number; there is one. */
struct snet_handshake *snet_handshakes_victim(const struct snet_handshakes *handshakes,
                                              uint64_t random);

#endif
