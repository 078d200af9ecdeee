/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Two cores in one process, a client's and a server's, with connections that tests move, hold and
 * break by hand. Every event is counted; links are freed as soon as their core wants them closed.
 * A connection may also have a stranger at one of its ends, who sends what the test says.
 */
#ifndef SNET_TESTS_SUPPORT_CORE_PAIR_H
#define SNET_TESTS_SUPPORT_CORE_PAIR_H

#include <snet/core.h>

#include "tests/support/test_env.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENDS_CONNS_MAX 1024u
#define ENDS_EVENTS 16u
#define ENDS_ALL_WIRES (SNET_WIRE_BIT(SNET_WIRE_COUNT) - 1)

/* Keys of snet/3, the same in every run. */
struct ends_keys {
    struct snet_key server;
    struct snet_key server_public;
    struct snet_key client;
    struct snet_key client_public;
    struct snet_key psk;
};
const struct ends_keys *ends_keys(void);

enum ends_side {
    ENDS_CLIENT,
    ENDS_SERVER
};

/* One end of a connection. */
struct ends_link {
    snet_link *link;         /* NULL when closed */
    enum snet_close_how how; /* how its core wanted it closed */
    snet_err err;            /* and why */
};

struct ends_conn {
    struct ends_link sides[2];
};

struct ends {
    struct test_env env[2];
    snet_core *cores[2];
    snet_server *server;
    snet_session *client;
    snet_session *served; /* the server's session that was opened last */
    struct ends_conn conns[ENDS_CONNS_MAX];
    unsigned conn_count;
    unsigned dials_done;             /* a test's own: how many dials it has seen to */
    unsigned events[2][ENDS_EVENTS]; /* how many of each, by core */
    snet_err ended[2];               /* why the last session ended */
    uint64_t now;
};

struct ends_config {
    struct snet_client_config client;
    struct snet_server_config server;
    struct snet_core_config cores[2];
};

/*
 * Both ends speak `wire`, by default; the server alone, or with `mixed` all wires. On snet/3 the
 * client is anonymous and pins the server's key.
 */
struct ends_config ends_config_for(enum snet_wire wire, bool mixed);
void ends_open(struct ends *ends, const struct ends_config *config);
/* Frees all; fails the test when memory was not given back. */
void ends_close(struct ends *ends);

/* Takes all events. */
void ends_drain(struct ends *ends);
/* Time passes, to the exact deadlines on the way. */
void ends_pass(struct ends *ends, uint64_t duration_ns);

/* The client connects: a connection with both its links. */
struct ends_conn *ends_connect(struct ends *ends);
/* A stranger connects. */
struct ends_conn *ends_intrude(struct ends *ends);
/* The client connects to a stranger. */
struct ends_conn *ends_dial(struct ends *ends);
/* The server's process dies, and another one begins in its place; its connections break. */
void ends_restart(struct ends *ends, const struct snet_server_config *config);
/* Moves at most `max` bytes from one side to the other; returns how many. */
size_t ends_move(struct ends *ends, struct ends_conn *conn, enum ends_side from, size_t max);
/* Moves everything both ways until nothing more comes; an orderly close arrives as such. */
void ends_settle(struct ends *ends, struct ends_conn *conn);
/* Gives bytes to one side, as from the network. */
void ends_feed(struct ends *ends, struct ends_conn *conn, enum ends_side to, const uint8_t *data,
               size_t len);
/* Takes at most `max` bytes that one side sends; returns how many. */
size_t ends_take(struct ends *ends, struct ends_conn *conn, enum ends_side from, uint8_t *ret_data,
                 size_t max);
/* The other end of `side` closed in good order. */
void ends_eof(struct ends *ends, struct ends_conn *conn, enum ends_side side);
/* The connection breaks at both sides. */
void ends_cut(struct ends *ends, struct ends_conn *conn);

/*
 * The connection breaks, time passes, and the client connects again: returns the new connection,
 * on which nothing has moved yet.
 */
struct ends_conn *ends_reconnect(struct ends *ends, struct ends_conn *conn, uint64_t duration_ns);

/* Opens a session over a new connection and settles; returns the connection. */
struct ends_conn *ends_begin(struct ends *ends);
/* Opens both ends as they are by default on `wire`, and begins. */
struct ends_conn *ends_begin_on(struct ends *ends, enum snet_wire wire);
struct snet_session_info ends_info(const snet_session *session);
/* Writes `len` bytes of a pattern that goes on with each call; all must be taken. */
void ends_write(struct ends *ends, snet_session *session, size_t len);
/* Reads all there is and checks it against the pattern from `offset`; returns how many. */
size_t ends_read(struct ends *ends, snet_session *session, uint64_t offset);

#endif
