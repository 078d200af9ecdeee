/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Link: one TCP connection, from its first byte to its close. It moves bytes between the caller and
 * the wire that it speaks, watches the deadline of the handshake, and knows how it is to be closed.
 * This header is what sessions, servers and wires need of it; callers use <snet/core.h>.
 *
 *   HANDSHAKE    its wire agrees with the other end; a server's first finds out which wire that is
 *   LIVE         carries its session's stream
 *   CLOSED       to be closed by the caller as `close_how` says; what arrives is dropped
 *
 * Ownership: the link owns its wire's state. Thread: the core's.
 */
#ifndef SNET_CORE_LINK_H
#define SNET_CORE_LINK_H

#include "core/core.h"
#include "core/handshakes.h"
#include "core/shards.h"
#include "core/turns.h"
#include "core/wire.h"

enum snet_link_state {
    SNET_LINK_HANDSHAKE,
    SNET_LINK_LIVE,
    SNET_LINK_CLOSED
};
#define SNET_LINK_STATES 3

/* Maximum: time for which a queue that does not move counts as one that does [PROTO 20.3]. */
#define SNET_LINK_QUEUE_STILL_NS (20 * SNET_SECOND_NS)
/* Time of a handshake in round trips, and the most that a long path makes of it [PROTO 20.3]. */
#define SNET_LINK_PATH_ROUND_TRIPS 4u
#define SNET_LINK_PATH_MAX_NS (30 * SNET_SECOND_NS)

struct snet_link {
    struct snet_task task;              /* first */
    struct snet_handshakes *handshakes; /* servers: while it has no session, those like it */
    struct snet_handshake handshaking;  /* there */
    struct snet_turn turn;              /* servers: its first message waits */
    snet_core *core;
    snet_server *server;   /* NULL on clients */
    snet_session *session; /* clients: from the start; servers: once accepted */
    const struct snet_wire_ops *wire;
    void *wire_state;
    void *user;
    enum snet_link_state state;
    enum snet_close_how close_how;
    snet_err close_err;
    uint16_t owner;       /* of what its session holds, unless the client has a key */
    bool heard;           /* a byte has come in */
    bool paused;          /* the caller waits for room */
    uint8_t pass_shard;   /* closed by SNET_CLOSE_PASS: where to */
    bool frozen;          /* a newer link is negotiating counts: neither send nor receive */
    uint64_t deadline_ns; /* of the handshake */
    uint64_t alarm_ns;    /* of the wire */
    uint64_t sent_bytes;  /* which the caller has taken */
    uint64_t
        carried_bytes;   /* of these, gone from this machine's queue when it was last looked at */
    uint64_t carried_ns; /* when that grew; 0: not since the queue began */
};

/* What a round trip makes of the time of a handshake. */
uint64_t snet_link_path_ns(uint64_t rtt_ns);
/* Bytes before `end`, counted as `sent_bytes`, wait in this machine's queue, and that moves. */
bool snet_link_queue_moves(const snet_link *link, uint64_t end, uint64_t now);

/* A link that speaks `wire`: a client's, or with `server` a server's. Errors: NO_MEMORY. */
SNET_MUST_USE snet_err snet_link_new(snet_core *core, snet_server *server,
                                     const struct snet_wire_ops *wire, snet_link **ret_link);
/* From now on the link speaks another wire; the state of the present one is gone. Errors:
 * NO_MEMORY. */
SNET_MUST_USE snet_err snet_link_use_wire(snet_link *link, const struct snet_wire_ops *wire);
/* The link's wire turns out to be a variant of it, with the same state. */
void snet_link_vary_wire(snet_link *link, const struct snet_wire_ops *wire);
/* A server's link that has no session joins those like it, as the youngest, until it has one. */
void snet_link_join(snet_link *link, struct snet_handshakes *handshakes);
/* Sets the deadline of the handshake; SNET_NEVER ends it. */
void snet_link_set_deadline(snet_link *link, uint64_t deadline_ns);
/* Sets the wire's own timer; SNET_NEVER stops it. */
void snet_link_alarm(snet_link *link, uint64_t alarm_ns);
/* The first message of a server's link waits for its turn. Errors: HANDSHAKES_FULL when too many
   do. */
SNET_MUST_USE snet_err snet_link_wait_turn(snet_link *link, enum snet_turn_kind kind);
/* It has its turn. */
void snet_link_take_turn(snet_link *link, uint64_t now);
/* A server's link is accepted for `session`, which it carries once it is proven, in time. */
void snet_link_pend(snet_link *link, snet_session *session, uint64_t deadline_ns);
/* The handshake is over: the link carries `session`. */
void snet_link_go_live(snet_link *link, snet_session *session);
/* Asks the caller to close the connection; the session learns nothing. Does nothing on a closed
   link. */
void snet_link_close(snet_link *link, enum snet_close_how how, snet_err err);
/* Closes a link whose first message is about a session of another server's shard, to be given to
   that. */
void snet_link_pass_on(snet_link *link, uint8_t shard);
/* Stops or goes on sending and receiving. */
void snet_link_freeze(snet_link *link, bool frozen);
/* There is something to send. */
void snet_link_want_send(snet_link *link);
/* There is room again: posts that to a caller that met none before. */
void snet_link_want_recv(snet_link *link);
/* Frees the link, without events. */
void snet_link_destroy(snet_link *link);
void snet_link_check(const snet_link *link);

#endif
