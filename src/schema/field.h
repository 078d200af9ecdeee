/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The field of an object that holds the value of an option: a number, a pointer, or a pointer with
 * a count beside it.
 *
 * Thread: any, but one at a time for each object.
 */
#ifndef SNET_SCHEMA_FIELD_H
#define SNET_SCHEMA_FIELD_H

#include <snet/schema.h>

/* KEYS, SECRETS, LIST: a count beside the pointer. */
bool snet_field_is_list(uint32_t type);
bool snet_field_is_secret(uint32_t type);
/* Keys of all kinds, secret or not. */
bool snet_field_is_key(uint32_t type);

const void *snet_field_pointer(const struct snet_schema_row *row, const void *object);
/* Of a list how many items, where a pointer without a count is one, unless the list may be empty;
   of another pointer whether it is there. */
uint32_t snet_field_count(const struct snet_schema_row *row, const void *object);
void snet_field_put(const struct snet_schema_row *row, void *object, const void *pointer,
                    uint32_t count);

#endif
