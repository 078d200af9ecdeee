/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The key that a gateway makes for one run where its options name none.
 *
 * Ownership: keys are the config's. Thread: any.
 */
#ifndef SNET_APP_KEYS_H
#define SNET_APP_KEYS_H

#include "app/options.h"

#include <stdbool.h>

/*
 * Sees to it that a gateway with snet/3 has a key; `*ret_temporary` is whether one was made.
 * Returns the exit code, after saying what is wrong unless that is SNET_EXIT_OK.
 */
int snet_keys_complete(struct snet_options *options, bool *ret_temporary);

#endif
