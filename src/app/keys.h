/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The keys of wire 3 that the options name, read from their files: those of a gateway and those of
 * a client. Without wire 3 there are none. What is wrong is said in one line.
 *
 * Ownership: the caller's struct, wiped with snet_..._keys_wipe on every way out; it may be zeroed.
 */
#ifndef SNET_APP_KEYS_H
#define SNET_APP_KEYS_H

#include <snet/core.h>
#include <snet/schema.h>

#include "app/options.h"

#include <stdbool.h>
#include <stddef.h>

struct snet_keys_server {
    struct snet_key secrets[SNET_SERVER_SECRETS_MAX];
    size_t secret_count;
    struct snet_key psks[SNET_SERVER_PSKS_MAX];
    size_t psk_count;
    struct snet_key_list authorized;
    bool temporary; /* the one secret key was made here */
};

struct snet_keys_client {
    struct snet_key server;
    struct snet_key client_secret;
    struct snet_key psk;
    bool has_server;
    bool has_client_secret;
    bool has_psk;
};

/* Returns the exit code, after saying what is wrong unless that is SNET_EXIT_OK. */
int snet_keys_load_server(struct snet_keys_server *keys, const struct snet_options *options);
/* What `keys` has, for the library. */
struct snet_server_keys snet_keys_of_server(const struct snet_keys_server *keys,
                                            const struct snet_options *options);
void snet_keys_wipe_server(struct snet_keys_server *keys);

/* The same for a client, which names one wire. */
int snet_keys_load_client(struct snet_keys_client *keys, const struct snet_options *options);
struct snet_client_keys snet_keys_of_client(const struct snet_keys_client *keys);
void snet_keys_wipe_client(struct snet_keys_client *keys);

#endif
