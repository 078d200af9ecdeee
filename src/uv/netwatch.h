/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Network: notices that this machine has got or lost an address, which is what a move to another
 * network looks like. Polls, because only that works on every system that libuv does.
 *
 * Thread: that of the loop.
 */
#ifndef SNET_UV_NETWATCH_H
#define SNET_UV_NETWATCH_H

#include <stdint.h>
#include <uv.h>

/* How often the addresses are looked at. */
#define SNET_NETWATCH_POLL_MS 1000u

typedef void snet_network_fn(void *user);

/* Zeroed but for the first two. */
struct snet_netwatch {
    snet_network_fn *on_change;
    void *user;
    uint64_t fingerprint; /* of the addresses when they were last looked at */
};

/*
 * Compares the addresses of this machine, loopback apart, with those of the last call and tells of
 * a change; the first call only looks.
 */
void snet_netwatch_look(struct snet_netwatch *network);

#endif
