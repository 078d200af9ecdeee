/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A peer of snet/3 made by hand, in either role, against a core of `struct ends`: it has the keys
 * and says what the test wants, in any order, again, or wrongly. Nothing happens by itself.
 *
 * A message is made, perhaps changed in `message`, and then sent. What the core says is collected
 * by peer_hear and taken message by message, or record by record.
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

#define PEER_IN_MAX_BYTES (1u << 20)
#define PEER_RECORD_MAX_BYTES 16500u
#define PEER_FRAMES_MAX 16u
#define PEER_WINDOW 65536u

struct peer {
    struct ends *ends;
    struct ends_conn *conn;
    enum ends_side side; /* the one that is played here */
    struct snet_crypto *crypto;
    const struct snet_suite *suite;
    enum snet_noise_pattern pattern;
    struct snet_x25519 server_key;
    struct snet_x25519 client_key;
    uint8_t psk[SNET_NOISE_PSK_BYTES];
    uint8_t psk_id[SNET_SECURE_PSK_ID_BYTES];
    uint8_t ephemeral[SNET_X25519_BYTES];      /* private; another one for each message */
    uint8_t said[SNET_SECURE_EPHEMERAL_BYTES]; /* public, of the last RESUME */
    uint16_t max_record;                       /* what the core takes */
    struct snet_secure_shake shake;
    struct snet_record seal;
    struct snet_record open;
    _Alignas(16) uint8_t ctx[2][SNET_SUITE_CTX_MAX_BYTES];
    /* The credential. */
    uint8_t cid[SNET_SECURE_CID_BYTES];
    uint8_t token[SNET_SECURE_TOKEN_BYTES];
    uint8_t secret[SNET_HASH_BYTES];
    uint64_t attempt; /* of the last RESUME */
    /* What is said. */
    uint8_t message[SNET_SECURE_SHAKE_MESSAGE_MAX_BYTES];
    size_t message_len;
    uint8_t record[PEER_RECORD_MAX_BYTES];
    struct snet_writer plain;
    /* What was heard. */
    uint8_t *in;
    size_t in_len;
    uint8_t heard[PEER_RECORD_MAX_BYTES];
    struct snet_secure_frame frames[PEER_FRAMES_MAX];
    size_t frame_count;
};

/* A client of `pattern`, not connected. */
void peer_open(struct peer *peer, struct ends *ends, enum snet_noise_pattern pattern);
/* A server, for the client of `ends`, not connected. */
void peer_open_server(struct peer *peer, struct ends *ends);
void peer_close(struct peer *peer);
/* A new connection; keys and bytes of the one before are forgotten, the credential is not. */
void peer_connect(struct peer *peer);
/* Sends the message as it stands. */
void peer_send(struct peer *peer);
/* Makes a message of the handshake in hand, with any header and any payload of Noise. */
void peer_write(struct peer *peer, const struct snet_secure_header *header,
                struct snet_bytes payload);
/* Sends any bytes. */
void peer_send_bytes(struct peer *peer, const uint8_t *data, size_t len);
/* Collects what the core says; returns how much of it was not yet taken. */
size_t peer_hear(struct peer *peer);
/* The core said nothing, and does not close. */
void peer_expect_silence(struct peer *peer);
/* The core said nothing more, and closes as `how` says. */
void peer_expect_closed(struct peer *peer, enum snet_close_how how);

/* --- Clients ------------------------------------------------------------------------------ */

/* Makes a HELLO. */
void peer_hello(struct peer *peer, const struct snet_secure_offer *offer);
/* Makes mac1 of a HELLO that was changed right again. */
void peer_mac1(struct peer *peer);
/* Takes HELLO_REPLY; the credential is its. */
void peer_take_reply(struct peer *peer, struct snet_secure_welcome *ret_welcome);
/* Makes an AUTH. */
void peer_auth(struct peer *peer);
/* Makes a RESUME from the credential, which may have been changed. */
void peer_resume(struct peer *peer, const struct snet_secure_resume *resume);
/* Takes ACCEPT; the credential is its. */
void peer_take_accept(struct peer *peer, struct snet_secure_accept *ret_accept);
/* Takes REJECT; returns whether its proof is that of the credential's token. */
bool peer_take_reject(struct peer *peer, struct snet_secure_reject *ret_reject);
/* The core refuses with `code`, with or without a proof, and closes in good order. */
void peer_expect_reject(struct peer *peer, uint16_t code, bool proven);
/* Connects, says HELLO and takes the answer: an embryo, or on XK not even that. */
struct snet_secure_welcome peer_greet(struct peer *peer);
/* Says HELLO, takes the answer, says START and ACK, and takes the first record. */
void peer_begin(struct peer *peer);
/* Connects and says RESUME. */
void peer_say_resume(struct peer *peer, const struct snet_secure_resume *resume);
/* Connects and resumes with the next attempt and `cause`, up to ACCEPT. */
void peer_resume_to_accept(struct peer *peer, enum snet_secure_cause cause, uint64_t recv_next);

/* --- Servers ------------------------------------------------------------------------------ */

/* Takes HELLO and makes HELLO_REPLY. */
void peer_reply(struct peer *peer, const struct snet_secure_welcome *welcome);
/* Takes RESUME. */
void peer_take_resume(struct peer *peer, struct snet_secure_resume *ret_resume);
/* Makes ACCEPT for the RESUME that was taken. */
void peer_accept(struct peer *peer, const struct snet_secure_accept *accept);
/* Makes a REJECT of what was said, with a proof by the credential's token or with zeros. */
void peer_reject(struct peer *peer, uint16_t code, uint16_t retry_after, bool proven);
/* Takes AUTH. */
void peer_take_auth(struct peer *peer);
/* Answers the client's HELLO and takes its first record. */
void peer_serve(struct peer *peer);

/* --- Records ------------------------------------------------------------------------------ */

/* The epoch begins with the last message of the handshake made or taken. */
void peer_begin_epoch(struct peer *peer);
/* Puts a frame, or any bytes, into the record in hand. */
void peer_put(struct peer *peer, const struct snet_secure_frame *frame);
void peer_put_bytes(struct peer *peer, const uint8_t *data, size_t len);
void peer_put_start(struct peer *peer, uint64_t from);
void peer_put_ack(struct peer *peer, uint64_t recv_next, uint64_t limit);
/* Puts DATA of the pattern. */
void peer_put_data(struct peer *peer, uint64_t offset, size_t len);
void peer_put_fin(struct peer *peer, uint64_t final);
/* Seals the record in hand into `message`. */
void peer_seal(struct peer *peer);
/* Seals and sends it. */
void peer_say(struct peer *peer);
/* Says the first record of a link, which proves its epoch: START at 0 and ACK, usual credit. */
void peer_confirm(struct peer *peer, uint64_t recv_next);
/* Takes the next record into `frames`; false when there is none. */
bool peer_take_record(struct peer *peer);
/* The frame of this type in the record taken last, or NULL. */
const struct snet_secure_frame *peer_frame(const struct peer *peer,
                                           enum snet_secure_frame_type type);
/* Takes all records that are there; returns how many bytes of the stream they had. */
size_t peer_take_data(struct peer *peer);
/* The next record that the core says has an ABORT with `code`; it closes in good order. */
void peer_expect_abort(struct peer *peer, uint16_t code);

#endif
