/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Keys of snet/3: X25519 key pairs of servers and clients, and shared secrets, as 32 bytes, as text
 * and in files.
 *
 * As text a key is base64, 44 characters of which the last is '=' and may be missing; base64url,
 * whose '-' and '_' need no escape in a URL, is read as well. A file holds one key as text in a
 * line of its own, and its first line says which kind of key that is. Empty lines and other lines
 * that begin with '#' are comments, and so is what follows a key behind a space.
 *
 * Stable ABI: struct snet_key never grows. Ownership: the caller's memory; the caller wipes
 * secrets by snet_key_wipe. Functions write what they return on success only, and keep no copy of a
 * secret. Thread: any.
 */
#ifndef SNET_KEY_H
#define SNET_KEY_H

#include <snet/error.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SNET_KEY_BYTES 32u
#define SNET_KEY_TEXT_BYTES 45u /* with the zero at its end */

/* Kinds of keys. */
#define SNET_KEY_PUBLIC 1u /* of a pair: the other end may know it, and so may anybody else */
#define SNET_KEY_SECRET 2u /* of a pair: only its owner may know it */
#define SNET_KEY_SHARED 3u /* a secret that both ends know, in place of pairs */

struct snet_key {
    uint8_t bytes[SNET_KEY_BYTES];
};

/*
 * Makes a new secret, from the system's random numbers: the secret key of a pair, or a shared
 * secret. Errors: INVALID (NULL), RANDOM.
 */
SNET_API SNET_MUST_USE snet_err snet_key_generate(struct snet_key *ret_secret);

/* The public key of a secret one. Errors: INVALID (NULL), CRYPTO. */
SNET_API SNET_MUST_USE snet_err snet_key_public(const struct snet_key *secret,
                                                struct snet_key *ret_public);

/*
 * Reads a key from its text: 43 or 44 characters of base64 or base64url, then the zero. Errors: KEY
 * for anything else, INVALID (NULL).
 */
SNET_API SNET_MUST_USE snet_err snet_key_parse(const char *text, struct snet_key *ret_key);

/*
 * Writes a key as 44 characters of base64 and a zero. The text of a secret is as secret as the key.
 * With a NULL nothing happens.
 */
SNET_API void snet_key_format(const struct snet_key *key, char ret_text[SNET_KEY_TEXT_BYTES]);

/*
 * Reads the one key of a file. A file that says it holds another kind is refused; one that does not
 * say is believed. A secret is refused from a file that others may read or change: its mode may be
 * 0600 or less, also 0440 when the group is one of this process's, and then 0640 when somebody else
 * owns the file. Pipes and terminals are read whatever their mode.
 *
 * Errors: OS with `os_err` (it cannot be read), KEY (another kind, no key, more than one), VALUE
 * (the mode), INVALID (NULL, or no SNET_KEY_x). `ret_error->text` names the file and quotes nothing
 * from it.
 */
SNET_API SNET_MUST_USE snet_err snet_key_read_file(const char *path, uint32_t kind,
                                                   struct snet_key *ret_key,
                                                   struct snet_error *ret_error);

/*
 * Makes a file with a key in it, of mode 0600 unless the key is public, and waits until it is on
 * the disk. A file that is there already stays as it is. Errors: OS with `os_err` (EEXIST: there is
 * such a file), CRYPTO, INVALID (NULL, or no SNET_KEY_x); no file is left then.
 */
SNET_API SNET_MUST_USE snet_err snet_key_write_file(const char *path, uint32_t kind,
                                                    const struct snet_key *key,
                                                    struct snet_error *ret_error);

/* Overwrites a key, in a way that the compiler cannot remove. Accepts NULL. */
SNET_API void snet_key_wipe(struct snet_key *key);

#ifdef __cplusplus
}
#endif
#endif
