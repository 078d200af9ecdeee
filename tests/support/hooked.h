/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Sockets of <snet/socket.h> with every hook set, and calls with them that fail or that another
 * thread overtakes. A call is run by one thread, and by many at once; it says whether it failed as
 * it should, since threads may not fail a test by themselves.
 */
#ifndef SNET_TESTS_SUPPORT_HOOKED_H
#define SNET_TESTS_SUPPORT_HOOKED_H

#include <snet/socket.h>

#include "tests/support/core_pair.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#define HOOKED_ADDRESS "127.0.0.1:0"
#define HOOKED_ADDRESS_BYTES 64u
#define HOOKED_CODE (SNET_CODE_APPLICATION + 7u)

/* What all calls use. */
struct hooked_world {
    struct core_pair_keys keys;
    char dead[HOOKED_ADDRESS_BYTES]; /* nobody listens there, and nobody will */
    snet_socket *taking;             /* its sessions are closed as soon as they are there */
    snet_socket *refusing;
    atomic_uint hooks; /* how often one was called */
};
extern struct hooked_world hooked_world;
/* Sets it up; a group's. */
int hooked_set_up(void **state);

/* Both ends give up soon when they are closed; the hasty one when it dials, too. */
struct snet_config hooked_server_config(void);
struct snet_config hooked_client_config(void);
struct snet_config hooked_hasty_config(void);
/* For the log. */
void hooked_on_line(void *user, const char *line);

/* A session that moves has a second connection, and more when it is told to move again. */
#define HOOKED_LINKS 8u

/* Where a client connects, and its last connections. */
struct hooked_way {
    struct sockaddr_in address;
    bool closed;
    atomic_bool told; /* the hook of its socket was called */
    pthread_mutex_t mutex;
    int links[HOOKED_LINKS]; /* duplicates, in a ring; -1 */
    unsigned linked;         /* how many connections there were */
    struct hooked_way *next;
};
/* Cuts all connections; with `closed` there will be no other. */
void hooked_cut(struct hooked_way *way, bool closed);
/* From now on another listener is there. */
void hooked_redirect(struct hooked_way *way, snet_socket *listener);

struct hooked_pair {
    snet_socket *listener;
    snet_socket *client;
    snet_socket *server;
    struct hooked_way *way;
    uint64_t resume_timeout_ns; /* how long the client's session waits for a connection; 0: the
                                   default */
};
/* Opens both ends with the rest as it is; the client's hook was told of it, and no event is on its
 * way. */
bool hooked_open(struct hooked_pair *pair);
/* Closes what is still open. */
void hooked_close(struct hooked_pair *pair);
/* Threads in calls with the socket, and events on the way to its hook. */
unsigned hooked_users(const snet_socket *socket);
/* Whether a read fails by `number`. */
bool hooked_reads_end(snet_socket *socket, int number);

struct hooked_call {
    const char *name;
    bool (*fails)(void); /* as it should */
};
/* Runs all calls one after the other; each from many threads; and all at once from many. */
void hooked_run_by_one(const struct hooked_call *calls, size_t count);
void hooked_run_by_many(const struct hooked_call *calls, size_t count);
void hooked_run_together(const struct hooked_call *calls, size_t count);

#endif
