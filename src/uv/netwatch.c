/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/netwatch.h"

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

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

static socklen_t network_len(const struct sockaddr_storage *address)
{
    return address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                          : sizeof(struct sockaddr_in);
}

/* The address that this machine has towards `peer` now; false without a way there. */
static bool network_source(const struct sockaddr_storage *peer, struct sockaddr_storage *ret_source)
{
    socklen_t len = sizeof *ret_source;
    memset(ret_source, 0, sizeof *ret_source);
    const int fd = socket(peer->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return false;
    }
    const bool known = connect(fd, (const struct sockaddr *)peer, network_len(peer)) == 0 &&
                       getsockname(fd, (struct sockaddr *)ret_source, &len) == 0;
    (void)close(fd);
    return known;
}

static bool network_same(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
    if (a->ss_family != b->ss_family) {
        return false;
    }
    if (a->ss_family == AF_INET6) {
        return memcmp(&((const struct sockaddr_in6 *)a)->sin6_addr,
                      &((const struct sockaddr_in6 *)b)->sin6_addr, sizeof(struct in6_addr)) == 0;
    }
    return memcmp(&((const struct sockaddr_in *)a)->sin_addr,
                  &((const struct sockaddr_in *)b)->sin_addr, sizeof(struct in_addr)) == 0;
}

bool snet_netwatch_moved(const struct snet_netwatch_path *path)
{
    struct sockaddr_storage source;
    const int family = path->peer.ss_family;
    return (family == AF_INET || family == AF_INET6) && network_source(&path->peer, &source) &&
           !network_same(&source, &path->local);
}
