/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Two ends of a handshake of snet/3, for targets that read one of its messages. What comes before
 * that message is honest. The message itself is made from the input, in one of two ways:
 *
 *   hostile   the input is the message: what a stranger can send
 *   sealed    the input is a payload, sealed by the true other end, and then changed in a few
 *             places: reaches what lies behind the cryptography, and proves that no change passes
 *
 *   input     kind[1]: bit 7 sealed, bit 6 suite, bits 5..4 changes, bits 1..0 pattern
 *             sealed: for each change place[2] xor[1]
 *             message or payload
 */
#ifndef SNET_TESTS_FUZZ_FUZZ_MESSAGES_H
#define SNET_TESTS_FUZZ_FUZZ_MESSAGES_H

#include "core/snet3/messages.h"
#include "crypto/crypto.h"
#include "tests/fuzz/fuzz.h"

struct fuzz_handshake {
    struct snet_crypto *crypto;
    struct snet_x25519 server_key;
    struct snet_x25519 client_key;
    struct snet_v3_messages_config client_config;
    struct snet_v3_messages_config server_config;
    struct snet_v3_handshake client;
    struct snet_v3_handshake server;
    bool sealed;
    unsigned changes;
    struct snet_reader input;
    struct snet_bytes payload; /* sealed: what the message says */
    bool changed;              /* sealed: and it was changed where the reader must notice */
    bool answer;               /* it is not the first message of the exchange */
    size_t len;                /* of the message */
    uint8_t message[SNET_V3_MESSAGE_MAX_BYTES + 64];
};

/*
 * Reads what kind of exchange it is and prepares both ends. A resume is NNpsk0 whatever the input
 * says, and XK alone has a third message: `forced` is the pattern then, 0 otherwise.
 */
void fuzz_handshake_open(struct fuzz_handshake *handshake, struct snet_bytes input, unsigned forced,
                         bool resume);
void fuzz_handshake_close(struct fuzz_handshake *handshake);

/* The honest messages before the one in question. */
void fuzz_handshake_hello(struct fuzz_handshake *handshake);
void fuzz_handshake_resume(struct fuzz_handshake *handshake);
void fuzz_handshake_reply(struct fuzz_handshake *handshake);

/* Makes the message in question: a HELLO or RESUME, or with the end that sends it any later one. */
void fuzz_handshake_make_first(struct fuzz_handshake *handshake, enum snet_v3_type type);
void fuzz_handshake_make_next(struct fuzz_handshake *handshake, struct snet_v3_handshake *sender,
                              enum snet_v3_type type);
/* The message, to be read. */
struct snet_buffer fuzz_handshake_message(struct fuzz_handshake *handshake);
/*
 * What the reader must have said: a stranger's message never passes, nor does one that was changed;
 * an honest one passes if `decoded`, the verdict of the decoder alone, is SNET_OK. An answer is
 * malformed only when the true other end has made it so: of others that cannot be known.
 */
void fuzz_handshake_expect(const struct fuzz_handshake *handshake, snet_err err, snet_err decoded);
/* Both ends have come to the same keys. */
void fuzz_handshake_finish(struct fuzz_handshake *handshake);

#endif
