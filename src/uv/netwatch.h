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

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <uv.h>

/* Interval between two looks at the addresses. */
#define SNET_NETWATCH_POLL_MS 1000u
/* How many looks after a change are still part of it: routes follow addresses. */
#define SNET_NETWATCH_SETTLE_LOOKS 5u

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

/* The two ends of a connection. */
struct snet_netwatch_path {
    struct sockaddr_storage local;
    struct sockaddr_storage peer;
};

/*
 * Whether a connection to the same peer that is made now would come from another address, because
 * the path is another one or the address has gone. Not when there is no way to the peer now: then
 * there is nowhere to go. Nothing is sent.
 */
bool snet_netwatch_moved(const struct snet_netwatch_path *path);

#endif
