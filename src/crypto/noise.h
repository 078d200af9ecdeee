/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Noise handshakes (revision 34) in the three patterns of snet/3: NK, XK and NNpsk0, over X25519,
 * SHA-256 and any suite. Writes and reads the messages in turn, and yields what the key schedule
 * begins with.
 *
 * Nothing is drawn here: ephemeral keys come from the caller, fresh for every handshake.
 *
 * Ownership: the caller's struct; snet_noise_deinit wipes it. Thread: one at a time per struct.
 */
#ifndef SNET_CRYPTO_NOISE_H
#define SNET_CRYPTO_NOISE_H

#include <snet/error.h>
#include <snet/suite.h>

#include "base/bytes.h"
#include "base/cursor.h"
#include "crypto/hash.h"
#include "crypto/x25519.h"

#include <stdbool.h>
#include <stdint.h>

/* The numbers are those of the wire. */
enum snet_noise_pattern {
    SNET_NOISE_NK = 1,
    SNET_NOISE_XK = 2,
    SNET_NOISE_NNPSK0 = 3
};
#define SNET_NOISE_PATTERNS 4

#define SNET_NOISE_PSK_BYTES 32u

struct snet_noise_config {
    enum snet_noise_pattern pattern;
    const struct snet_suite *suite;
    bool initiator;
    const struct snet_bytes *prologue; /* parts of it */
    size_t prologue_count;
    const struct snet_x25519 *own_static; /* responder of NK, both of XK; else NULL */
    const uint8_t *peer_static;           /* 32 bytes: initiator of NK and XK; else NULL */
    const uint8_t *psk;                   /* 32 bytes: NNpsk0; else NULL */
    const uint8_t *ephemeral;             /* 32 bytes, a fresh private key */
};

struct snet_noise {
    struct snet_crypto *crypto;
    const struct snet_suite *suite;
    enum snet_noise_pattern pattern;
    bool initiator;
    bool keyed;          /* there is a key to seal with */
    bool ephemeral_made; /* the public part of the own one is there */
    unsigned message;    /* which comes next */
    uint64_t nonce;
    uint8_t chaining_key[SNET_HASH_BYTES];
    uint8_t hash[SNET_HASH_BYTES];
    uint8_t psk[SNET_NOISE_PSK_BYTES];
    struct snet_x25519 own_static;
    struct snet_x25519 own_ephemeral;
    uint8_t peer_static[SNET_X25519_BYTES];
    uint8_t peer_ephemeral[SNET_X25519_BYTES];
    /* The suite's context, aligned for any object. */
    _Alignas(16) uint8_t ctx[SNET_SUITE_CTX_MAX_BYTES];
};

/* Begins a handshake. Errors: CRYPTO. After an error the struct is wiped. */
SNET_MUST_USE snet_err snet_noise_init(struct snet_noise *noise, struct snet_crypto *crypto,
                                       const struct snet_noise_config *config);
/* Wipes everything. Accepts a zeroed struct. */
void snet_noise_deinit(struct snet_noise *noise);

/* The length of the next message with a payload of `payload_len` bytes. */
size_t snet_noise_message_len(const struct snet_noise *noise, size_t payload_len);
/* Writes the next message. Errors: BAD_PUBLIC_KEY, CRYPTO. */
SNET_MUST_USE snet_err snet_noise_write(struct snet_noise *noise, struct snet_bytes payload,
                                        struct snet_writer *out);
/*
 * Reads the next message of `len` bytes, which are decrypted in place; `*ret_payload` points into
 * them. Errors: BAD_HELLO when it is too short, BAD_MAC when it is not authentic, BAD_PUBLIC_KEY,
 * CRYPTO.
 */
SNET_MUST_USE snet_err snet_noise_read(struct snet_noise *noise, uint8_t *message, size_t len,
                                       struct snet_bytes *ret_payload);

/* What a finished handshake yields: the two keys of Split, and a third output for resumes. */
struct snet_noise_keys {
    uint8_t initiator[SNET_HASH_BYTES]; /* initiator to responder */
    uint8_t responder[SNET_HASH_BYTES];
    uint8_t resume[SNET_HASH_BYTES];
    uint8_t hash[SNET_HASH_BYTES]; /* the handshake hash */
};
/* After the last message; wipes the chaining key. Errors: CRYPTO. */
SNET_MUST_USE snet_err snet_noise_split(struct snet_noise *noise, struct snet_noise_keys *ret_keys);

#endif
