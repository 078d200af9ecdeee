/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/keys.h"

#include "app/nodump.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

static int keys_refuse(const struct snet_options *options, const struct snet_error *error)
{
    snet_log_say(&options->log, "%s", error->text);
    return SNET_EXIT_NO_INPUT;
}

/* --- Servers --------------------------------------------------------------------------------- */

static int keys_read_server(struct snet_keys_server *keys, const struct snet_options *options)
{
    const struct snet_options_secure *secure = &options->secure;
    struct snet_error error;
    for (; keys->secret_count < secure->key_count; keys->secret_count++) {
        if (snet_key_read_file(secure->keys[keys->secret_count], SNET_KEY_SECRET,
                               &keys->secrets[keys->secret_count], &error) != SNET_OK) {
            return keys_refuse(options, &error);
        }
    }
    for (; keys->psk_count < secure->psk_count; keys->psk_count++) {
        if (snet_key_read_file(secure->psks[keys->psk_count], SNET_KEY_SHARED,
                               &keys->psks[keys->psk_count], &error) != SNET_OK) {
            return keys_refuse(options, &error);
        }
    }
    if (secure->authorized != NULL &&
        snet_key_list_read_file(secure->authorized, SNET_SERVER_AUTHORIZED_MAX, &keys->authorized,
                                &error) != SNET_OK) {
        return keys_refuse(options, &error);
    }
    return SNET_EXIT_OK;
}

int snet_keys_load_server(struct snet_keys_server *keys, const struct snet_options *options)
{
    if ((options->wires & SNET_WIRES_SECURE) == 0) {
        return SNET_EXIT_OK;
    }
    snet_nodump_process();
    const int code = keys_read_server(keys, options);
    if (code != SNET_EXIT_OK) {
        snet_keys_wipe_server(keys);
        return code;
    }
    /* Clients with a key of their own need one of the server, a shared secret does without. */
    if (keys->secret_count == 0 && (keys->psk_count == 0 || keys->authorized.count > 0)) {
        if (snet_key_generate(&keys->secrets[0]) != SNET_OK) {
            snet_log_say(&options->log, "%s", snet_err_message(SNET_ERR_RANDOM));
            snet_keys_wipe_server(keys);
            return SNET_EXIT_OS;
        }
        keys->secret_count = 1;
        keys->temporary = true;
    }
    return SNET_EXIT_OK;
}

struct snet_server_keys snet_keys_of_server(const struct snet_keys_server *keys,
                                            const struct snet_options *options)
{
    return (struct snet_server_keys){
        .secrets = keys->secrets,
        .secret_count = keys->secret_count,
        .psks = keys->psks,
        .psk_count = keys->psk_count,
        .authorized = keys->authorized.keys,
        .authorized_count = keys->authorized.count,
        .node_id = (uint32_t)options->secure.node_id,
    };
}

void snet_keys_wipe_server(struct snet_keys_server *keys)
{
    snet_key_list_deinit(&keys->authorized);
    explicit_bzero(keys, sizeof *keys);
}

/* --- Clients --------------------------------------------------------------------------------- */

static int keys_usage(const struct snet_options *options, const char *what)
{
    snet_log_say(&options->log, "%s; see snet %s --help", what, options->log.command);
    return SNET_EXIT_USAGE;
}

static int keys_check_client(const struct snet_options *options)
{
    const struct snet_options_secure *secure = &options->secure;
    if (secure->server_key == NULL && secure->psk_count == 0) {
        return keys_usage(options, "wire 3 needs --server-key KEY, which snet serve prints when it "
                                   "starts, or --psk FILE");
    }
    if (secure->psk_count > 1) {
        return keys_usage(options, "one --psk is enough for a client");
    }
    if (secure->psk_count == 1 && (secure->server_key != NULL || secure->client_key != NULL)) {
        return keys_usage(options, "--psk stands in place of --server-key and --client-key");
    }
    return SNET_EXIT_OK;
}

/* Reads the server's key, which is given as itself or as a file. */
static snet_err keys_read_pin(const char *value, struct snet_key *ret_key,
                              struct snet_error *ret_error)
{
    if (snet_key_parse(value, ret_key) == SNET_OK) {
        return SNET_OK;
    }
    if (access(value, F_OK) != 0) {
        return snet_error_set(
            ret_error, SNET_ERR_KEY, NULL,
            "--server-key is neither a key, 44 characters of base64, nor a file: %s",
            strerror(errno));
    }
    return snet_key_read_file(value, SNET_KEY_PUBLIC, ret_key, ret_error);
}

static int keys_read_client(struct snet_keys_client *keys, const struct snet_options *options)
{
    const struct snet_options_secure *secure = &options->secure;
    struct snet_error error;
    keys->has_server = secure->server_key != NULL;
    keys->has_client_secret = secure->client_key != NULL;
    keys->has_psk = secure->psk_count > 0;
    snet_err err =
        keys->has_server ? keys_read_pin(secure->server_key, &keys->server, &error) : SNET_OK;
    if (err == SNET_OK && keys->has_client_secret) {
        err = snet_key_read_file(secure->client_key, SNET_KEY_SECRET, &keys->client_secret, &error);
    }
    if (err == SNET_OK && keys->has_psk) {
        err = snet_key_read_file(secure->psks[0], SNET_KEY_SHARED, &keys->psk, &error);
    }
    return err == SNET_OK ? SNET_EXIT_OK : keys_refuse(options, &error);
}

int snet_keys_load_client(struct snet_keys_client *keys, const struct snet_options *options)
{
    if ((options->wires & SNET_WIRES_SECURE) == 0) {
        return SNET_EXIT_OK;
    }
    snet_nodump_process();
    int code = keys_check_client(options);
    if (code == SNET_EXIT_OK) {
        code = keys_read_client(keys, options);
    }
    if (code != SNET_EXIT_OK) {
        snet_keys_wipe_client(keys);
    }
    return code;
}

struct snet_client_keys snet_keys_of_client(const struct snet_keys_client *keys)
{
    return (struct snet_client_keys){
        .server = keys->has_server ? &keys->server : NULL,
        .client_secret = keys->has_client_secret ? &keys->client_secret : NULL,
        .psk = keys->has_psk ? &keys->psk : NULL,
    };
}

void snet_keys_wipe_client(struct snet_keys_client *keys)
{
    explicit_bzero(keys, sizeof *keys);
}
