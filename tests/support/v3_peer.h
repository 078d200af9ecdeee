/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A peer of snet/3 made by hand, in either role, against a core of `struct ends`: it has the keys
 * and says what the test wants, in any order, again, or wrongly. Nothing happens by itself.
 *
 * A message is made, perhaps changed in `message`, and then sent. What the core says is collected
 * by v3_peer_hear and taken message by message, or record by record.
 */
#ifndef SNET_TESTS_SUPPORT_V3_PEER_H
#define SNET_TESTS_SUPPORT_V3_PEER_H

#include "codec/snet3_frame.h"
#include "core/snet3/messages.h"
#include "core/snet3/record.h"
#include "crypto/crypto.h"
#include "tests/support/core_pair.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define V3_PEER_IN_MAX_BYTES (1u << 20)
#define V3_PEER_RECORD_MAX_BYTES 16500u
#define V3_PEER_FRAMES_MAX 16u
#define V3_PEER_WINDOW 65536u

struct v3_peer {
    struct core_pair *ends;
    struct core_pair_conn *conn;
    enum core_pair_side side; /* the one that is played here */
    struct snet_crypto *crypto;
    const struct snet_suite *suite;
    enum snet_noise_pattern pattern;
    struct snet_x25519 server_key;
    struct snet_x25519 client_key;
    uint8_t psk[SNET_NOISE_PSK_BYTES];
    uint8_t psk_id[SNET_V3_PSK_ID_BYTES];
    uint8_t ephemeral[SNET_X25519_BYTES];  /* private; another one for each message */
    uint8_t said[SNET_V3_EPHEMERAL_BYTES]; /* public, of the last RESUME */
    uint16_t max_record;                   /* what the core takes */
    struct snet_v3_handshake handshake;
    struct snet_record seal;
    struct snet_record open;
    _Alignas(16) uint8_t ctx[2][SNET_SUITE_CTX_MAX_BYTES];
    /* The credential. */
    uint8_t cid[SNET_V3_CID_BYTES];
    uint8_t token[SNET_V3_TOKEN_BYTES];
    uint8_t secret[SNET_HASH_BYTES];
    uint64_t attempt; /* of the last RESUME */
    /* What is said. */
    uint8_t message[SNET_V3_MESSAGE_MAX_BYTES];
    size_t message_len;
    uint8_t record[V3_PEER_RECORD_MAX_BYTES];
    struct snet_writer plain;
    /* What was heard. */
    uint8_t *in;
    size_t in_len;
    uint8_t heard[V3_PEER_RECORD_MAX_BYTES];
    struct snet_v3_frame frames[V3_PEER_FRAMES_MAX];
    size_t frame_count;
};

/* A client of `pattern`, not connected. */
void v3_peer_open(struct v3_peer *peer, struct core_pair *ends, enum snet_noise_pattern pattern);
/* A server, for the client of `ends`, not connected. */
void v3_peer_open_server(struct v3_peer *peer, struct core_pair *ends);
void v3_peer_close(struct v3_peer *peer);
/* A new connection; keys and bytes of the one before are forgotten, the credential is not. */
void v3_peer_connect(struct v3_peer *peer);
/* Sends the message as it stands. */
void v3_peer_send(struct v3_peer *peer);
/* Makes a message of the handshake in hand, with any header and any payload of Noise. */
void v3_peer_write(struct v3_peer *peer, const struct snet_v3_header *header,
                   struct snet_bytes payload);
/* Sends any bytes. */
void v3_peer_send_bytes(struct v3_peer *peer, const uint8_t *data, size_t len);
/* Collects what the core says; returns how much of it was not yet taken. */
size_t v3_peer_hear(struct v3_peer *peer);
/* The core said nothing, and does not close. */
void v3_peer_expect_silence(struct v3_peer *peer);
/* The core said nothing more, and closes as `how` says. */
void v3_peer_expect_closed(struct v3_peer *peer, enum snet_close_how how);

/* --- Clients ------------------------------------------------------------------------------ */

/* Makes a HELLO. */
void v3_peer_hello(struct v3_peer *peer, const struct snet_v3_offer *offer);
/* Makes mac1 of a HELLO that was changed right again. */
void v3_peer_mac1(struct v3_peer *peer);
/* Takes HELLO_REPLY; the credential is its. */
void v3_peer_take_reply(struct v3_peer *peer, struct snet_v3_welcome *ret_welcome);
/* Makes an AUTH. */
void v3_peer_auth(struct v3_peer *peer);
/* Makes a RESUME from the credential, which may have been changed. */
void v3_peer_resume(struct v3_peer *peer, const struct snet_v3_resume *resume);
/* Takes ACCEPT; the credential is its. */
void v3_peer_take_accept(struct v3_peer *peer, struct snet_v3_accept *ret_accept);
/* Takes REJECT; returns whether its proof is that of the credential's token. */
bool v3_peer_take_reject(struct v3_peer *peer, struct snet_v3_reject *ret_reject);
/* The core refuses with `code`, with or without a proof, and closes in good order. */
void v3_peer_expect_reject(struct v3_peer *peer, uint16_t code, bool proven);
/* Connects, says HELLO and takes the answer: the server has an unconfirmed session then. */
struct snet_v3_welcome v3_peer_greet(struct v3_peer *peer);
/* Says HELLO, takes the answer, says START and ACK, and takes the first record. */
void v3_peer_begin(struct v3_peer *peer);
/* Connects and says RESUME. */
void v3_peer_say_resume(struct v3_peer *peer, const struct snet_v3_resume *resume);
/* Connects and resumes with the next attempt and `cause`, up to ACCEPT. */
void v3_peer_resume_to_accept(struct v3_peer *peer, enum snet_v3_cause cause, uint64_t recv_next);

/* --- Servers ------------------------------------------------------------------------------ */

/* Takes HELLO and makes HELLO_REPLY. */
void v3_peer_reply(struct v3_peer *peer, const struct snet_v3_welcome *welcome);
/* Takes RESUME. */
void v3_peer_take_resume(struct v3_peer *peer, struct snet_v3_resume *ret_resume);
/* Makes ACCEPT for the RESUME that was taken. */
void v3_peer_accept(struct v3_peer *peer, const struct snet_v3_accept *accept);
/* Makes a REJECT of what was said, with a proof by the credential's token or with zeros. */
void v3_peer_reject(struct v3_peer *peer, uint16_t code, uint16_t retry_after, bool proven);
/* Takes AUTH. */
void v3_peer_take_auth(struct v3_peer *peer);
/* Answers the client's HELLO and takes its first record. */
void v3_peer_serve(struct v3_peer *peer);

/* --- Records ------------------------------------------------------------------------------ */

/* The epoch begins with the last message of the handshake made or taken. */
void v3_peer_begin_epoch(struct v3_peer *peer);
/* Puts a frame, or any bytes, into the record in hand. */
void v3_peer_put(struct v3_peer *peer, const struct snet_v3_frame *frame);
void v3_peer_put_bytes(struct v3_peer *peer, const uint8_t *data, size_t len);
void v3_peer_put_start(struct v3_peer *peer, uint64_t from);
void v3_peer_put_ack(struct v3_peer *peer, uint64_t recv_next, uint64_t limit);
/* Puts DATA of the pattern. */
void v3_peer_put_data(struct v3_peer *peer, uint64_t offset, size_t len);
void v3_peer_put_fin(struct v3_peer *peer, uint64_t final);
/* Seals the record in hand into `message`. */
void v3_peer_seal(struct v3_peer *peer);
/* Seals and sends it. */
void v3_peer_say(struct v3_peer *peer);
/* Says the first record of a link, which proves its epoch: START at 0 and ACK, usual credit. */
void v3_peer_confirm(struct v3_peer *peer, uint64_t recv_next);
/* Takes the next record into `frames`; false when there is none. */
bool v3_peer_take_record(struct v3_peer *peer);
/* The frame of this type in the record taken last, or NULL. */
const struct snet_v3_frame *v3_peer_frame(const struct v3_peer *peer, enum snet_v3_frame_type type);
/* Takes all records that are there; returns how many bytes of the stream they had. */
size_t v3_peer_take_data(struct v3_peer *peer);
/* The next record that the core says has an ABORT with `code`; it closes in good order. */
void v3_peer_expect_abort(struct v3_peer *peer, uint16_t code);

#endif
