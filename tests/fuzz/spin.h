/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The spinner: two cores in one process, a client's and a server's, with a network, a clock and two
 * applications that do what the input says, operation by operation. Where the simulator draws a
 * likely life from a seed, a fuzzer looks here for the unlikely one.
 *
 * The oracle, after every operation: the bytes that arrive are those that were written, at the same
 * place; a stream that ends cleanly is complete; the invariants of all objects hold; budgets are
 * kept. At the end the network heals, and sessions that still live must deliver everything; then
 * all memory must be given back.
 *
 * The legacy wires protect nothing [PROTO 9], so a change to their bytes on the way makes
 * their pair `tainted`: its bytes are no longer compared, all else is. On snet/3 nothing taints.
 */
#ifndef SNET_TESTS_FUZZ_SPIN_H
#define SNET_TESTS_FUZZ_SPIN_H

#include <snet/core.h>

#include "base/cursor.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/test_env.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPIN_PAIRS_MAX 2u
#define SPIN_CONNS_MAX 10u
#define SPIN_QUEUE_MAX_BYTES 8192u
#define SPIN_OPS_MAX 600u
#define SPIN_RECORDS_MAX 8u
/* Of a client's first bytes; on snet/1 not beyond a resume, which would inject [PROTO 9.6]. */
#define SPIN_RECORD_MAX_BYTES 256u
#define SPIN_RECORD_1_MAX_BYTES 40u
/* Rounds of moving everything; the healing at the end also passes to a deadline in each. */
#define SPIN_SETTLE_MAX 400u
#define SPIN_HEAL_MAX 400u

enum spin_side_of {
    SPIN_CLIENT,
    SPIN_SERVER
};

/* One end of one stream. */
struct spin_app {
    snet_session *session; /* NULL before and after */
    uint64_t salt;         /* of the pattern that this end writes */
    uint64_t written;
    uint64_t read;
    bool shut;
    bool aborted; /* by its own application */
    bool ended;
    bool opened; /* its application knows the session */
    bool closed; /* a read said that the stream has ended cleanly */
    snet_err end_err;
};

/* A client's session and the server's that belongs to it, once that is known. */
struct spin_pair {
    struct spin_app apps[2];
    unsigned dials; /* connections asked for and not made yet */
    bool matched;   /* the server's session is known, or was */
    bool tainted;   /* its bytes may be wrong */
    bool doubtful;  /* its clean end may be short */
};

/* One end of one connection. */
struct spin_side {
    snet_link *link; /* NULL once closed, or for a stranger's end */
    bool closing;    /* its core wants it closed in good order */
    bool fin;        /* the other end closed in good order: ends what is queued */
    bool reset;      /* it is broken */
    size_t queued;   /* bytes on their way to this end */
    uint8_t queue[SPIN_QUEUE_MAX_BYTES];
};

struct spin_conn {
    bool used;
    bool stranger;
    unsigned pair;
    unsigned record;
    struct spin_side sides[2];
};

struct spin_record {
    size_t len;
    unsigned pair;
    uint8_t data[SPIN_RECORD_MAX_BYTES];
};

struct spin {
    struct snet_reader program;
    enum snet_wire wire;
    struct test_env envs[2];
    snet_core *cores[2];
    snet_server *server;
    struct snet_core_config budget;
    struct snet_client_config client;
    struct snet_key keys[2]; /* snet/3: the public ones of server and client */
    uint32_t flight_bytes;   /* what the network holds per direction */
    uint64_t now;
    struct spin_pair pairs[SPIN_PAIRS_MAX];
    unsigned pair_count;
    struct spin_conn conns[SPIN_CONNS_MAX];
    struct spin_record records[SPIN_RECORDS_MAX];
    unsigned record_count;
    bool memory_failed; /* at any time */
};

static inline bool spin_secure(const struct spin *spin)
{
    return spin->wire == SNET_WIRE_3;
}

/* --- spin_setup.c ------------------------------------------------------------------------- */

/* Reads the head of the input and makes both ends; false when there is no such wire. */
bool spin_open(struct spin *spin, struct snet_bytes input);
/* Opens one more client, if there is room. */
void spin_open_client(struct spin *spin);
/* Frees everything; memory must have been given back. */
void spin_close(struct spin *spin);

/* --- spin_net.c: the network -------------------------------------------------------------- */

/* A connection that was asked for is made, or refused. */
void spin_net_dial(struct spin *spin, unsigned pair, bool refuse);
/* Puts at most `max` bytes that a side sends on the wire; whether there was anything to do. */
bool spin_net_send(struct spin *spin, struct spin_conn *conn, unsigned index, size_t max);
/* At most `max` bytes arrive at a side, or with none left the end; whether anything did. */
bool spin_net_deliver(struct spin *spin, struct spin_conn *conn, unsigned index, size_t max);
/* The connection breaks at this side. */
void spin_net_break(struct spin *spin, struct spin_conn *conn, unsigned index);
/* The network itself closes the connection in good order. */
void spin_net_fin(struct spin *spin, struct spin_conn *conn);
/* Flips a bit of what is on its way to a side. */
void spin_net_flip(struct spin *spin, struct spin_conn *conn, unsigned index, size_t bit);
/* Puts bytes behind what is on its way to a side. */
void spin_net_insert(struct spin *spin, struct spin_conn *conn, unsigned index,
                     struct snet_bytes bytes);
/* A stranger connects, and sends `bytes`; those may be the record of a client. */
void spin_net_stranger(struct spin *spin, struct snet_bytes bytes, unsigned pair);
/* Moves everything until nothing moves. */
void spin_net_settle(struct spin *spin);
/* What the core wants of a link. */
void spin_net_event(struct spin *spin, const struct snet_core_event *event);
void spin_net_check(const struct spin *spin);

/* --- spin_app.c: the applications --------------------------------------------------------- */

void spin_app_write(struct spin *spin, struct spin_app *app, size_t len);
/* Reads at most `max` bytes and compares them; returns how many. */
size_t spin_app_read(struct spin *spin, struct spin_pair *pair, unsigned index, size_t max);
void spin_app_shutdown(struct spin *spin, struct spin_app *app);
void spin_app_abort(struct spin *spin, struct spin_app *app);
void spin_app_free(struct spin *spin, struct spin_app *app);

/* --- spin_step.c: events, time and the oracle --------------------------------------------- */

/* Takes all events, and checks everything. */
void spin_drain(struct spin *spin);
void spin_pass(struct spin *spin, uint64_t duration_ns);
/* To the next deadline of either core, at most `max_ns` away; false when nothing is due. */
bool spin_pass_to_deadline(struct spin *spin, uint64_t max_ns);
/* The network is good again: everything is delivered, or its session has ended. */
void spin_heal(struct spin *spin);

#endif
