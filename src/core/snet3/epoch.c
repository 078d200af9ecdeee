/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/epoch.h"

#include "base/assert.h"
#include "base/cursor.h"
#include "base/try.h"
#include "crypto/secret.h"

/* Contexts lie behind each other, each aligned for any object. */
#define EPOCH_ALIGN 16u

static size_t epoch_ctx_bytes(const struct snet_suite *suite)
{
    return (suite->ctx_size + EPOCH_ALIGN - 1) / EPOCH_ALIGN * EPOCH_ALIGN;
}

static snet_err epoch_key(snet_link *link, const struct snet_suite *suite,
                          const struct snet_v3_handshake_epoch *epoch, bool client)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    const size_t ctx_bytes = epoch_ctx_bytes(suite);
    const struct snet_record_config seal = {
        .suite = suite,
        .ctx = state->ctx,
        .secret = client ? epoch->client : epoch->server,
        .max_record_bytes = state->peer_max_record,
    };
    const struct snet_record_config open = {
        .suite = suite,
        .ctx = (uint8_t *)state->ctx + ctx_bytes,
        .secret = client ? epoch->server : epoch->client,
        .max_record_bytes = SNET_V3_RECORD_BYTES,
    };
    SNET_TRY(snet_record_init(&state->seal, link->core->crypto, &seal));
    return snet_record_init(&state->open, link->core->crypto, &open);
}

snet_err snet_v3_epoch_begin(snet_link *link, const struct snet_suite *suite, bool client)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    struct snet_v3_handshake_epoch epoch;
    SNET_ASSERT(state->ctx == NULL);
    SNET_ASSERT(state->handshake != NULL);
    SNET_ASSERT(state->ticket.secrets != NULL);
    state->ctx = snet_core_alloc(link->core, 2 * epoch_ctx_bytes(suite));
    if (state->ctx == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    SNET_TRY(snet_v3_messages_finish(state->handshake, &epoch));
    snet_bytes_copy(state->ticket.secrets->secret, epoch.resume,
                    sizeof state->ticket.secrets->secret);
    const snet_err err = epoch_key(link, suite, &epoch, client);
    snet_secret_wipe(&epoch, sizeof epoch);
    snet_v3_state_end_handshake(link);
    return err;
}

void snet_v3_epoch_end(snet_link *link)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    snet_record_deinit(&state->seal);
    snet_record_deinit(&state->open);
    snet_core_release(link->core, state->ctx);
    state->ctx = NULL;
}

snet_err snet_v3_epoch_name(snet_session *session, const uint8_t secret[SNET_HASH_BYTES])
{
    uint8_t name[sizeof session->id];
    const struct snet_hash_info info = {.label = "snet3 id"};
    SNET_TRY(snet_hash_expand(session->core->crypto, secret, &info, name, sizeof name));
    struct snet_reader reader;
    snet_reader_init(&reader, name, sizeof name);
    snet_session_set_id(session, snet_reader_u64(&reader));
    return SNET_OK;
}
