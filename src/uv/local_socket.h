/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Local sockets that listen, and the files by which they are found. A process that was killed
 * leaves its file behind: binding takes the place of one that nobody listens on, and of no other.
 * The file is removed at the end only if it is still the one that was bound.
 *
 * Thread: any. Processes that bind in one folder take turns, by a lock on the folder.
 */
#ifndef SNET_UV_LOCAL_SOCKET_H
#define SNET_UV_LOCAL_SOCKET_H

#include <snet/stream.h>

#include <sys/types.h>

/* A bound file; `path` is "" when there is none. */
struct snet_local_socket {
    char path[SNET_STREAM_ADDRESS_MAX_BYTES];
    dev_t device;
    ino_t inode;
};

/*
 * Makes a socket that listens at `path`; it belongs to the caller. Returns 0 or an error of libuv:
 * UV_EADDRINUSE when somebody listens there, or when the file is no socket.
 */
int snet_local_socket_listen(const char *path, struct snet_local_socket *ret_bound, int *ret_fd);
/* Removes the file if it is the one that was bound. Safe to call again. */
void snet_local_socket_remove(struct snet_local_socket *bound);

#endif
