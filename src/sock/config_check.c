/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/added.h"
#include "sock/config.h"
#include "sock/option.h"

#include <string.h>

#define CONFIG_WIRES_LEGACY (SNET_WIRE_1 | SNET_WIRE_1_PADDED | SNET_WIRE_2)

/* What is wrong with a struct: an option and a sentence; NULL for nothing. */
struct config_fault {
    snet_err err;
    const char *option;
    const char *text;
};

static const char *config_use_name(uint32_t use)
{
    return use == SNET_USE_DIAL ? "dial" : use == SNET_USE_LISTEN ? "listen" : "open the library";
}

/* Whether an option that is set means something for this use and on these wires. */
static snet_err config_check_use(const struct snet_schema_row *row, uint32_t use, uint32_t wires,
                                 struct snet_error *ret_error)
{
    const struct snet_option *option = &row->option;
    if ((option->uses & use) == 0) {
        return snet_error_set(ret_error, SNET_ERR_OPTION, option->name,
                              "%s means nothing to %s: leave it out", option->name,
                              config_use_name(use));
    }
    if ((option->uses & SNET_USE_SECURE) != 0 && (wires & SNET_WIRE_3) == 0) {
        return snet_error_set(ret_error, SNET_ERR_OPTION, option->name,
                              "%s is for wire 3, which wire does not name", option->name);
    }
    if ((option->uses & SNET_USE_LEGACY) != 0 && (wires & CONFIG_WIRES_LEGACY) == 0) {
        return snet_error_set(ret_error, SNET_ERR_OPTION, option->name,
                              "%s is for wires 1 and 2, which wire does not name", option->name);
    }
    return SNET_OK;
}

static snet_err config_check_rows(const struct snet_config *own, uint32_t use,
                                  struct snet_error *ret_error)
{
    const struct snet_schema *schema = snet_option_schema();
    const uint32_t wires = own->wires == 0 ? (uint32_t)SNET_WIRE_3 : own->wires;
    snet_err err = SNET_OK;
    for (size_t i = 0; i < schema->row_count && err == SNET_OK; i++) {
        err = snet_schema_check(&schema->rows[i], own, ret_error);
    }
    /* Afterwards, because it goes by the wires, which are good now. */
    for (size_t i = 0; i < schema->row_count && err == SNET_OK; i++) {
        if (snet_schema_is_set(&schema->rows[i], own)) {
            err = config_check_use(&schema->rows[i], use, wires, ret_error);
        }
    }
    return err;
}

/* --- Options beside each other --------------------------------------------------------------- */

static struct config_fault config_fault_dial(const struct snet_config *own)
{
    const struct config_fault none = {SNET_OK, NULL, NULL};
    const uint32_t wires = own->wires == 0 ? (uint32_t)SNET_WIRE_3 : own->wires;
    if ((wires & (wires - 1)) != 0) {
        return (struct config_fault){SNET_ERR_OPTION, "wire",
                                     "wire is one to dial: a client speaks one wire"};
    }
    if (own->on_accept != NULL) {
        return (struct config_fault){SNET_ERR_OPTION, "on_accept",
                                     "on_accept means nothing to dial: leave it out"};
    }
    if (wires != SNET_WIRE_3) {
        return own->service == NULL
                   ? none
                   : (struct config_fault){
                         SNET_ERR_OPTION, "service",
                         "service is for wire 3: wires 1 and 2 cannot ask for one"};
    }
    if (own->server_key == NULL && own->psk == NULL) {
        return (struct config_fault){SNET_ERR_OPTION, "server-key",
                                     "server-key is missing: it is how a client knows its server, "
                                     "unless both share a psk"};
    }
    if (own->psk != NULL && (own->server_key != NULL || own->key != NULL)) {
        return (struct config_fault){SNET_ERR_OPTION, "psk",
                                     "psk stands in place of server-key and key: give one or the "
                                     "other"};
    }
    if (own->key_count > 1 || own->psk_count > 1) {
        return own->psk_count > 1
                   ? (struct config_fault){SNET_ERR_OPTION, "psk", "psk is one to dial"}
                   : (struct config_fault){SNET_ERR_OPTION, "key", "key is one to dial"};
    }
    return none;
}

static struct config_fault config_fault_listen(const struct snet_config *own)
{
    const uint32_t wires = own->wires == 0 ? (uint32_t)SNET_WIRE_3 : own->wires;
    if (own->connect != NULL) {
        return (struct config_fault){SNET_ERR_OPTION, "connect",
                                     "connect means nothing to listen: leave it out"};
    }
    if ((wires & SNET_WIRE_3) != 0 && own->key == NULL && own->psk == NULL) {
        return (struct config_fault){SNET_ERR_OPTION, "key",
                                     "key is missing: it is how clients know this server, unless "
                                     "both share a psk"};
    }
    if (own->authorized_count > 0 && own->key == NULL) {
        return (struct config_fault){SNET_ERR_OPTION, "authorized",
                                     "authorized needs a key of the listener beside it"};
    }
    return (struct config_fault){SNET_OK, NULL, NULL};
}

snet_err snet_config_check(const struct snet_config *config, uint32_t use,
                           struct snet_error *ret_error)
{
    struct snet_config own;
    struct config_fault fault = {SNET_OK, NULL, NULL};
    if (use != SNET_USE_DIAL && use != SNET_USE_LISTEN && use != SNET_USE_LIBRARY) {
        return snet_error_set(ret_error, SNET_ERR_INVALID, "",
                              "a config is checked for one use: to dial, to listen, or for the "
                              "library");
    }
    snet_err err = snet_config_widen(config, &own, ret_error);
    if (err == SNET_OK) {
        err = config_check_rows(&own, use, ret_error);
    }
    if (err != SNET_OK) {
        return err;
    }
    if (own.events != NULL && own.on_event != NULL) {
        fault = (struct config_fault){SNET_ERR_OPTION, "on_event",
                                      "on_event stands in place of events: give one or the other"};
    } else if (own.cipher != NULL && snet_added_find_cipher(own.cipher) == NULL) {
        fault = (struct config_fault){SNET_ERR_VALUE, "cipher",
                                      "cipher is one that the program has not registered: see "
                                      "snet_library_add_cipher"};
    } else if (use == SNET_USE_DIAL) {
        fault = config_fault_dial(&own);
    } else if (use == SNET_USE_LISTEN) {
        fault = config_fault_listen(&own);
    }
    return fault.err == SNET_OK
               ? SNET_OK
               : snet_error_set(ret_error, fault.err, fault.option, "%s", fault.text);
}
