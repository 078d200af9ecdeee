/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The deterministic simulator: clients and a server in virtual time, over a network that cuts,
 * stalls, refuses and lies, all from one seed. Both ends are real cores, the server's end up to
 * three that serve as one; only the network, the clock and the applications are simulated. The
 * applications write a pattern that every reader can check byte by byte, so nothing can be lost,
 * repeated or changed unseen.
 */
#ifndef SNET_TESTS_SIM_SIM_H
#define SNET_TESTS_SIM_SIM_H

#include <snet/core.h>

#include "tests/support/test_env.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIM_CLIENTS_MAX 3u
#define SIM_SERVERS_MAX 3u
#define SIM_CORES_MAX (1 + SIM_SERVERS_MAX) /* the clients' and the servers' */
#define SIM_LEGACY_WIRES 3u                 /* the wires before SNET_WIRE_3 */
#define SIM_CONNS_MAX 64u
#define SIM_QUEUE_MAX_BYTES 16384u
#define SIM_STEPS_MAX 3000000u
#define SIM_FIRST_MAX_BYTES 8192u /* of the first message of a connection that is passed on */
#define SIM_RECORD_BYTES 300u     /* of each client's first bytes, for replays */
#define SIM_RECORD_2_BYTES 48u    /* on snet/2 */
#define SIM_RECORD_1_BYTES 40u    /* on snet/1: no more than a resume */
#define SIM_RECORDS_MAX 16u
#define SIM_SLOW 24u
/* A path that ends each connection carries at least a handshake and a record of 1 KiB before. */
#define SIM_QUOTA_MIN_BYTES 2500u
#define SIM_QUOTA_RANGE_BYTES 30000u
/* The streams of such a run, in quotas: each costs a connection or two. */
#define SIM_QUOTA_TIMES 20u
/* A slow path carries at least so much a second, and the streams of its run take so long alone. */
#define SIM_RATE_MIN_BYTES 250u
#define SIM_RATE_KINDS 4u
#define SIM_RATE_TIMES 60u
/* Segments that vanish are longer than what any path carries. */
#define SIM_HOLE_MIN_BYTES 536u
#define SIM_HOLE_RANGE_BYTES 900u
#define SIM_FLOOD_MAX 24u
/* What is due is done after so many steps, on average, and never as late as this. */
#define SIM_TICK_STEPS 4u
#define SIM_LATE_MAX_NS SNET_SECOND_NS
/*
 * Longer than any seed's faults keep a client from its first answer: its end would be NO_ANSWER or
 * CONNECT, as it should be, and no failure of the run.
 */
#define SIM_CONNECT_NS (UINT64_C(86400) * SNET_SECOND_NS)
/* Maximum: time without any connection to the server. */
#define SIM_AWAY_MAX_NS (30 * SNET_SECOND_NS)
/* Long enough to miss an answer; a night of these does not end a session that has no link. */
#define SIM_ASLEEP_MAX_NS (10 * SNET_SECOND_NS)
/* Maximum: a server's loop stands still; no session without a link ends so soon. */
#define SIM_STILL_MAX_NS (10 * SNET_SECOND_NS)
#define SIM_DEAD_PEER_NS (20 * SNET_SECOND_NS)

/* Of a stranger's connection, or what is put in place of other bytes. */
#define SIM_FORGED_BYTES 28u

/* With what a client of snet/3 proves itself or the server. */
enum sim_pattern {
    SIM_NK,
    SIM_XK,
    SIM_NNPSK0
};

/* What a run is about. */
struct sim_plan {
    uint64_t seed;
    enum snet_wire wire;
    unsigned server_wires;
    bool plain;
    bool client_ends; /* the clients end their sessions, not the server */
    /* snet/3 */
    enum sim_pattern pattern;
    uint8_t suite;
    bool early;
    bool pads;
    bool renews;    /* keys are renewed every few seconds */
    bool eager;     /* each end ends its direction as soon as it has written all */
    bool tampered;  /* bits flip on the path, bytes vanish, refusals are forged */
    bool adversary; /* strangers send garbage, truncations and replays */
    unsigned clients;
    unsigned servers;           /* that serve as one */
    unsigned faults;            /* how many at most */
    unsigned fault_one_in;      /* steps per fault, on average */
    uint32_t quota_bytes;       /* of each connection, each way; 0: none */
    bool quota_freezes;         /* behind it nothing moves and nobody is told; else it is reset */
    uint32_t rate_bytes;        /* that each connection carries in a second each way; 0: any */
    uint32_t hole_bytes;        /* longer segments vanish; 0: none */
    bool kills;                 /* the server is killed once, and starts again without a memory */
    bool hostile;               /* the first client reads nothing, and writes what it can */
    bool turns;                 /* first messages of snet/3 wait for their turn */
    uint64_t cut_at_byte;       /* cut once after so many bytes in all, UINT64_MAX for never */
    unsigned alloc_fail_one_in; /* 0 never */
    uint32_t history_bytes;
    uint32_t inbox_bytes;
    uint64_t budget_bytes;      /* of all histories of an end */
    uint64_t recv_budget_bytes; /* of all its inboxes */
    bool lazy_readers;          /* they stop for seconds */
    uint32_t queue_bytes;       /* what the network holds per direction */
    uint64_t up_bytes;          /* per client */
    uint64_t down_bytes;
    bool verbose;
};

/* One end of one stream. */
struct sim_app {
    snet_session *session;
    uint64_t salt; /* of the pattern that this end writes */
    uint64_t peer_salt;
    uint64_t to_write;
    uint64_t to_read;
    uint64_t written;
    uint64_t read;
    uint64_t read_at_ns; /* a lazy reader goes on */
    bool opened;
    bool spoilt;            /* clients: bytes were changed on their way before it opened */
    bool replayed;          /* clients: a stranger has repeated one of its resumes ... */
    uint64_t replayed_read; /* ... of when it had read no more than this */
    bool blocked;           /* told AGAIN by a write */
    bool shut;
    bool aborted;
    bool ended;
    bool killed;           /* its server was, and knows it no more ... */
    bool over_when_killed; /* ... when its own session had ended */
    uint64_t killed_read;  /* ... when that had received so much */
    snet_err lost_err;     /* of the last link ... */
    uint64_t lived_ns;     /* ... and for how long it lived ... */
    bool resumed_idle;     /* ... begun by a resume, and no byte came on it */
    uint64_t resumed_ns;   /* when the last resume was; 0: none yet */
    uint64_t resumed_read; /* what had been received then */
    snet_err end_err;
};

/* One end of one connection. */
struct sim_side {
    snet_link *link; /* NULL once closed, or for a stranger's end */
    bool stranger;
    bool want_send;
    bool paused;
    bool fin;             /* the other end closed in good order: ends what is queued */
    bool reset;           /* the other end, or the network, broke it */
    bool deaf;            /* it has closed: what arrives is thrown away */
    uint64_t reset_at_ns; /* when the end notices a stall, SNET_NEVER if not */
    size_t queued;        /* bytes on their way to this end */
    uint64_t delivered;   /* bytes that have arrived at it */
    uint64_t ready_ns;    /* before that nothing arrives: the path is slow */
    uint8_t *queue;       /* SIM_QUEUE_MAX_BYTES of sim.queues */
};

struct sim_conn {
    bool stalled;
    bool slow; /* moves once in SIM_SLOW turns: others overtake it */
    unsigned client;
    unsigned server;        /* the one that it has arrived at, or is on its way to */
    bool arrives;           /* that has not taken it yet ... */
    uint64_t arrives_at_ns; /* ... and does not before this */
    bool passed;            /* it has been at another before */
    bool tampered;          /* what was on its way was changed */
    size_t first_len;       /* of sim.firsts: what the first has taken, and passes on */
    bool resumes;           /* its client's session was open before */
    uint16_t segment_bytes; /* what its client asked TCP for; 0: nothing */
    size_t recorded;
    struct sim_side sides[2]; /* 0: client, 1: server */
    uint8_t record[SIM_RECORD_BYTES];
};

_Static_assert(SIM_CONNS_MAX == 64, "a bit of a word for each connection");

struct sim {
    struct sim_plan plan;
    struct test_env env[SIM_CORES_MAX]; /* 0: clients; then the servers */
    struct test_env dice;               /* the network's and the applications' */
    snet_core *cores[SIM_CORES_MAX];
    snet_server *team[SIM_SERVERS_MAX];
    unsigned cores_count;
    unsigned still;          /* the core that stands still, 0: none ... */
    uint64_t still_until_ns; /* ... and until when */
    uint64_t now;
    uint64_t due_since_ns; /* something is due and not done yet, or SNET_NEVER */
    struct sim_app clients[SIM_CLIENTS_MAX];
    struct sim_app servers[SIM_CLIENTS_MAX];
    bool adopts;                     /* a server's session may have found its application */
    unsigned dials[SIM_CLIENTS_MAX]; /* connections asked for and not made yet */
    struct sim_conn conns[SIM_CONNS_MAX];
    uint64_t conns_used; /* a bit for each, the first lowest */
    unsigned conns_top;  /* the first so many have been used */
    uint64_t arriving;   /* a bit for each that no server has taken yet */
    uint8_t records[SIM_RECORDS_MAX][SIM_RECORD_BYTES];
    size_t record_len[SIM_RECORDS_MAX];
    unsigned record_client[SIM_RECORDS_MAX];
    bool record_resumes[SIM_RECORDS_MAX];
    unsigned record_count;
    uint64_t refuse_until_ns;
    uint64_t portal_until_ns; /* somebody answers in the server's place */
    uint64_t bytes_moved;
    unsigned faults_done;
    unsigned cuts;
    unsigned passes;
    bool calm; /* no more faults: all was delivered */
    const char *failure;
    uint64_t steps;
    /* Apart from what every step looks at. Nothing is in them but what `queued` says. */
    uint8_t queues[SIM_CONNS_MAX][2][SIM_QUEUE_MAX_BYTES];
    uint8_t firsts[SIM_CONNS_MAX][SIM_FIRST_MAX_BYTES];
};

/* Runs it; true when all went well, else `failure` says what did not. */
bool sim_run(struct sim *sim, const struct sim_plan *plan);
/* In place of the server that was there is one that knows nothing. */
void sim_restart_server(struct sim *sim);

/* --- sim_plan.c: what a run is about --------------------------------------------------------- */

/* The plan that a seed stands for. */
void sim_plan_from_seed(struct sim_plan *plan, uint64_t seed);

/* --- sim_net.c: the network ------------------------------------------------------------------ */

/* A client's connection is made or refused. */
void sim_net_dial(struct sim *sim, unsigned client);
/* Moves some bytes on some connection; false when nothing can, next time either. */
bool sim_net_step(struct sim *sim);
/* Something bad happens. */
void sim_net_fault(struct sim *sim);
/* Cuts every connection at once. */
void sim_net_cut_all(struct sim *sim);
/* No more refusals and failed allocations, and what is stalled breaks at once. */
void sim_net_heal(struct sim *sim);
/* What the core wants of a link. */
void sim_net_event(struct sim *sim, const struct snet_core_event *event);
/* The next time at which a stalled connection is noticed, or SNET_NEVER. */
uint64_t sim_net_deadline(const struct sim *sim);
/* The next time at which a slow path can carry more, or SNET_NEVER. */
uint64_t sim_net_wake(const struct sim *sim);
void sim_net_tick(struct sim *sim);
/* Checks every link. */
void sim_net_check(const struct sim *sim);
/* A connection that is not used, zeroed; NULL when all are. */
struct sim_conn *sim_net_new_conn(struct sim *sim);
/* Neither end has it any more. */
void sim_net_free_conn(struct sim *sim, const struct sim_conn *conn);

/* --- sim_team.c: servers that serve as one --------------------------------------------------- */

/* The shards of one of the servers, as its config has them. */
uint32_t sim_team_shards(const struct sim *sim, unsigned server);
/* A connection is made: one of the servers takes it, now or later. */
void sim_team_connect(struct sim *sim, struct sim_conn *conn);
/* A server's link has taken these bytes. */
void sim_team_heard(struct sim *sim, struct sim_conn *conn, const uint8_t *data, size_t len);
/* Its server passes the connection on. */
void sim_team_pass(struct sim *sim, struct sim_conn *conn);
/* One that waits for its server may arrive; false when none did. */
bool sim_team_step(struct sim *sim);
/* When the next one may, or the loop that stands still goes on, or SNET_NEVER. */
uint64_t sim_team_deadline(const struct sim *sim);
/* The server's process has died: it takes nothing any more. */
void sim_team_killed(struct sim *sim, struct sim_conn *conn);
/* The loop of one of several servers stands still for a while. */
void sim_team_stop(struct sim *sim);
/* No loop stands still any more, and nothing takes long to arrive. */
void sim_team_heal(struct sim *sim);
/* Whether the loop of this core stands still: then nothing of it moves. */
bool sim_team_stands(const struct sim *sim, const snet_core *core);
/* Fails the run unless the session is where its shard says. */
void sim_team_check(struct sim *sim, const snet_session *session);
/* The connection was closed because its session is not known: fails the run if there is one. */
void sim_team_refused(struct sim *sim, const struct sim_conn *conn);

/* --- sim_path.c: what the path does to every connection -------------------------------------- */

void sim_path_begin(struct sim_conn *conn, const snet_session *session);
/* How much of `*len` bytes becomes a segment; false when it is one that vanishes. */
bool sim_path_takes(const struct sim *sim, const struct sim_conn *conn, size_t *len);
/* How much of `*len` bytes arrives at this end now; false when the path is used up. */
bool sim_path_carries(const struct sim *sim, struct sim_side *side, size_t *len);

/* --- sim_strangers.c: those without a key ---------------------------------------------------- */

/* So many connect, with garbage and replays. */
void sim_strangers(struct sim *sim, unsigned count);
/* This connection does not reach the server: a portal answers it, or nobody. */
void sim_stranger_portal(struct sim *sim, struct sim_conn *conn);
/* Somebody on the path changes what is on its way: no end may ever take it for the other's. */
void sim_stranger_tamper(struct sim *sim, struct sim_conn *conn);

/* --- sim_app.c: the applications ------------------------------------------------------------- */

void sim_app_init(struct sim_app *app, snet_session *session, uint64_t salt, uint64_t peer_salt);
/* Writes or reads a little; false when nothing was possible. */
bool sim_app_write(struct sim *sim, struct sim_app *app);
/* This end has written its last byte. */
void sim_app_shut(struct sim *sim, struct sim_app *app);
bool sim_app_read(struct sim *sim, struct sim_app *app);
/* It gives its session up. */
void sim_app_abort(struct sim *sim, struct sim_app *app);
/* Whether it is the hostile client, which takes and gives nothing back. */
bool sim_app_hostile(const struct sim *sim, const struct sim_app *app);
void sim_app_event(struct sim *sim, struct sim_app *app, const struct snet_core_event *event);

/* When the next lazy reader goes on, or SNET_NEVER. */
uint64_t sim_app_deadline(const struct sim *sim);

/* --- sim_oracle.c: what may happen, and what not --------------------------------------------- */

/* Whether this stream may end short: for a reason that the specification gives. */
bool sim_excused(const struct sim *sim, unsigned which);
/* Everything has been written and read at both its ends. */
bool sim_complete(const struct sim *sim, unsigned which);
/* Every stream has ended at both its ends. */
bool sim_over(const struct sim *sim);
/* Fails the run when this stream has ended as it must not. */
void sim_check_end(struct sim *sim, unsigned which);

static inline uint64_t sim_below(struct sim *sim, uint64_t bound)
{
    return test_env_below(&sim->dice, bound);
}

static inline bool sim_one_in(struct sim *sim, uint64_t n)
{
    return n != 0 && sim_below(sim, n) == 0;
}

void sim_fail(struct sim *sim, const char *failure);
/* A line of the story, for those who asked to hear it. */
void sim_tell(const struct sim *sim, const char *what, unsigned which, const char *how);

#endif
