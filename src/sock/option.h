/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The table of the library's options, for the engine: rows over struct snet_config.
 *
 * Thread: any.
 */
#ifndef SNET_SOCK_OPTION_H
#define SNET_SOCK_OPTION_H

#include <snet/schema.h>

/* Static storage. */
const struct snet_schema *snet_option_schema(void);

#endif
