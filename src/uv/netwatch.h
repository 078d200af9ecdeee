/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Netwatch: notices that this machine has got or lost an address, which is what a move to another
 * network looks like. It polls, because only that works on every system that libuv runs on.
 *
 * Thread: that of the loop.
 */
#ifndef SNET_UV_NETWATCH_H
#define SNET_UV_NETWATCH_H

#include <stdint.h>
#include <uv.h>

/* Interval between two looks at the addresses. */
#define SNET_NETWATCH_POLL_MS 1000u

typedef void snet_netwatch_fn(void *user);

/* Zeroed but for the first two. */
struct snet_netwatch {
    snet_netwatch_fn *on_change;
    void *user;
    uint64_t fingerprint; /* of the addresses when they were last looked at */
};

/*
 * Compares the addresses of this machine, loopback apart, with those of the last call and calls
 * `on_change` when they differ. The first call only looks.
 */
void snet_netwatch_look(struct snet_netwatch *network);

#endif
