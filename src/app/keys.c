/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/keys.h"

#include "app/nodump.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

bool snet_keys_make(struct snet_key *ret_secret)
{
    return uv_random(NULL, NULL, ret_secret->bytes, sizeof ret_secret->bytes, 0, NULL) == 0;
}

static int keys_refuse(const struct snet_options *options,
                       const struct snet_keyfile_problem *problem)
{
    snet_log_say(&options->log, "%s", problem->text);
    return SNET_EXIT_NO_INPUT;
}

/* --- Servers --------------------------------------------------------------------------------- */

static int keys_read_server(struct snet_keys_server *keys, const struct snet_options *options)
{
    const struct snet_options_secure *secure = &options->secure;
    struct snet_keyfile_problem problem;
    for (; keys->secret_count < secure->key_count; keys->secret_count++) {
        if (!snet_keyfile_read_secret(secure->keys[keys->secret_count],
                                      &keys->secrets[keys->secret_count], &problem)) {
            return keys_refuse(options, &problem);
        }
    }
    for (; keys->psk_count < secure->psk_count; keys->psk_count++) {
        if (!snet_keyfile_read_secret(secure->psks[keys->psk_count], &keys->psks[keys->psk_count],
                                      &problem)) {
            return keys_refuse(options, &problem);
        }
    }
    if (secure->authorized != NULL &&
        !snet_keyfile_read_list(secure->authorized, SNET_SERVER_AUTHORIZED_MAX, &keys->authorized,
                                &problem)) {
        return keys_refuse(options, &problem);
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
        if (!snet_keys_make(&keys->secrets[0])) {
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
    snet_keyfile_list_deinit(&keys->authorized);
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
static bool keys_read_pin(const char *value, struct snet_key *ret_key,
                          struct snet_keyfile_problem *ret_problem)
{
    if (snet_key_parse(value, strlen(value), ret_key) == SNET_OK) {
        return true;
    }
    if (access(value, F_OK) != 0) {
        (void)snprintf(ret_problem->text, sizeof ret_problem->text,
                       "--server-key is neither a key, 44 characters of base64, nor a file: %s",
                       strerror(errno));
        return false;
    }
    return snet_keyfile_read_public(value, ret_key, ret_problem);
}

static int keys_read_client(struct snet_keys_client *keys, const struct snet_options *options)
{
    const struct snet_options_secure *secure = &options->secure;
    struct snet_keyfile_problem problem;
    keys->has_server = secure->server_key != NULL;
    keys->has_client_secret = secure->client_key != NULL;
    keys->has_psk = secure->psk_count > 0;
    if ((keys->has_server && !keys_read_pin(secure->server_key, &keys->server, &problem)) ||
        (keys->has_client_secret &&
         !snet_keyfile_read_secret(secure->client_key, &keys->client_secret, &problem)) ||
        (keys->has_psk && !snet_keyfile_read_secret(secure->psks[0], &keys->psk, &problem))) {
        return keys_refuse(options, &problem);
    }
    return SNET_EXIT_OK;
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
