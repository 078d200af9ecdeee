/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Serve: the servers of a driver, which listen or are members of a team. What they do is in
 * <snet/uv.h> and <snet/team.h>.
 *
 * Ownership: a server belongs to its driver. Thread: that of the loop.
 */
#ifndef SNET_UV_SERVE_H
#define SNET_UV_SERVE_H

#include <snet/team.h>
#include <snet/uv.h>

#include "base/list.h"
#include "uv/conn.h"

struct snet_team_member;

struct snet_uv_server {
    struct snet_list_node node;
    snet_uv *driver;
    snet_server *core;
    snet_stream_listener *listener;  /* NULL: it is a member of a team */
    struct snet_team_member *member; /* NULL: it is alone */
    bool adopted; /* the program has made the listener's socket, with options of its own */
    bool updated; /* `options` are for the listener, which belongs to the loop's thread alone */
    struct snet_stream_options options;
};

/* The loop is about to wait: what others should know of the driver's servers, and what other
   threads have changed. */
void snet_serve_prepare(snet_uv *driver);
/* The link of `conn` was closed to be passed on: gives the connection to the member whose session
   it is about. The conn is freed. */
void snet_serve_pass(struct snet_conn *conn, const snet_server *core);
/* Stops listening and frees the server. */
void snet_serve_free(snet_uv_server *server);

#endif
