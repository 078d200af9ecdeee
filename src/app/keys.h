/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What a gateway does about keys beyond its options: it makes one for this run where none is given,
 * and knows the names of its authorized clients.
 *
 * Ownership: the caller's list; keys are the config's.
 */
#ifndef SNET_APP_KEYS_H
#define SNET_APP_KEYS_H

#include <snet/schema.h>

#include "app/options.h"

#include <stdbool.h>

/*
 * Sees to it that a gateway with snet/3 has a key; `*ret_temporary` is whether one was made.
 * Returns the exit code, after saying what is wrong unless that is SNET_EXIT_OK.
 */
int snet_keys_complete(struct snet_options *options, bool *ret_temporary);
/* Reads the names behind the keys of --authorized; none without it. Returns the exit code. */
int snet_keys_read_names(const struct snet_options *options, struct snet_key_list *ret_list);

#endif
