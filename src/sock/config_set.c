/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/config.h"
#include "sock/copy_out.h"
#include "sock/option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Options under names that they have no more, and what stands in their place. */
struct config_former {
    const char *name;
    const char *hint;
};
static const struct config_former config_formers[] = {
    {"client-key", "client-key is key now: the secret key of this end, whichever that is"},
};

/* --- Structs --------------------------------------------------------------------------------- */

struct snet_config *snet_config_new(void)
{
    struct snet_config *config = calloc(1, sizeof *config);
    if (config != NULL) {
        config->size = sizeof *config;
    }
    return config;
}

void snet_config_free(struct snet_config *config)
{
    snet_config_clear(config);
    free(config);
}

void snet_config_clear(struct snet_config *config)
{
    static const uint8_t nothing[sizeof(uint32_t)];
    if (config == NULL || !snet_config_size_ok(config)) {
        return;
    }
    const uint32_t size = config->size; /* of the program, which may know more of the struct */
    snet_store_free(&config->store);
    snet_copy_out(config, size, nothing, sizeof nothing);
    config->size = size;
}

/* --- Setting --------------------------------------------------------------------------------- */

/* The row of an option that this struct has a field for. */
static snet_err config_find(const struct snet_config *config, const char *name,
                            const struct snet_schema_row **ret_row, struct snet_error *ret_error)
{
    if (config == NULL || name == NULL || !snet_config_size_ok(config)) {
        return snet_config_refuse(name == NULL ? NULL : config, ret_error);
    }
    for (size_t i = 0; i < sizeof config_formers / sizeof config_formers[0]; i++) {
        if (strcmp(name, config_formers[i].name) == 0) {
            return snet_error_set(ret_error, SNET_ERR_OPTION, name, "%s", config_formers[i].hint);
        }
    }
    const struct snet_schema_row *row = snet_schema_find(snet_option_schema(), name, ret_error);
    if (row == NULL) {
        return SNET_ERR_OPTION;
    }
    if (row->offset >= config->size) {
        return snet_error_set(ret_error, SNET_ERR_OPTION, name,
                              "the program is older than the option %s: snet_config_new makes a "
                              "config that has it",
                              name);
    }
    *ret_row = row;
    return SNET_OK;
}

snet_err snet_config_set(struct snet_config *config, const char *name, const char *value,
                         struct snet_error *ret_error)
{
    const struct snet_schema_row *row = NULL;
    const snet_err err = config_find(config, value == NULL ? NULL : name, &row, ret_error);
    return err == SNET_OK ? snet_schema_set(row, config, &config->store, value, ret_error) : err;
}

snet_err snet_config_set_key(struct snet_config *config, const char *name,
                             const struct snet_key *key, struct snet_error *ret_error)
{
    const struct snet_schema_row *row = NULL;
    const snet_err err = config_find(config, key == NULL ? NULL : name, &row, ret_error);
    return err == SNET_OK ? snet_schema_set_key(row, config, &config->store, key, ret_error) : err;
}

snet_err snet_config_set_events(struct snet_config *config, snet_events *events)
{
    if (config == NULL || !snet_config_size_ok(config)) {
        return SNET_ERR_INVALID;
    }
    config->events = events;
    return SNET_OK;
}

/* --- Getting --------------------------------------------------------------------------------- */

snet_err snet_config_get(const struct snet_config *config, const char *name, char *ret_text,
                         size_t size, size_t *ret_len)
{
    const struct snet_schema_row *row = NULL;
    struct snet_config own;
    if (ret_len == NULL || (ret_text == NULL && size > 0)) {
        return SNET_ERR_INVALID;
    }
    snet_err err = config_find(config, name, &row, NULL);
    if (err == SNET_OK) {
        err = snet_config_widen(config, &own, NULL);
    }
    if (err != SNET_OK) {
        return err;
    }
    if (snet_schema_is_set(row, &own)) {
        *ret_len = snet_schema_get(row, &own, ret_text, size);
        return SNET_OK;
    }
    const char *text = snet_config_default(row, &own);
    *ret_len = strlen(text);
    if (size > 0) {
        (void)snprintf(ret_text, size, "%s", text);
    }
    return SNET_OK;
}
