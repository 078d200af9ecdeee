/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Farewell: the word of a client's session that was aborted without a link, on its way to the
 * server [PROTO 18.2]. What carries it is a session of its own that has no stream: it resumes in
 * place of the one that has ended, says the abort on the new link, and tries again until the server
 * proves that it knows. The program's session has ended at once, and may be gone.
 *
 * Farewells come after sessions that live: at most SNET_FAREWELL_DIALS_MAX of them ask for a
 * connection at a time, the others wait in line, and SNET_FAREWELL_MAX of them are kept, beyond
 * which the oldest gives way.
 *
 * Ownership: belongs to the session that carries it. That belongs to the session that has ended
 * until a driver takes it, and then to the driver. Thread: the core's.
 */
#ifndef SNET_CORE_FAREWELL_H
#define SNET_CORE_FAREWELL_H

#include "core/session.h"

#define SNET_FAREWELL_MAX 1024u
#define SNET_FAREWELL_DIALS_MAX 8u
/* From the abort to the resume that asks whether it has arrived: that is mostly there by then. */
#define SNET_FAREWELL_PROOF_NS SNET_SECOND_NS

struct snet_farewell {
    struct snet_list_node kept; /* among those that a driver has taken, oldest first */
    struct snet_list_node due;  /* among those that wait for their turn to dial */
    snet_session *carrier;
    uint64_t deadline_ns; /* of the session that has ended */
    bool dialing;         /* it has its turn */
    bool said;            /* the abort went out on some link */
    uint16_t code;
    char text[]; /* ends with a zero */
};

/*
 * The session, of a client and without a link, is about to end by an abort: a carrier for its word
 * with `code`, which its wire then gives what a resume needs. Errors: NO_MEMORY, INVALID.
 */
SNET_MUST_USE snet_err snet_farewell_new(snet_session *session, uint16_t code,
                                         snet_session **ret_carrier);
/* Whether the session is such a carrier. */
bool snet_farewell_carried(const snet_session *session);
/* A driver takes the carrier of this session's farewell; NULL when there is none, or not again. */
snet_session *snet_farewell_take(snet_session *session, uint64_t now);
/* The carrier may ask for a connection now; else it waits for its turn, which makes it due. */
bool snet_farewell_turn(snet_session *carrier);
/* The carrier wants no connection for now: the turn is another one's. Safe without a turn. */
void snet_farewell_rest(snet_session *carrier);
/* The abort went out. */
void snet_farewell_said(snet_session *carrier);
/* The carrier is over: it counts no more. May come twice. */
void snet_farewell_leave(snet_session *carrier);
/* The session goes away: a carrier with its farewell, another one with the carrier that nobody has
   taken. */
void snet_farewell_forget(snet_session *session);

#endif
