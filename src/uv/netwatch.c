/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/netwatch.h"

#include <stdbool.h>
#include <stddef.h>

/* FNV-1a. The order counts, which does no harm: systems list their addresses in a steady order. */
#define NETWORK_FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define NETWORK_FNV_PRIME UINT64_C(0x100000001b3)

static uint64_t network_mix(uint64_t hash, const void *data, size_t len)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < len; i++) {
        hash = (hash ^ bytes[i]) * NETWORK_FNV_PRIME;
    }
    return hash;
}

static uint64_t network_mix_address(uint64_t hash, const uv_interface_address_t *address)
{
    if (address->address.address4.sin_family == AF_INET6) {
        const struct in6_addr *ip = &address->address.address6.sin6_addr;
        return network_mix(hash, ip, sizeof *ip);
    }
    const struct in_addr *ip = &address->address.address4.sin_addr;
    return network_mix(hash, ip, sizeof *ip);
}

void snet_netwatch_look(struct snet_netwatch *network)
{
    uv_interface_address_t *addresses = NULL;
    int count = 0;
    if (uv_interface_addresses(&addresses, &count) != 0) {
        return; /* nothing is known, so nothing has changed */
    }
    uint64_t hash = NETWORK_FNV_BASIS;
    for (int i = 0; i < count; i++) {
        if (!addresses[i].is_internal) {
            hash = network_mix_address(hash, &addresses[i]);
        }
    }
    uv_free_interface_addresses(addresses, count);
    const bool changed = network->fingerprint != 0 && network->fingerprint != hash;
    network->fingerprint = hash;
    if (changed) {
        network->on_change(network->user);
    }
}
