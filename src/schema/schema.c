/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/schema.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA_WORD_BYTES 48u
#define SCHEMA_NUMBER_DIGITS_MAX 19u

struct schema_unit {
    const char *name;
    uint64_t factor;
};

/* The largest first: a value is written in the largest that divides it. */
static const struct schema_unit schema_times[] = {
    {"d", UINT64_C(86400000000000)},
    {"h", UINT64_C(3600000000000)},
    {"m", UINT64_C(60000000000)},
    {"s", UINT64_C(1000000000)},
    {"ms", UINT64_C(1000000)},
    {"us", UINT64_C(1000)},
    {"ns", 1},
};
static const struct schema_unit schema_sizes[] = {
    {"G", UINT64_C(1) << 30},
    {"M", UINT64_C(1) << 20},
    {"k", UINT64_C(1) << 10},
    {"", 1},
};
static const struct schema_unit schema_counts[] = {{"", 1}};

/* --- Words ----------------------------------------------------------------------------------- */

/* Whether `values`, words with | between, has the word of `len` characters; its index. */
static bool schema_find_word(const char *values, const char *word, size_t len, unsigned *ret_index)
{
    for (unsigned index = 0; *values != '\0'; index++) {
        const size_t here = strcspn(values, "|");
        if (here == len && strncmp(values, word, len) == 0) {
            *ret_index = index;
            return true;
        }
        values += values[here] == '|' ? here + 1 : here;
    }
    return false;
}

/* The word at `index`; empty when there is none. */
static void schema_word_at(const char *values, uint64_t index, char ret_word[SCHEMA_WORD_BYTES])
{
    for (; index > 0 && *values != '\0'; index--) {
        const size_t here = strcspn(values, "|");
        values += values[here] == '|' ? here + 1 : here;
    }
    (void)snprintf(ret_word, SCHEMA_WORD_BYTES, "%.*s", (int)strcspn(values, "|"), values);
}

static bool schema_allows_never(const struct snet_option *option)
{
    return option->type == SNET_TYPE_TIME && strcmp(option->values, "never") == 0;
}

/* --- Refusing -------------------------------------------------------------------------------- */

static snet_err schema_refuse(const struct snet_option *option, struct snet_error *ret_error)
{
    char least[SCHEMA_WORD_BYTES];
    char most[SCHEMA_WORD_BYTES];
    const char *name = option->name;
    if (option->type == SNET_TYPE_FLAG) {
        return snet_error_set(ret_error, SNET_ERR_VALUE, name, "%s takes yes or no", name);
    }
    if (option->type == SNET_TYPE_CHOICE) {
        return snet_error_set(ret_error, SNET_ERR_VALUE, name, "%s takes one of %s", name,
                              option->values);
    }
    if (option->type == SNET_TYPE_SET) {
        return snet_error_set(ret_error, SNET_ERR_VALUE, name,
                              "%s takes some of %s with commas between", name, option->values);
    }
    snet_schema_format(option, option->min, least, sizeof least);
    snet_schema_format(option, option->max, most, sizeof most);
    return snet_error_set(ret_error, SNET_ERR_VALUE, name, "%s takes %s from %s to %s%s", name,
                          option->type == SNET_TYPE_TIME    ? "a time"
                          : option->type == SNET_TYPE_BYTES ? "a size"
                                                            : "a whole number",
                          least, most, schema_allows_never(option) ? ", or never" : "");
}

/* --- Reading --------------------------------------------------------------------------------- */

static bool schema_parse_set(const char *values, const char *text, uint64_t *ret_value)
{
    uint64_t value = 0;
    for (;;) {
        unsigned index = 0;
        const size_t len = strcspn(text, ",");
        if (!schema_find_word(values, text, len, &index)) {
            return false;
        }
        value |= UINT64_C(1) << index;
        if (text[len] == '\0') {
            *ret_value = value;
            return true;
        }
        text += len + 1;
    }
}

static bool schema_parse_flag(const char *text, uint64_t *ret_value)
{
    unsigned index = 0;
    const bool known = schema_find_word("no|yes|off|on|false|true|0|1", text, strlen(text), &index);
    *ret_value = index % 2;
    return known;
}

/* A whole number and a unit; of a bare number the unit is `bare`. */
static bool schema_parse_number(const char *text, const struct schema_unit *units, size_t count,
                                uint64_t bare, uint64_t *ret_value)
{
    const size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > SCHEMA_NUMBER_DIGITS_MAX) {
        return false;
    }
    const uint64_t number = strtoull(text, NULL, 10);
    uint64_t factor = text[digits] == '\0' ? bare : 0;
    for (size_t i = 0; i < count && factor == 0; i++) {
        factor = strcmp(text + digits, units[i].name) == 0 ? units[i].factor : 0;
    }
    if (factor == 0 || number > (UINT64_MAX - 1) / factor) {
        return false;
    }
    *ret_value = number * factor;
    return true;
}

static bool schema_parse(const struct snet_option *option, const char *text, uint64_t *ret_value)
{
    unsigned index = 0;
    switch ((enum snet_option_type)option->type) {
    case SNET_TYPE_FLAG:
        return schema_parse_flag(text, ret_value);
    case SNET_TYPE_SET:
        return schema_parse_set(option->values, text, ret_value);
    case SNET_TYPE_CHOICE:
        *ret_value =
            schema_find_word(option->values, text, strlen(text), &index) ? index : UINT64_MAX;
        return *ret_value != UINT64_MAX;
    case SNET_TYPE_COUNT:
        return schema_parse_number(text, schema_counts, 1, 1, ret_value);
    case SNET_TYPE_BYTES:
        return schema_parse_number(text, schema_sizes, sizeof schema_sizes / sizeof schema_sizes[0],
                                   1, ret_value);
    case SNET_TYPE_TIME:
        if (schema_allows_never(option) && strcmp(text, "never") == 0) {
            *ret_value = SNET_NEVER;
            return true;
        }
        return schema_parse_number(text, schema_times, sizeof schema_times / sizeof schema_times[0],
                                   SNET_SECOND_NS, ret_value);
    case SNET_TYPE_TEXT:
    case SNET_TYPE_LIST:
    case SNET_TYPE_KEY:
    case SNET_TYPE_KEYS:
    case SNET_TYPE_SECRET:
    case SNET_TYPE_SECRETS:
        return false;
    }
    return false;
}

static bool schema_is_within(const struct snet_option *option, uint64_t value)
{
    return (value >= option->min && value <= option->max) ||
           (schema_allows_never(option) && value == SNET_NEVER);
}

snet_err snet_schema_parse(const struct snet_option *option, const char *text, uint64_t *ret_value,
                           struct snet_error *ret_error)
{
    uint64_t value = 0;
    uint64_t usual = 0;
    if (!schema_parse(option, text, &value) || !schema_is_within(option, value)) {
        return schema_refuse(option, ret_error);
    }
    const bool zero_is_default = schema_parse(option, option->default_text, &usual) && usual == 0;
    const bool is_number = option->type == SNET_TYPE_COUNT || option->type == SNET_TYPE_BYTES ||
                           option->type == SNET_TYPE_TIME;
    *ret_value = value == 0 && is_number && !zero_is_default ? 1 : value;
    return SNET_OK;
}

snet_err snet_schema_check(const struct snet_option *option, uint64_t value,
                           struct snet_error *ret_error)
{
    return value == 0 || schema_is_within(option, value) ? SNET_OK
                                                         : schema_refuse(option, ret_error);
}

/* --- Writing --------------------------------------------------------------------------------- */

static void schema_format_number(uint64_t value, const struct schema_unit *units, size_t count,
                                 char *ret_text, size_t size)
{
    size_t i = 0;
    while (i + 1 < count && (value == 0 || value % units[i].factor != 0)) {
        i++;
    }
    (void)snprintf(ret_text, size, "%llu%s", (unsigned long long)(value / units[i].factor),
                   value == 0 ? "" : units[i].name);
}

static void schema_format_set(const char *values, uint64_t value, char *ret_text, size_t size)
{
    size_t len = 0;
    ret_text[0] = '\0';
    for (unsigned index = 0; index < 64 && len < size; index++) {
        char word[SCHEMA_WORD_BYTES];
        if ((value >> index & 1) == 0) {
            continue;
        }
        schema_word_at(values, index, word);
        const int more = snprintf(ret_text + len, size - len, "%s%s", len > 0 ? "," : "", word);
        len += (size_t)more;
    }
}

void snet_schema_format(const struct snet_option *option, uint64_t value, char *ret_text,
                        size_t size)
{
    char word[SCHEMA_WORD_BYTES];
    if (ret_text == NULL || size == 0) {
        return;
    }
    ret_text[0] = '\0';
    switch ((enum snet_option_type)option->type) {
    case SNET_TYPE_FLAG:
        (void)snprintf(ret_text, size, "%s", value == 0 ? "no" : "yes");
        break;
    case SNET_TYPE_CHOICE:
        schema_word_at(option->values, value, word);
        (void)snprintf(ret_text, size, "%s", word);
        break;
    case SNET_TYPE_SET:
        schema_format_set(option->values, value, ret_text, size);
        break;
    case SNET_TYPE_COUNT:
        schema_format_number(value, schema_counts, 1, ret_text, size);
        break;
    case SNET_TYPE_BYTES:
        schema_format_number(value, schema_sizes, sizeof schema_sizes / sizeof schema_sizes[0],
                             ret_text, size);
        break;
    case SNET_TYPE_TIME:
        if (value == SNET_NEVER) {
            (void)snprintf(ret_text, size, "never");
        } else {
            schema_format_number(value, schema_times, sizeof schema_times / sizeof schema_times[0],
                                 ret_text, size);
        }
        break;
    case SNET_TYPE_TEXT:
    case SNET_TYPE_LIST:
    case SNET_TYPE_KEY:
    case SNET_TYPE_KEYS:
    case SNET_TYPE_SECRET:
    case SNET_TYPE_SECRETS:
        break; /* no number */
    }
}

/* --- Structs --------------------------------------------------------------------------------- */

static bool schema_is_wide(const struct snet_option *option)
{
    return option->type == SNET_TYPE_BYTES || option->type == SNET_TYPE_TIME;
}

const struct snet_schema_row *snet_schema_find(const struct snet_schema_row *rows, size_t count,
                                               const char *name)
{
    for (size_t i = 0; i < count && name != NULL; i++) {
        if (strcmp(rows[i].option.name, name) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}

uint64_t snet_schema_load(const struct snet_schema_row *row, const void *base)
{
    const void *field = (const char *)base + row->offset;
    return schema_is_wide(&row->option) ? *(const uint64_t *)field : *(const uint32_t *)field;
}

void snet_schema_store(const struct snet_schema_row *row, void *base, uint64_t value)
{
    void *field = (char *)base + row->offset;
    if (schema_is_wide(&row->option)) {
        *(uint64_t *)field = value;
    } else {
        *(uint32_t *)field = (uint32_t)value;
    }
}

static snet_err schema_set_text(const struct snet_schema_row *row, void *base, const char *text,
                                struct snet_error *ret_error)
{
    const struct snet_option *option = &row->option;
    const size_t len = strlen(text);
    void *field = (char *)base + row->offset;
    if (len < option->min || len > option->max) {
        return snet_error_set(ret_error, SNET_ERR_VALUE, option->name,
                              "%s takes from %llu to %llu characters", option->name,
                              (unsigned long long)option->min, (unsigned long long)option->max);
    }
    if (option->type == SNET_TYPE_TEXT) {
        *(const char **)field = text;
        return SNET_OK;
    }
    struct snet_text_list *list = field;
    if (list->count == SNET_TEXT_LIST_MAX) {
        return snet_error_set(ret_error, SNET_ERR_LIMIT, option->name,
                              "%s can be given %u times at most", option->name, SNET_TEXT_LIST_MAX);
    }
    list->texts[list->count] = text;
    list->count++;
    return SNET_OK;
}

snet_err snet_schema_set(const struct snet_schema_row *row, void *base, const char *text,
                         struct snet_error *ret_error)
{
    const uint32_t type = row->option.type;
    uint64_t value = 0;
    if (type == SNET_TYPE_TEXT || type == SNET_TYPE_LIST) {
        return schema_set_text(row, base, text, ret_error);
    }
    if (type >= SNET_TYPE_KEY && type <= SNET_TYPE_SECRETS) {
        return snet_error_set(ret_error, SNET_ERR_UNSUPPORTED, row->option.name,
                              "%s is kept by the library", row->option.name);
    }
    const snet_err err = snet_schema_parse(&row->option, text, &value, ret_error);
    if (err == SNET_OK) {
        snet_schema_store(row, base, value);
    }
    return err;
}
