/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The stream cipher of the legacy wires, which can be replaced: a table of functions, of which both
 * ends must be told the same one (snet_session_config). No replacement makes these wires safe, for
 * their keys have 64 bits and their data no proof: see docs/legacy-wires.md, clauses 2.5 and 9.
 *
 * Source-stable tier: a program is built again for another release.
 *
 * Ownership: a table is static; states belong to the caller. Thread: one at a time per state.
 */
#ifndef SNET_CIPHER_H
#define SNET_CIPHER_H

#include <snet/error.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SNET_CIPHER_KEY_BYTES 8u
#define SNET_CIPHER_STATE_MAX_BYTES 264u

struct snet_cipher {
    const char *name;
    size_t state_bytes; /* at most SNET_CIPHER_STATE_MAX_BYTES; any alignment of uint64_t */
    size_t saved_bytes; /* of a saved state */
    /* Starts a keystream. */
    void (*init)(void *ret_state, const uint8_t key[SNET_CIPHER_KEY_BYTES]);
    /* Writes `len` bytes of `in` XOR the next of the keystream; `ret_out` may be `in`. */
    void (*apply)(void *state, const uint8_t *in, uint8_t *ret_out, size_t len);
    /* Writes the state as `saved_bytes` bytes that mean the same on every machine. */
    void (*save)(const void *state, uint8_t *ret_bytes);
    /* Goes on from a saved state, in this process or another. */
    void (*load)(void *ret_state, const uint8_t *bytes);
};

#define SNET_CIPHER_NAME_MAX_BYTES 31u
#define SNET_CIPHERS_ADDED_MAX 8u
/*
 * Registers a cipher for all sockets of the process, at any time before the first that needs it:
 * its name as the option `cipher` chooses it, at both ends. There is no way back: `cipher` and its
 * functions must be there until the process ends, also after snet_library_close. Errors: INVALID
 * (NULL; a function is missing, a size out of bounds; the name is empty, too long, not printable or
 * taken), LIMIT with SNET_CIPHERS_ADDED_MAX of them, STATE on the background thread, FORKED. Any
 * thread.
 */
SNET_API SNET_MUST_USE snet_err snet_library_add_cipher(const struct snet_cipher *cipher);

/* RC4, the cipher of the published implementations and the default; static storage. */
SNET_API const struct snet_cipher *snet_cipher_rc4(void);

#ifdef __cplusplus
}
#endif
#endif
