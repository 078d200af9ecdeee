/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Reading what people type: numbers, sizes, seconds, lists of wires. Every function returns false
 * on anything but a complete, sensible value, and writes its output only on success.
 */
#ifndef SNET_APP_PARSE_H
#define SNET_APP_PARSE_H

#include <stdbool.h>
#include <stdint.h>

/* Decimal digits only. */
bool snet_parse_number(const char *text, uint64_t *ret_number);
/* A number with an optional k, M or G (powers of 1024). */
bool snet_parse_size(const char *text, uint64_t *ret_bytes);
/* A number of seconds with optional decimals, as milliseconds. */
bool snet_parse_seconds(const char *text, uint64_t *ret_ms);
/* Names of wires between commas, as a set of enum snet_wire. */
bool snet_parse_wires(const char *text, unsigned *ret_wires);

#endif
