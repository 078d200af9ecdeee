/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "bench/scenes/core_pair.h"

/* Each end has a seed of its own. */
#define PAIR_SERVER_SEED UINT64_C(0x5e12e5)
#define PAIR_KEY_SEED UINT64_C(0x6b6579)
/* No session ends because it has waited too long for a link. */
#define PAIR_WAIT_NS SNET_RESUME_TIMEOUT_MAX_NS

/* --- Both ends ------------------------------------------------------------------------------ */

static struct snet_session_config pair_session_config(const struct snet_bench_core_config *config)
{
    return (struct snet_session_config){
        .plain = config->plain,
        .history_bytes = config->history_bytes,
        .resume_timeout_ns = PAIR_WAIT_NS,
    };
}

snet_err snet_bench_core_pair_init_server(struct snet_bench_core_pair *pair,
                                          const struct snet_bench_core_config *config)
{
    struct snet_key secret;
    *pair = (struct snet_bench_core_pair){.config = *config, .now = SNET_BENCH_CORE_BEGIN_NS};
    snet_err err = snet_bench_core_end_init(&pair->server, config->seed ^ PAIR_KEY_SEED);
    snet_bench_core_end_draw(&pair->server, secret.bytes, sizeof secret.bytes);
    pair->server.random = config->seed ^ PAIR_SERVER_SEED;
    pair->key = secret;
    if (err == SNET_OK && !config->psk) {
        err = snet_key_public(&secret, &pair->key);
    }
    struct snet_server_config server = {
        .session = pair_session_config(config),
        .wires = config->wire,
        .sessions_max = config->sessions_max,
    };
    if (config->wire == SNET_WIRE_3 && config->psk) {
        server.keys = (struct snet_server_keys){.psks = &secret, .psk_count = 1};
    } else if (config->wire == SNET_WIRE_3) {
        server.keys = (struct snet_server_keys){.secrets = &secret, .secret_count = 1};
    }
    if (err == SNET_OK) {
        err = snet_server_new(pair->server.core, &server, &pair->server.server);
    }
    snet_key_wipe(&secret);
    return err;
}

snet_err snet_bench_core_pair_init(struct snet_bench_core_pair *pair,
                                   const struct snet_bench_core_config *config)
{
    const snet_err err = snet_bench_core_pair_init_server(pair, config);
    if (err != SNET_OK) {
        return err;
    }
    pair->client_config = (struct snet_client_config){
        .session = pair_session_config(config),
        .wire = config->wire,
        .suite = config->suite,
        .keys = {.server = config->psk ? NULL : &pair->key, .psk = config->psk ? &pair->key : NULL},
    };
    if (config->wire != SNET_WIRE_3) {
        pair->client_config.keys = (struct snet_client_keys){NULL, NULL, NULL};
        pair->client_config.suite = 0;
    }
    return snet_bench_core_end_init(&pair->client, config->seed);
}

void snet_bench_core_pair_deinit(struct snet_bench_core_pair *pair)
{
    snet_bench_core_end_deinit(&pair->client);
    snet_bench_core_end_deinit(&pair->server);
    snet_key_wipe(&pair->key);
}

/* --- The connection between them ------------------------------------------------------------ */

static void pair_record(struct snet_bench_core_pair *pair, enum snet_bench_core_act act,
                        const uint8_t *data, size_t len)
{
    if (pair->recording != NULL) {
        const struct snet_bench_core_frame frame = {.act = act, .now = pair->now, .len = len};
        snet_bench_core_recording_add(pair->recording, &frame, data);
    }
}

static snet_err pair_connect(struct snet_bench_core_pair *pair)
{
    const snet_err err = snet_bench_core_end_connect(&pair->client, pair->now);
    if (err != SNET_OK) {
        return err;
    }
    pair_record(pair, SNET_BENCH_CORE_CONNECT, NULL, 0);
    return snet_bench_core_end_connect(&pair->server, pair->now);
}

static void pair_lose_server(struct snet_bench_core_pair *pair)
{
    if (pair->server.link != NULL) {
        pair_record(pair, SNET_BENCH_CORE_LOSE, NULL, 0);
    }
    snet_bench_core_end_lose(&pair->server, pair->now);
}

bool snet_bench_core_pair_settle(struct snet_bench_core_pair *pair)
{
    struct snet_bench_core_end *client = &pair->client;
    struct snet_bench_core_end *server = &pair->server;
    size_t moved = 1;
    while (moved > 0) {
        const uint8_t *sent = client->out + client->out_sent;
        moved = snet_bench_core_end_move(client, server, pair->now);
        if (moved > 0) {
            pair_record(pair, SNET_BENCH_CORE_RECV, sent, moved);
        }
        moved += snet_bench_core_end_move(server, client, pair->now);
    }
    return client->out_len == 0 && server->out_len == 0 && !client->failed && !server->failed;
}

bool snet_bench_core_pair_wait(struct snet_bench_core_pair *pair, uint64_t duration_ns)
{
    pair->now += duration_ns;
    snet_bench_core_end_tick(&pair->client, pair->now);
    snet_bench_core_end_tick(&pair->server, pair->now);
    return snet_bench_core_pair_settle(pair);
}

/* --- Sessions ------------------------------------------------------------------------------- */

bool snet_bench_core_pair_open(struct snet_bench_core_pair *pair)
{
    struct snet_bench_core_end *client = &pair->client;
    const uint64_t opened = client->opened;
    const uint64_t served = pair->server.opened;
    if (snet_client_open(client->core, &pair->client_config, &client->session, pair->now) !=
        SNET_OK) {
        return false;
    }
    snet_bench_core_end_drain(client, pair->now);
    return pair_connect(pair) == SNET_OK && snet_bench_core_pair_settle(pair) &&
           client->opened == opened + 1 && pair->server.opened == served + 1;
}

void snet_bench_core_pair_cut(struct snet_bench_core_pair *pair)
{
    snet_bench_core_end_lose(&pair->client, pair->now);
    pair_lose_server(pair);
}

bool snet_bench_core_pair_resume(struct snet_bench_core_pair *pair, snet_session *session)
{
    struct snet_bench_core_end *client = &pair->client;
    const uint64_t resumed = client->resumed;
    const uint64_t served = pair->server.resumed;
    client->session = session;
    /* A session that waits before its next attempt makes it now. */
    snet_client_network_changed(session, pair->now);
    snet_bench_core_end_drain(client, pair->now);
    return pair_connect(pair) == SNET_OK && snet_bench_core_pair_settle(pair) &&
           client->resumed == resumed + 1 && pair->server.resumed == served + 1;
}

static void pair_drop_at(struct snet_bench_core_end *end, uint64_t now)
{
    snet_session_free(end->session, now);
    end->session = NULL;
    snet_bench_core_end_drain(end, now);
    end->out_len = end->out_sent = 0;
}

void snet_bench_core_pair_drop(struct snet_bench_core_pair *pair)
{
    pair_drop_at(&pair->client, pair->now);
    pair_drop_at(&pair->server, pair->now);
}
