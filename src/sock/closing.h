/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Closing: from snet_close, or the close of a descriptor, to the end of a socket. A closed socket
 * lingers while the other end may still get its bytes, `linger_ns` at most, and is reaped when that
 * is over and no call is inside of it.
 *
 * Thread: any, with the lock of sock/loop.h, where nothing else is said.
 */
#ifndef SNET_SOCK_CLOSING_H
#define SNET_SOCK_CLOSING_H

#include "sock/socket.h"

/* The program has given the socket back. Calls that wait in it are woken. */
void snet_closing_begin(snet_socket *socket);
/* Likewise, but nothing is delivered: a dial that failed, a session that nobody has accepted. */
void snet_closing_drop(snet_socket *socket);
/* A call has left the socket, `users` without it: goes on with a close that waited for that. */
void snet_closing_leave(snet_socket *socket);
/* On the loop's thread: a closed socket's session has ended, or its linger may be over. */
void snet_closing_look(snet_socket *socket, uint64_t now);
/* On the loop's thread: all whose time is over, or whose descriptor was closed. */
void snet_closing_due(uint64_t now);
/* How many sockets nobody has closed. */
size_t snet_closing_open_count(void);
/* Closes all that are open and keeps their memory: for the exit of the process. */
void snet_closing_all_for_good(void);
/* Waits until nothing lingers that has something to deliver, or until `until_ns`. */
void snet_closing_wait(uint64_t until_ns);

#endif
