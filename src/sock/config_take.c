/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/config.h"
#include "sock/copy_out.h"
#include "sock/option.h"

#include <string.h>

/* Without padding, and so without a byte that a program leaves to chance, on 64 bits and on 32. */
_Static_assert(sizeof(struct snet_config) == SNET_CONFIG_FIRST_BYTES,
               "struct snet_config has no padding");
_Static_assert(sizeof(struct snet_config) % 8 == 0, "struct snet_config grows by 8 bytes");

bool snet_config_size_ok(const struct snet_config *config)
{
    return config->size >= SNET_CONFIG_FIRST_BYTES && config->size <= SNET_CONFIG_MAX_BYTES &&
           config->size % 8 == 0;
}

snet_err snet_config_refuse(const struct snet_config *config, struct snet_error *ret_error)
{
    return config == NULL
               ? snet_error_set(ret_error, SNET_ERR_INVALID, NULL, "an argument is missing")
               : snet_error_set(ret_error, SNET_ERR_INVALID, "size",
                                "the config has no size: begin it with SNET_CONFIG_INIT");
}

snet_err snet_config_widen(const struct snet_config *config, struct snet_config *ret_own,
                           struct snet_error *ret_error)
{
    struct snet_config own = SNET_CONFIG_INIT;
    if (config == NULL) {
        *ret_own = own;
        return SNET_OK;
    }
    if (!snet_config_size_ok(config)) {
        return snet_config_refuse(config, ret_error);
    }
    const uint8_t *bytes = (const uint8_t *)config;
    /* A newer program: what it sets must be known here. */
    for (size_t i = offsetof(struct snet_config, reserved); i < config->size; i++) {
        if (bytes[i] != 0) {
            return snet_error_set(ret_error, SNET_ERR_TOO_NEW, "",
                                  "the program sets an option that snet %s does not have",
                                  snet_version());
        }
    }
    snet_copy_out(&own, sizeof own, config, config->size);
    own.size = sizeof own;
    *ret_own = own;
    return SNET_OK;
}

/* --- Defaults -------------------------------------------------------------------------------- */

static bool config_is(const struct snet_schema_row *row, size_t offset)
{
    return row->offset == offset;
}

/* Whether the wires of a struct are those of before snet/3 alone. */
static bool config_only_legacy(const struct snet_config *own)
{
    return own->wires != 0 && (own->wires & SNET_WIRE_3) == 0;
}

const char *snet_config_default(const struct snet_schema_row *row, const struct snet_config *own)
{
    if (own->preset == SNET_PRESET_PHONE && row->option.phone_text[0] != '\0') {
        return row->option.phone_text;
    }
    if (config_only_legacy(own) && config_is(row, offsetof(struct snet_config, history_bytes))) {
        return "1M";
    }
    if (config_only_legacy(own) && config_is(row, offsetof(struct snet_config, inbox_bytes))) {
        return "256k";
    }
    return row->option.default_text;
}

/* Whether what counts while a field is 0 is said here, and not by the core or by each wire. */
static bool config_is_filled(const struct snet_schema_row *row, const struct snet_config *own)
{
    return (own->preset == SNET_PRESET_PHONE && row->option.phone_text[0] != '\0') ||
           config_is(row, offsetof(struct snet_config, wires)) ||
           config_is(row, offsetof(struct snet_config, linger_ns)) ||
           config_is(row, offsetof(struct snet_config, backlog_max));
}

static void config_fill(struct snet_config *own)
{
    const struct snet_schema *schema = snet_option_schema();
    for (size_t i = 0; i < schema->row_count; i++) {
        const struct snet_schema_row *row = &schema->rows[i];
        uint64_t value = 0;
        if (config_is_filled(row, own) && !snet_schema_is_set(row, own) &&
            snet_schema_parse(&row->option, snet_config_default(row, own), &value, NULL) ==
                SNET_OK) {
            snet_schema_set_number(row, own, value);
        }
        if (row->option.type == SNET_TYPE_FLAG) { /* 2 is a "no" where "yes" is the default */
            snet_schema_set_number(row, own, snet_schema_number(row, own) == 1);
        }
    }
    /* A pointer to one key needs no count. */
    own->key_count = own->key != NULL && own->key_count == 0 ? 1 : own->key_count;
    own->psk_count = own->psk != NULL && own->psk_count == 0 ? 1 : own->psk_count;
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

snet_err snet_config_take(const struct snet_config *config, uint32_t use,
                          struct snet_config *ret_own, struct snet_error *ret_error)
{
    struct snet_config own;
    snet_err err = snet_config_widen(config, &own, ret_error);
    if (err == SNET_OK) {
        err = snet_config_check(&own, use, ret_error);
    }
    if (err == SNET_OK) {
        config_fill(&own);
        *ret_own = own;
    }
    return err;
}
