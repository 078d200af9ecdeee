/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * State: what a session and a link of a legacy wire are, and the little that both ends do with
 * them in the same way. All other files of this folder are above this one.
 *
 * Ownership: a session's state is behind the session, a link's is of the link. Thread: the core's.
 */
#ifndef SNET_CORE_LEGACY_STATE_H
#define SNET_CORE_LEGACY_STATE_H

#include "codec/legacy.h"
#include "core/legacy/ending.h"
#include "core/legacy/padding.h"
#include "core/link.h"
#include "core/session.h"

#define SNET_LEGACY_KEY_BYTES 8u
/* Padding that is held leaves room for a byte: with less, no link could be read. */
#define SNET_LEGACY_INBOX_MIN_BYTES (SNET_LEGACY_PADDING_BYTES + 1u)

/* The steps of a handshake; [PROTO 3] numbers the messages they wait for. */
enum snet_legacy_step {
    SNET_LEGACY_C_HELLO,        /* client: hello sent, waits for the reply */
    SNET_LEGACY_C_RESUME,       /* client: resume sent, waits for the reply */
    SNET_LEGACY_S_HELLO,        /* server: waits for a hello */
    SNET_LEGACY_S_GRACE,        /* server: hello read, looks for padding for a moment */
    SNET_LEGACY_S_PADDING,      /* server: waits for the rest of the padding */
    SNET_LEGACY_S_PROOF,        /* server: hello answered, waits for the proof */
    SNET_LEGACY_S_RESUME,       /* server: waits for a resume */
    SNET_LEGACY_S_RESUME_PROOF, /* server: resume answered, waits for the proof */
    SNET_LEGACY_S_GOODBYE,      /* server: goodbye answered, waits for the proof */
    SNET_LEGACY_S_GOODBYE_SEEN, /* server: proven, waits for a client that knows the end */
    SNET_LEGACY_STREAM,         /* the handshake is over */
    SNET_LEGACY_REFUSED         /* the refusal is queued or the link closes */
};
#define SNET_LEGACY_STEPS 12

enum snet_legacy_event {
    SNET_LEGACY_MESSAGE, /* the bytes that the step waits for are complete */
    SNET_LEGACY_ALARM    /* the step's time is over */
};
#define SNET_LEGACY_EVENTS 2

/* One direction of the session's cipher. */
struct snet_legacy_keystream {
    uint64_t state[SNET_CIPHER_STATE_MAX_BYTES / sizeof(uint64_t)];
};

/* State of a session, behind it. */
struct snet_legacy_session {
    uint8_t key[SNET_LEGACY_KEY_BYTES];
    uint64_t accepted_write; /* server: what the last accepted resume claimed */
    uint64_t accepted_read;
    uint64_t server_public;    /* client: what the hello was answered */
    struct snet_ending ending; /* client */
    bool proven_resume;        /* server: the accepted counts are set */
    bool fin_sent;             /* the last link carried it all and was closed in good order */
    uint8_t overruns_told;     /* server: to clients that lack too much */
    uint8_t goodbyes;          /* server: accepted ones */
    /* Plain sessions end here. */
    struct snet_legacy_keystream seal;
    struct snet_legacy_keystream open;
};
#define SNET_LEGACY_PLAIN_BYTES offsetof(struct snet_legacy_session, seal)

/* State of a link. */
struct snet_legacy_link {
    enum snet_legacy_step step;
    uint8_t have; /* bytes of the awaited message in `message` */
    uint8_t out_len;
    uint8_t out_sent;
    bool reply_seen; /* client: at least one byte of the reply came */
    uint8_t message[SNET_LEGACY_MESSAGE_MAX_BYTES];
    uint8_t out[SNET_LEGACY_MESSAGE_MAX_BYTES];
    struct snet_padding padding;
    uint64_t private_key;   /* client, until the reply */
    uint64_t client_public; /* server, until the reply */
    uint8_t key[SNET_LEGACY_KEY_BYTES];
    uint64_t id;
    uint64_t challenge;
    struct snet_legacy_resume claim;         /* server: the resume in hand */
    struct snet_legacy_resume_reply promise; /* server: what was answered to it */
    uint64_t skip_bytes; /* arrived on the old link after the counts were agreed */
};

/* A handler of one step and event: finds the next step, or fails. */
typedef snet_err snet_legacy_handler(snet_link *link, enum snet_legacy_step *ret_next,
                                     uint64_t now);

/* The state of a session and of a link. Inline: there is hardly a function that asks for neither.
 */
static inline struct snet_legacy_session *snet_legacy_session_of(const snet_session *session)
{
    return (struct snet_legacy_session *)snet_session_wire_state(session);
}

static inline struct snet_legacy_link *snet_legacy_link_of(const snet_link *link)
{
    return (struct snet_legacy_link *)link->wire_state;
}

/* The handshake begins at `step`. */
void snet_legacy_state_begin(snet_link *link, enum snet_legacy_step step);
/* Queues `len` bytes that are already in `out`. */
void snet_legacy_state_queue(snet_link *link, size_t len);

#endif
