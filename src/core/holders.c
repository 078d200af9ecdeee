/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/holders.h"

#include "base/assert.h"
#include "base/cursor.h"

void snet_holders_init(struct snet_holders *holders, const struct snet_pool *pool)
{
    holders->pool = pool;
    snet_list_init(&holders->list);
    for (size_t i = 0; i < SNET_SEAT_RANKS; i++) {
        snet_list_init(&holders->seats[i]);
    }
}

static uint64_t holders_mix(uint64_t value)
{
    /* The finalizer of splitmix64: each bit of the input changes half of the output. */
    value = (value ^ (value >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94D049BB133111EB);
    return value ^ (value >> 31);
}

uint16_t snet_holders_owner(const struct snet_holders *holders, struct snet_bytes name)
{
    /* With a secret, or somebody could choose a key or a network that shares another's place. */
    uint64_t value = holders_mix(holders->secret + name.len);
    struct snet_reader reader;
    snet_reader_init(&reader, name.data, name.len);
    while (reader.left > 0) {
        value = holders_mix(value + holders->secret + snet_reader_u8(&reader));
    }
    return (uint16_t)(value % SNET_HOLDERS_OWNERS);
}

static uint64_t holders_budget(const struct snet_holders *holders)
{
    return (uint64_t)snet_pool_budget(holders->pool) * SNET_PAGE_BYTES;
}

static uint64_t holders_beyond(uint64_t bytes)
{
    return bytes > SNET_HOLDERS_FREE_BYTES ? bytes - SNET_HOLDERS_FREE_BYTES : 0;
}

/* Takes what the holder holds out of all sums. */
static void holders_subtract(struct snet_holders *holders, const struct snet_holder *holder)
{
    uint64_t *owned = &holders->owner_bytes[holder->owner];
    SNET_ASSERT(*owned >= holder->bytes);
    *owned -= holder->bytes;
    holders->owner_count -= holder->bytes > 0 && *owned == 0 ? 1 : 0;
    holders->ending_count -= holder->bytes > 0 && holder->place != SNET_HOLDER_OWN ? 1 : 0;
    holders->beyond_bytes -= holders_beyond(holder->bytes);
    holders->away_bytes -= holder->place == SNET_HOLDER_AWAY ? holder->bytes : 0;
}

static void holders_add(struct snet_holders *holders, const struct snet_holder *holder)
{
    uint64_t *owned = &holders->owner_bytes[holder->owner];
    holders->owner_count += holder->bytes > 0 && *owned == 0 ? 1 : 0;
    holders->ending_count += holder->bytes > 0 && holder->place != SNET_HOLDER_OWN ? 1 : 0;
    *owned += holder->bytes;
    holders->beyond_bytes += holders_beyond(holder->bytes);
    holders->away_bytes += holder->place == SNET_HOLDER_AWAY ? holder->bytes : 0;
}

/* Only the time with a link counts: without one nobody could acknowledge anything. */
static void holders_change_place(struct snet_holder *holder, enum snet_holder_place place,
                                 uint64_t now)
{
    if (place == SNET_HOLDER_AWAY) {
        holder->away_ns = now;
    } else if (holder->place == SNET_HOLDER_AWAY && now > holder->away_ns) {
        holder->since_ns += now - holder->away_ns;
    }
}

void snet_holders_count(struct snet_holders *holders, struct snet_holder *holder, uint64_t bytes,
                        enum snet_holder_place place, uint64_t now)
{
    SNET_ASSERT(bytes <= UINT32_MAX);
    if (holder->place != place) {
        holders->look_at_ns = 0; /* who can be ended may have changed */
        holders_change_place(holder, place, now);
    }
    holders_subtract(holders, holder);
    holder->bytes = (uint32_t)bytes;
    holder->place = place;
    holders_add(holders, holder);
    if (bytes == 0) {
        snet_list_remove(&holders->list, &holder->node);
    } else if (!snet_list_contains(&holder->node)) {
        holder->since_ns = now;
        snet_list_push(&holders->list, &holder->node);
    }
}

void snet_holders_drop(struct snet_holders *holders, struct snet_holder *holder)
{
    snet_holders_count(holders, holder, 0, SNET_HOLDER_OWN, 0);
    holder->in_flight = false;
}

void snet_holders_give(struct snet_holders *holders, struct snet_holder *holder, uint16_t owner)
{
    SNET_ASSERT(owner < SNET_HOLDERS_OWNERS);
    holders_subtract(holders, holder);
    holder->owner = owner;
    holders_add(holders, holder);
}

void snet_holders_moved(struct snet_holder *holder, uint64_t acked, uint64_t sent, uint64_t end,
                        uint64_t now)
{
    holder->in_flight = sent > acked;
    if (acked < holder->mark_offset) {
        return;
    }
    /*
     * The next mark: what the peer should have came due since the last one. It counts as younger
     * than it may be, by once that much at most, and one byte acknowledged now and then makes
     * nothing young, nor does credit for one.
     */
    holder->since_ns = now;
    holder->mark_offset = end;
}

/* What an owner may hold when all hold the same. */
static uint64_t holders_share(const struct snet_holders *holders)
{
    return holders_budget(holders) / (holders->owner_count > 0 ? holders->owner_count : 1);
}

uint64_t snet_holders_beyond_room(const struct snet_holders *holders)
{
    const uint64_t budget = holders_budget(holders);
    const uint64_t most = budget - budget / SNET_HOLDERS_UNRESERVED_DIVISOR;
    return holders->beyond_bytes < most ? most - holders->beyond_bytes : 0;
}

uint64_t snet_holders_room(const struct snet_holders *holders, const struct snet_holder *holder,
                           bool contested)
{
    const uint64_t own =
        holder->bytes < SNET_HOLDERS_FREE_BYTES ? SNET_HOLDERS_FREE_BYTES - holder->bytes : 0;
    /* Others want more, too: who has more than its share gives back what is acknowledged. */
    const bool above = holders->owner_bytes[holder->owner] > holders_share(holders);
    return contested && above ? own : own + snet_holders_beyond_room(holders);
}

bool snet_holders_away_high(const struct snet_holders *holders)
{
    return holders->away_bytes > holders_budget(holders) / SNET_HOLDERS_AWAY_DIVISOR;
}

static bool holder_older(const struct snet_holder *holder, uint64_t than_ns, uint64_t now)
{
    uint64_t trips_ns = (uint64_t)SNET_HOLDERS_ROUND_TRIPS * holder->rtt_ms * SNET_MS_NS;
    trips_ns = trips_ns < SNET_HOLDERS_TRIPS_MAX_NS ? trips_ns : SNET_HOLDERS_TRIPS_MAX_NS;
    const uint64_t least_ns = than_ns > trips_ns ? than_ns : trips_ns;
    return now > holder->since_ns && now - holder->since_ns > least_ns;
}

/* Whether it may end for a writer that lacks this; `most` is what the largest owner holds. */
static bool holders_may_end(const struct snet_holders *holders, const struct snet_holder *holder,
                            enum snet_holders_lack lack, uint64_t most, uint64_t now)
{
    const uint64_t owned = holders->owner_bytes[holder->owner];
    switch (holder->place) {
    case SNET_HOLDER_OWN:
        return false;
    case SNET_HOLDER_ATTACHED:
        /* What waits for credit is no more than each may hold: of no use to who lacks more. */
        if ((holder->in_flight || lack == SNET_HOLDERS_LACK_PAGE) &&
            holder_older(holder, SNET_HOLDERS_STALL_NS, now)) {
            return true;
        }
        return lack == SNET_HOLDERS_LACK_PAGE && owned == most && owned > holders_share(holders) &&
               holder_older(holder, SNET_HOLDERS_SHARE_STALL_NS, now);
    case SNET_HOLDER_AWAY:
        return lack == SNET_HOLDERS_LACK_PAGE && owned == most && snet_holders_away_high(holders);
    }
    return false;
}

static uint64_t holders_most(const struct snet_holders *holders)
{
    uint64_t most = 0;
    for (struct snet_list_node *node = snet_list_first(&holders->list); node != NULL;
         node = snet_list_next(&holders->list, node)) {
        const struct snet_holder *holder = SNET_CONTAINER(node, struct snet_holder, node);
        const uint64_t owned = holders->owner_bytes[holder->owner];
        most = holder->place != SNET_HOLDER_OWN && owned > most ? owned : most;
    }
    return most;
}

/* Of two that may end: the one of the owner that holds more, then the one that waits longer. */
static bool holders_before(const struct snet_holders *holders, const struct snet_holder *a,
                           const struct snet_holder *b)
{
    const uint64_t a_owned = holders->owner_bytes[a->owner];
    const uint64_t b_owned = holders->owner_bytes[b->owner];
    return a_owned != b_owned ? a_owned > b_owned : a->since_ns < b->since_ns;
}

struct snet_holder *snet_holders_victim(struct snet_holders *holders,
                                        const struct snet_holder *writer,
                                        enum snet_holders_lack lack, uint64_t now)
{
    if (now < holders->look_at_ns) {
        return NULL;
    }
    const uint64_t most = holders_most(holders);
    struct snet_holder *victim = NULL;
    for (struct snet_list_node *node = snet_list_first(&holders->list); node != NULL;
         node = snet_list_next(&holders->list, node)) {
        struct snet_holder *holder = SNET_CONTAINER(node, struct snet_holder, node);
        if (holder != writer && holders_may_end(holders, holder, lack, most, now) &&
            (victim == NULL || holders_before(holders, holder, victim))) {
            victim = holder;
        }
    }
    if (victim == NULL) {
        holders->look_at_ns = now + SNET_HOLDERS_LOOK_NS;
    }
    return victim;
}

/* --- Places of a server -------------------------------------------------------------------- */

void snet_holders_unseat(struct snet_holders *holders, struct snet_seat *seat)
{
    if (snet_list_contains(&seat->node)) {
        uint32_t *owned = &holders->owner_seats[seat->owner];
        SNET_ASSERT(*owned > 0);
        snet_list_remove(&holders->seats[seat->rank], &seat->node);
        (*owned)--;
        holders->seat_count--;
        holders->seated_owners -= *owned == 0 ? 1 : 0;
    }
}

void snet_holders_seat(struct snet_holders *holders, struct snet_seat *seat,
                       enum snet_seat_rank rank, uint16_t owner, uint64_t now)
{
    SNET_ASSERT(seat->of != NULL);
    SNET_ASSERT(owner < SNET_HOLDERS_OWNERS);
    snet_holders_unseat(holders, seat);
    uint32_t *owned = &holders->owner_seats[owner];
    holders->seated_owners += *owned == 0 ? 1 : 0;
    holders->seat_count++;
    (*owned)++;
    seat->rank = rank;
    seat->owner = owner;
    seat->since_ns = now;
    snet_list_push(&holders->seats[rank], &seat->node);
}

static bool seat_may_end(const struct snet_holders *holders, const struct snet_seat *seat,
                         const struct snet_holders_group *group, uint64_t now)
{
    const uint64_t owned = holders->owner_seats[seat->owner];
    if (seat->of != group->of || (group->legacy_only && !seat->legacy)) {
        return false;
    }
    switch (seat->rank) {
    case SNET_SEAT_UNPROVEN_AWAY:
        return true;
    case SNET_SEAT_UNPROVEN_ATTACHED:
        return now > seat->since_ns && now - seat->since_ns >= SNET_HOLDERS_SHOW_NS;
    case SNET_SEAT_AWAY:
        return owned * holders->seated_owners > holders->seat_count; /* above an equal share */
    case SNET_SEAT_ATTACHED:
        return false;
    }
    return false;
}

struct snet_seat *snet_holders_seat_victim(const struct snet_holders *holders,
                                           const struct snet_holders_group *group, uint64_t now)
{
    struct snet_seat *victim = NULL;
    for (size_t rank = 0; rank < SNET_SEAT_ATTACHED && victim == NULL; rank++) {
        struct snet_list_node *node = snet_list_first(&holders->seats[rank]);
        for (size_t i = 0; node != NULL && i < SNET_HOLDERS_SEATS_LOOK_MAX; i++) {
            struct snet_seat *seat = SNET_CONTAINER(node, struct snet_seat, node);
            if (seat_may_end(holders, seat, group, now) &&
                (victim == NULL ||
                 holders->owner_seats[seat->owner] > holders->owner_seats[victim->owner])) {
                victim = seat;
            }
            node = snet_list_next(&holders->seats[rank], node);
        }
    }
    return victim;
}
