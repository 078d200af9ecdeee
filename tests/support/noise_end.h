/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * One end of a Noise handshake as a published vector has it: with its keys, its prologue in two
 * parts, and its messages.
 */
#ifndef SNET_TESTS_SUPPORT_NOISE_END_H
#define SNET_TESTS_SUPPORT_NOISE_END_H

#include "crypto/noise.h"
#include "tests/support/unit.h"

#include <stddef.h>
#include <stdint.h>

#define NOISE_END_MESSAGE_MAX_BYTES 128u
#define NOISE_END_MESSAGES_MAX 6u
#define NOISE_END_PROLOGUE_MAX_BYTES 16u
#define NOISE_END_VECTORS 6u
#define NOISE_END_TESTS_MAX 16u

enum noise_role {
    NOISE_INITIATOR,
    NOISE_RESPONDER
};

/* All bytes are in hex. */
struct noise_vector {
    const char *name;
    enum snet_noise_pattern pattern;
    const struct snet_suite *suite;
    const char *prologue;
    const char *psk;        /* NULL where the pattern has none, like the keys below */
    const char *statics[2]; /* private keys, by role */
    const char *ephemerals[2];
    const char *responder_public;
    const char *hash;
    unsigned handshake_count; /* the first messages are handshake, the others transport */
    unsigned message_count;
    struct {
        const char *payload;
        const char *text;
    } messages[NOISE_END_MESSAGES_MAX]; /* in turn, the initiator's first */
};

struct noise_message {
    uint8_t data[NOISE_END_MESSAGE_MAX_BYTES];
    size_t len;
};

/* A test may change anything here between prepare and init. */
struct noise_end {
    struct snet_noise noise;
    const struct noise_vector *vector;
    struct snet_crypto *crypto;
    struct snet_noise_config config; /* points to what follows */
    struct snet_bytes prologue_parts[2];
    uint8_t prologue[NOISE_END_PROLOGUE_MAX_BYTES];
    uint8_t psk[SNET_NOISE_PSK_BYTES];
    uint8_t ephemeral[SNET_X25519_BYTES];
    uint8_t peer_static[SNET_X25519_BYTES];
    struct snet_x25519 own_static;
    enum noise_role role;
};

struct noise_message noise_end_message(const char *hex);
/* Runs all tests with each vector as their state, and returns what main() does. */
int noise_end_run(const char *group, const struct CMUnitTest *tests, size_t count);

void noise_end_prepare(struct noise_end *end, const struct noise_vector *vector,
                       enum noise_role role);
SNET_MUST_USE snet_err noise_end_init(struct noise_end *end);
/* Prepares, begins and plays the first `count` messages, which must be those of the vector. */
void noise_end_open(struct noise_end *end, const struct noise_vector *vector, enum noise_role role,
                    unsigned count);
/* Accepts an end that did not begin. */
void noise_end_close(struct noise_end *end);

SNET_MUST_USE snet_err noise_end_write(struct noise_end *end, const struct noise_message *payload,
                                       struct noise_message *ret_text);
SNET_MUST_USE snet_err noise_end_read(struct noise_end *end, const struct noise_message *text,
                                      struct noise_message *ret_payload);
/* Writes or reads the vector's message with this number, as its turn is. */
SNET_MUST_USE snet_err noise_end_step(struct noise_end *end, unsigned index,
                                      struct noise_message *ret_output);

#endif
