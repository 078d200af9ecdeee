/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Backlog: the sessions of a listener that nobody has accepted yet, a bounded number.
 *
 * Ownership: a backlog belongs to its listener, its sockets to it until they are taken. Thread:
 * any, with the lock of sock/loop.h, where nothing else is said.
 */
#ifndef SNET_SOCK_BACKLOG_H
#define SNET_SOCK_BACKLOG_H

#include "sock/socket.h"

#define SNET_BACKLOG_CIPHER_BYTES 32u /* the longest name with its zero */

struct snet_backlog {
    struct snet_list_node node; /* among those that serve */
    snet_socket *listener;
    snet_uv_server *server;
    struct snet_list waiting; /* sockets */
    /* As the listener has it. What it points to has gone, but functions and the texts below. */
    struct snet_config config;
    char address[SNET_STREAM_ADDRESS_MAX_BYTES]; /* config.address, as the program wrote it */
    char cipher[SNET_BACKLOG_CIPHER_BYTES];      /* config.cipher, unless that is NULL */
};

/* For a listener on the config's address, or without one on a descriptor. NULL without memory. */
struct snet_backlog *snet_backlog_new(snet_socket *listener, const struct snet_config *config);
/* The listener has another config from now on. */
void snet_backlog_set_config(struct snet_backlog *backlog, const struct snet_config *config);
/* Accepts NULL. */
void snet_backlog_free(struct snet_backlog *backlog);
/*
 * A server has a new session: it waits to be accepted, in which case its listener is returned; or
 * is ended, with the code in `*ret_code` unless that is 0, and NULL is returned.
 */
snet_socket *snet_backlog_offer(const struct snet_core_event *event, uint32_t *ret_code);
/* The one that waits longest joins the sockets that are the program's; NULL: there is none. */
snet_socket *snet_backlog_take(struct snet_backlog *backlog);
/* On the loop's thread: stops serving; `drop` is called for each socket that waits. */
void snet_backlog_close(struct snet_backlog *backlog, void (*drop)(snet_socket *socket));

#endif
