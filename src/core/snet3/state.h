/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * State: what a session and a link of snet/3 are, and what is read from them in more than one
 * place. All other files of this folder are above this one: it calls none of them but the modules
 * whose structs it holds.
 *
 * Ownership: a session's state is behind the session, a link's is of the link. Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_STATE_H
#define SNET_CORE_SNET3_STATE_H

#include "codec/snet3_frame.h"
#include "core/link.h"
#include "core/reserves.h"
#include "core/session.h"
#include "core/snet3/credentials.h"
#include "core/snet3/flow.h"
#include "core/snet3/idle.h"
#include "core/snet3/messages.h"
#include "core/snet3/outbox.h"
#include "core/snet3/path.h"
#include "core/snet3/reassembly.h"
#include "core/snet3/record.h"
#include "core/snet3/window.h"

/* Maximum: plaintext of one record, as this implementation takes and sends it. */
#define SNET_V3_RECORD_BYTES SNET_CORE_RECORD_BYTES
/* Maximum: bytes of records taken at a time. What is sent at all is bounded by credit. */
#define SNET_V3_READ_MAX_BYTES 65536u
/* Maximum: how far a peer's limit is ahead of what it has; more is not credit but nonsense
   [PROTO 15.2]. */
#define SNET_V3_LIMIT_MAX_BYTES (UINT64_C(1) << 30)
/* The send buffer: its first size, and its minimum, which is what two records need [PROTO 17.3]. */
#define SNET_V3_SEND_FIRST_BYTES (256u * 1024)
#define SNET_V3_SEND_MIN_BYTES (2u * SNET_V3_RECORD_BYTES)
/* Maximum of one window, or send buffer: this part of the budget of all. */
#define SNET_V3_BUDGET_DIVISOR 8u
/* Maximum: bytes that wait for credit: a send buffer is for what is in flight [PROTO 17.3]. */
#define SNET_V3_UNALLOWED_MAX_BYTES 65536u
/* Maximum: stream bytes sent on a link that is accepted and not yet proven [PROTO 15.3]. */
#define SNET_V3_PENDING_MAX_BYTES 65536u

/* Minimum: time for the first record behind HELLO_REPLY or ACCEPT [PROTO 20.3]. */
#define SNET_V3_CONFIRM_NS (30 * SNET_SECOND_NS)

/* The steps of a link, after the message or record that each waits for [PROTO 14.1]. */
enum snet_v3_step {
    SNET_V3_C_HELLO,   /* client: HELLO sent, waits for HELLO_REPLY */
    SNET_V3_C_RESUME,  /* client: RESUME sent, waits for ACCEPT */
    SNET_V3_C_CONFIRM, /* client: AUTH sent, waits for the first record */
    SNET_V3_S_FIRST,   /* server: waits for HELLO or RESUME */
    SNET_V3_S_AUTH,    /* server: HELLO answered, waits for AUTH */
    SNET_V3_S_CONFIRM, /* server: HELLO or RESUME answered, waits for the first record */
    SNET_V3_STREAM,    /* the handshake is over */
    SNET_V3_SILENT     /* server: a stranger is not answered, and what it sends is dropped */
};
#define SNET_V3_STEPS 8

/* What the next resume is made with. */
struct snet_v3_ticket {
    struct snet_credential_secrets *secrets; /* a place of the core's; NULL: there is no ticket */
    uint8_t cid[SNET_V3_CID_BYTES];
};
_Static_assert(sizeof(struct snet_credential_secrets) <= SNET_SECRETS_PLACE_BYTES,
               "the secrets of a ticket have a place");

/* What a client makes its HELLO of; freed when the session is open. */
struct snet_v3_wishes {
    enum snet_noise_pattern pattern;
    struct snet_x25519 *own_static; /* XK: a place of the core's secrets; else NULL */
    uint8_t *psk;                   /* NNpsk0: another one; else NULL */
    uint8_t server_public[SNET_X25519_BYTES];
    uint8_t psk_id[SNET_V3_PSK_ID_BYTES];
    size_t service_len;
    char service[SNET_SERVICE_MAX_BYTES];
};

/* A MIGRATE that waits to be sent. */
struct snet_v3_migrate {
    uint32_t deadline_ms;
    uint16_t port;
    uint8_t host_len; /* 0: the same address */
    char host[SNET_V3_FRAME_TEXT_MAX_BYTES];
};

/* What only a client's end has. */
struct snet_v3_client {
    struct snet_v3_ticket ticket;
    uint64_t attempt;
    struct snet_v3_wishes *wishes;
    struct snet_idle idle;
    uint64_t moving_since_ns; /* no link since then was barren; 0: the last one was */
    bool step_carried;        /* TCP segments of SNET_V3_REMEDY_STEP_BYTES have passed */
};

/* What only a server's end has. */
struct snet_v3_server {
    struct snet_credentials credentials;
    struct snet_handshake unconfirmed;
    uint64_t resume_free_ns; /* when a full burst of resumes is allowed again */
    uint64_t resumed_at_ns;  /* the last resume that was allowed ... */
    uint64_t resumed_bytes;  /* ... and how many bytes of both streams had arrived by then */
    struct snet_v3_migrate *migrate;
    uint8_t shard; /* of all its names */
};

/* What the links so far have moved [PROTO 17.4]. */
struct snet_v3_progress {
    uint64_t acked; /* both as they stood when the last link began */
    uint64_t recv_next;
    bool left_waiting; /* a link since then has ended with something outstanding */
    bool unanswered;   /* clients: the last of them was not answered */
    bool barren;       /* and nothing had moved */
    bool careful;      /* there was such a link, and none since has moved much */
    bool worked;       /* the last link, as far as this end knew when it was lost */
};

/* State of a session, behind it. */
struct snet_v3_session {
    const struct snet_suite *suite;
    struct snet_flow flow;
    struct snet_window window;
    struct snet_reserve reserve; /* of the core's pages, for the window */
    uint64_t final;              /* where the peer's stream ends, when session->ending.peer_ended */
    uint64_t rtt_ns;
    uint64_t heartbeat_ns;
    uint16_t peer_max_record;
    uint16_t pad_bytes;
    uint32_t send_max_bytes; /* what the send buffer may grow to */
    bool early_data;
    bool end_sent;     /* FIN went out on some link */
    bool heard;        /* a record of the peer has come */
    uint8_t key_place; /* servers: of the key that it began with, in the keyring */
    struct snet_v3_progress progress;
    uint64_t rekey_interval_ns;
    uint64_t stall_min_ns; /* of the next link: a path that is merely slow needs as long as this */
    union {
        struct snet_v3_client client;
        struct snet_v3_server server;
    } of; /* of this end: the client's, when session->server is NULL */
};

/* State of a link. */
struct snet_v3_link {
    enum snet_v3_step step;
    uint8_t suite_id;
    uint8_t key_place; /* server: of the key that its HELLO was made for, in the keyring of then */
    bool start_sent;   /* START went out */
    bool start_seen;   /* START came in */
    bool fin_sent;     /* on this link */
    bool pong_owed;
    bool ping_owed;
    bool ping_out;       /* a PING is not answered yet */
    bool out_retry;      /* there was no memory to seal into */
    snet_err broken_err; /* nothing more can be sealed */
    uint8_t pads;        /* records of nothing but padding, in a row */
    uint16_t peer_max_record;
    uint16_t refused_code; /* client: of a REJECT that it believes; else SNET_V3_OK */
    uint32_t pong_token;
    uint32_t ping_token;
    uint32_t pending_bytes; /* sent before the link was proven */
    uint64_t began_ns;
    uint64_t in_offset; /* of the next byte of DATA */
    uint64_t heard_ns;
    uint64_t sent_ns;      /* when the last bytes went out */
    uint64_t silence_ns;   /* which these ended, while nothing has come since; 0: none */
    uint64_t asked_ns;     /* when the last flight of the handshake, or the last PING, went out */
    uint64_t ping_wait_ns; /* since when the PING waits for its answer */
    uint64_t ping_end;     /* of its record, in the link's `sent_bytes`; UINT64_MAX: not yet sent */
    uint64_t record_ns;    /* when the record that arrives in pieces began */
    uint64_t trickle_ns;   /* when an ACK says next that pieces arrive */
    uint64_t
        progress_ns; /* since when what is outstanding waits for an acknowledgement; 0: nothing */
    uint64_t progress_end;     /* the link's `sent_bytes` when that began */
    uint64_t stall_timeout_ns; /* without an acknowledgement for this long, the link has stalled */
    uint64_t rekey_at_ns;      /* client: when new keys are wanted; SNET_NEVER */
    struct snet_path path;
    struct snet_reassembly in;
    struct snet_outbox out;
    struct snet_v3_handshake *handshake; /* until the handshake is over */
    struct snet_v3_ticket ticket;
    uint8_t ephemeral[SNET_V3_EPHEMERAL_BYTES]; /* client: of its RESUME, as proofs want it */
    struct snet_record seal;
    struct snet_record open;
    void *ctx; /* of both directions */
};

/* The state of a session and of a link. Inline: there is hardly a function that asks for neither.
 */
static inline struct snet_v3_session *snet_v3_session_of(const snet_session *session)
{
    return (struct snet_v3_session *)snet_session_wire_state(session);
}

static inline struct snet_v3_link *snet_v3_link_of(const snet_link *link)
{
    return (struct snet_v3_link *)link->wire_state;
}

/* The suite that a client offered, built in or registered; NULL when there is none. */
const struct snet_suite *snet_v3_state_suite(const snet_core *core, uint8_t id);
/* A handshake begins on the link, or goes on; its ticket has a place for secrets. Errors:
   NO_MEMORY; FORKED in a child whose secrets are lost. */
SNET_MUST_USE snet_err snet_v3_state_begin_handshake(snet_link *link,
                                                     struct snet_v3_handshake **ret_handshake);
/* The handshake is over: what it held is wiped. */
void snet_v3_state_end_handshake(snet_link *link);
/* The ticket is there no more, and its secrets are wiped. */
void snet_v3_state_drop_ticket(snet_core *core, struct snet_v3_ticket *ticket);
/* When a server closes a link whose first record has not come, after it has answered at `now`. */
uint64_t snet_v3_state_confirm_by_ns(const snet_server *server, uint64_t now);
/* The end of the credit that the peer has. */
uint64_t snet_v3_state_limit(const snet_session *session);
/* Bytes have come, or were read: what is set aside for the peer's credit is in use. */
void snet_v3_state_credit_used(snet_session *session, uint64_t now);
/* How many of the bytes before `end` the peer has not acknowledged. */
uint64_t snet_v3_state_unacked(const snet_session *session, uint64_t end);
/* Everything of the peer's stream before this offset is here; its end counts as one byte. */
uint64_t snet_v3_state_recv_next(const snet_session *session);

#endif
