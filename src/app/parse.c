/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/parse.h"

#include <snet/core.h>

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PARSE_SECONDS_MAX 1000000.0

/* The digits at the start of `text`; `*ret_rest` is what follows them. */
static bool parse_digits(const char *text, uint64_t *ret_number, const char **ret_rest)
{
    char *rest = NULL;
    if (!isdigit((unsigned char)text[0])) {
        return false;
    }
    errno = 0;
    const unsigned long long number = strtoull(text, &rest, 10);
    if (errno != 0) {
        return false;
    }
    *ret_number = number;
    *ret_rest = rest;
    return true;
}

bool snet_parse_number(const char *text, uint64_t *ret_number)
{
    const char *rest = NULL;
    uint64_t number = 0;
    if (!parse_digits(text, &number, &rest) || rest[0] != '\0') {
        return false;
    }
    *ret_number = number;
    return true;
}

bool snet_parse_size(const char *text, uint64_t *ret_bytes)
{
    static const char units[] = "kMG";
    const char *rest = NULL;
    uint64_t number = 0;
    if (!parse_digits(text, &number, &rest)) {
        return false;
    }
    unsigned shift = 0;
    if (rest[0] != '\0') {
        const char *unit = strchr(units, rest[0] == 'K' ? 'k' : rest[0]);
        if (unit == NULL || rest[1] != '\0') {
            return false;
        }
        shift = 10 * (unsigned)(unit - units + 1);
    }
    if (number > UINT64_MAX >> shift) {
        return false;
    }
    *ret_bytes = number << shift;
    return true;
}

bool snet_parse_seconds(const char *text, uint64_t *ret_ms)
{
    char *rest = NULL;
    if (!isdigit((unsigned char)text[0])) {
        return false;
    }
    const double seconds = strtod(text, &rest);
    if (rest[0] != '\0' || !(seconds >= 0 && seconds <= PARSE_SECONDS_MAX)) {
        return false;
    }
    *ret_ms = (uint64_t)llround(seconds * 1000);
    return true;
}

/* The wire whose name is the first `len` characters of `name`. */
static bool parse_wire(const char *name, size_t len, unsigned *ret_wires)
{
    for (unsigned wire = SNET_WIRE_1; (wire & SNET_WIRES_ALL) != 0; wire <<= 1) {
        const char *known = snet_wire_name((enum snet_wire)wire);
        if (strlen(known) == len && memcmp(known, name, len) == 0) {
            *ret_wires |= wire;
            return true;
        }
    }
    return false;
}

bool snet_parse_wires(const char *text, unsigned *ret_wires)
{
    unsigned wires = 0;
    while (true) {
        const size_t len = strcspn(text, ",");
        if (!parse_wire(text, len, &wires)) {
            return false;
        }
        if (text[len] == '\0') {
            *ret_wires = wires;
            return true;
        }
        text += len + 1;
    }
}
