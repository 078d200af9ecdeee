/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/apply.h"

#include <snet/apply.h>

#include "sock/added.h"
#include "sock/config.h"

static struct snet_session_config apply_session(const struct snet_config *config)
{
    return (struct snet_session_config){
        .plain = config->plain != 0,
        .cipher = config->cipher == NULL ? NULL : snet_added_find_cipher(config->cipher),
        .history_bytes = (uint32_t)config->history_bytes,
        .inbox_bytes = (uint32_t)config->inbox_bytes,
        .resume_timeout_ns = config->resume_timeout_ns,
        .handshake_timeout_ns = config->handshake_timeout_ns,
        .heartbeat_ns = config->heartbeat_ns,
        .pad_bytes = (uint32_t)config->pad_bytes,
        .dead_peer_timeout_ns = config->dead_peer_timeout_ns,
    };
}

void snet_apply_own_client(const struct snet_config *config, struct snet_client_config *ret_client)
{
    *ret_client = (struct snet_client_config){
        .session = apply_session(config),
        .wire = (enum snet_wire)config->wires,
        .connect_timeout_ns = config->connect_timeout_ns,
        .keys = {.server = config->server_key, .client_secret = config->key, .psk = config->psk},
        .suite =
            (uint8_t)(config->suite == SNET_SUITE_FASTEST ? snet_suite_fastest() : config->suite),
        .service = config->service,
        .early_data = config->early_data != 0,
        .retry = config->retry != 0,
        .rekey_interval_ns =
            config->rekey_interval_ns == SNET_NEVER ? 0 : config->rekey_interval_ns,
    };
}

void snet_apply_own_server(const struct snet_config *config, struct snet_server_config *ret_server)
{
    *ret_server = (struct snet_server_config){
        .session = apply_session(config),
        .keys = {.secrets = config->key,
                 .secret_count = config->key_count,
                 .psks = config->psk,
                 .psk_count = config->psk_count,
                 .authorized = config->authorized,
                 .authorized_count = config->authorized_count,
                 .node_id = config->node_id},
        .wires = config->wires,
        .sessions_max = config->sessions_max,
        .handshakes_max = config->handshakes_max,
        .first_bytes_timeout_ns = config->first_bytes_timeout_ns,
        .ended_keep_ns = config->ended_keep_ns,
    };
}

void snet_apply_own_core(const struct snet_config *config, struct snet_core_config *ret_core)
{
    *ret_core = (struct snet_core_config){
        .send_budget_bytes = config->send_budget_bytes,
        .recv_budget_bytes = config->recv_budget_bytes,
    };
}

/* --- For programs with a loop of their own ---------------------------------------------------- */

snet_err snet_apply_client(const struct snet_config *config, struct snet_client_config *ret_client,
                           struct snet_error *ret_error)
{
    struct snet_config own;
    const snet_err err = snet_config_take(config, SNET_USE_DIAL, &own, ret_error);
    if (err == SNET_OK) {
        snet_apply_own_client(&own, ret_client);
    }
    return err;
}

snet_err snet_apply_server(const struct snet_config *config, struct snet_server_config *ret_server,
                           struct snet_error *ret_error)
{
    struct snet_config own;
    const snet_err err = snet_config_take(config, SNET_USE_LISTEN, &own, ret_error);
    if (err == SNET_OK) {
        snet_apply_own_server(&own, ret_server);
    }
    return err;
}
