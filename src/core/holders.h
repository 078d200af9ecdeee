/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Holders: which sessions hold pages of the send budget, for whom, and which of them ends first
 * when others need these pages. Here is the whole order of eviction; docs/internals/memory.md has
 * it as a table. Wires that acknowledge are counted, because only they can tell a client.
 *
 * An owner is what many sessions have in common: the key of their client, else the network that its
 * last link came from. There is a bounded number of places for owners, which a secret spreads them
 * over; two owners that share a place count as one.
 *
 * Each session may hold SNET_HOLDERS_FREE_BYTES. What is beyond that is taken from the budget but
 * for a quarter of it, so that a few large sessions leave room for many small ones.
 *
 * The places of a server are shared likewise, by how many sessions an owner has.
 *
 * It names the session that is to end; its caller ends it. Pure counting.
 *
 * Ownership: part of a core; borrows holders until they are dropped. Thread: the core's.
 */
#ifndef SNET_CORE_HOLDERS_H
#define SNET_CORE_HOLDERS_H

#include <snet/core.h>

#include "base/bytes.h"
#include "base/list.h"
#include "base/pool.h"

#define SNET_HOLDERS_OWNERS 4096u
/* What a session may hold whoever else wants memory, as long as there are pages. */
#define SNET_HOLDERS_FREE_BYTES 65536u
/* This part of the budget stays for what sessions hold within that. */
#define SNET_HOLDERS_UNRESERVED_DIVISOR 4u
/* Sessions without a link may hold this part of the budget, whichever others wait for it. */
#define SNET_HOLDERS_AWAY_DIVISOR 4u
/* Minimum: for how long a session with a link holds the same bytes, not acknowledged or without
   credit to send them, before it ends for others, and the same when its owner holds more than an
   equal share. Each is 4 round trips at least. */
#define SNET_HOLDERS_STALL_NS (20 * SNET_SECOND_NS)
#define SNET_HOLDERS_SHARE_STALL_NS (1 * SNET_SECOND_NS)
#define SNET_HOLDERS_ROUND_TRIPS 4u
/* Maximum: what these round trips make of it, for they are as long as the peer wants. */
#define SNET_HOLDERS_TRIPS_MAX_NS (30 * SNET_SECOND_NS)
/* Minimum: time between two looks at all holders, when the first has found none to end. */
#define SNET_HOLDERS_LOOK_NS (100 * SNET_MS_NS)
/* Minimum: time that a client with a link has to show something. */
#define SNET_HOLDERS_SHOW_NS (1 * SNET_SECOND_NS)
/* Maximum: seats of a rank that are looked at for one to give up, the oldest. */
#define SNET_HOLDERS_SEATS_LOOK_MAX 256u

enum snet_holder_place {
    SNET_HOLDER_OWN,      /* of a client: nobody ends it */
    SNET_HOLDER_ATTACHED, /* of a server, with a link */
    SNET_HOLDER_AWAY      /* of a server, without one */
};

/* What a session holds: part of it. Zeroed, it holds nothing, for an owner that is not known. */
struct snet_holder {
    struct snet_list_node node;
    uint64_t mark_offset; /* all that was held before it is as old as `since_ns` at least */
    uint64_t since_ns;
    uint64_t away_ns; /* when it lost its link */
    uint32_t bytes;
    uint32_t rtt_ms;
    uint16_t owner;
    bool in_flight; /* some of what it held at the mark was sent, and not acknowledged */
    enum snet_holder_place place;
};

/* What a writer lacks. */
enum snet_holders_lack {
    SNET_HOLDERS_LACK_PAGE, /* there is none */
    SNET_HOLDERS_LACK_MORE  /* it holds what each may hold, and all beyond that is taken */
};

/* A session of a server that takes one of its places, and the descriptors that go with it. */
enum snet_seat_rank {
    SNET_SEAT_UNPROVEN_AWAY,     /* its client has shown nothing, and is gone */
    SNET_SEAT_UNPROVEN_ATTACHED, /* its client has shown nothing */
    SNET_SEAT_AWAY,              /* without a link */
    SNET_SEAT_ATTACHED           /* ends for nobody */
};
#define SNET_SEAT_RANKS 4

struct snet_seat {
    struct snet_list_node node;
    const void *of; /* the server whose places these are; NULL: it takes none */
    uint64_t since_ns;
    uint16_t owner;
    bool legacy;
    bool proven; /* a byte of the stream has come, or a resume */
    enum snet_seat_rank rank;
};

/* Which seats may be given up. */
struct snet_holders_group {
    const void *of;
    bool legacy_only;
};

struct snet_holders {
    const struct snet_pool *pool;
    struct snet_list list;
    uint64_t away_bytes;   /* of sessions without a link */
    uint64_t beyond_bytes; /* what sessions hold beyond what each may */
    uint64_t secret;       /* who shares a place with whom is not for others to choose */
    uint64_t look_at_ns;
    size_t ending_count; /* of those that may end for others, now or later */
    size_t owner_count;  /* of those that hold anything */
    uint64_t owner_bytes[SNET_HOLDERS_OWNERS];
    struct snet_list seats[SNET_SEAT_RANKS]; /* each: the one first that came first */
    uint32_t seat_count;
    uint32_t seated_owners;
    uint32_t owner_seats[SNET_HOLDERS_OWNERS];
};

void snet_holders_init(struct snet_holders *holders, const struct snet_pool *pool);
/* The place of the owner with this name. */
uint16_t snet_holders_owner(const struct snet_holders *holders, struct snet_bytes name);

/* The session holds this many bytes now, in this place. */
void snet_holders_count(struct snet_holders *holders, struct snet_holder *holder, uint64_t bytes,
                        enum snet_holder_place place, uint64_t now);
/* It holds nothing any more. Safe for one that is not counted. */
void snet_holders_drop(struct snet_holders *holders, struct snet_holder *holder);
/* From now on it is of this owner. */
void snet_holders_give(struct snet_holders *holders, struct snet_holder *holder, uint16_t owner);
/* The peer has all before `acked`; all before `sent` has been sent, and what it should have before
   long ends at `end`. */
void snet_holders_moved(struct snet_holder *holder, uint64_t acked, uint64_t sent, uint64_t end,
                        uint64_t now);

/* Sessions without a link hold more than their part of the budget. */
bool snet_holders_away_high(const struct snet_holders *holders);
/* How many more bytes it may hold, whether or not there are pages; `contested`: others wait to hold
   more than each may. */
uint64_t snet_holders_room(const struct snet_holders *holders, const struct snet_holder *holder,
                           bool contested);
/* How many bytes all may hold together beyond what each may. */
uint64_t snet_holders_beyond_room(const struct snet_holders *holders);
/* The session to end for a writer that lacks something, never `writer`; NULL when there is none. */
struct snet_holder *snet_holders_victim(struct snet_holders *holders,
                                        const struct snet_holder *writer,
                                        enum snet_holders_lack lack, uint64_t now);

/* --- Places of a server -------------------------------------------------------------------- */

/* The session has this rank now, for this owner; its other fields are set. */
void snet_holders_seat(struct snet_holders *holders, struct snet_seat *seat,
                       enum snet_seat_rank rank, uint16_t owner, uint64_t now);
/* It takes no place any more. Safe for one that takes none. */
void snet_holders_unseat(struct snet_holders *holders, struct snet_seat *seat);
/* The session to end for a new one; NULL when there is none. */
struct snet_seat *snet_holders_seat_victim(const struct snet_holders *holders,
                                           const struct snet_holders_group *group, uint64_t now);

#endif
