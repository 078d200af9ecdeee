/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/stream.h>

#include "base/assert.h"
#include "schema/takes.h"
#include "sock/config.h"
#include "sock/copy_out.h"
#include "sock/option.h"
#include "sock/url.h"

#include <string.h>

/* What a URL sets: a copy of the program's struct, with a store of its own until all is well. */
struct config_url {
    struct snet_config own;
    uint32_t size;     /* of the program's struct */
    bool allows_files; /* a person on a command line may name some */
    bool seen[SNET_URL_OPTIONS_MAX];
    struct snet_error *error;
};

/* --- Reading --------------------------------------------------------------------------------- */

/* Whether a URL may have this option, and for the first time. */
static snet_err config_url_allows(struct config_url *to, const struct snet_schema_row *row)
{
    const struct snet_option *option = &row->option;
    const size_t index = (size_t)(row - snet_option_schema()->rows);
    SNET_ASSERT(index < SNET_URL_OPTIONS_MAX);
    if ((option->uses & SNET_USE_URL) == 0) {
        return snet_error_set(to->error, SNET_ERR_OPTION, option->name,
                              "a URL cannot set %s: it is given beside the URL", option->name);
    }
    if (row->offset >= to->size) {
        return snet_error_set(to->error, SNET_ERR_OPTION, option->name,
                              "the program is older than the option %s", option->name);
    }
    if (to->seen[index]) {
        return snet_error_set(to->error, SNET_ERR_OPTION, option->name, "the URL has %s twice",
                              option->name);
    }
    to->seen[index] = true;
    return SNET_OK;
}

/* Whether the value of an option that is a key, or the name of a file with one, may be set. */
static snet_err config_url_allows_key(struct config_url *to, const struct snet_option *option,
                                      const char *value)
{
    struct snet_key key;
    const bool is_key = snet_key_parse(value, &key) == SNET_OK;
    snet_key_wipe(&key);
    if (option->type == SNET_TYPE_KEY && is_key) {
        return SNET_OK;
    }
    if (!to->allows_files) {
        return snet_error_set(to->error, SNET_ERR_VALUE, option->name,
                              option->type == SNET_TYPE_KEY
                                  ? "in a URL, %s is the key itself: 43 characters of base64url"
                                  : "a URL names no files here: %s is given beside it",
                              option->name);
    }
    return SNET_OK;
}

/* Sets an option; an error quotes nothing of the URL but names of files. */
static snet_err config_url_set(struct config_url *to, const struct snet_schema_row *row,
                               const char *value)
{
    struct snet_error error = {.os_err = 0};
    const struct snet_option *option = &row->option;
    const bool is_key = option->type >= SNET_TYPE_KEY && option->type <= SNET_TYPE_SECRETS;
    snet_err err = config_url_allows(to, row);
    if (err == SNET_OK && is_key) {
        err = config_url_allows_key(to, option, value);
    }
    if (err != SNET_OK) {
        return err;
    }
    err = snet_schema_set(row, &to->own, &to->own.store, value, &error);
    if (err == SNET_ERR_VALUE && !is_key) {
        return snet_takes_refuse(option, NULL, to->error);
    }
    if (err != SNET_OK && to->error != NULL) {
        *to->error = error;
    }
    return err;
}

/* Sets an option that has a place of its own in a URL. */
static snet_err config_url_set_part(struct config_url *to, const char *name,
                                    const struct snet_url_part *part)
{
    if (part->text == NULL) {
        return SNET_OK;
    }
    return config_url_set(to, snet_schema_find(snet_option_schema(), name, NULL), part->text);
}

static snet_err config_url_set_address(struct config_url *to, const struct snet_url_part *part)
{
    const struct snet_schema_row *row = snet_schema_find(snet_option_schema(), "address", NULL);
    const snet_err err =
        snet_stream_address_check(part->text) != SNET_OK
            ? SNET_ERR_VALUE
            : snet_schema_set(row, &to->own, &to->own.store, part->text, to->error);
    return err != SNET_ERR_VALUE
               ? err
               : snet_error_set(to->error, SNET_ERR_URL, "",
                                "the URL is wrong at character %zu: this is not an address",
                                part->at);
}

static snet_err config_url_set_options(struct config_url *to, const struct snet_url *url)
{
    snet_err err = SNET_OK;
    for (size_t i = 0; err == SNET_OK && i < url->option_count; i++) {
        const struct snet_url_option *option = &url->options[i];
        const struct snet_schema_row *row =
            snet_schema_find(snet_option_schema(), option->name.text, NULL);
        err = row != NULL ? config_url_set(to, row, option->value.text)
                          : snet_error_set(to->error, SNET_ERR_OPTION, option->name.text,
                                           "at character %zu of the URL: there is no such option",
                                           option->name.at);
    }
    return err;
}

static snet_err config_url_apply(struct snet_config *config, const char *url, bool allows_files,
                                 struct snet_error *ret_error)
{
    struct snet_url parts;
    struct config_url to = {.allows_files = allows_files, .error = ret_error};
    if (config == NULL || url == NULL || !snet_config_size_ok(config)) {
        return snet_config_refuse(url == NULL ? NULL : config, ret_error);
    }
    snet_err err = snet_config_copy(&to.own, config, ret_error);
    if (err != SNET_OK) {
        return err;
    }
    to.size = config->size;
    to.own.wires = SNET_WIRE_DEFAULT;
    err = snet_url_split(url, &parts, ret_error);
    err = err == SNET_OK ? config_url_set_part(&to, "server-key", &parts.key) : err;
    err = err == SNET_OK ? config_url_set_address(&to, &parts.address) : err;
    err = err == SNET_OK ? config_url_set_part(&to, "service", &parts.service) : err;
    err = err == SNET_OK ? config_url_set_options(&to, &parts) : err;
    if (err != SNET_OK) {
        snet_store_free(&to.own.store);
        return err;
    }
    snet_store_merge(&config->store, &to.own.store);
    to.own.store = config->store;
    to.own.size = config->size;
    snet_copy_out(config, to.size < sizeof to.own ? to.size : sizeof to.own, &to.own,
                  sizeof to.own);
    return SNET_OK;
}

snet_err snet_config_parse_url(struct snet_config *config, const char *url,
                               struct snet_error *ret_error)
{
    return config_url_apply(config, url, false, ret_error);
}

snet_err snet_config_parse_url_files(struct snet_config *config, const char *url,
                                     struct snet_error *ret_error)
{
    return config_url_apply(config, url, true, ret_error);
}

/* --- Writing --------------------------------------------------------------------------------- */

static void config_url_put_key(struct snet_url_text *text, const struct snet_key *key)
{
    char base64[SNET_KEY_TEXT_BYTES];
    snet_key_format(key, base64);
    for (size_t i = 0; base64[i] != '\0'; i++) {
        base64[i] = (char)(base64[i] == '+'   ? '-'
                           : base64[i] == '/' ? '_'
                           : base64[i] == '=' ? '\0'
                                              : base64[i]);
    }
    snet_url_put(text, base64);
    snet_url_put(text, "@");
}

/* HOST:PORT as a URL has it; a zone behind an IPv6 address is escaped. */
static void config_url_put_host(struct snet_url_text *text, const char *address)
{
    const bool bracketed = address[0] == '[';
    char inside[2] = "";
    snet_url_put(text, bracketed ? "[" : "");
    for (const char *at = address + (bracketed ? 1 : 0); at[0] != '\0'; at++) {
        inside[0] = at[0];
        if (bracketed && at[0] == ']') {
            snet_url_put(text, inside);
        } else {
            snet_url_put_escaped(text, inside);
        }
    }
}

/* Whether an option stands behind the '?'. */
static bool config_url_is_parameter(const struct snet_schema_row *row,
                                    const struct snet_config *own, bool is_path)
{
    const bool has_place = row->offset == offsetof(struct snet_config, server_key) ||
                           (row->offset == offsetof(struct snet_config, service) && !is_path);
    const uint32_t type = row->option.type;
    const bool secret = type == SNET_TYPE_SECRET || type == SNET_TYPE_SECRETS;
    return (row->option.uses & SNET_USE_URL) != 0 && !has_place && !secret &&
           snet_schema_is_set(row, own);
}

static void config_url_put_parameters(struct snet_url_text *text, const struct snet_config *own,
                                      bool is_path)
{
    const struct snet_schema *schema = snet_option_schema();
    const char *mark = "?";
    for (size_t i = 0; i < schema->row_count; i++) {
        char value[SNET_URL_MAX_BYTES];
        const struct snet_schema_row *row = &schema->rows[i];
        if (config_url_is_parameter(row, own, is_path)) {
            (void)snet_schema_get(row, own, value, sizeof value);
            snet_url_put(text, mark);
            snet_url_put(text, row->option.name);
            snet_url_put(text, "=");
            snet_url_put_escaped(text, value);
            mark = "&";
        }
    }
}

snet_err snet_config_format_url(const struct snet_config *config, char *ret_text, size_t size,
                                size_t *ret_len)
{
    struct snet_config own;
    struct snet_url_text text = {ret_text, size, 0};
    if (config == NULL || !snet_config_size_ok(config) || config->address == NULL ||
        ret_len == NULL || (ret_text == NULL && size > 0)) {
        return SNET_ERR_INVALID;
    }
    const snet_err err = snet_config_widen(config, &own, NULL);
    if (err != SNET_OK) {
        return err;
    }
    const bool is_path = strncmp(own.address, "unix:", 5) == 0;
    if (own.address[0] == ':' || (is_path && own.address[5] != '/') ||
        snet_stream_address_check(own.address) != SNET_OK) {
        return SNET_ERR_ADDRESS;
    }
    if (own.wires != 0 && (own.wires & SNET_WIRE_3) == 0) {
        return SNET_ERR_UNSUPPORTED;
    }
    snet_url_put(&text, is_path ? "snet+unix://" : "snet://");
    if (own.server_key != NULL) {
        config_url_put_key(&text, own.server_key);
    }
    if (is_path) {
        snet_url_put_escaped(&text, own.address + 5);
    } else {
        config_url_put_host(&text, own.address);
    }
    if (own.service != NULL && !is_path) {
        snet_url_put(&text, "/");
        snet_url_put_escaped(&text, own.service);
    }
    config_url_put_parameters(&text, &own, is_path);
    *ret_len = text.len;
    return SNET_OK;
}
