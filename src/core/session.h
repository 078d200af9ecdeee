/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Session: composes history, inbox, backoff and a wire into one stream that outlives its links.
 * This header is what links, servers and wires need of it; callers use <snet/core.h>.
 *
 *   OPENING   client: no link has been proven yet
 *   LIVE      a proven link carries the stream
 *   DETACHED  the link is gone; a client tries to resume, a server waits
 *   ENDED     over, with a reason; what arrived can still be read
 *
 * Ownership: one allocation, with the wire's state behind it. Thread: the core's.
 */
#ifndef SNET_CORE_SESSION_H
#define SNET_CORE_SESSION_H

#include "base/bytes.h"
#include "core/backoff.h"
#include "core/core.h"
#include "core/history.h"
#include "core/inbox.h"
#include "core/pressure.h"
#include "core/registry.h"
#include "core/wire.h"

enum snet_session_state {
    SNET_SESSION_OPENING,
    SNET_SESSION_LIVE,
    SNET_SESSION_DETACHED,
    SNET_SESSION_ENDED
};
#define SNET_SESSION_STATES 4
/* A link that has lived this long has shown that it works. */
#define SNET_SESSION_TRIAL_NS SNET_SECOND_NS
/* How soon a writer tries again when the machine had no memory. */
#define SNET_SESSION_MEMORY_RETRY_NS (100 * SNET_MS_NS)

/* A client's way to its next link. */
enum snet_dial_state {
    SNET_DIAL_IDLE,      /* no new link is wanted */
    SNET_DIAL_WAITING,   /* the backoff runs */
    SNET_DIAL_ASKED,     /* the caller is connecting */
    SNET_DIAL_ATTEMPTING /* the new link is in its handshake */
};

/* What differs by the end that a session is of: clients go and get links, servers wait for them. */
struct snet_session_role {
    /* For how long it is kept when it has lost its link now, at most `keep_ns`. NULL: as long. */
    uint64_t (*keep_ns)(const snet_session *session, uint64_t keep_ns);
    /* It is time to ask for a link; NULL: it never is. */
    void (*dial)(snet_session *session, uint64_t now);
    /* The live link is gone: the session is DETACHED. */
    void (*link_lost)(snet_session *session, snet_err err, uint64_t now);
    /* The attempt is gone without having been proven. */
    void (*attempt_lost)(snet_session *session, const snet_link *link, snet_err err, uint64_t now);
    /* The time of a session without a link is over. */
    void (*expire)(snet_session *session, uint64_t now);
    /* The session is over, or goes away; may come twice. */
    void (*leave)(snet_session *session);
    /* The session goes away; NULL: nothing is left. */
    void (*forget)(snet_session *session);
};

/* The links that carry a session, or may. */
struct snet_session_links {
    snet_link *live;    /* proven; NULL unless LIVE */
    snet_link *attempt; /* in its handshake; server: accepted and not yet proven */
    snet_err lost_err;  /* of the last one that was lost, or could not be had */
    uint64_t lost_at_ns;
    /* When the live link began: the time, and the offsets of both streams. */
    uint64_t since_ns;
    uint64_t received; /* inbox.received */
    uint64_t sent;     /* history.sent_max */
    uint64_t base;     /* history.base */
    /* Wires that know: what links that moved nothing have led to. */
    uint64_t barren_since_ns; /* the end of the first of those in a row; 0: the last one moved */
    uint32_t barren_count;
    snet_err barren_err; /* by which the last one ended */
    /* It took over from nothing, and without having shown that the other end has got further. */
    bool on_trial;
    snet_err found_err; /* the last answer to an attempt that was no agreement; SNET_OK: none */
};

/* Clients: the way to the next link. */
struct snet_session_dial {
    enum snet_dial_state state;
    uint8_t slow_tries;      /* resumes that were tried since the last link */
    uint32_t handovers_left; /* attempts still to make while the old link lives */
    struct snet_backoff backoff;
    uint64_t at_ns;          /* WAITING: when to ask */
    uint64_t asked_ns;       /* ASKED: since when */
    uint64_t retry_after_ns; /* the pause that a busy server asked for; 0: none */
    struct snet_dial_advice advice;
    char *redirect; /* where to connect instead; owned */
};

/* How the session ends, or has ended. */
struct snet_session_ending {
    snet_err err;    /* SNET_OK while it lives */
    bool shut;       /* the local end has written its last byte */
    bool peer_ended; /* the other end's last byte is in the inbox */
    bool acked;      /* the other end has all, and knows that it is all */
    uint16_t own_code;
    uint16_t peer_code;   /* of the other end's abort */
    const char *own_text; /* during an abort */
    char *peer_text;      /* of the other end's abort; owned */
};

/* What the two ends of a resume agreed on. */
struct snet_session_counts {
    uint64_t peer_written;
    uint64_t peer_received;
};

/* What resumes have cost so far. */
struct snet_session_account {
    struct snet_session_counts peer; /* claimed at the last one */
    uint64_t resent_bytes;
    uint64_t last_resent_bytes;
    uint64_t last_missing_bytes;
    uint64_t last_detached_ns;
    uint32_t resumes;
};

struct snet_session {
    struct snet_task task;                /* first */
    struct snet_holder holder;            /* wires with acknowledgements */
    struct snet_seat seat;                /* servers */
    struct snet_registry_node registered; /* servers: by id */
    snet_core *core;
    snet_server *server; /* NULL on clients */
    const struct snet_wire_ops *wire;
    const struct snet_session_role *role;
    void *user;
    void *driver;
    struct snet_session_links links;
    struct snet_history history;
    struct snet_inbox inbox;
    struct snet_session_dial dial;
    struct snet_session_ending ending;
    struct snet_session_account counts;
    enum snet_session_state state;
    bool plain;
    bool want_write;     /* a writer waits for room */
    bool want_flush;     /* a program waits until all is acknowledged */
    bool visible_to_app; /* the caller knows the session */
    bool counted;        /* servers: as one of its sessions */
    bool expire_follows; /* clients: a long path has more time to begin than was said */
    bool freed;          /* by the program; its driver has to let go of it */
    const struct snet_cipher *cipher;
    struct snet_identity *identity; /* servers: what is known of the client; owned */
    struct snet_farewell *farewell; /* clients: core/farewell.h */
    uint64_t id;
    uint64_t resume_timeout_ns;
    uint64_t handshake_timeout_ns;
    uint64_t write_at_ns;  /* a writer without memory tries again; 0 for none */
    uint64_t expire_at_ns; /* OPENING, DETACHED: when to give up */
};

/* What a client has said about itself. */
struct snet_identity {
    bool has_key;
    struct snet_key key;
    char service[SNET_SERVICE_MAX_BYTES + 1];
};

/* Whether the values are in range. */
bool snet_session_config_ok(const struct snet_session_config *config);
/* The cipher that the config asks for. */
const struct snet_cipher *snet_session_cipher(const struct snet_session_config *config);
/* How a session begins. */
struct snet_session_origin {
    const struct snet_session_config *config;
    const struct snet_wire_ops *wire;
    const struct snet_session_role *role;
    snet_server *server;   /* NULL on clients */
    uint64_t expire_at_ns; /* when to give up if there is no link by then; or SNET_NEVER */
};

/* A new session. It is LIVE with snet_session_open. Errors: INVALID, NO_MEMORY. */
SNET_MUST_USE snet_err snet_session_new(snet_core *core, const struct snet_session_origin *origin,
                                        snet_session **ret_session);
/* The wire's state behind the session. */
void *snet_session_wire_state(const snet_session *session);
/* The session begins on the link just proven: its program knows it from now on. */
void snet_session_open(snet_session *session, snet_link *link, uint64_t now);
/* The session goes over to the link just proven, on which the ends have agreed on `counts`. An
   older link is reset. */
void snet_session_resume(snet_session *session, snet_link *link,
                         const struct snet_session_counts *counts, uint64_t now);
/* The session and one of its links know no more of each other. */
void snet_session_let_go(snet_session *session, snet_link *link);
/* The live link is gone, or closes: the session waits for a resume, for `keep_ns` at most. After a
   hollow link it waits no longer than it would have without that. */
void snet_session_detach(snet_session *session, snet_err err, uint64_t keep_ns, uint64_t now);
/* Whether the last live link has shown nothing: it was on trial, and moved no byte and did not live
   long. Anything that accepts connections can do that. */
bool snet_session_link_was_hollow(const snet_session *session, uint64_t now);
/* The session's live link or attempt is gone: `err` says how. */
void snet_session_link_gone(snet_session *session, snet_link *link, snet_err err, uint64_t now);
/* A new link of a server's session has been accepted; an older one in that state is closed. */
void snet_session_pend(snet_session *session, snet_link *link, uint64_t deadline_ns);
/* How a session ends whose client has not come back. */
snet_err snet_session_expire_err(const snet_session *session);
/* Both directions have ended, and both ends know. */
bool snet_session_done(const snet_session *session);
/* The session is over. */
void snet_session_end(snet_session *session, snet_err err, uint64_t now);
/* The live link carried bytes: a writer may go on; all may have been sent. */
void snet_session_progress(snet_session *session, uint64_t now);
/* How many bytes its own history would take, whether or not there are pages for them. */
size_t snet_session_window(const snet_session *session);
/* The history takes more than before: a writer that was told AGAIN tries again. */
void snet_session_window_grew(snet_session *session);
/* --- What a wire reports of the other end: core/session_peer.c ------------------------------- */

/* The id that both ends have made of the handshake, or agreed on. */
void snet_session_set_id(snet_session *session, uint64_t id);
/* Servers: the client asks for a service; it has proven to have a key. Errors: NO_MEMORY. */
SNET_MUST_USE snet_err snet_session_set_service(snet_session *session, struct snet_bytes service);
SNET_MUST_USE snet_err snet_session_set_peer_key(snet_session *session, const struct snet_key *key);
/* What the other end claims to have written and received, whether or not it can be. */
void snet_session_peer_claimed(snet_session *session, const struct snet_session_counts *counts);
/* It has all before `offset`; with `end` it has all, and knows that it is all. */
void snet_session_acked(snet_session *session, uint64_t offset, bool end);
/* Its last byte is in the inbox. */
void snet_session_peer_closed(snet_session *session);
/* It ends the session, by `err` for us. */
struct snet_session_abort {
    snet_err err;
    uint16_t code;
    struct snet_bytes text; /* may hold anything */
};
void snet_session_peer_aborted(snet_session *session, const struct snet_session_abort *abort,
                               uint64_t now);
/* Clients: from now on the server is to be found at `address`. Errors: NO_MEMORY. */
SNET_MUST_USE snet_err snet_session_redirect_to(snet_session *session, struct snet_bytes address);

/* --- What follows from that ------------------------------------------------------------------ */

/* Bytes arrived in the inbox: posts that, if the caller knows the session. */
void snet_session_arrived(snet_session *session);
/* Frees the session, without events. */
void snet_session_destroy(snet_session *session);
/* Asks the caller for a connection. */
void snet_session_ask_link(snet_session *session, uint64_t now);
/* Sets the timer for what is due next: after changing a time or the state. */
void snet_session_arm(snet_session *session);
/* Servers: the client has shown that it is there, by a byte of the stream or a resume. */
void snet_session_proven(snet_session *session);
/* Wires with acknowledgements: the history holds more or less than before. */
void snet_session_recount(snet_session *session);
void snet_session_check(const snet_session *session);

#endif
