/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/schema.h>

#include "schema/field.h"
#include "schema/number.h"
#include "schema/store.h"
#include "schema/takes.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SCHEMA_NAME_MAX 32u    /* longer ones are near no other */
#define SCHEMA_DISTANCE_MAX 2u /* letters that differ, in a name that may have been meant */
#define SCHEMA_SECRET_LEN 32u  /* characters from which on a text may be a secret itself */

/* --- Names ----------------------------------------------------------------------------------- */

static size_t schema_min(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters must be put in, taken out or changed to make one name of another. */
static size_t schema_distance(const char *a, const char *b)
{
    size_t row[SCHEMA_NAME_MAX + 1];
    const size_t a_len = strlen(a);
    const size_t b_len = strlen(b);
    if (a_len > SCHEMA_NAME_MAX || b_len > SCHEMA_NAME_MAX) {
        return SCHEMA_NAME_MAX;
    }
    for (size_t j = 0; j <= b_len; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            const size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = schema_min(changed, 1 + schema_min(row[j], row[j - 1]));
        }
    }
    return row[b_len];
}

static const char *schema_nearest(const struct snet_schema *schema, const char *name)
{
    const char *nearest = NULL;
    size_t least = SCHEMA_DISTANCE_MAX + 1;
    for (size_t i = 0; i < schema->row_count; i++) {
        const char *known = schema->rows[i].option.name;
        const size_t distance = schema_distance(name, known);
        if (distance < least && distance < strlen(known)) {
            least = distance;
            nearest = known;
        }
    }
    return nearest;
}

const struct snet_schema_row *snet_schema_find(const struct snet_schema *schema, const char *name,
                                               struct snet_error *ret_error)
{
    for (size_t i = 0; i < schema->row_count; i++) {
        if (strcmp(schema->rows[i].option.name, name) == 0) {
            return &schema->rows[i];
        }
    }
    const char *nearest = schema_nearest(schema, name);
    (void)snet_error_set(ret_error, SNET_ERR_OPTION, name, "there is no option '%.*s'%s%s%s",
                         (int)SNET_ERROR_OPTION_BYTES, name,
                         nearest == NULL ? "" : "; did you mean ", nearest == NULL ? "" : nearest,
                         nearest == NULL ? "" : "?");
    return NULL;
}

/* --- Setting --------------------------------------------------------------------------------- */

static snet_err schema_no_memory(const struct snet_option *option, struct snet_error *ret_error)
{
    return snet_error_set(ret_error, SNET_ERR_NO_MEMORY, option->name, "%s",
                          snet_err_message(SNET_ERR_NO_MEMORY));
}

snet_err snet_schema_parse(const struct snet_option *option, const char *value,
                           uint64_t *ret_number, struct snet_error *ret_error)
{
    uint64_t number = 0;
    if (!snet_number_is(option->type) || !snet_number_parse(option, value, &number) ||
        !snet_number_fits(option, number)) {
        return snet_takes_refuse(option, value, ret_error);
    }
    *ret_number = number;
    return SNET_OK;
}

/* Puts items in place of what a field has, or behind that in a list. */
static snet_err schema_add(const struct snet_schema_row *row, void *object,
                           struct snet_store **store, const struct snet_store_items *more,
                           struct snet_error *ret_error)
{
    struct snet_store_items old = {NULL, 0, more->item_bytes};
    if (snet_field_is_list(row->option.type)) {
        old.data = snet_field_pointer(row, object);
        old.count = old.data == NULL ? 0 : snet_field_count(row, object);
        if (more->count + old.count > row->option.max) {
            return snet_takes_refuse_more(&row->option, ret_error);
        }
    }
    const void *items = snet_store_append(store, &old, more);
    if (items == NULL) {
        return schema_no_memory(&row->option, ret_error);
    }
    snet_field_put(row, object, items, (uint32_t)(old.count + more->count));
    return SNET_OK;
}

snet_err snet_schema_set_key(const struct snet_schema_row *row, void *object,
                             struct snet_store **store, const struct snet_key *key,
                             struct snet_error *ret_error)
{
    const struct snet_store_items one = {key, 1, sizeof *key};
    if (!snet_field_is_key(row->option.type)) {
        return snet_error_set(ret_error, SNET_ERR_INVALID, row->option.name, "%s takes no key",
                              row->option.name);
    }
    return schema_add(row, object, store, &one, ret_error);
}

/* Whether a text may be a secret itself, in one of the forms that these are written in. */
static bool schema_may_be_secret(const char *value)
{
    const size_t len = strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789+/=-_");
    return len >= SCHEMA_SECRET_LEN && value[len] == '\0';
}

static snet_err schema_set_secret(const struct snet_schema_row *row, void *object,
                                  struct snet_store **store, const char *value,
                                  struct snet_error *ret_error)
{
    struct snet_error error = {.os_err = 0};
    struct snet_key key;
    const bool shared = strcmp(row->option.values, "shared") == 0;
    const uint32_t kind = shared ? SNET_KEY_SHARED : SNET_KEY_SECRET;
    snet_err err = snet_key_parse(value, &key);
    if (err == SNET_OK) {
        snet_key_wipe(&key);
        return snet_takes_refuse_secret(&row->option, ret_error);
    }
    err = snet_key_read_file(value, kind, &key, &error);
    if (error.os_err == ENOENT && schema_may_be_secret(value)) {
        return snet_takes_refuse_secret(&row->option, ret_error);
    }
    if (err != SNET_OK && ret_error != NULL) {
        *ret_error = error;
        snet_error_blame(ret_error, row->option.name);
    }
    if (err != SNET_OK) {
        return err;
    }
    err = snet_schema_set_key(row, object, store, &key, ret_error);
    snet_key_wipe(&key);
    return err;
}

/* A KEY is the key or its file, KEYS a key or a file of many. */
static snet_err schema_set_public(const struct snet_schema_row *row, void *object,
                                  struct snet_store **store, const char *value,
                                  struct snet_error *ret_error)
{
    struct snet_key_list list = {.count = 0};
    struct snet_key key;
    snet_err err = snet_key_parse(value, &key);
    if (err == SNET_OK) {
        return snet_schema_set_key(row, object, store, &key, ret_error);
    }
    if (row->option.type == SNET_TYPE_KEY) {
        err = snet_key_read_file(value, SNET_KEY_PUBLIC, &key, ret_error);
        if (err == SNET_OK) {
            return snet_schema_set_key(row, object, store, &key, ret_error);
        }
    } else {
        err = snet_key_list_read_file(value, (size_t)row->option.max, &list, ret_error);
        if (err == SNET_OK) {
            const struct snet_store_items keys = {list.keys, list.count, sizeof *list.keys};
            err = schema_add(row, object, store, &keys, ret_error);
            snet_key_list_deinit(&list);
            return err;
        }
    }
    if (err == SNET_ERR_OS && schema_may_be_secret(value)) { /* a key with a mistake in it */
        return snet_error_set(ret_error, SNET_ERR_KEY, row->option.name,
                              "%s is neither a key, 44 characters of base64, nor a file",
                              row->option.name);
    }
    snet_error_blame(ret_error, row->option.name);
    return err;
}

static bool schema_is_text(const struct snet_option *option, const char *value)
{
    const size_t len = strlen(value);
    bool good = len >= option->min && len <= option->max;
    for (size_t i = 0; i < len && good; i++) {
        good = (unsigned char)value[i] >= ' ' && value[i] != '\x7f';
    }
    return good;
}

/* A text, or one more of a list of texts. */
static snet_err schema_set_text(const struct snet_schema_row *row, void *object,
                                struct snet_store **store, const char *value,
                                struct snet_error *ret_error)
{
    const bool list = snet_field_is_list(row->option.type);
    if (list ? value[0] == '\0' : !schema_is_text(&row->option, value)) {
        return snet_takes_refuse(&row->option, value, ret_error);
    }
    const char *text = snet_store_text(store, value, strlen(value));
    if (text == NULL) {
        return schema_no_memory(&row->option, ret_error);
    }
    if (list) {
        const struct snet_store_items one = {&text, 1, sizeof text};
        return schema_add(row, object, store, &one, ret_error);
    }
    snet_field_put(row, object, text, 1);
    return SNET_OK;
}

snet_err snet_schema_set(const struct snet_schema_row *row, void *object, struct snet_store **store,
                         const char *value, struct snet_error *ret_error)
{
    const uint32_t type = row->option.type;
    uint64_t number = 0;
    if (snet_field_is_key(type) && value[0] == '\0') {
        return snet_takes_refuse(&row->option, NULL, ret_error);
    }
    if (snet_field_is_secret(type)) {
        return schema_set_secret(row, object, store, value, ret_error);
    }
    if (snet_field_is_key(type)) {
        return schema_set_public(row, object, store, value, ret_error);
    }
    if (!snet_number_is(type)) {
        return schema_set_text(row, object, store, value, ret_error);
    }
    const snet_err err = snet_schema_parse(&row->option, value, &number, ret_error);
    if (err == SNET_OK) {
        snet_schema_set_number(row, object, number);
    }
    return err;
}

/* --- Getting --------------------------------------------------------------------------------- */

/* A text of a size that is told, of which as much is written as there is room for. */
struct schema_text {
    char *text;
    size_t size;
    size_t len;
};

static void schema_say(struct schema_text *text, const char *part)
{
    for (; part[0] != '\0'; part++) {
        if (text->len + 1 < text->size) {
            text->text[text->len] = part[0];
            text->text[text->len + 1] = '\0';
        }
        text->len++;
    }
}

static void schema_say_items(const struct snet_schema_row *row, const void *object,
                             struct schema_text *text)
{
    const void *items = snet_field_pointer(row, object);
    const uint32_t count = snet_field_count(row, object);
    for (uint32_t i = 0; i < count; i++) {
        char key[SNET_KEY_TEXT_BYTES];
        schema_say(text, i == 0 ? "" : ",");
        if (row->option.type == SNET_TYPE_LIST) {
            schema_say(text, ((const char *const *)items)[i]);
        } else {
            snet_key_format(&((const struct snet_key *)items)[i], key);
            schema_say(text, key);
        }
    }
    if (count == 0) {
        schema_say(text, "nobody");
    }
}

size_t snet_schema_get(const struct snet_schema_row *row, const void *object, char *ret_text,
                       size_t size)
{
    struct schema_text text = {ret_text, size, 0};
    char number[SNET_NUMBER_TEXT_BYTES];
    if (size > 0) {
        ret_text[0] = '\0';
    }
    if (!snet_schema_is_set(row, object)) {
        schema_say(&text, row->option.default_text);
    } else if (snet_number_is(row->option.type)) {
        snet_number_format(&row->option, snet_schema_number(row, object), number);
        schema_say(&text, number);
    } else if (snet_field_is_secret(row->option.type)) {
        schema_say(&text, "set");
    } else if (row->option.type == SNET_TYPE_TEXT) {
        schema_say(&text, snet_field_pointer(row, object));
    } else {
        schema_say_items(row, object, &text);
    }
    return text.len;
}

/* --- Checking -------------------------------------------------------------------------------- */

static snet_err schema_check_list(const struct snet_schema_row *row, const void *object,
                                  struct snet_error *ret_error)
{
    const struct snet_option *option = &row->option;
    const bool there = snet_field_pointer(row, object) != NULL;
    const uint32_t count = snet_field_count(row, object);
    if (count > option->max) {
        return snet_takes_refuse_more(option, ret_error);
    }
    if (!there && count != 0) {
        return snet_error_set(ret_error, SNET_ERR_INVALID, option->name,
                              "%s has a count and no items", option->name);
    }
    return SNET_OK;
}

snet_err snet_schema_check(const struct snet_schema_row *row, const void *object,
                           struct snet_error *ret_error)
{
    const struct snet_option *option = &row->option;
    if (snet_field_is_list(option->type)) {
        return schema_check_list(row, object, ret_error);
    }
    if (!snet_schema_is_set(row, object)) {
        return SNET_OK;
    }
    if (option->type == SNET_TYPE_TEXT) {
        const char *text = snet_field_pointer(row, object);
        return schema_is_text(option, text) ? SNET_OK : snet_takes_refuse(option, text, ret_error);
    }
    const uint64_t number = snet_schema_number(row, object);
    if (snet_number_is(option->type) && !snet_number_fits(option, number)) {
        return snet_takes_refuse_number(option, number, ret_error);
    }
    return SNET_OK;
}
