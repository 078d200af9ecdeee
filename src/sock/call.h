/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Call: one call of a program inside of a socket. It holds the lock, keeps the socket in memory,
 * and knows until when it may wait.
 */
#ifndef SNET_SOCK_CALL_H
#define SNET_SOCK_CALL_H

#include "sock/socket.h"

/* What a call does with the socket: index of its timeout and deadline. */
enum snet_call_kind {
    SNET_CALL_READ,
    SNET_CALL_WRITE
};
/* What kinds of sockets a call is for. */
enum snet_call_target {
    SNET_CALL_SESSION,
    SNET_CALL_LISTENER,
    SNET_CALL_ANY
};

struct snet_call {
    snet_socket *socket;
    enum snet_call_kind kind;
    uint64_t until_ns; /* by the socket's timeout; its deadline is looked at anew */
};

/*
 * Begins a call, with the lock held from then on: 0. Else what errno is to say, without the lock:
 * EBADF (NULL, closed, a parent's), EINVAL (another kind of socket).
 */
int snet_call_enter(struct snet_call *ret_call, snet_socket *socket, enum snet_call_kind kind,
                    enum snet_call_target target);
/* Ends it, and gives the lock up. */
void snet_call_leave(struct snet_call *call);
/*
 * Waits for a change: 0, or what errno is to say: EBADF, ECANCELED, EAGAIN, EDEADLK, ETIMEDOUT.
 * `nonblocking`: fails with EAGAIN in place of waiting. When it gave the lock up in order to send,
 * it returns 0 at once, for a change may have come by then: the caller looks again in any case.
 */
int snet_call_wait(struct snet_call *call, bool nonblocking);
/* What a call that did `done` and failed by `number` returns; after snet_call_leave, which may send
   and so change errno. */
ssize_t snet_call_result(size_t done, int number);

#endif
