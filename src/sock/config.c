/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/config.h"

#include <snet/schema.h>

#include "sock/schema.h"
#include "sock/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONFIG_ROW(name, field, type, min, max, values, usual, phone, uses, sentence)              \
    {{name, values, usual, phone, sentence, min, max, SNET_TYPE_##type, uses},                     \
     offsetof(struct snet_config, field)},
static const struct snet_schema_row config_rows[] = {
    SNET_SCHEMA(CONFIG_ROW, SNET_USE_DIAL, SNET_USE_LISTEN, SNET_USE_LIBRARY, SNET_USE_URL,
                SNET_USE_PROGRAM, SNET_USE_UPDATE)};
#define CONFIG_ROWS (sizeof config_rows / sizeof config_rows[0])

/* No padding, and the same on all machines of a width: see docs/compatibility.md. */
_Static_assert(sizeof(struct snet_config) % 8 == 0, "it grows by multiples of 8 bytes");
_Static_assert(sizeof(struct snet_config) >= SNET_CONFIG_FIRST_BYTES, "it does not shrink");
_Static_assert(sizeof(struct snet_error) == 256, "it never grows");

const struct snet_option *snet_option_at(size_t index)
{
    return index < CONFIG_ROWS ? &config_rows[index].option : NULL;
}

const struct snet_option *snet_option_find(const char *name)
{
    const struct snet_schema_row *row = snet_schema_find(config_rows, CONFIG_ROWS, name);
    return row == NULL ? NULL : &row->option;
}

/* --- What fields hold ------------------------------------------------------------------------ */

static bool config_is_number(const struct snet_option *option)
{
    return option->type >= SNET_TYPE_FLAG;
}

static bool config_is_pointer_set(const struct snet_schema_row *row,
                                  const struct snet_config *config)
{
    const void *const *field = (const void *const *)((const char *)config + row->offset);
    return *field != NULL;
}

static bool config_is_row_set(const struct snet_schema_row *row, const struct snet_config *config)
{
    return config_is_number(&row->option) ? snet_schema_load(row, config) != 0
                                          : config_is_pointer_set(row, config);
}

bool snet_config_is_set(const struct snet_config *config, const char *name)
{
    const struct snet_schema_row *row = snet_schema_find(config_rows, CONFIG_ROWS, name);
    return row != NULL && config_is_row_set(row, config);
}

/* The count that goes with a list of keys; NULL for one key. */
static uint32_t *config_count(struct snet_config *config, const struct snet_schema_row *row)
{
    switch (row->offset) {
    case offsetof(struct snet_config, key):
        return &config->key_count;
    case offsetof(struct snet_config, psk):
        return &config->psk_count;
    case offsetof(struct snet_config, authorized):
        return &config->authorized_count;
    default:
        return NULL;
    }
}

/* --- Structs of other versions --------------------------------------------------------------- */

snet_err snet_config_widen(const struct snet_config *config, struct snet_config *ret_own,
                           struct snet_error *ret_error)
{
    struct snet_config own = SNET_CONFIG_INIT;
    const uint8_t *bytes = (const uint8_t *)config;
    const size_t size = config == NULL ? sizeof own : config->size;
    if (size < SNET_CONFIG_FIRST_BYTES || size > SNET_CONFIG_MAX_BYTES ||
        size % sizeof(uint64_t) != 0) {
        return snet_error_set(ret_error, SNET_ERR_INVALID, "size",
                              "the config has no size: begin it with SNET_CONFIG_INIT");
    }
    for (size_t i = offsetof(struct snet_config, reserved); config != NULL && i < size; i++) {
        if (bytes[i] != 0) {
            return snet_error_set(ret_error, SNET_ERR_TOO_NEW, NULL,
                                  "the program sets an option that snet %s does not have",
                                  snet_version());
        }
    }
    if (config != NULL) {
        snet_copy_out(&own, sizeof own, config, size);
        own.size = sizeof own;
    }
    *ret_own = own;
    return SNET_OK;
}

void snet_copy_out(void *ret, size_t ret_size, const void *own, size_t own_size)
{
    const size_t len = ret_size < own_size ? ret_size : own_size;
    /* tidy: allow bytes because a struct of another version has no other form */
    memcpy(ret, own, len);
    memset((uint8_t *)ret + len, 0, ret_size - len);
}

/* --- Checking -------------------------------------------------------------------------------- */

static snet_err config_blame(struct snet_error *ret_error, const char *name, const char *why)
{
    return snet_error_set(ret_error, SNET_ERR_OPTION, name, "%s %s", name, why);
}

static const char *config_use_text(uint32_t use)
{
    return use == SNET_USE_DIAL     ? "has no effect on a socket that dials"
           : use == SNET_USE_LISTEN ? "has no effect on a listener"
                                    : "has no effect on the library as a whole";
}

/* Each option by itself. */
static snet_err config_check_rows(const struct snet_config *own, uint32_t use,
                                  struct snet_error *ret_error)
{
    for (size_t i = 0; i < CONFIG_ROWS; i++) {
        const struct snet_schema_row *row = &config_rows[i];
        const struct snet_option *option = &row->option;
        if (!config_is_row_set(row, own)) {
            continue;
        }
        if ((option->uses & use) == 0) {
            return config_blame(ret_error, option->name, config_use_text(use));
        }
        const uint64_t value = config_is_number(option) ? snet_schema_load(row, own) : 0;
        const bool is_private = row->offset == offsetof(struct snet_config, suite) &&
                                value >= SNET_SUITE_PRIVATE_FIRST &&
                                value <= SNET_SUITE_PRIVATE_LAST;
        const snet_err err = is_private ? SNET_OK : snet_schema_check(option, value, ret_error);
        if (err != SNET_OK) {
            return err;
        }
    }
    return SNET_OK;
}

/* What only snet/3 has, and what it has not. */
static snet_err config_check_wires(const struct snet_config *own, struct snet_error *ret_error)
{
    static const char *const of_snet3[] = {"server-key",     "key",        "psk",  "authorized",
                                           "rekey-interval", "early-data", "pad",  "service",
                                           "node-id",        "heartbeat",  "suite"};
    const uint32_t wires = own->wires == 0 ? SNET_WIRE_3 : own->wires;
    for (size_t i = 0; (wires & SNET_WIRE_3) == 0 && i < sizeof of_snet3 / sizeof of_snet3[0];
         i++) {
        if (snet_config_is_set(own, of_snet3[i])) {
            return config_blame(ret_error, of_snet3[i], "has no effect without wire 3");
        }
    }
    if (wires == SNET_WIRE_3 && (own->plain != 0 || own->cipher != NULL)) {
        return config_blame(ret_error, own->plain != 0 ? "plain" : "cipher",
                            "is for wires 1 and 2: wire 3 always protects");
    }
    return SNET_OK;
}

static snet_err config_check_dial(const struct snet_config *own, struct snet_error *ret_error)
{
    const uint32_t wires = own->wires == 0 ? SNET_WIRE_3 : own->wires;
    if ((wires & (wires - 1)) != 0) {
        return config_blame(ret_error, "wire", "is one to dial: a client speaks one wire");
    }
    if (own->key_count > 1 || own->psk_count > 1) {
        return config_blame(ret_error, own->key_count > 1 ? "key" : "psk",
                            "is one to dial: several are for listeners");
    }
    if (wires != SNET_WIRE_3) {
        return SNET_OK;
    }
    if (own->server_key == NULL && own->psk == NULL) {
        return config_blame(ret_error, "server-key",
                            "is missing: it is how a client knows its server");
    }
    if (own->psk != NULL && (own->server_key != NULL || own->key != NULL)) {
        return config_blame(ret_error, "psk", "stands in place of keys: give it or them");
    }
    return SNET_OK;
}

static snet_err config_check_listen(const struct snet_config *own, struct snet_error *ret_error)
{
    const uint32_t wires = own->wires == 0 ? SNET_WIRE_3 : own->wires;
    if (own->key_count > SNET_CONFIG_KEYS_MAX) {
        return config_blame(ret_error, "key", "can be given 4 times at most");
    }
    if (own->psk_count > SNET_CONFIG_PSKS_MAX) {
        return config_blame(ret_error, "psk", "can be given 64 times at most");
    }
    if (own->authorized_count > SNET_CONFIG_AUTHORIZED_MAX) {
        return config_blame(ret_error, "authorized", "takes 65536 keys at most");
    }
    if ((wires & SNET_WIRE_3) != 0 && own->key == NULL && own->psk == NULL) {
        return config_blame(ret_error, "key", "is missing: it is how clients know this server");
    }
    return SNET_OK;
}

static snet_err config_check_own(const struct snet_config *own, uint32_t use,
                                 struct snet_error *ret_error)
{
    snet_err err = config_check_rows(own, use, ret_error);
    if (err == SNET_OK && use != SNET_USE_LIBRARY) {
        err = config_check_wires(own, ret_error);
    }
    if (err == SNET_OK && use == SNET_USE_DIAL) {
        err = config_check_dial(own, ret_error);
    }
    if (err == SNET_OK && use == SNET_USE_LISTEN) {
        err = config_check_listen(own, ret_error);
    }
    return err;
}

snet_err snet_config_check(const struct snet_config *config, uint32_t use,
                           struct snet_error *ret_error)
{
    struct snet_config own;
    return snet_config_take(config, use, &own, ret_error);
}

/* --- Taking ---------------------------------------------------------------------------------- */

/* What zeros mean: a preset's default where it has one, else that of the core and of each wire,
   which the table repeats for people. */
static void config_fill(struct snet_config *own)
{
    for (size_t i = 0; i < CONFIG_ROWS; i++) {
        const struct snet_schema_row *row = &config_rows[i];
        const struct snet_option *option = &row->option;
        const bool by_preset = own->preset == SNET_PRESET_PHONE && option->phone_text[0] != '\0';
        const bool by_socket = row->offset == offsetof(struct snet_config, wires) ||
                               row->offset == offsetof(struct snet_config, linger_ns) ||
                               row->offset == offsetof(struct snet_config, backlog_max);
        uint64_t value = 0;
        if (config_is_number(option) && (by_preset || by_socket) &&
            snet_schema_load(row, own) == 0 &&
            snet_schema_parse(option, by_preset ? option->phone_text : option->default_text, &value,
                              NULL) == SNET_OK) {
            snet_schema_store(row, own, value);
        }
    }
}

snet_err snet_config_take(const struct snet_config *config, uint32_t use,
                          struct snet_config *ret_own, struct snet_error *ret_error)
{
    struct snet_config own;
    if (use != SNET_USE_DIAL && use != SNET_USE_LISTEN && use != SNET_USE_LIBRARY) {
        return snet_error_set(ret_error, SNET_ERR_INVALID, NULL, "no such use of a config");
    }
    snet_err err = snet_config_widen(config, &own, ret_error);
    if (err == SNET_OK) {
        /* A pointer to one key needs no count. */
        own.key_count = own.key != NULL && own.key_count == 0 ? 1 : own.key_count;
        own.psk_count = own.psk != NULL && own.psk_count == 0 ? 1 : own.psk_count;
        err = config_check_own(&own, use, ret_error);
    }
    if (err == SNET_OK) {
        config_fill(&own);
        *ret_own = own;
    }
    return err;
}

/* --- Setting --------------------------------------------------------------------------------- */

static snet_err config_find(const struct snet_config *config, const char *name,
                            const struct snet_schema_row **ret_row, struct snet_error *ret_error)
{
    if (config == NULL || name == NULL) {
        return snet_error_set(ret_error, SNET_ERR_INVALID, NULL, "there is no config or no name");
    }
    const struct snet_schema_row *row = snet_schema_find(config_rows, CONFIG_ROWS, name);
    if (row == NULL) {
        return snet_error_set(ret_error, SNET_ERR_OPTION, name, "there is no option %.40s", name);
    }
    if (row->offset + sizeof(uint64_t) > config->size) {
        return snet_error_set(ret_error, SNET_ERR_INVALID, row->option.name,
                              "the config is too small for %s: make it with snet_config_new",
                              row->option.name);
    }
    *ret_row = row;
    return SNET_OK;
}

/* Adds keys to what the field has, or puts them in its place where there is one alone. */
static snet_err config_add_keys(struct snet_config *config, const struct snet_schema_row *row,
                                const struct snet_key *keys, size_t count,
                                struct snet_error *ret_error)
{
    const struct snet_option *option = &row->option;
    const struct snet_key **field = (const struct snet_key **)((char *)config + row->offset);
    uint32_t *list_count = config_count(config, row);
    size_t before = list_count == NULL || *field == NULL ? 0 : *list_count;
    before =
        list_count != NULL && *field != NULL && before == 0 && option->type == SNET_TYPE_SECRETS
            ? 1
            : before;
    if (before + count > option->max) {
        return snet_error_set(ret_error, SNET_ERR_LIMIT, option->name, "%s takes %llu keys at most",
                              option->name, (unsigned long long)option->max);
    }
    struct snet_key *all = snet_store_keep(&config->store, NULL, (before + count) * sizeof *all);
    if (all == NULL) {
        return snet_error_set(ret_error, SNET_ERR_NO_MEMORY, option->name, "no memory for %s",
                              option->name);
    }
    for (size_t i = 0; i < before; i++) {
        all[i] = (*field)[i];
    }
    for (size_t i = 0; i < count; i++) {
        all[before + i] = keys[i];
    }
    *field = all;
    if (list_count != NULL) {
        *list_count = (uint32_t)(before + count);
    }
    return SNET_OK;
}

static snet_err config_set_key_list(struct snet_config *config, const struct snet_schema_row *row,
                                    const char *path, struct snet_error *ret_error)
{
    struct snet_key_list list;
    snet_err err = snet_key_list_read_file(path, (size_t)row->option.max, &list, ret_error);
    if (err == SNET_OK) {
        err = config_add_keys(config, row, list.keys, list.count, ret_error);
        snet_key_list_deinit(&list);
    }
    return err;
}

/* A key itself where it is public, else the file of one. */
static snet_err config_set_one_key(struct snet_config *config, const struct snet_schema_row *row,
                                   const char *value, struct snet_error *ret_error)
{
    const bool is_public = row->option.type == SNET_TYPE_KEY;
    const bool is_shared = row->offset == offsetof(struct snet_config, psk);
    struct snet_key key;
    snet_err err = is_public ? snet_key_parse(value, &key) : SNET_ERR_KEY;
    if (err != SNET_OK) {
        err = snet_key_read_file(value,
                                 is_public   ? SNET_KEY_PUBLIC
                                 : is_shared ? SNET_KEY_SHARED
                                             : SNET_KEY_SECRET,
                                 &key, ret_error);
    }
    if (err == SNET_OK) {
        err = config_add_keys(config, row, &key, 1, ret_error);
        snet_key_wipe(&key);
    }
    return err;
}

static snet_err config_set_text(struct snet_config *config, const struct snet_schema_row *row,
                                const char *value, struct snet_error *ret_error)
{
    const char **field = (const char **)((char *)config + row->offset);
    const char *before = *field;
    snet_err err = snet_schema_set(row, config, value, ret_error);
    if (err == SNET_OK) {
        const char *kept = snet_store_keep(&config->store, value, strlen(value) + 1);
        *field = kept == NULL ? before : kept;
        err = kept == NULL ? snet_error_set(ret_error, SNET_ERR_NO_MEMORY, row->option.name,
                                            "no memory for %s", row->option.name)
                           : SNET_OK;
    }
    return err;
}

snet_err snet_config_set(struct snet_config *config, const char *name, const char *value,
                         struct snet_error *ret_error)
{
    const struct snet_schema_row *row = NULL;
    snet_err err = config_find(config, name, &row, ret_error);
    if (err != SNET_OK) {
        return err;
    }
    if (value == NULL) {
        return snet_error_set(ret_error, SNET_ERR_INVALID, row->option.name, "%s has no value",
                              row->option.name);
    }
    switch ((enum snet_option_type)row->option.type) {
    case SNET_TYPE_TEXT:
    case SNET_TYPE_LIST:
        return config_set_text(config, row, value, ret_error);
    case SNET_TYPE_KEYS:
        err = config_set_key_list(config, row, value, ret_error);
        break;
    case SNET_TYPE_KEY:
    case SNET_TYPE_SECRET:
    case SNET_TYPE_SECRETS:
        err = config_set_one_key(config, row, value, ret_error);
        break;
    case SNET_TYPE_FLAG:
    case SNET_TYPE_CHOICE:
    case SNET_TYPE_SET:
    case SNET_TYPE_COUNT:
    case SNET_TYPE_BYTES:
    case SNET_TYPE_TIME:
        return snet_schema_set(row, config, value, ret_error);
    }
    if (err != SNET_OK) {
        snet_error_blame(ret_error, row->option.name);
    }
    return err;
}

snet_err snet_config_set_key(struct snet_config *config, const char *name,
                             const struct snet_key *key, struct snet_error *ret_error)
{
    const struct snet_schema_row *row = NULL;
    const snet_err err = config_find(config, name, &row, ret_error);
    if (err != SNET_OK) {
        return err;
    }
    if (key == NULL || row->option.type < SNET_TYPE_KEY || row->option.type > SNET_TYPE_SECRETS) {
        return snet_error_set(ret_error, SNET_ERR_INVALID, row->option.name, "%s takes no such key",
                              row->option.name);
    }
    return config_add_keys(config, row, key, 1, ret_error);
}

snet_err snet_config_set_events(struct snet_config *config, snet_events *events)
{
    if (config == NULL || config->size < SNET_CONFIG_FIRST_BYTES) {
        return SNET_ERR_INVALID;
    }
    config->events = events;
    return SNET_OK;
}

/* --- Asking ---------------------------------------------------------------------------------- */

/* What counts, in words. */
static void config_describe(const struct snet_config *own, const struct snet_schema_row *row,
                            char *ret_text, size_t size)
{
    const struct snet_option *option = &row->option;
    const bool phone = own->preset == SNET_PRESET_PHONE && option->phone_text[0] != '\0';
    const void *field = (const char *)own + row->offset;
    if (!config_is_row_set(row, own)) {
        (void)snprintf(ret_text, size, "%s", phone ? option->phone_text : option->default_text);
    } else if (config_is_number(option)) {
        const uint64_t value = snet_schema_load(row, own);
        const bool least = value == 1 && option->min == 0 && option->type == SNET_TYPE_TIME;
        snet_schema_format(option, least ? 0 : value, ret_text, size);
    } else if (option->type == SNET_TYPE_TEXT) {
        (void)snprintf(ret_text, size, "%s", *(const char *const *)field);
    } else if (option->type == SNET_TYPE_KEY) {
        char text[SNET_KEY_TEXT_BYTES];
        snet_key_format(*(const struct snet_key *const *)field, text);
        (void)snprintf(ret_text, size, "%s", text);
    } else {
        (void)snprintf(ret_text, size, "set");
    }
}

snet_err snet_config_get(const struct snet_config *config, const char *name, char *ret_text,
                         size_t size, size_t *ret_len)
{
    struct snet_config own;
    char text[512];
    const struct snet_schema_row *row = NULL;
    if (ret_len == NULL || (ret_text == NULL && size > 0)) {
        return SNET_ERR_INVALID;
    }
    snet_err err = snet_config_widen(config, &own, NULL);
    if (err == SNET_OK) {
        err = config_find(&own, name, &row, NULL);
    }
    if (err == SNET_OK) {
        config_describe(&own, row, text, sizeof text);
        *ret_len = strlen(text);
        if (size > 0) {
            (void)snprintf(ret_text, size, "%s", text);
        }
    }
    return err;
}

/* --- Life ------------------------------------------------------------------------------------ */

struct snet_config *snet_config_new(void)
{
    struct snet_config *config = calloc(1, sizeof *config);
    if (config != NULL) {
        config->size = sizeof *config;
    }
    return config;
}

void snet_config_clear(struct snet_config *config)
{
    if (config == NULL || config->size < SNET_CONFIG_FIRST_BYTES ||
        config->size > SNET_CONFIG_MAX_BYTES) {
        return;
    }
    const uint32_t size = config->size;
    snet_store_free(&config->store);
    memset(config, 0, size);
    config->size = size;
}

void snet_config_free(struct snet_config *config)
{
    snet_config_clear(config);
    free(config);
}

snet_err snet_config_copy(struct snet_config *ret_own, const struct snet_config *config,
                          struct snet_error *ret_error)
{
    const snet_err err = snet_config_widen(config, ret_own, ret_error);
    if (err == SNET_OK) {
        ret_own->store = NULL;
    }
    return err;
}

snet_err snet_config_replace(struct snet_config *config, struct snet_config *own,
                             struct snet_error *ret_error)
{
    const uint8_t *bytes = (const uint8_t *)own;
    const uint32_t size = config->size;
    for (size_t i = size; i < sizeof *own; i++) {
        if (bytes[i] != 0) {
            return snet_error_set(ret_error, SNET_ERR_INVALID, NULL,
                                  "the config is too small: make it with snet_config_new");
        }
    }
    snet_store_join(&own->store, config->store);
    snet_copy_out(config, size, own, sizeof *own);
    config->size = size;
    return SNET_OK;
}
