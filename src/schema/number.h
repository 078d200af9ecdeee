/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Values of options that are numbers, as text: times, sizes, rates, counts, flags, choices, sets.
 * A number here is what the option's field holds.
 *
 * Thread: any.
 */
#ifndef SNET_SCHEMA_NUMBER_H
#define SNET_SCHEMA_NUMBER_H

#include <snet/schema.h>

#define SNET_NUMBER_TEXT_BYTES 128u

/* Whether the values of a type are numbers. */
bool snet_number_is(uint32_t type);
/* What stands for a number in the option's field; false when the text is not one. Bounds are not
   looked at. */
bool snet_number_parse(const struct snet_option *option, const char *text, uint64_t *ret_number);
/* Whether the field of an option may hold a number other than 0. */
bool snet_number_fits(const struct snet_option *option, uint64_t number);
/* Writes a text that is parsed as the number again. */
void snet_number_format(const struct snet_option *option, uint64_t number,
                        char ret_text[SNET_NUMBER_TEXT_BYTES]);

#endif
