/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/keys.h"

int snet_keys_complete(struct snet_options *options, bool *ret_temporary)
{
    struct snet_config *config = options->config;
    struct snet_key secret;
    *ret_temporary = false;
    /* Clients with a key of their own need one of the server, a shared secret does without. */
    const bool enough = config->key != NULL || (config->psk != NULL && config->authorized == NULL);
    if ((options->wires & SNET_WIRES_SECURE) == 0 || enough) {
        return SNET_EXIT_OK;
    }
    snet_err err = snet_key_generate(&secret);
    if (err == SNET_OK) {
        err = snet_config_set_key(config, "key", &secret, NULL);
        snet_key_wipe(&secret);
    }
    if (err != SNET_OK) {
        snet_log_say(&options->log, "%s", snet_err_message(err));
        return SNET_EXIT_OS;
    }
    *ret_temporary = true;
    return SNET_EXIT_OK;
}
