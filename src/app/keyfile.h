/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Key files: one key as text in a line of its own; empty lines and lines that begin with '#' are
 * for people. A file with a secret key belongs to its owner alone, or it is refused.
 */
#ifndef SNET_APP_KEYFILE_H
#define SNET_APP_KEYFILE_H

#include <snet/key.h>

#include <stdbool.h>
#include <stdio.h>

#define SNET_KEYFILE_LINE_MAX 256u

/* Writes a secret key, with its public key in a line for people. */
void snet_keyfile_print(FILE *file, const struct snet_key *secret,
                        const struct snet_key *public_key);
/*
 * Makes the file `path` with mode 0600, which must not be there yet, and writes the key. False with
 * errno set.
 */
bool snet_keyfile_create(const char *path, const struct snet_key *secret,
                         const struct snet_key *public_key);

#endif
