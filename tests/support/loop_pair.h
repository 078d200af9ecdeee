/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A session with both its ends in one driver on one loop, over loopback: events are counted, bytes
 * are the pattern, and connections are broken by the test from outside.
 */
#ifndef SNET_TESTS_SUPPORT_LOOP_PAIR_H
#define SNET_TESTS_SUPPORT_LOOP_PAIR_H

#include <snet/uv.h>

#include "tests/support/loop.h"

#include <stddef.h>
#include <stdint.h>

#define TEST_PAIR_EVENTS 16u
#define TEST_PAIR_HISTORY_BYTES 65536u
#define TEST_PAIR_INBOX_BYTES 32768u
/* What passes in a turn of a wait for something that takes time. */
#define TEST_PAIR_STEP_MS 10u

enum test_pair_side {
    TEST_PAIR_CLIENT,
    TEST_PAIR_SERVER
};

struct test_pair_end {
    snet_session *session;             /* NULL before it is there and after it was given back */
    uint64_t read;                     /* bytes taken out of it */
    unsigned counts[TEST_PAIR_EVENTS]; /* of its events, by type */
    snet_err lost;                     /* of the last such event */
    snet_err ended;
};

struct test_pair {
    struct test_loop loop;
    snet_uv *driver; /* NULL after it was freed */
    snet_uv_server *server;
    struct test_pair_end ends[2];
    unsigned note_count;
    struct snet_note note;     /* the last one */
    snet_uv_event_fn *forward; /* also gets the events; may be NULL */
    void *user;
};

struct test_pair_config {
    struct snet_client_config client;
    struct snet_server_config server;
};

/* Both ends speak snet/2, with the memory named above. */
struct test_pair_config test_pair_defaults(void);

/* The same over snet/3, whose server has a key that only the tests know. */
struct test_pair_config test_pair_secure(void);
/* A driver with a server on any port of 127.0.0.1. */
void test_pair_open(struct test_pair *pair, const struct test_pair_config *config);
/* Opens the client's session to an address; it is not connected yet. */
void test_pair_connect(struct test_pair *pair, const struct snet_client_config *config,
                       const char *address);
/* All of that, until the session is open at both ends; NULL for the defaults. */
void test_pair_begin(struct test_pair *pair, const struct test_pair_config *config);
/* Frees driver and loop; fails the test when handles are left. */
void test_pair_close(struct test_pair *pair);

/* The socket of one end's link. */
int test_pair_socket(const struct test_pair *pair, enum test_pair_side side);
/* Resets the connection, so that both ends see it. */
void test_pair_cut(struct test_pair *pair);
/* Writes what is taken of `len` bytes of the pattern; returns how many were. */
size_t test_pair_write(struct test_pair *pair, enum test_pair_side side, size_t len);
/* Writes all of it, while the loop turns. */
void test_pair_send(struct test_pair *pair, enum test_pair_side side, size_t len);
/* Reads what is there and expects the pattern; returns how many bytes all reads together had. */
uint64_t test_pair_read(struct test_pair *pair, enum test_pair_side side);
/* How many events of a type one end had. */
unsigned test_pair_count(const struct test_pair *pair, enum test_pair_side side,
                         enum snet_core_event_type type);

#endif
