/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What an option takes, in words: for errors, and for help texts.
 *
 * Thread: any.
 */
#ifndef SNET_SCHEMA_TAKES_H
#define SNET_SCHEMA_TAKES_H

#include <snet/schema.h>

/* Writes that a text is no value of an option, and quotes it unless it is NULL; returns VALUE. */
snet_err snet_takes_refuse(const struct snet_option *option, const char *value,
                           struct snet_error *ret_error);
/* The same of a number that the option's field has. */
snet_err snet_takes_refuse_number(const struct snet_option *option, uint64_t number,
                                  struct snet_error *ret_error);
/* Writes that a secret itself was given, which is not quoted; returns VALUE. */
snet_err snet_takes_refuse_secret(const struct snet_option *option, struct snet_error *ret_error);
/* Writes that a list has too many items; returns LIMIT. */
snet_err snet_takes_refuse_more(const struct snet_option *option, struct snet_error *ret_error);

#endif
