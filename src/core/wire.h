/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A wire, seen from sessions and links: a table of functions and of what it can do. Sessions
 * and links ask nothing but this table; core/wires and core/sniffing alone know wires by name.
 *
 * A session has `session_bytes` of state for its wire behind it, a link `link_bytes`. All functions
 * run on the core's thread. A function that returns an error has met bad bytes or a bad machine:
 * its link is closed by the caller.
 */
#ifndef SNET_CORE_WIRE_H
#define SNET_CORE_WIRE_H

#include <snet/core.h>

#include "codec/sniff.h"

/* What a wire can do. */
enum snet_wire_cap {
    SNET_WIRE_CAP_ACK = 1 << 0,  /* acknowledges: histories are trimmed, not slid */
    SNET_WIRE_CAP_CLOSE = 1 << 1 /* has a close message */
};

struct snet_legacy_format;

/* With what a session begins. */
struct snet_wire_sizes {
    uint32_t history_bytes;
    uint32_t inbox_bytes;
};

/* The place of one wire in a list of them, below SNET_WIRES_MAX. */
#define SNET_WIRES_MAX 4u
#define SNET_WIRE_INDEX(wire) ((unsigned)__builtin_ctz((unsigned)(wire)))

struct snet_wire_ops {
    enum snet_wire id;
    const char *name;
    const struct snet_legacy_format *format; /* of the legacy wires: what sets them apart */
    unsigned caps;                           /* of enum snet_wire_cap */
    size_t session_bytes;
    size_t session_plain_bytes; /* of a plain session; 0: the same */
    size_t link_bytes;

    /* A client's connection is up: queue the hello, or the resume of an open session. */
    snet_err (*link_start)(snet_link *link, uint64_t now);
    /* A server's connection has begun with `verdict`; its first bytes come by link_recv. */
    snet_err (*link_accept)(snet_link *link, enum snet_sniff_verdict verdict);
    /* Bytes have arrived; takes as many as there is room for. */
    snet_err (*link_recv)(snet_link *link, const uint8_t *data, size_t len, size_t *ret_taken,
                          uint64_t now);
    /* How many bytes link_recv takes now. */
    size_t (*link_room)(const snet_link *link);
    size_t (*link_send)(snet_link *link, struct snet_span *ret_spans, size_t span_max);
    void (*link_sent)(snet_link *link, size_t len, uint64_t now);
    /* The first message of a server's link that is passed on. NULL: none ever is. */
    struct snet_bytes (*link_first)(const snet_link *link);
    /* A timer of the wire's own, set with snet_link_alarm, is due. */
    snet_err (*link_timer)(snet_link *link, uint64_t now);
    /* The process has slept, at most for `slept_ns`: what is due may count from now on. NULL:
       nothing to do. */
    void (*link_overslept)(snet_link *link, uint64_t slept_ns, uint64_t now);
    /* The caller has reported what TCP knows. NULL: the wire does not ask. */
    void (*link_tcp)(snet_link *link, const struct snet_link_tcp *tcp, uint64_t now);
    /* The link's first message has its turn (core/turns.h). NULL: it never waits for one. */
    snet_err (*link_turn)(snet_link *link, uint64_t now);
    /* The link goes away: gives back what it holds. NULL: nothing but its state. */
    void (*link_wipe)(snet_link *link);
    /* The session's live link or its attempt is gone, by `err`. NULL: nothing to do. */
    void (*link_gone)(snet_session *session, const snet_link *link, snet_err err, uint64_t now);
    /* A client's attempt failed; `link` is NULL without a connection. SNET_OK: try again. */
    snet_err (*attempt_failed)(snet_session *session, const snet_link *link, snet_err err,
                               uint64_t now);
    /* Clients: how soon the link that was just lost is worth another one, in the session's backoff
       [PROTO 14.4]. NULL: by [PROTO 8.2]. */
    void (*plan_retry)(snet_session *session, snet_err err, uint64_t now);
    /* A client's live link is gone; `err` is LINK_FIN after a good end. NULL: nothing to do. */
    void (*link_lost)(snet_session *session, snet_err err, uint64_t now);
    /* A time after `now` by which a client should have tried again; SNET_NEVER, or NULL: none. */
    uint64_t (*retry_by)(const snet_session *session, uint64_t now);

    /* A new server: what the wire keeps for all of its sessions. NULL: nothing. */
    snet_err (*server_open)(snet_core *core, const struct snet_server_config *config,
                            void **ret_state);
    /* The server and its sessions have gone. Not without server_open. */
    void (*server_close)(void *state);
    /* Takes over the keys of `config` while the server serves, or fails and changes nothing. One
       wire alone has keys: with a second one this has to become two steps. NULL: nothing to do. */
    snet_err (*server_update)(snet_server *server, const struct snet_server_config *config,
                              uint64_t now);

    /* A new session: sizes of its buffers, at first as configured. NULL: they stay so. */
    void (*session_init)(snet_session *session, const struct snet_session_config *config,
                         struct snet_wire_sizes *sizes);
    /* A new session of a client: what the wire alone needs to know. NULL: nothing. */
    snet_err (*client_open)(snet_session *session, const struct snet_client_config *config);
    /* Puts bytes into the history. */
    snet_err (*session_write)(snet_session *session, const uint8_t *data, size_t len,
                              size_t *ret_written);
    size_t (*session_room)(const snet_session *session);
    /* The reader took bytes out of the inbox. NULL: the wire has no credit. */
    void (*session_consumed)(snet_session *session, uint64_t now);
    /* The local end has written its last byte, and the live link was given everything. NULL: the
       wire says so by itself. */
    void (*session_sent_all)(snet_session *session, uint64_t now);
    /* A server's session asks its client to connect elsewhere. NULL: not on this wire. */
    snet_err (*session_migrate)(snet_session *session, const char *address, uint64_t deadline_ns);
    /* The round trip of the last link; 0: not known. NULL: the wire measures none. */
    uint64_t (*session_rtt_ns)(const snet_session *session);
    /* Adds what the wire alone knows. NULL: nothing. */
    void (*session_info)(const snet_session *session, struct snet_session_info *ret_info);
    /* The session ends by `err`; its link may still be told. NULL: it is not. */
    void (*session_end)(snet_session *session, snet_err err, uint64_t now);
    /* Wipes the state behind the session; may come twice. */
    void (*session_wipe)(snet_session *session);
};

/*
 * The table of one wire, or NULL when `wire` is none or several. This is the list of all wires, and
 * so above them: core/wires.c defines it, the one file of the core that includes the wings.
 */
const struct snet_wire_ops *snet_wires_find(enum snet_wire wire);

#endif
