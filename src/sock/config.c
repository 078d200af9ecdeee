/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/socket.h"

#include <string.h>

/* Networks of phones forget a silent connection after some five minutes. */
#define CONFIG_PHONE_HEARTBEAT_NS (270 * SNET_SECOND_NS)
#define CONFIG_PHONE_WAIT_NS (UINT64_C(24) * 3600 * SNET_SECOND_NS)
#define CONFIG_PHONE_BUFFER_BYTES (256u * 1024)
#define CONFIG_PHONE_BEGIN_NS (60 * SNET_SECOND_NS)

void snet_socket_config_phone(struct snet_socket_config *ret_config)
{
    *ret_config = (struct snet_socket_config){
        .struct_size = sizeof *ret_config,
        .session =
            {
                .history_bytes = CONFIG_PHONE_BUFFER_BYTES,
                .inbox_bytes = CONFIG_PHONE_BUFFER_BYTES,
                .resume_timeout_ns = CONFIG_PHONE_WAIT_NS,
                .heartbeat_ns = CONFIG_PHONE_HEARTBEAT_NS,
            },
        .connect_timeout_ns = CONFIG_PHONE_BEGIN_NS,
    };
}

void snet_socket_config_server(struct snet_socket_config *ret_config)
{
    *ret_config = (struct snet_socket_config){.struct_size = sizeof *ret_config};
}

static const char *config_bad_session(const struct snet_session_config *session)
{
    const uint64_t beat_ns = session->heartbeat_ns;
    if (beat_ns != 0 && (beat_ns < SNET_HEARTBEAT_MIN_NS || beat_ns > SNET_HEARTBEAT_MAX_NS)) {
        return "session.heartbeat_ns";
    }
    if (session->pad_bytes > SNET_PAD_MAX_BYTES) {
        return "session.pad_bytes";
    }
    const bool small =
        session->history_bytes != 0 && session->history_bytes < SNET_HISTORY_MIN_BYTES;
    return small || session->history_bytes > SNET_HISTORY_MAX_BYTES ? "session.history_bytes"
                                                                    : NULL;
}

static const char *config_bad_client(const struct snet_socket_config *config, unsigned wires)
{
    const struct snet_client_keys *keys = &config->client_keys;
    if (__builtin_popcount(wires) != 1) {
        return "wires";
    }
    if (config->service != NULL && strlen(config->service) > SNET_SERVICE_MAX_BYTES) {
        return "service";
    }
    if (wires != SNET_WIRE_3) {
        return NULL;
    }
    if (config->suite > SNET_SUITE_AES_256_GCM) {
        return "suite"; /* the core of sockets has none of a program's own */
    }
    if ((keys->server == NULL) == (keys->psk == NULL)) {
        return "client_keys.server";
    }
    return keys->psk != NULL && keys->client_secret != NULL ? "client_keys.client_secret" : NULL;
}

static const char *config_bad_server(const struct snet_socket_config *config, unsigned wires)
{
    const struct snet_server_keys *keys = &config->server_keys;
    if ((wires & SNET_WIRE_3) == 0) {
        return NULL;
    }
    if (keys->secret_count + keys->psk_count == 0 || keys->secret_count > SNET_SERVER_SECRETS_MAX) {
        return "server_keys.secret_count";
    }
    if (keys->psk_count > SNET_SERVER_PSKS_MAX) {
        return "server_keys.psk_count";
    }
    return keys->authorized_count > SNET_SERVER_AUTHORIZED_MAX ? "server_keys.authorized_count"
                                                               : NULL;
}

snet_err snet_socket_config_check(const struct snet_socket_config *config, bool listens,
                                  const char **ret_field)
{
    const char *field = "struct_size";
    if (config != NULL && config->struct_size == sizeof *config) {
        const unsigned wires = config->wires == 0 ? SNET_WIRE_3 : config->wires;
        field = (wires & ~SNET_WIRES_ALL) != 0 ? "wires"
                : listens                      ? config_bad_server(config, wires)
                                               : config_bad_client(config, wires);
        field = field == NULL ? config_bad_session(&config->session) : field;
    }
    if (field != NULL && ret_field != NULL) {
        *ret_field = field;
    }
    return field == NULL ? SNET_OK : SNET_ERR_INVALID;
}

snet_err snet_socket_config_take(const struct snet_socket_config *config, bool listens,
                                 struct snet_socket_config *ret_config)
{
    const snet_err err = snet_socket_config_check(config, listens, NULL);
    if (err != SNET_OK) {
        return err;
    }
    struct snet_socket_config own = *config;
    own.wires = own.wires == 0 ? SNET_WIRE_3 : own.wires;
    own.linger_ns = own.linger_ns == 0 ? SNET_SOCKET_LINGER_DEFAULT_NS : own.linger_ns;
    *ret_config = own;
    return SNET_OK;
}
