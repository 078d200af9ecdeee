/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A listener, a client that was dialed to it over loopback, and the socket that was accepted, for
 * tests of <snet/socket.h>. The client's connection can be broken.
 */
#ifndef SNET_TESTS_SUPPORT_SOCK_PAIR_H
#define SNET_TESTS_SUPPORT_SOCK_PAIR_H

#include <snet/socket.h>

#include <stdatomic.h>
#include <stdbool.h>

struct sock_pair {
    struct snet_config client_config; /* with keys; to be changed between _prepare and _open */
    struct snet_config server_config;
    char address[128]; /* of the listener */
    snet_socket *listener;
    snet_socket *client;
    snet_socket *server;
    atomic_int link;    /* a second descriptor of the client's connection */
    atomic_bool closed; /* no connection can be made */
};

/* The pair stays in place until the process ends: lingering sessions may want a connection. */
void sock_pair_prepare(struct sock_pair *pair);
/* Listens, dials, accepts; both sockets may be nonblocking. */
void sock_pair_open(struct sock_pair *pair);
/* Both in one. */
void sock_pair_begin(struct sock_pair *pair);
/* Breaks the connection; with `closed` no other can be made until sock_pair_mend. */
void sock_pair_cut(struct sock_pair *pair, bool closed);
void sock_pair_mend(struct sock_pair *pair);
/* Returns when a thread is in a call on the socket, snet_poll included. */
void sock_pair_await_user(snet_socket *socket);
/* Closes what is still open. */
void sock_pair_close(struct sock_pair *pair);

#endif
