/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A peer of snet/3 that has every key and no manners, for a core that plays the other end: a client
 * for a server, or a server for a client. Its messages are sealed as they should be, and what they
 * say is up to the input. This is what lies behind the cryptography: strangers never get here, but
 * anybody who may open a session does, and a core must not trust a word.
 *
 * The oracle, beside assertions and invariants: whatever the core sends opens, is made of whole
 * frames, and stays within the credit that it was ever given; and it keeps no more than its window.
 */
#ifndef SNET_TESTS_FUZZ_PEER_H
#define SNET_TESTS_FUZZ_PEER_H

#include <snet/core.h>

#include "base/cursor.h"
#include "codec/snet3_frame.h"
#include "core/snet3/messages.h"
#include "core/snet3/record.h"
#include "crypto/crypto.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/test_env.h"

#include <stdbool.h>
#include <stdint.h>

/* Handshakes are what costs time. */
#define PEER_CONNECTS_MAX 16u
#define PEER_RECORD_MAX_BYTES 16384u
#define PEER_SENT_MAX_BYTES (SNET_V3_FRAME_LEN_BYTES + 65535u)

struct peer {
    struct snet_reader program;
    bool is_client; /* the peer is; the core is the server then */
    enum snet_noise_pattern pattern;
    const struct snet_suite *suite;
    struct test_env env;
    snet_core *core;
    snet_server *server;
    snet_session *session; /* the core's, while its application has it */
    snet_link *link;       /* the core's end of the connection */
    bool dial;             /* the core wants a connection */
    uint64_t now;
    uint64_t read;
    /* The peer's own state. */
    struct snet_crypto *crypto;
    struct snet_x25519 own_key;
    struct snet_x25519 other_key;
    struct snet_v3_handshake handshake;
    bool keyed; /* the handshake is over */
    _Alignas(16) uint8_t contexts[2][SNET_SUITE_CTX_MAX_BYTES];
    struct snet_record seal;
    struct snet_record open;
    bool has_ticket;
    uint8_t cid[SNET_V3_CID_BYTES];
    uint8_t token[SNET_V3_TOKEN_BYTES];
    uint8_t secret[SNET_HASH_BYTES];
    uint64_t attempt;
    uint64_t out_offset; /* of the peer's next byte of the stream */
    uint64_t limit;      /* the most that the core was ever allowed, in any session */
    uint64_t core_offset;
    bool core_started;
    size_t sent_len; /* what the core sent and was not looked at yet */
    uint8_t sent[PEER_SENT_MAX_BYTES];
};

/* Reads the head of the input and makes the core. */
void peer_open(struct peer *peer, struct snet_bytes input);
/* Frees everything; memory must have been given back. */
void peer_close(struct peer *peer);

/* Takes the core's events and checks its objects. */
void peer_drain(struct peer *peer);
/* Gives bytes to the core's link. */
void peer_feed(struct peer *peer, const uint8_t *data, size_t len);
/* Takes what the core sends. */
void peer_take(struct peer *peer);
/* Seals a record and gives it to the core. */
void peer_say(struct peer *peer, struct snet_bytes plain);
/* The connection is gone at both ends. */
void peer_cut(struct peer *peer);

/* --- peer_messages.c: connections --------------------------------------------------------- */

/* A new connection: a handshake for a new session, or a resume of the one that there is. */
void peer_connect(struct peer *peer, bool resume);

#endif
