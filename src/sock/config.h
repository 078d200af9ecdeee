/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Config: how calls take the struct of a program, whatever version of <snet/config.h> it was built
 * with: copied by its size, checked, and with the defaults that are not left to the core.
 *
 * Ownership: what comes out borrows all that the program's struct points to. Thread: any.
 */
#ifndef SNET_SOCK_CONFIG_H
#define SNET_SOCK_CONFIG_H

#include <snet/config.h>
#include <snet/schema.h>

#include <stdbool.h>

/* Sizes that a program's struct may have: the first release's, and what is no struct any more. */
#define SNET_CONFIG_FIRST_BYTES                                                                    \
    (8 + 14 * sizeof(void *) + 14 * sizeof(uint32_t) + 14 * sizeof(uint64_t))
#define SNET_CONFIG_MAX_BYTES 4096u

/* Whether the size of a program's struct is one there can be, so that its fields may be looked at.
 */
bool snet_config_size_ok(const struct snet_config *config);
/* Writes that NULL was given, or a struct whose size is none; returns INVALID. */
snet_err snet_config_refuse(const struct snet_config *config, struct snet_error *ret_error);

/*
 * The config as it is meant, all fields of this library's struct; NULL is all defaults. Errors:
 * INVALID (size), TOO_NEW (a newer program sets what is not known here).
 */
SNET_MUST_USE snet_err snet_config_widen(const struct snet_config *config,
                                         struct snet_config *ret_own, struct snet_error *ret_error);
/* The same with an empty store of its own: what the program's points to must stay as long. */
SNET_MUST_USE snet_err snet_config_copy(struct snet_config *ret_own,
                                        const struct snet_config *config,
                                        struct snet_error *ret_error);

/*
 * All of it, for a call that dials, listens or opens the library: widened, checked for `use`, and
 * with defaults in place of zeros where neither the core nor a wire chooses its own: `wires`,
 * `linger_ns`, `backlog_max`, and everything that a preset says. Flags are 0 or 1, and each list of
 * keys has its count. Errors: as snet_config_check.
 */
SNET_MUST_USE snet_err snet_config_take(const struct snet_config *config, uint32_t use,
                                        struct snet_config *ret_own, struct snet_error *ret_error);

/* What counts while a field is 0, with the preset and the wires of `own`, as a value; never NULL.
 */
const char *snet_config_default(const struct snet_schema_row *row, const struct snet_config *own);

#endif
