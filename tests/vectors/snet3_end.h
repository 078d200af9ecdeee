/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * One end of a dialogue of snet/3: a core whose random bytes are given, which does one step after
 * another and reports what came of it. A dialogue is made and replayed by the same steps, so that
 * the core is in the same situations.
 *
 * What was written, sent and read travels as hexadecimal text; see tests/data/README.md.
 */
#ifndef SNET_TESTS_VECTORS_SNET3_END_H
#define SNET_TESTS_VECTORS_SNET3_END_H

#include <snet/core.h>

#include "tests/support/test_env.h"

#include <stddef.h>
#include <stdint.h>

#define SNET3_CONNECTIONS_MAX 16u
#define SNET3_BYTES_MAX 65536u
#define SNET3_TOLD_MAX 1024u

/* How both ends of a dialogue are configured. Keys are hexadecimal; empty where they are not used.
 */
struct snet3_setup {
    const char *server_secret;
    const char *client_secret;
    const char *psk;
    const char *authorized; /* the one client that is served, its public key */
    const char *service;
    unsigned suite;
    unsigned pad_bytes;
    bool early;
};

enum snet3_op {
    SNET3_OPEN,     /* client: opens the session */
    SNET3_CONNECT,  /* the connection is up */
    SNET3_SEND,     /* takes all that is to be sent */
    SNET3_RECEIVE,  /* `hex` arrives */
    SNET3_WRITE,    /* the application writes `hex` */
    SNET3_READ,     /* the application reads all there is */
    SNET3_SHUTDOWN, /* the application has written its last byte */
    SNET3_ABORT,    /* ... or ends all, with code `number` and `text` */
    SNET3_MOVE,     /* client: the network has changed */
    SNET3_MIGRATE,  /* server: asks the client to go to `text` within `number` ms */
    SNET3_WAIT,     /* `number` milliseconds pass */
    SNET3_CUT,      /* the connection breaks */
    SNET3_EOF,      /* the other end closed it in good order */
    SNET3_RESET,    /* ... or reset it */
    SNET3_CLOSE,    /* closes the connection, as this end was told to */
    SNET3_RESTART   /* server: dies and starts again with the same keys */
};

struct snet3_step {
    enum snet3_op op;
    unsigned connection;
    uint64_t number;
    const char *hex;
    const char *text;
};

/* What came of a step. */
struct snet3_result {
    uint8_t data[SNET3_BYTES_MAX]; /* sent or read */
    size_t len;
    snet_err err;              /* of the last call that can fail in a normal dialogue */
    char told[SNET3_TOLD_MAX]; /* the events, joined by "; " */
};

struct snet3_end {
    const struct snet3_setup *setup;
    bool is_server;
    struct test_env env;
    snet_core *core;
    snet_server *server;
    snet_session *session; /* of a server: the one that was opened last */
    snet_link *links[SNET3_CONNECTIONS_MAX];
    uint64_t now;
};

/* Begins one end; `setup` must outlive it. */
void snet3_end_begin(struct snet3_end *end, const struct snet3_setup *setup, bool is_server);
/* Random bytes for what comes: private keys, or what cids are made from. */
void snet3_end_draw(struct snet3_end *end, enum snet_random_purpose purpose, const char *hex);
/* Does one step; fails the test when the step does not fit. */
void snet3_end_do(struct snet3_end *end, const struct snet3_step *step,
                  struct snet3_result *ret_result);
/* Frees all; fails the test when memory was not given back. */
void snet3_end_finish(struct snet3_end *end);

#endif
