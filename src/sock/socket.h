/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What a socket of <snet/socket.h> is: a session's end in this process, or a listener. All of it is
 * used with the lock of sock/loop.h held. The modules of this folder, each below those after it:
 *
 *   fork_guard  children of the process        closing   lingering and reaping
 *   loop        the thread, the lock           notify    from the core's events to all that wait
 *   wake, wait  waiting                        library   begin and end of it all
 *   socket      this                           dial, listen, io, poll, info, fd, file
 *   events      queues of events                         what programs call
 *   backlog     sessions nobody has accepted   schema, config, url, ...
 *   bridge      a real descriptor                        what programs may ask for
 *
 * Two words for the end: a closed socket *lingers* while the other end may still get its bytes, and
 * is *reaped* when that is over and no call is inside of it.
 *
 * Ownership: a socket belongs to the program until snet_close, then to the loop. One with a bridge
 * is closed by that, when its descriptor is closed or its session ends.
 */
#ifndef SNET_SOCK_SOCKET_H
#define SNET_SOCK_SOCKET_H

#include <snet/socket.h>

#include "base/list.h"
#include "sock/loop.h"
#include "sock/wait.h"

struct snet_backlog;
struct snet_bridge;

/* Where and how a socket's events wait; see sock/events.h. */
struct snet_socket_events {
    snet_events *queue;         /* NULL: nowhere */
    struct snet_list_node node; /* in it, while `waiting` is not 0 */
    uint32_t waiting;           /* bits of types that wait to be taken */
    uint32_t armed;             /* READABLE, WRITABLE and ACCEPTABLE that are to come once */
    snet_err lost_err;
    snet_err barren_err;
    uint64_t after_ns;
    uint64_t resent_bytes;
    uint32_t attempt;
};

struct snet_socket {
    struct snet_list_node node;   /* among all, or among those that wait to be accepted */
    snet_session *session;        /* NULL: a listener */
    struct snet_backlog *backlog; /* NULL: a session */
    struct snet_bridge *bridge;   /* NULL: it has no descriptor */
    struct snet_wait wait;        /* for anything below, or what the session can do */
    struct snet_socket_events events;
    snet_event_fn *on_event; /* in place of a queue of the program's */
    void *hook_user;         /* of on_event */
    void *user;              /* of the program */
    unsigned users;          /* threads inside of a call, and reasons to stay like that */
    bool lost;               /* and the program knows */
    bool opened;
    bool ended;
    bool dialing; /* a thread waits for it, and gets the reason by itself */
    bool cancelled;
    bool closed; /* by the program */
    bool muted;  /* on_event is not called any more */
    bool draining;
    bool nonblocking;
    bool fd_inherited;
    snet_err err;      /* why it ended */
    int os_err;        /* listening, dialing: of the system, for messages */
    uint32_t attempts; /* to connect since the loss */
    uint64_t lost_at_ns;
    uint64_t timeout_ns[2];  /* of reading and writing; 0: none */
    uint64_t deadline_ns[2]; /* likewise */
    uint64_t linger_ns;
    uint64_t linger_until_ns; /* closed: when it is given up */
};

/* A socket without session or backlog, as the config has it; NULL without memory. */
snet_socket *snet_socket_new(const struct snet_config *config);
/* Frees what is left of a socket that nobody is inside of. On the loop's thread. */
void snet_socket_free(snet_socket *socket);
/* The socket of a session, or NULL. */
snet_socket *snet_socket_of(const snet_session *session);
/* The session is the socket's from now on. */
void snet_socket_take(snet_socket *socket, snet_session *session);
/* Whether reading would not wait: bytes, the end, or an error; of listeners, accepting. */
bool snet_socket_can_read(const snet_socket *socket);
/* Whether writing would not wait. */
bool snet_socket_can_write(const snet_socket *socket);

#endif
