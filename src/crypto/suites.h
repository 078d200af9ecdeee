/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The two suites that are built in, over crypto/aead.h. See <snet/suite.h> for what a suite is.
 */
#ifndef SNET_CRYPTO_SUITES_H
#define SNET_CRYPTO_SUITES_H

#include <snet/suite.h>

#include "base/bytes.h"
#include "crypto/crypto.h"

#include <stdbool.h>

extern const struct snet_suite snet_suites_chacha20_poly1305;
extern const struct snet_suite snet_suites_aes_256_gcm;

/* The built-in suite with this id, or NULL. */
const struct snet_suite *snet_suites_find(uint8_t id);
/*
 * Sets a context up as the suite's `init` does, with what the keys of one core share: the slots
 * of the built-in suites. The context must not move then. Errors: CRYPTO.
 */
SNET_MUST_USE snet_err snet_suites_key(const struct snet_suite *suite, struct snet_crypto *crypto,
                                       void *ctx, const uint8_t key[SNET_SUITE_KEY_BYTES]);
/* What a text is opened with. */
struct snet_suites_use {
    const struct snet_suite *suite;
    void *ctx;
    const uint8_t *nonce; /* SNET_SUITE_NONCE_BYTES */
    struct snet_bytes ad;
};
/*
 * Opens `sealed`, tag included. `ret_plain` lies apart from it and has room for as much: what is
 * behind the text there may be overwritten. Errors: BAD_MAC, also when libcrypto failed; nothing of
 * the text is there then.
 */
SNET_MUST_USE snet_err snet_suites_open_to(const struct snet_suites_use *use,
                                           struct snet_bytes sealed, uint8_t *ret_plain);
/* Whether the fields of a suite are what the wire needs. */
bool snet_suites_ok(const struct snet_suite *suite);

#endif
