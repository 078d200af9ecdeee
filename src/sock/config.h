/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Config: what programs may settle, as <snet/config.h> has it, over the table of sock/schema.h. A
 * struct that crosses is taken by its size: what an older program does not know is the default, and
 * what a newer one sets beyond this library's is refused.
 *
 * Ownership: a config borrows. What snet_config_set keeps is in the config's store.
 */
#ifndef SNET_SOCK_CONFIG_H
#define SNET_SOCK_CONFIG_H

#include <snet/config.h>

#include <stdbool.h>

/* Sizes that a program's struct may have: the first release's, and what is no struct any more. */
#define SNET_CONFIG_FIRST_BYTES (8 + 14 * sizeof(void *) + 14 * 4 + 14 * 8)
#define SNET_CONFIG_MAX_BYTES 4096u

/*
 * The config as it is meant, all fields of this library's struct; NULL is all defaults. Errors:
 * INVALID (size), TOO_NEW.
 */
SNET_MUST_USE snet_err snet_config_widen(const struct snet_config *config,
                                         struct snet_config *ret_own, struct snet_error *ret_error);
/*
 * The same, checked for `use`, with defaults in place of zeros where a wire does not choose its
 * own. What it points to is still the program's. Errors: as snet_config_check.
 */
SNET_MUST_USE snet_err snet_config_take(const struct snet_config *config, uint32_t use,
                                        struct snet_config *ret_own, struct snet_error *ret_error);
/* A copy with a store of its own, which is empty: what the first one points to must stay. Errors:
   as snet_config_widen. */
SNET_MUST_USE snet_err snet_config_copy(struct snet_config *ret_own,
                                        const struct snet_config *config,
                                        struct snet_error *ret_error);
/* The config becomes what such a copy was made, and gets its store. Errors: INVALID (it is too
   small for an option that was set). */
SNET_MUST_USE snet_err snet_config_replace(struct snet_config *config, struct snet_config *own,
                                           struct snet_error *ret_error);
/* Whether the option is set to something. */
bool snet_config_is_set(const struct snet_config *config, const char *name);

/* Copies a struct out to one of the program's: cut to it, and zeros where it knows more. */
void snet_copy_out(void *ret, size_t ret_size, const void *own, size_t own_size);

#endif
