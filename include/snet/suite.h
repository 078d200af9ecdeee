/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Suites of snet/3: the cipher that seals its records and handshakes. Two are built in; a program
 * may register one of its own under a private id, which both ends must have: for a core
 * (snet_core_suite_add), or for all sockets of the process (snet_library_add_suite).
 * The key exchange stays X25519 and the hash SHA-256 with every suite.
 *
 * The ids of the built-in suites and the range of private ones are in <snet/config.h>.
 *
 * A suite is an AEAD with a 32-byte key, a 12-byte nonce and a 16-byte tag behind the ciphertext.
 * Its `open` must not release plaintext on failure.
 *
 * Source-stable tier: a program is built again for another release.
 *
 * Ownership: a suite is static. Its context is memory of `ctx_size` bytes that the caller provides,
 * aligned for any object and does not move; what `init` sets up there, `wipe` gives back. Thread:
 * one at a time per context.
 */
#ifndef SNET_SUITE_H
#define SNET_SUITE_H

#include <snet/config.h>
#include <snet/error.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SNET_SUITE_KEY_BYTES 32u
#define SNET_SUITE_NONCE_BYTES 12u
#define SNET_SUITE_TAG_BYTES 16u
#define SNET_SUITE_CTX_MAX_BYTES 1024u
#define SNET_SUITE_REKEY_MAX_RECORDS 65536u
#define SNET_SUITE_NAME_MAX_BYTES 48u

/* The functions return 0, or -1 on failure; six parameters, because the field's AEADs have them. */
typedef struct snet_suite {
    const char *noise_dh_cipher_hash; /* "25519_ChaChaPoly_SHA256": SNET_SUITE_NAME_MAX_BYTES */
    size_t ctx_size;                  /* at most SNET_SUITE_CTX_MAX_BYTES */
    uint32_t rekey_records;           /* a power of two, at most SNET_SUITE_REKEY_MAX_RECORDS */
    uint16_t key_len;                 /* SNET_SUITE_KEY_BYTES */
    uint16_t nonce_len;               /* SNET_SUITE_NONCE_BYTES */
    uint16_t tag_len;                 /* SNET_SUITE_TAG_BYTES */
    uint8_t id;
    int (*init)(void *ctx, const uint8_t key[SNET_SUITE_KEY_BYTES]);
    /* Seals `len` bytes of `buf` in place and writes the tag behind them. */
    int (*seal)(void *ctx, const uint8_t nonce[SNET_SUITE_NONCE_BYTES], const void *ad,
                size_t ad_len, uint8_t *buf, size_t len);
    /* Opens `len` bytes of `buf`, tag included, in place. */
    int (*open)(void *ctx, const uint8_t nonce[SNET_SUITE_NONCE_BYTES], const void *ad,
                size_t ad_len, uint8_t *buf, size_t len);
    void (*wipe)(void *ctx);
    /* Known answers; called once, when the suite is registered. */
    int (*selftest)(void);
} snet_suite;

/*
 * Whether a suite can be registered: its fields, then its self-test. Errors: INVALID when a field
 * is not what the wire needs, or the id is no private one; CRYPTO when the self-test fails.
 */
SNET_API SNET_MUST_USE snet_err snet_suite_check(const snet_suite *suite);

/*
 * Registers a suite for all sockets of the process, at any time before the first that needs it: a
 * listener takes clients that offer it, and a client offers it with its id as the option `suite`.
 * There is no way back: `suite` and its functions must be there until the process ends, also after
 * snet_library_close. Errors: INVALID (NULL, or the id is registered), CRYPTO and INVALID as
 * snet_suite_check, LIMIT with SNET_SUITES_ADDED_MAX of them, STATE on the background thread,
 * FORKED. Any thread.
 */
#define SNET_SUITES_ADDED_MAX 8u
SNET_API SNET_MUST_USE snet_err snet_library_add_suite(const snet_suite *suite);

/* The built-in suite to offer on this machine: AES where the processor has instructions for it. */
SNET_API uint8_t snet_suite_fastest(void);

/*
 * Who computes a built-in suite in this process, "openssl" or "ipsec-mb"; NULL for other ids. The
 * bytes are the same. The environment variable SNET_AEAD=openssl lets OpenSSL compute both; it is
 * read once, when a core is made or this is asked. Any thread.
 */
SNET_API const char *snet_suite_provider(uint8_t id);

#ifdef __cplusplus
}
#endif
#endif
