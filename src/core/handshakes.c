/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/handshakes.h"

#include "base/assert.h"

void snet_handshakes_init(struct snet_handshakes *handshakes)
{
    *handshakes = (struct snet_handshakes){.counts = {0}};
    snet_list_init(&handshakes->list);
}

void snet_handshakes_join(struct snet_handshakes *handshakes, struct snet_handshake *handshake,
                          uint16_t owner)
{
    SNET_ASSERT(!snet_list_contains(&handshake->node));
    SNET_ASSERT(owner < SNET_HOLDERS_OWNERS);
    handshake->owner = owner;
    handshakes->counts[owner]++;
    snet_list_push(&handshakes->list, &handshake->node);
}

void snet_handshakes_leave(struct snet_handshakes *handshakes, struct snet_handshake *handshake)
{
    if (snet_list_contains(&handshake->node)) {
        SNET_ASSERT(handshakes->counts[handshake->owner] > 0);
        handshakes->counts[handshake->owner]--;
        snet_list_remove(&handshakes->list, &handshake->node);
    }
}

static struct snet_handshake *handshakes_at(struct snet_list_node *node)
{
    return SNET_CONTAINER(node, struct snet_handshake, node);
}

/* The most that one owner has, among those that are looked at, and how many of these it has. */
static uint32_t handshakes_most(const struct snet_handshakes *handshakes, size_t *ret_count)
{
    struct snet_list_node *node = snet_list_first(&handshakes->list);
    uint32_t most = 0;
    for (size_t i = 0; node != NULL && i < SNET_HANDSHAKES_LOOK_MAX; i++) {
        const uint32_t count = handshakes->counts[handshakes_at(node)->owner];
        *ret_count = count > most ? 0 : *ret_count;
        most = count > most ? count : most;
        *ret_count += count == most ? 1 : 0;
        node = snet_list_next(&handshakes->list, node);
    }
    return most;
}

struct snet_handshake *snet_handshakes_victim(const struct snet_handshakes *handshakes,
                                              uint64_t random)
{
    size_t count = 0;
    const uint32_t most = handshakes_most(handshakes, &count);
    SNET_ASSERT(count > 0);
    size_t skip = (size_t)(random % count);
    struct snet_list_node *node = snet_list_first(&handshakes->list);
    while (handshakes->counts[handshakes_at(node)->owner] != most || skip > 0) {
        skip -= handshakes->counts[handshakes_at(node)->owner] == most ? 1 : 0;
        node = snet_list_next(&handshakes->list, node);
    }
    return handshakes_at(node);
}
