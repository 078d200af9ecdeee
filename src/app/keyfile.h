/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Key files: one key as text in a line of its own; empty lines and lines that begin with '#' are
 * for people, and so is what follows a key behind a space. A file with a secret key belongs to its
 * owner alone, or it is refused.
 *
 * What is wrong with a file is told in one sentence that names it, and never quotes from it: what
 * was taken for a key by mistake may be a password. No copy of a secret is left behind.
 */
#ifndef SNET_APP_KEYFILE_H
#define SNET_APP_KEYFILE_H

#include <snet/key.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define SNET_KEYFILE_BYTES_MAX 4096u /* of a file with one key */
#define SNET_KEYFILE_LINE_MAX 256u
#define SNET_KEYFILE_NAME_BYTES 33u /* with the zero; longer names are cut */
#define SNET_KEYFILE_PROBLEM_BYTES 512u

struct snet_keyfile_problem {
    char text[SNET_KEYFILE_PROBLEM_BYTES];
};

/* Public keys with the names behind them, in the order of their file. */
struct snet_keyfile_list {
    struct snet_key *keys;
    char (*names)[SNET_KEYFILE_NAME_BYTES]; /* empty for keys without one */
    size_t count;
};

/* Writes a secret key, with its public key in a line for people. */
void snet_keyfile_print(FILE *file, const struct snet_key *secret,
                        const struct snet_key *public_key);
/*
 * Makes the file `path` with mode 0600, which must not be there yet, and writes the key. False with
 * errno set.
 */
bool snet_keyfile_create(const char *path, const struct snet_key *secret,
                         const struct snet_key *public_key);

/* Reads the one secret key of a file that nobody but its owner may read or change. */
bool snet_keyfile_read_secret(const char *path, struct snet_key *ret_secret,
                              struct snet_keyfile_problem *ret_problem);
/* Reads the one public key of a file, which must not be one of snet_keyfile_print. */
bool snet_keyfile_read_public(const char *path, struct snet_key *ret_public,
                              struct snet_keyfile_problem *ret_problem);
/* Reads one to `max` public keys; what comes out is given back by snet_keyfile_list_deinit. */
bool snet_keyfile_read_list(const char *path, size_t max, struct snet_keyfile_list *ret_list,
                            struct snet_keyfile_problem *ret_problem);
/* The name behind the first such key; empty without one, and for a key that is not in the list. */
const char *snet_keyfile_list_name(const struct snet_keyfile_list *list,
                                   const struct snet_key *key);
void snet_keyfile_list_deinit(struct snet_keyfile_list *list);

#endif
