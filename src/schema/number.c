/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "schema/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NUMBER_FLAG_NO 2u /* of an option that may be on by default */
#define NUMBER_VALUE_BYTES 48u

struct number_unit {
    const char *name;
    uint64_t factor;
};

static const struct number_unit number_times[] = {
    {"ns", 1},
    {"us", UINT64_C(1000)},
    {"ms", SNET_MS_NS},
    {"s", SNET_SECOND_NS},
    {"m", 60 * SNET_SECOND_NS},
    {"h", 3600 * SNET_SECOND_NS},
    {"d", 86400 * SNET_SECOND_NS},
    {"", SNET_SECOND_NS}, /* behind those that are written */
    {NULL, 0},
};
/* The same for options whose numbers count milliseconds where they say no unit. */
static const struct number_unit number_milliseconds[] = {
    {"ns", 1},
    {"us", UINT64_C(1000)},
    {"ms", SNET_MS_NS},
    {"s", SNET_SECOND_NS},
    {"m", 60 * SNET_SECOND_NS},
    {"", SNET_MS_NS},
    {NULL, 0},
};
static const struct number_unit number_sizes[] = {
    {"", 1},
    {"k", UINT64_C(1) << 10},
    {"M", UINT64_C(1) << 20},
    {"G", UINT64_C(1) << 30},
    {"T", UINT64_C(1) << 40},
    {NULL, 0},
};
static const struct number_unit number_rates[] = {
    {"/s", 1},
    {"k/s", UINT64_C(1) << 10},
    {"M/s", UINT64_C(1) << 20},
    {"G/s", UINT64_C(1) << 30},
    {"", 1}, /* these, too, are taken, and not written */
    {"k", UINT64_C(1) << 10},
    {"M", UINT64_C(1) << 20},
    {"G", UINT64_C(1) << 30},
    {NULL, 0},
};
static const struct number_unit number_counts[] = {{"", 1}, {NULL, 0}};

bool snet_number_is(uint32_t type)
{
    return type >= SNET_TYPE_FLAG && type <= SNET_TYPE_RATE;
}

/* --- Digits and units ------------------------------------------------------------------------ */

static const struct number_unit *number_units(const struct snet_option *option)
{
    switch (option->type) {
    case SNET_TYPE_TIME:
        return strcmp(option->values, "ms") == 0 ? number_milliseconds : number_times;
    case SNET_TYPE_BYTES:
        return number_sizes;
    case SNET_TYPE_RATE:
        return number_rates;
    default:
        return number_counts;
    }
}

static bool number_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* Adds `digit` times `place` to a number; false when it has no room. */
static bool number_add(uint64_t *number, uint64_t digit, uint64_t place)
{
    uint64_t part = 0;
    return !__builtin_mul_overflow(digit, place, &part) &&
           !__builtin_add_overflow(*number, part, number);
}

/* Reads digits, with decimals where the unit has that many, and a unit behind them. */
static bool number_parse_units(const struct number_unit *units, const char *text,
                               uint64_t *ret_number)
{
    const size_t len = strspn(text, "0123456789.");
    const struct number_unit *unit = units;
    while (unit->name != NULL && strcmp(text + len, unit->name) != 0) {
        unit++;
    }
    const char *point = memchr(text, '.', len);
    const char *end = point == NULL ? text + len : point;
    if (unit->name == NULL || end == text || point == text + len - 1) {
        return false;
    }
    uint64_t whole = 0;
    for (const char *at = text; at < end; at++) {
        uint64_t more = (uint64_t)(*at - '0');
        if (!number_add(&more, whole, 10)) {
            return false;
        }
        whole = more;
    }
    uint64_t number = 0;
    bool ok = number_add(&number, whole, unit->factor);
    uint64_t place = unit->factor;
    for (const char *at = end + 1; point != NULL && at < text + len; at++) {
        ok = ok && number_digit(*at) && place % 10 == 0;
        place /= 10;
        ok = ok && number_add(&number, (uint64_t)(*at - '0'), place);
    }
    if (ok) {
        *ret_number = number;
    }
    return ok;
}

/* Writes a number in the largest unit that needs no decimals. */
static void number_format_units(const struct number_unit *units, uint64_t number,
                                char ret_text[SNET_NUMBER_TEXT_BYTES])
{
    const struct number_unit *best = units;
    for (const struct number_unit *unit = units; unit->name != NULL; unit++) {
        const bool named = unit->name[0] != '\0' || unit == units;
        if (named && number != 0 && number % unit->factor == 0 && unit->factor > best->factor) {
            best = unit;
        }
    }
    (void)snprintf(ret_text, SNET_NUMBER_TEXT_BYTES, "%" PRIu64 "%s", number / best->factor,
                   number == 0 ? "" : best->name);
}

/* --- Names ----------------------------------------------------------------------------------- */

/* The name of `values` at `index`; its length is 0 behind the last one. */
static const char *number_name(const char *values, size_t index, size_t *ret_len)
{
    for (; index > 0 && values[0] != '\0'; index--) {
        values += strcspn(values, "|");
        values += values[0] == '|' ? 1 : 0;
    }
    *ret_len = strcspn(values, "|");
    return values;
}

/* The range that stands in place of a last name: 64-126; false without one. */
static bool number_range(const char *values, uint64_t *ret_first, uint64_t *ret_last)
{
    const char *last = strrchr(values, '|');
    last = last == NULL ? values : last + 1;
    char rest = '\0';
    return number_digit(last[0]) &&
           sscanf(last, "%" SCNu64 "-%" SCNu64 "%c", ret_first, ret_last, &rest) == 2;
}

/* Where a name stands in `values`; false when it does not. */
static bool number_find(const char *values, const char *name, size_t name_len, uint64_t *ret_index)
{
    size_t len = 0;
    for (size_t index = 0; index < 32; index++) {
        const char *known = number_name(values, index, &len);
        if (len == 0) {
            return false;
        }
        if (len == name_len && strncmp(known, name, len) == 0) {
            *ret_index = index;
            return true;
        }
    }
    return false;
}

static bool number_parse_choice(const struct snet_option *option, const char *text,
                                uint64_t *ret_number)
{
    uint64_t first = 0;
    uint64_t last = 0;
    uint64_t number = 0;
    const bool range = number_range(option->values, &first, &last);
    if (range && number_digit(text[0])) { /* the range itself is no name */
        const bool good =
            number_parse_units(number_counts, text, &number) && number >= first && number <= last;
        *ret_number = good ? number : *ret_number;
        return good;
    }
    return number_find(option->values, text, strlen(text), ret_number);
}

static bool number_parse_set(const struct snet_option *option, const char *text,
                             uint64_t *ret_number)
{
    uint64_t set = 0;
    for (bool more = true; more;) {
        uint64_t index = 0;
        const size_t len = strcspn(text, ",");
        if (!number_find(option->values, text, len, &index)) {
            return false;
        }
        set |= UINT64_C(1) << index;
        more = text[len] == ',';
        text += len + 1;
    }
    *ret_number = set;
    return true;
}

static bool number_parse_flag(const struct snet_option *option, const char *text,
                              uint64_t *ret_number)
{
    static const char names[] = "no|yes|off|on|false|true|0|1";
    uint64_t index = 0;
    if (!number_find(names, text, strlen(text), &index)) {
        return false;
    }
    *ret_number = index % 2 == 1 ? 1 : option->max == NUMBER_FLAG_NO ? NUMBER_FLAG_NO : 0;
    return true;
}

static void number_format_names(const struct snet_option *option, uint64_t number,
                                char ret_text[SNET_NUMBER_TEXT_BYTES])
{
    size_t used = 0;
    ret_text[0] = '\0';
    for (size_t index = 0; index < 32 && used < SNET_NUMBER_TEXT_BYTES; index++) {
        size_t len = 0;
        const char *name = number_name(option->values, index, &len);
        if (len > 0 && (number & UINT64_C(1) << index) != 0) {
            used += (size_t)snprintf(ret_text + used, SNET_NUMBER_TEXT_BYTES - used, "%s%.*s",
                                     used == 0 ? "" : ",", (int)len, name);
        }
    }
}

/* --- All types ------------------------------------------------------------------------------- */

/* Whether 0 is a value of its own, which the field holds as the least there is. */
static bool number_zero_is_least(const struct snet_option *option)
{
    return option->min == 0 && strcmp(option->default_text, "0") != 0 &&
           (option->type == SNET_TYPE_TIME || option->type == SNET_TYPE_BYTES ||
            option->type == SNET_TYPE_RATE || option->type == SNET_TYPE_COUNT);
}

bool snet_number_parse(const struct snet_option *option, const char *text, uint64_t *ret_number)
{
    uint64_t number = 0;
    switch (option->type) {
    case SNET_TYPE_FLAG:
        return number_parse_flag(option, text, ret_number);
    case SNET_TYPE_CHOICE:
        return number_parse_choice(option, text, ret_number);
    case SNET_TYPE_SET:
        return number_parse_set(option, text, ret_number);
    case SNET_TYPE_TIME:
        if (strcmp(option->values, "never") == 0 && strcmp(text, "never") == 0) {
            *ret_number = SNET_NEVER;
            return true;
        }
        break;
    default:
        break;
    }
    if (!number_parse_units(number_units(option), text, &number)) {
        return false;
    }
    *ret_number = number == 0 && number_zero_is_least(option) ? 1 : number;
    return true;
}

bool snet_number_fits(const struct snet_option *option, uint64_t number)
{
    size_t len = 0;
    uint64_t first = 0;
    uint64_t last = 0;
    if (option->type == SNET_TYPE_CHOICE) {
        (void)number_name(option->values, number < 32 ? (size_t)number : 32, &len);
        const bool range = number_range(option->values, &first, &last);
        size_t next = 0;
        (void)number_name(option->values, number < 32 ? (size_t)number + 1 : 32, &next);
        const bool named = len > 0 && !(range && next == 0);
        return named || (range && number >= first && number <= last);
    }
    if (option->type == SNET_TYPE_SET) {
        return (number & ~option->max) == 0;
    }
    if (option->type == SNET_TYPE_FLAG) {
        return number <= option->max;
    }
    return (number >= option->min && number <= option->max) ||
           (number == SNET_NEVER && strcmp(option->values, "never") == 0);
}

void snet_number_format(const struct snet_option *option, uint64_t number,
                        char ret_text[SNET_NUMBER_TEXT_BYTES])
{
    size_t len = 0;
    const char *name = number_name(option->values, number < 32 ? (size_t)number : 32, &len);
    const bool never = number == SNET_NEVER && strcmp(option->values, "never") == 0;
    if (option->type == SNET_TYPE_FLAG || never) {
        (void)snprintf(ret_text, SNET_NUMBER_TEXT_BYTES, "%s",
                       never         ? "never"
                       : number == 1 ? "yes"
                                     : "no");
    } else if (option->type == SNET_TYPE_CHOICE && len > 0) {
        (void)snprintf(ret_text, SNET_NUMBER_TEXT_BYTES, "%.*s", (int)len, name);
    } else if (option->type == SNET_TYPE_SET) {
        number_format_names(option, number, ret_text);
    } else if (number == 1 && number_zero_is_least(option)) {
        (void)snprintf(ret_text, SNET_NUMBER_TEXT_BYTES, "0");
    } else {
        number_format_units(number_units(option), number, ret_text);
    }
}

void snet_schema_format(const struct snet_option *option, uint64_t number, char *ret_text,
                        size_t size)
{
    char text[SNET_NUMBER_TEXT_BYTES] = "";
    if (ret_text != NULL && size > 0) {
        if (snet_number_is(option->type)) {
            snet_number_format(option, number, text);
        }
        (void)snprintf(ret_text, size, "%s", text);
    }
}
