/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Inside of the sockets of <snet/socket.h>. All of it is used with the lock of sock/loop.h held.
 *
 *   socket.c    from snet_dial or snet_accept to the end of a socket, lingering included
 *   news.c      telling the program what has happened to it
 *   io.c        reading and writing
 *   wait.c      waiting
 *   bridge.c    a real descriptor in place of these
 *   fd.c        asking for one
 *   acceptor.c  listening and the queue of new sessions
 *   config.c    what programs may ask for
 *   posix.c     errors as errno has them
 *
 * Ownership: a socket belongs to the program until snet_socket_close, then to the loop. One with a
 * bridge is closed by that, when its descriptor is closed or its session ends.
 */
#ifndef SNET_SOCK_SOCKET_H
#define SNET_SOCK_SOCKET_H

#include <snet/socket.h>

#include "base/list.h"
#include "sock/loop.h"
#include "sock/wait.h"

struct snet_socket {
    struct snet_list_node node; /* among all, or among those that wait to be accepted */
    snet_session *session;
    struct snet_bridge *bridge; /* NULL: it has no descriptor */
    struct snet_wait wait;      /* for anything below, or what the session can do */
    unsigned users;             /* threads inside of a call */
    snet_socket_event_fn *on_event;
    void *hook_user;   /* of on_event */
    void *user;        /* of the program */
    uint32_t attempts; /* to connect since the loss */
    bool lost;         /* and the program knows */
    bool opened;
    bool ended;
    bool dialing; /* a thread is in snet_dial and waits for it */
    bool closed;  /* by the program */
    bool muted;   /* on_event is not called any more */
    bool nonblocking;
    bool fd_inherited;
    snet_err err; /* why it ended */
    uint64_t wait_ns;
    uint64_t linger_ns;
    uint64_t linger_until_ns; /* closed: when it is given up */
};

/* Takes the events of the driver. */
void snet_socket_event(void *user, const struct snet_core_event *event);
/* A socket for a session of a server; NULL without memory. */
snet_socket *snet_socket_of(snet_session *session, const struct snet_socket_config *config);
/* A closed socket that nobody is inside of goes, or lingers. */
void snet_socket_release(snet_socket *socket);
/* A closed socket ends its direction, and has some time to deliver it. */
void snet_socket_linger(snet_socket *socket);
/* Lingering sockets whose time is over, or that are done, go; descriptors that were closed, too. */
void snet_socket_reap(uint64_t now);
/* On the loop's thread: the same for this one, which is closed, unless somebody is inside of it. */
void snet_socket_settle(snet_socket *socket, uint64_t now);
/* At the exit of the process: what was written goes out first. */
void snet_socket_at_exit(void);
/* The config as it is meant, whatever version of it the program has. Errors: INVALID. */
SNET_MUST_USE snet_err snet_socket_config_take(const struct snet_socket_config *config,
                                               bool listens, struct snet_socket_config *ret_config);

#endif
