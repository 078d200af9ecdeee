/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The core: byte streams that survive their connections, without any I/O.
 *
 * A session is one byte stream in each direction; a link is one TCP connection that carries it for
 * a while. The caller moves bytes between links and the network, says what time it is, and takes
 * events; the core says what to send, where to dial and what arrived. It never blocks, never calls
 * the caller back (apart from snet_env), and never reads a clock.
 *
 * Time is `now`, nanoseconds of a monotonic clock that never goes back and starts above 0. Best is
 * one that goes on while the machine sleeps: then both ends of a session wait equally long, and a
 * core that finds itself late asks its links for a sign of life before it gives them up.
 *
 * Source-stable tier: a program is built again for another release.
 *
 * Ownership: a core owns its servers, sessions and links. A session given out by an event belongs
 * to the caller until snet_session_free; a link belongs to the caller until snet_link_free. Freeing
 * the core frees what is left. Thread: one core and all its objects belong to one thread.
 */
#ifndef SNET_CORE_H
#define SNET_CORE_H

#include <snet/cipher.h>
#include <snet/config.h>
#include <snet/env.h>
#include <snet/error.h>
#include <snet/key.h>
#include <snet/link.h>
#include <snet/suite.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct snet_core snet_core;
typedef struct snet_server snet_server;
typedef struct snet_session snet_session;
typedef struct snet_shares snet_shares;

/* The name of one wire as options and logs use it, like "1-padded"; static storage. */
SNET_API const char *snet_wire_name(enum snet_wire wire);

/* --- Core ------------------------------------------------------------------------------------ */

/* Pages are the unit of stream memory; see snet_core_config. */
#define SNET_PAGE_BYTES 4096u
#define SNET_BUDGET_DEFAULT_BYTES (UINT64_C(256) * 1024 * 1024)

/* Zero means the default in every field. */
struct snet_core_config {
    uint64_t send_budget_bytes; /* all histories together; SNET_BUDGET_DEFAULT_BYTES */
    uint64_t recv_budget_bytes; /* all inboxes together; SNET_BUDGET_DEFAULT_BYTES */
    snet_shares *shares;        /* the budgets are these, which it has with other cores; its own */
};

/*
 * Makes a core. Errors: NO_MEMORY; CRYPTO when the cryptographic library lacks MD5; INVALID when a
 * budget is below one page, or `env` has only one of `secret_alloc` and `secret_free`.
 */
SNET_API SNET_MUST_USE snet_err snet_core_new(const struct snet_env *env,
                                              const struct snet_core_config *config,
                                              snet_core **ret_core);

/*
 * Registers a suite for snet/3 under its private id, SNET_SUITE_PRIVATE_FIRST and up, after running
 * its self-test; `suite` is static. Errors: INVALID when a field is not what the wire needs or the
 * id is taken, CRYPTO when the self-test fails, LIMIT with SNET_SUITES_ADDED_MAX of them.
 */
SNET_API SNET_MUST_USE snet_err snet_core_suite_add(snet_core *core, const snet_suite *suite);

/* Frees the core with all its servers, sessions and links; accepts NULL. */
SNET_API void snet_core_free(snet_core *core);

/* The time of the next snet_core_tick, or SNET_NEVER when nothing is due. May be in the past: tick
 * at once. */
SNET_API uint64_t snet_core_deadline(const snet_core *core);

/*
 * Does all that is due at `now`. That may be because nothing has come: a caller that could not read
 * for a while does so before it goes on to tick.
 */
SNET_API void snet_core_tick(snet_core *core, uint64_t now);

/* Memory in use; see docs/internals/memory.md for what a session takes. */
struct snet_core_stats {
    uint64_t send_bytes; /* pages held by histories */
    uint64_t recv_bytes; /* pages held by inboxes */
    uint64_t sessions;
    uint64_t links;
    uint64_t farewells; /* aborts still to be said, see snet_session_farewell */
};
SNET_API void snet_core_totals(const snet_core *core, struct snet_core_stats *ret_stats);

/*
 * This end goes away: ends all sessions with SNET_ERR_ABORTED. Those of snet/3 say
 * SNET_CODE_SHUTDOWN and `text` to their other ends, as snet_session_abort_with does; let their
 * links close before the process ends.
 */
SNET_API void snet_core_shutdown(snet_core *core, const char *text, uint64_t now);

/* --- Events ---------------------------------------------------------------------------------- */

enum snet_core_event_type {
    /* Sessions. */
    SNET_CORE_EVENT_DIAL,     /* client: connect, then snet_client_connected or _dial_failed */
    SNET_CORE_EVENT_OPENED,   /* the stream is up; on servers the session is new to the caller */
    SNET_CORE_EVENT_LOST,     /* the link is gone (`err`), the session waits for a resume */
    SNET_CORE_EVENT_RESUMED,  /* it is back: see snet_session_info */
    SNET_CORE_EVENT_BARREN,   /* a connection has moved nothing, by `err`, and the next one is used
                                 otherwise: see snet_session_info */
    SNET_CORE_EVENT_READABLE, /* bytes or the end of the stream can be read */
    SNET_CORE_EVENT_WRITABLE, /* a writer that was told AGAIN may go on */
    SNET_CORE_EVENT_ENDED,    /* over, `err` says why; SNET_ERR_CLOSED is a clean end */
    SNET_CORE_EVENT_FREED,    /* for drivers: given back by the program, see
                                 snet_session_set_driver */
    /* Links. */
    SNET_CORE_EVENT_LINK_SEND, /* bytes to send: see snet_link_send */
    SNET_CORE_EVENT_LINK_RECV, /* a link that had no room takes bytes again */
    SNET_CORE_EVENT_LINK_CLOSE /* close the connection as `close_how` says, then snet_link_free */
};

/* How to close a connection. */
enum snet_close_how {
    SNET_CLOSE_NONE,
    SNET_CLOSE_FIN,   /* orderly, after everything was sent; wait for the other end a little */
    SNET_CLOSE_RESET, /* at once: what was not sent is resent on another link or not at all */
    SNET_CLOSE_PASS   /* not at all: another server has it from here on, see <snet/shares.h> */
};

struct snet_core_event {
    enum snet_core_event_type type;
    snet_err err;
    enum snet_close_how close_how;
    snet_session *session; /* NULL for a link without a session */
    snet_link *link;       /* NULL for events of sessions */
    snet_server *server;   /* of the session or link; NULL on clients */
};

/*
 * Takes the next event; false when there is none. Call it until then after any other call. Events
 * of one object come in the order of the enumeration, several of one type are one.
 */
SNET_API bool snet_core_next_event(snet_core *core, struct snet_core_event *ret_event);

/*
 * Whether snet_core_next_event has an event to give: for a driver that uses the core on one thread
 * and takes events on another, which it need not wake for nothing.
 */
SNET_API bool snet_core_has_events(const snet_core *core);

/* A set of types of events is made of these bits. */
#define SNET_CORE_EVENT_BIT(type) (1u << (unsigned)(type))

/* --- Sessions of clients --------------------------------------------------------------------- */

#define SNET_HISTORY_DEFAULT_BYTES (1024u * 1024)
#define SNET_HISTORY_MIN_BYTES 64u
#define SNET_HISTORY_MAX_BYTES (1u << 30)
#define SNET_INBOX_DEFAULT_BYTES (256u * 1024)
#define SNET_RESUME_TIMEOUT_DEFAULT_NS (300 * SNET_SECOND_NS)
#define SNET_RESUME_TIMEOUT_MAX_NS (UINT64_C(31) * 24 * 3600 * SNET_SECOND_NS)
#define SNET_CONNECT_TIMEOUT_DEFAULT_NS (10 * SNET_SECOND_NS)
#define SNET_HANDSHAKE_TIMEOUT_DEFAULT_NS (10 * SNET_SECOND_NS)
/* snet/3: send buffers and windows begin small and grow with the path, up to what the config says,
   and to an eighth of the budget at most. */
#define SNET_WINDOW_DEFAULT_BYTES (16u * 1024 * 1024)
#define SNET_WINDOW_MAX_BYTES (64u * 1024 * 1024)
#define SNET_WINDOW_MIN_BYTES 4096u
/* snet/3: a link idle this long is sent a PING; unanswered, it is dropped after
   SNET_HEARTBEAT_DEAD_NS. */
#define SNET_HEARTBEAT_DEFAULT_NS (15 * SNET_SECOND_NS)
#define SNET_HEARTBEAT_MIN_NS SNET_SECOND_NS
#define SNET_HEARTBEAT_MAX_NS (600 * SNET_SECOND_NS)
#define SNET_HEARTBEAT_DEAD_NS (5 * SNET_SECOND_NS)
#define SNET_PAD_MAX_BYTES 4096u
#define SNET_SERVICE_MAX_BYTES 64u

/* What both ends of a session settle for themselves. Zero means the default in every field. */
struct snet_session_config {
    bool plain;                       /* legacy wires: do not encrypt the stream */
    const struct snet_cipher *cipher; /* legacy wires, static: the same at both ends; RC4 */
    /*
     * Legacy wires: sent bytes kept for a resume; SNET_HISTORY_DEFAULT_BYTES. snet/3: the most that
     * the send buffer grows to, SNET_WINDOW_MAX_BYTES at most; SNET_WINDOW_DEFAULT_BYTES.
     */
    uint32_t history_bytes;
    /*
     * Received bytes not yet read; SNET_INBOX_DEFAULT_BYTES. Fewer than a wire needs to go on are
     * raised to that. snet/3: the most that the window grows to, SNET_WINDOW_MAX_BYTES at
     * most; SNET_WINDOW_DEFAULT_BYTES.
     */
    uint32_t inbox_bytes;
    /* How long a session without a link is kept, SNET_RESUME_TIMEOUT_MAX_NS at most;
     * SNET_RESUME_TIMEOUT_DEFAULT_NS. */
    uint64_t resume_timeout_ns;
    uint64_t handshake_timeout_ns; /* deadline of a handshake, more on a long path;
                                      SNET_HANDSHAKE_TIMEOUT_DEFAULT_NS */
    /* snet/3; servers: SNET_HEARTBEAT_DEFAULT_NS, clients: what the server has. */
    uint64_t heartbeat_ns;
    /*
     * snet/3: records are padded to a multiple of this, at most SNET_PAD_MAX_BYTES, which hides the
     * sizes of messages; not padded.
     */
    uint32_t pad_bytes;
    /* For drivers: a connection whose peer is silent this long is dropped; the driver's own. */
    uint64_t dead_peer_timeout_ns;
};

/*
 * The identities of a session of snet/3 at the client: the server's public key, with a key pair of
 * its own where servers ask for one; or a secret that both share. Everything is copied.
 */
struct snet_client_keys {
    const struct snet_key *server;        /* the server's public key */
    const struct snet_key *client_secret; /* NULL: anonymous */
    const struct snet_key *psk;           /* the shared secret, instead of both */
};

/* Zero means the default in every field, except, with snet/3, `keys`. */
struct snet_client_config {
    struct snet_session_config session;
    enum snet_wire wire;          /* SNET_WIRE_3 */
    uint64_t connect_timeout_ns;  /* how long to try to begin a session;
                                     SNET_CONNECT_TIMEOUT_DEFAULT_NS, more on a long path */
    struct snet_client_keys keys; /* snet/3 */
    uint8_t suite;                /* snet/3: the id of one; SNET_SUITE_CHACHA20_POLY1305, and
                                     with <snet/uv.h> snet_suite_fastest */
    const char *service; /* snet/3: told to the server, SNET_SERVICE_MAX_BYTES at most; none */
    bool early_data;     /* snet/3: resumes carry stream bytes (0-RTT), see docs/security.md */
    bool retry;          /* for drivers: tries for `connect_timeout_ns` although the name is not
                            known or the port refuses; else such a session ends at once */
    uint64_t rekey_interval_ns; /* snet/3: interval of moves to a new connection with fresh keys.
                                   Default: never */
};

/*
 * Opens a session from the client's end. It asks for a connection by SNET_CORE_EVENT_DIAL at once.
 * Errors: NO_MEMORY, INVALID.
 */
SNET_API SNET_MUST_USE snet_err snet_client_open(snet_core *core,
                                                 const struct snet_client_config *config,
                                                 snet_session **ret_session, uint64_t now);

/*
 * The connection that SNET_CORE_EVENT_DIAL asked for is up. The new link belongs to the caller.
 * Errors: STATE when none was asked for or the session has ended meanwhile, NO_MEMORY, RANDOM; then
 * the caller closes the connection and the session goes on by itself.
 */
SNET_API SNET_MUST_USE snet_err snet_client_connected(snet_session *session, snet_link **ret_link,
                                                      uint64_t now);

/* The connection could not be made: the session backs off and asks again, or ends. */
SNET_API void snet_client_dial_failed(snet_session *session, snet_err err, uint64_t now);

/*
 * The connection could not be made, and another attempt would fail likewise: a name that does not
 * exist, a port that refuses. A session that has not opened ends by `err`; one that has is treated
 * as by snet_client_dial_failed, since its server may be on its way back.
 */
SNET_API void snet_client_dial_refused(snet_session *session, snet_err err, uint64_t now);

/*
 * The network has changed, try now: a session that waits to retry asks for a connection at once;
 * one with a link that still looks alive asks for a second one and moves over when that is proven.
 */
SNET_API void snet_client_network_changed(snet_session *session, uint64_t now);

/* --- Sessions of servers --------------------------------------------------------------------- */

#define SNET_SESSIONS_DEFAULT_MAX 65536u
#define SNET_HANDSHAKES_DEFAULT_MAX 4096u
#define SNET_FIRST_BYTES_TIMEOUT_DEFAULT_NS (5 * SNET_SECOND_NS)
#define SNET_ENDED_KEEP_DEFAULT_NS (30 * SNET_SECOND_NS)
/* A client takes a refusal within this time after an orderly close for a clean end: clause 7.5. */
#define SNET_ENDED_KEEP_MIN_NS (25 * SNET_SECOND_NS)
#define SNET_GRACE_DEFAULT_NS (25 * SNET_MS_NS)
#define SNET_PADDING_DEFAULT_NS SNET_SECOND_NS

#define SNET_SERVER_SECRETS_MAX 4u
#define SNET_SERVER_PSKS_MAX 64u
#define SNET_SERVER_AUTHORIZED_MAX 65536u

/*
 * The keys of a server of snet/3; everything is copied. At least one secret key or one shared
 * secret is needed. The first secret key, or else the first shared secret, also makes the names of
 * sessions, so that a server that has restarted with it can say credibly that it knows no more of
 * a session.
 */
struct snet_server_keys {
    const struct snet_key *secrets;    /* clients may pin any of them */
    size_t secret_count;               /* at most SNET_SERVER_SECRETS_MAX */
    const struct snet_key *psks;       /* secrets shared with clients */
    size_t psk_count;                  /* at most SNET_SERVER_PSKS_MAX */
    const struct snet_key *authorized; /* public keys: only clients with one of these, or a shared
                                          secret, are served, with a count of 0 nobody by a key;
                                          anybody */
    size_t authorized_count;           /* at most SNET_SERVER_AUTHORIZED_MAX */
    uint32_t node_id;                  /* servers that share a key have different ones */
};

/* Zero means the default in every field, except, with snet/3, `keys`. */
struct snet_server_config {
    struct snet_session_config session;
    struct snet_server_keys keys; /* snet/3 */
    unsigned wires;        /* a set of enum snet_wire, told apart by the first bytes; SNET_WIRE_3 */
    uint32_t sessions_max; /* SNET_SESSIONS_DEFAULT_MAX */
    uint32_t handshakes_max;         /* links without a session; SNET_HANDSHAKES_DEFAULT_MAX */
    uint64_t first_bytes_timeout_ns; /* deadline of the first bytes;
                                        SNET_FIRST_BYTES_TIMEOUT_DEFAULT_NS */
    uint64_t ended_keep_ns; /* how long an ended session answers, at least SNET_ENDED_KEEP_MIN_NS;
                           SNET_ENDED_KEEP_DEFAULT_NS */
    uint64_t grace_ns;      /* wait for padding after 16 bytes; SNET_GRACE_DEFAULT_NS */
    uint64_t padding_ns;    /* hold of leading zeros; SNET_PADDING_DEFAULT_NS */
    uint32_t shards;        /* of several servers that serve as one, those of this one: a set of
                               bits, see <snet/shares.h>; none: it is alone */
    snet_shares *shares;    /* the places for sessions are these, and `sessions_max` counts for
                               nothing; its own */
};
/* How many shards there are, and so the most servers that may serve as one. */
#define SNET_SHARDS_MAX 32u

/* Makes a server: a registry of sessions behind one listener. Errors: NO_MEMORY, INVALID, CRYPTO.
 */
SNET_API SNET_MUST_USE snet_err snet_server_new(snet_core *core,
                                                const struct snet_server_config *config,
                                                snet_server **ret_server);

/*
 * Gives a server other values of what it can change while it serves: `keys` but for `node_id`, the
 * times of `session`, which are `resume_timeout_ns`, `handshake_timeout_ns`, `heartbeat_ns` and
 * `dead_peer_timeout_ns`, and `sessions_max`, `handshakes_max`, `first_bytes_timeout_ns` and
 * `ended_keep_ns`. `config` is whole, as snet_server_new takes one: zero is the default again.
 *
 * Connections and sessions that begin from now on have the new values; a session keeps the times
 * that its client was told. Handshakes beyond a lower limit are closed, the oldest first.
 *
 * A session goes on whose key, the server's or the shared one, is still in `keys`, and whose client
 * is still authorized, wherever in their lists; every other session of snet/3 ends with DENIED. Its
 * client is told at once where it has a link, and else when it tries to resume. What the server had
 * of the old keys is wiped, but for the keys of names that were made from its roots: clients hold
 * tokens of these, by which they tell its refusals from others.
 *
 * Errors, after which nothing has changed: INVALID when another field differs or a value is out of
 * range, NO_MEMORY, CRYPTO. [PROTO 18.4]
 */
SNET_API SNET_MUST_USE snet_err snet_server_update(snet_server *server,
                                                   const struct snet_server_config *config,
                                                   uint64_t now);

/*
 * A connection was accepted. The new link belongs to the caller. When too many handshakes are
 * open, one of the network that has most of them is closed. Errors: NO_MEMORY.
 */
SNET_API SNET_MUST_USE snet_err snet_server_accepted(snet_server *server, snet_link **ret_link,
                                                     uint64_t now);

/*
 * The address that a server's link comes from, of 4 bytes for IPv4 and 16 for IPv6; one of another
 * length is ignored. To be told at once after snet_server_accepted. When memory is short, clients
 * without a key of their own share what there is by network: by the first 24 bits of an address of
 * IPv4, by 56 of IPv6. Links whose address was not told are all of one network.
 */
SNET_API void snet_link_set_address(snet_link *link, const uint8_t *address, size_t len);

/*
 * From now on first messages of snet/3 wait for snet_server_turn, in place of being answered when
 * they come. So a caller decides how much of its time strangers get; networks get it in turn.
 */
SNET_API void snet_server_take_turns(snet_server *server);
enum snet_server_turn_kind {
    SNET_SERVER_TURN_RESUME, /* of a session that is here */
    SNET_SERVER_TURN_HELLO   /* all else: some tenths of a millisecond each */
};
/* Answers the next one of this kind, of all servers of the core; false when none waits. While any
   does, snet_core_deadline is in the past. */
SNET_API bool snet_server_turn(snet_core *core, enum snet_server_turn_kind kind, uint64_t now);

/* From now on new sessions are refused; existing ones go on and may resume. */
SNET_API void snet_server_drain(snet_server *server);

/* --- Sessions -------------------------------------------------------------------------------- */

/*
 * Writes at most `len` bytes into the stream; `*ret_written` says how many were taken. They are
 * kept until the other end has them or, on wires without acknowledgement, as long as the history
 * holds. Errors: AGAIN when nothing was taken (SNET_CORE_EVENT_WRITABLE follows), STATE after
 * shutdown, or the error the session ended with.
 */
SNET_API SNET_MUST_USE snet_err snet_session_write(snet_session *session, const uint8_t *data,
                                                   size_t len, size_t *ret_written, uint64_t now);

/*
 * How many bytes fit now; snet_session_write may find room for more, for it asks other sessions for
 * memory that they need not keep. When none fit, see snet_session_await_room.
 */
SNET_API size_t snet_session_room(const snet_session *session);
/*
 * The program waits for room: SNET_CORE_EVENT_WRITABLE follows, at once if there is some or other
 * sessions can give it. Not after shutdown, and not when the session has ended.
 */
SNET_API void snet_session_await_room(snet_session *session);

/*
 * How many written bytes wait to be sent: the present link, or the next one, has not been given
 * them yet. 0 once the session has ended.
 */
SNET_API uint64_t snet_session_unsent(const snet_session *session);

/*
 * The received bytes in order, as at most `span_max` spans; `*ret_count` says how many. Errors:
 * AGAIN when there are none (SNET_CORE_EVENT_READABLE follows), CLOSED after the last byte of a
 * stream that ended cleanly, or the error the session ended with, also after the last byte. With a
 * wire that has half-close, CLOSED comes before the session ends: one can still write.
 */
SNET_API SNET_MUST_USE snet_err snet_session_peek(snet_session *session,
                                                  struct snet_span *ret_spans, size_t span_max,
                                                  size_t *ret_count);

/* Takes the first `len` bytes of what snet_session_peek showed out of the stream. */
SNET_API void snet_session_consume(snet_session *session, size_t len, uint64_t now);

/* Copies at most `len` bytes out of the stream: peek and consume in one. Errors as peek. */
SNET_API SNET_MUST_USE snet_err snet_session_read(snet_session *session, uint8_t *ret_data,
                                                  size_t len, size_t *ret_read, uint64_t now);

/*
 * The local end has written its last byte. What was written is still delivered, and what arrives
 * can still be read. On wires without a close message this ends the whole session as soon as the
 * other end has all: SNET_CORE_EVENT_ENDED says so. Safe to call again.
 */
SNET_API void snet_session_shutdown(snet_session *session, uint64_t now);

/*
 * Whether the other end has all that was written. Errors: AGAIN when it has not
 * (SNET_CORE_EVENT_WRITABLE follows when it has), STATE on wires without acknowledgement, or the
 * error the session ended with.
 */
SNET_API SNET_MUST_USE snet_err snet_session_flush(snet_session *session);

/* Ends the session at once with SNET_ERR_ABORTED; its link is reset. Safe to call again. */
SNET_API void snet_session_abort(snet_session *session, uint64_t now);

/* The code of an end that goes away with all its sessions. */
#define SNET_CODE_SHUTDOWN 37u
/* Codes from here on are the application's own. */
#define SNET_CODE_APPLICATION 0x1000u
#define SNET_CODE_TEXT_MAX_BYTES 255u

/*
 * As snet_session_abort; snet/3 also sends the other end `code`, at least SNET_CODE_APPLICATION,
 * and `text`, of which SNET_CODE_TEXT_MAX_BYTES count; NULL for none. A client without a link
 * leaves that to its driver, see snet_session_farewell; a server without one says at the client's
 * next resume that it was aborted, and no more.
 */
SNET_API void snet_session_abort_with(snet_session *session, uint16_t code, const char *text,
                                      uint64_t now);
/* The text of the other end's abort, as it came: not to be trusted, may hold anything but zeros.
   Valid as long as the session; empty without one. */
SNET_API const char *snet_session_peer_text(const snet_session *session);

/* snet/3, servers: the client's public key, when it has proven to have one; else false. */
SNET_API bool snet_session_peer_key(const snet_session *session, struct snet_key *ret_key);
/* snet/3, servers: the service that the client asked for; empty without one. */
SNET_API const char *snet_session_service(const snet_session *session);

/*
 * snet/3, servers: asks the client to go over to `address`, HOST:PORT or [IPv6]:PORT, or with NULL
 * to a new connection to the same one, within `deadline_ns`. It does so without losing its present
 * link before. Errors: STATE for a client, another wire or an ended session; ADDRESS; NO_MEMORY.
 */
SNET_API SNET_MUST_USE snet_err snet_session_migrate(snet_session *session, const char *address,
                                                     uint64_t deadline_ns, uint64_t now);
/* snet/3, clients: where the server has asked to connect from now on; NULL: nowhere else. */
SNET_API const char *snet_session_redirect(const snet_session *session);

/* Which address of a name a connection is made to first. */
enum snet_dial_family {
    SNET_DIAL_ANY,  /* as the system likes */
    SNET_DIAL_SAME, /* one of the family of the last connection */
    SNET_DIAL_OTHER /* one of the other family */
};

/* What a connection should be like, by what the connections before it have moved. */
struct snet_dial_advice {
    enum snet_dial_family family;
    uint16_t segment_bytes; /* maximum of its TCP segments in both directions; 0: the system's */
};
/* For the driver of a client's session, at SNET_CORE_EVENT_DIAL. All of it is zero at first. */
SNET_API void snet_session_dial_advice(const snet_session *session,
                                       struct snet_dial_advice *ret_advice);

/*
 * Gives the session back, whatever drives it; one that has not ended is aborted. No event of it
 * follows but for its driver. The program uses the session no more. Accepts NULL.
 */
SNET_API void snet_session_free(snet_session *session, uint64_t now);

/* A pointer of the program's, not touched by the core; NULL at first. */
SNET_API void snet_session_set_user(snet_session *session, void *user);
SNET_API void *snet_session_user(const snet_session *session);

/*
 * A pointer for whoever drives the session, NULL at first. A driver that keeps something for the
 * session sets it, and so learns when the program gives the session back: by
 * SNET_CORE_EVENT_FREED, the session's last event. The driver then cleans up and sets the pointer
 * to NULL, and only with that call the session is gone. Without a pointer there is no such event.
 */
SNET_API void snet_session_set_driver(snet_session *session, void *driver);
SNET_API void *snet_session_driver(const snet_session *session);

/* The link that carries the session now, or NULL. */
SNET_API snet_link *snet_session_link(const snet_session *session);

/*
 * Takes those events of the session that wait and are in `types`, a set of SNET_CORE_EVENT_BITs:
 * snet_core_next_event does not give them any more. Returns the set of those taken. For a caller
 * that has just used the session and looks at once what it can do now.
 */
SNET_API uint32_t snet_session_take_events(snet_session *session, uint32_t types);

/*
 * For drivers; snet/3, clients: a session that was aborted without a link has left word for its
 * server. Returns the session that carries it, once; NULL when there is none. To be asked when the
 * session has ended, and again when it is given back, for the events of an end may have been taken
 * by somebody else. Without this call nothing is said.
 *
 * The carrier has no stream, and its events are not for the program. It asks for connections by
 * SNET_CORE_EVENT_DIAL, few of them at a time, and ends when its server has proven that it knows,
 * at the deadline of the session that it stands for, or when too many of them are kept. The caller
 * frees it then.
 */
SNET_API snet_session *snet_session_farewell(snet_session *session, uint64_t now);

/* What a session has done so far. Byte counts are positions in the stream. */
struct snet_session_info {
    uint64_t id; /* as the wire carries it; 0 until the session is open */
    enum snet_wire wire;
    bool attached;         /* has a proven link */
    snet_err end_err;      /* SNET_OK while it lives */
    uint64_t written;      /* own bytes put into the stream */
    uint64_t sent;         /* of these, sent at least once */
    uint64_t received;     /* peer's bytes kept */
    uint64_t peer_written; /* what the peer claimed at the last resume, else 0 */
    uint64_t peer_received;
    uint32_t resumes;            /* so far */
    uint64_t resent_bytes;       /* sent again over all resumes */
    uint64_t last_resent_bytes;  /* own bytes that the last resume sent again */
    uint64_t last_missing_bytes; /* peer's bytes that were missing at the last resume */
    uint64_t last_detached_ns;   /* how long the last resume took from the loss */
    bool half_close;             /* the wire ends each direction by itself */
    bool peer_ended;             /* all that the other end will ever write has arrived */
    uint64_t unacked;            /* own bytes that the other end has not acknowledged; where the
                                    wire has acknowledgements, else 0 */
    uint64_t window_bytes;       /* limit of received bytes not yet read; of snet/3 */
    uint64_t rtt_ns;             /* of the present link, 0: not known */
    uint64_t retry_after_ns;     /* the pause that a busy server asked for, else 0 */
    uint16_t peer_code;          /* of the other end's abort, else 0 */
    uint16_t segment_bytes;      /* maximum of the TCP segments that it asks for, else 0 */
    uint32_t barren_links;       /* connections so far that moved nothing although they should */
};
SNET_API void snet_session_get_info(const snet_session *session,
                                    struct snet_session_info *ret_info);

#ifdef __cplusplus
}
#endif
#endif
