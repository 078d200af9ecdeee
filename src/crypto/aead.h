/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * AEADs: the ciphers under the two built-in suites, and the providers that compute them. The bytes
 * are the same whoever does. A provider is a table of functions over a state of its own, which has
 * room for the schedule of one key.
 *
 * Ownership: tables are static; a state is the caller's, from `state_new` to `state_free`. Thread:
 * one at a time per state, any for the rest.
 */
#ifndef SNET_CRYPTO_AEAD_H
#define SNET_CRYPTO_AEAD_H

#include <snet/error.h>
#include <snet/suite.h>

#include "base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum snet_aead_cipher {
    SNET_AEAD_CHACHA20_POLY1305,
    SNET_AEAD_AES_256_GCM
};

/* What is sealed or opened, and how. */
struct snet_aead_text {
    enum snet_aead_cipher cipher;
    const uint8_t *key;   /* SNET_SUITE_KEY_BYTES; NULL: the one that the state has */
    const uint8_t *nonce; /* SNET_SUITE_NONCE_BYTES */
    struct snet_bytes ad;
    struct snet_bytes in; /* sealed, with its tag, when it is to be opened */
};

struct snet_aead {
    const char *name;
    /* NULL without memory. */
    void *(*state_new)(void);
    /* Wipes it first; accepts NULL. */
    void (*state_free)(void *state);
    /* Leaves nothing of the key behind. The next text must bring one. */
    void (*forget)(void *state);
    /* Writes the sealed text and its tag; `ret_sealed` is where the text is, or lies apart. */
    bool (*seal)(void *state, const struct snet_aead_text *text, uint8_t *ret_sealed);
    /*
     * Writes the text without its tag, likewise; a text has at least the length of the tag. What is
     * in `ret_plain` on failure is not authentic: the caller wipes it.
     */
    bool (*open)(void *state, const struct snet_aead_text *text, uint8_t *ret_plain);
};

/* That of libcrypto, which computes both everywhere. */
extern const struct snet_aead snet_aead_openssl;
/*
 * That of libipsec-mb, which computes AES-256-GCM. Errors: UNSUPPORTED when snet was built without
 * that library or the processor lacks VAES, VPCLMULQDQ or AVX-512; CRYPTO when its self-test has
 * failed; NO_MEMORY.
 */
SNET_MUST_USE snet_err snet_aead_ipsec_mb(const struct snet_aead **ret_aead);

#endif
