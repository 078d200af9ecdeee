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

#define CORE_PAIR_CONNS_MAX 1024u
#define CORE_PAIR_EVENTS 16u

/* Keys of snet/3, the same in every run. */
struct core_pair_keys {
    struct snet_key server;
    struct snet_key server_public;
    struct snet_key client;
    struct snet_key client_public;
    struct snet_key psk;
};
const struct core_pair_keys *core_pair_keys(void);

enum core_pair_side {
    CORE_PAIR_CLIENT,
    CORE_PAIR_SERVER
};

/* One end of a connection. */
struct core_pair_link {
    snet_link *link;         /* NULL when closed */
    enum snet_close_how how; /* how its core wanted it closed */
    snet_err err;            /* and why */
};

struct core_pair_conn {
    struct core_pair_link sides[2];
};

struct core_pair {
    struct test_env env[2];
    snet_core *cores[2];
    snet_server *server;
    snet_session *client;
    snet_session *served; /* the server's session that was opened last */
    struct core_pair_conn conns[CORE_PAIR_CONNS_MAX];
    unsigned conn_count;
    unsigned dials_done;                  /* a test's own: how many dials it has seen to */
    unsigned events[2][CORE_PAIR_EVENTS]; /* how many of each, by core */
    snet_err ended[2];                    /* why the last session ended */
    uint64_t now;
};

struct core_pair_config {
    struct snet_client_config client;
    struct snet_server_config server;
    struct snet_core_config cores[2];
};

/*
 * Both ends speak `wire`, by default; the server alone, or with `mixed` all wires. On snet/3 the
 * client is anonymous and pins the server's key.
 */
struct core_pair_config core_pair_config_for(enum snet_wire wire, bool mixed);
void core_pair_open(struct core_pair *ends, const struct core_pair_config *config);
/* Frees all; fails the test when memory was not given back. */
void core_pair_close(struct core_pair *ends);

/* Takes all events. */
void core_pair_drain(struct core_pair *ends);
/* Time passes, to the exact deadlines on the way. */
void core_pair_pass(struct core_pair *ends, uint64_t duration_ns);

/* The client connects: a connection with both its links. */
struct core_pair_conn *core_pair_connect(struct core_pair *ends);
/* A stranger connects. */
struct core_pair_conn *core_pair_intrude(struct core_pair *ends);
/* The client connects to a stranger. */
struct core_pair_conn *core_pair_dial(struct core_pair *ends);
/* The server's process dies, and another one begins in its place; its connections break. */
void core_pair_restart(struct core_pair *ends, const struct snet_server_config *config);
/* Moves at most `max` bytes from one side to the other; returns how many. */
size_t core_pair_move(struct core_pair *ends, struct core_pair_conn *conn, enum core_pair_side from,
                      size_t max);
/* Moves everything both ways until nothing more comes; an orderly close arrives as such. */
void core_pair_settle(struct core_pair *ends, struct core_pair_conn *conn);
/* Gives bytes to one side, as from the network. */
void core_pair_feed(struct core_pair *ends, struct core_pair_conn *conn, enum core_pair_side to,
                    const uint8_t *data, size_t len);
/* Takes at most `max` bytes that one side sends; returns how many. */
size_t core_pair_take(struct core_pair *ends, struct core_pair_conn *conn, enum core_pair_side from,
                      uint8_t *ret_data, size_t max);
/* The other end of `side` closed in good order. */
void core_pair_eof(struct core_pair *ends, struct core_pair_conn *conn, enum core_pair_side side);
/* The connection breaks at both sides. */
void core_pair_cut(struct core_pair *ends, struct core_pair_conn *conn);

/*
 * The connection breaks, time passes, and the client connects again: returns the new connection,
 * on which nothing has moved yet.
 */
struct core_pair_conn *core_pair_reconnect(struct core_pair *ends, struct core_pair_conn *conn,
                                           uint64_t duration_ns);

/* The client connects whenever it wants to, until its session has ended; at most for a minute. */
void core_pair_reconnect_until_ended(struct core_pair *ends);

/* Opens a session over a new connection and settles; returns the connection. */
struct core_pair_conn *core_pair_begin(struct core_pair *ends);
/* Opens both ends as they are by default on `wire`, and begins. */
struct core_pair_conn *core_pair_begin_on(struct core_pair *ends, enum snet_wire wire);
struct snet_session_info core_pair_info(const snet_session *session);
/* Writes `len` bytes of a pattern that goes on with each call; all must be taken. */
void core_pair_write(struct core_pair *ends, snet_session *session, size_t len);
/* Reads all there is and checks it against the pattern from `offset`; returns how many. */
size_t core_pair_read(struct core_pair *ends, snet_session *session, uint64_t offset);

#endif
