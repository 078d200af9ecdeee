/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/server.h"

#include "base/assert.h"
#include "base/try.h"
#include "core/server.h"
#include "core/snet3/acks.h"
#include "core/snet3/codes.h"
#include "core/snet3/epoch.h"
#include "core/snet3/liveness.h"
#include "core/snet3/out.h"
#include "core/snet3/progress.h"
#include "core/snet3/refuse.h"
#include "core/snet3/store.h"
#include "crypto/secret.h"

/* Maximum: a HELLO_REPLY. */
#define SERVER_ANSWER_MAX_BYTES 256u

snet_err snet_v3_server_accept(snet_link *link, enum snet_sniff_verdict verdict)
{
    (void)verdict;
    snet_v3_step_begin(link, SNET_V3_S_FIRST);
    return SNET_OK;
}

static snet_err server_refuse_hello(snet_link *link, struct snet_buffer message,
                                    enum snet_v3_code code, uint16_t retry_after)
{
    const struct snet_v3_refusal refusal = {
        .message = {message.data, message.len},
        .code = code,
        .err = snet_v3_codes_refused((uint16_t)code),
        .retry_after = retry_after,
    };
    return snet_v3_refuse(link, &refusal);
}

/* --- A new session ------------------------------------------------------------------------ */

/* Makes room for one more unconfirmed session: when there are too many, one gives way. */
static void server_make_room(snet_link *link)
{
    const struct snet_handshakes *unconfirmed = &snet_v3_store_of(link->server)->unconfirmed;
    if (unconfirmed->list.count < link->server->config.handshakes_max) {
        return;
    }
    const struct snet_v3_session *one =
        SNET_CONTAINER(snet_server_giving_way(link->core, unconfirmed), struct snet_v3_session,
                       of.server.unconfirmed);
    snet_session *session = one->of.server.credentials.slots[0].owner;
    snet_link *attempt = session->links.attempt;
    if (attempt != NULL) {
        snet_session_let_go(session, attempt);
        snet_link_close(attempt, SNET_CLOSE_RESET, SNET_ERR_HANDSHAKES_FULL);
    }
    snet_session_destroy(session);
}

/* The session's shard, and its first name. */
static snet_err server_draw_names(const snet_link *link, struct snet_v3_session *session,
                                  uint8_t ret_cid[SNET_V3_CID_BYTES])
{
    const uint32_t shards = link->server->config.shards;
    uint64_t random = 0;
    if (shards != 0) {
        SNET_TRY(snet_core_random(link->core, SNET_RANDOM_SESSION_ID, &random));
    }
    session->of.server.shard = snet_shards_draw(shards, random);
    return snet_v3_store_draw(snet_v3_store_of(link->server), session->of.server.shard, ret_cid);
}

/* Creates a session that is unconfirmed until its first record: the application does not see it,
   and it expires with the handshake. */
static snet_err server_create_unconfirmed(snet_link *link, const struct snet_v3_offer *offer,
                                          uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    /* The sender of an authentic HELLO has a whole round trip before it, however long. */
    const uint64_t by_ns = snet_v3_state_confirm_by_ns(link->server, now);
    snet_session *session = NULL;
    server_make_room(link);
    SNET_TRY(snet_server_begin(link, by_ns, &session));
    struct snet_v3_session *secure = snet_v3_session_of(session);
    secure->suite = snet_v3_state_suite(link->core, state->suite_id);
    secure->key_place = state->key_place;
    state->peer_max_record = secure->peer_max_record = offer->max_record;
    struct snet_credential *first = snet_credentials_begin(&secure->of.server.credentials);
    first->owner = session;
    snet_handshakes_join(&snet_v3_store_of(link->server)->unconfirmed,
                         &secure->of.server.unconfirmed, link->owner);
    snet_err err = server_draw_names(link, secure, state->ticket.cid);
    if (err == SNET_OK) {
        err = snet_v3_acks_take(session, (struct snet_flow_ack){.limit = offer->window}, now);
    }
    if (err == SNET_OK && offer->service.len > 0) {
        err = snet_session_set_service(session, offer->service);
    }
    if (err != SNET_OK) {
        snet_session_destroy(session);
        return err;
    }
    snet_session_pend(session, link, by_ns);
    return SNET_OK;
}

static snet_err server_welcome(snet_link *link, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    const struct snet_v3_session *session = snet_v3_session_of(link->session);
    struct snet_v3_welcome welcome = {
        .window = (uint32_t)session->flow.limit,
        .max_record = SNET_V3_RECORD_BYTES,
        .heartbeat_s = (uint16_t)(session->heartbeat_ns / SNET_SECOND_NS),
        .resume_window_ms = (uint32_t)(link->session->resume_timeout_ns / SNET_MS_NS),
    };
    uint8_t *space = snet_outbox_space(&state->out, link->core, SERVER_ANSWER_MAX_BYTES);
    if (space == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    snet_bytes_copy(welcome.cid, state->ticket.cid, sizeof welcome.cid);
    SNET_TRY(snet_cids_token(&snet_v3_store_of(link->server)->cids, welcome.cid, welcome.token));
    struct snet_writer writer;
    snet_writer_init(&writer, space, SERVER_ANSWER_MAX_BYTES);
    const snet_err err = snet_v3_messages_reply(state->handshake, &welcome, &writer);
    snet_secret_wipe(welcome.token, sizeof welcome.token);
    if (err == SNET_OK) {
        snet_outbox_commit(&state->out, writer.written);
        state->asked_ns = now;
        snet_link_want_send(link);
    }
    return err;
}

/* The keys of the new epoch are made, and the session can be resumed with what came of them. */
static snet_err server_begin_epoch(snet_link *link)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    struct snet_v3_session *session = snet_v3_session_of(link->session);
    struct snet_credential *credential = &session->of.server.credentials.slots[0];
    SNET_TRY(snet_v3_epoch_begin(link, session->suite, false));
    SNET_TRY(snet_v3_epoch_name(link->session, state->ticket.secrets->secret));
    if (!snet_v3_store_is_unused(snet_v3_store_of(link->server), state->ticket.cid)) {
        return SNET_ERR_RANDOM; /* taken since it was drawn */
    }
    snet_bytes_copy(credential->cid, state->ticket.cid, sizeof credential->cid);
    credential->secrets = state->ticket.secrets;
    state->ticket = (struct snet_v3_ticket){.secrets = NULL};
    snet_v3_store_enter(snet_v3_store_of(link->server), credential);
    return SNET_OK;
}

/* The link's session goes again. The application has never seen it. */
static void server_discard_unconfirmed(snet_link *link)
{
    snet_session *session = link->session;
    if (session != NULL) {
        snet_session_let_go(session, link);
        snet_session_destroy(session);
    }
}

/* What a HELLO is refused for whose sender knows a key of ours. */
static enum snet_v3_code server_judge_hello(const snet_link *link,
                                            const struct snet_v3_header *header, uint64_t now)
{
    const struct snet_v3_store *store = snet_v3_store_of(link->server);
    const bool restricted =
        snet_keyring_restricted(store->keyring) && header->pattern == SNET_NOISE_NK;
    if (header->flags != 0) {
        return SNET_V3_BAD_FORMAT;
    }
    if (header->pattern < SNET_NOISE_NK || header->pattern > SNET_NOISE_NNPSK0 || restricted) {
        return SNET_V3_BAD_PATTERN;
    }
    if (snet_v3_state_suite(link->core, header->suite) == NULL) {
        return SNET_V3_BAD_SUITE;
    }
    return snet_server_admit(link->server, link->wire, now) == SNET_OK ? SNET_V3_OK : SNET_V3_BUSY;
}

static snet_err server_read_hello(snet_link *link, struct snet_buffer message,
                                  struct snet_v3_messages_config *config,
                                  struct snet_v3_offer *ret_offer)
{
    uint8_t ephemeral[SNET_X25519_BYTES];
    struct snet_v3_handshake *handshake = NULL;
    SNET_TRY(snet_v3_state_begin_handshake(link, &handshake));
    SNET_TRY(snet_core_random_bytes(link->core, SNET_RANDOM_KEY, ephemeral, sizeof ephemeral));
    config->ephemeral = ephemeral;
    const snet_err err =
        snet_v3_messages_read_hello(handshake, link->core->crypto, config, message, ret_offer);
    config->ephemeral = NULL;
    snet_secret_wipe(ephemeral, sizeof ephemeral);
    return err;
}

/* Answers a HELLO whose sender knows a key of ours [PROTO 14.1]. */
static snet_err server_answer_hello(snet_link *link, struct snet_buffer message,
                                    struct snet_v3_messages_config *config,
                                    enum snet_v3_step *ret_next, uint64_t now)
{
    struct snet_v3_offer offer;
    snet_err err = server_read_hello(link, message, config, &offer);
    if (err == SNET_ERR_BAD_HELLO) {
        return server_refuse_hello(link, message, SNET_V3_BAD_FORMAT, 0);
    }
    if (err == SNET_ERR_BAD_MAC || err == SNET_ERR_BAD_PUBLIC_KEY) {
        *ret_next = SNET_V3_SILENT;
        return SNET_OK;
    }
    SNET_TRY(err);
    SNET_TRY(server_create_unconfirmed(link, &offer, now));
    err = server_welcome(link, now);
    if (err == SNET_OK && config->pattern != SNET_NOISE_XK) {
        err = server_begin_epoch(link);
    }
    if (err != SNET_OK) {
        server_discard_unconfirmed(link);
        return err;
    }
    *ret_next = config->pattern == SNET_NOISE_XK ? SNET_V3_S_AUTH : SNET_V3_S_CONFIRM;
    return SNET_OK;
}

/* What stands for the ephemeral key of a HELLO; of nothing when it is too short, and refused. */
static snet_err server_mark(snet_link *link, struct snet_buffer message, uint64_t *ret_mark)
{
    struct snet_v3_header header;
    SNET_TRY(snet_v3_header_decode(message.data, &header));
    const size_t offset =
        SNET_V3_HEADER_BYTES + (header.pattern == SNET_NOISE_NNPSK0 ? SNET_V3_PSK_ID_BYTES : 0);
    const bool whole = message.len >= offset + SNET_V3_EPHEMERAL_BYTES;
    const struct snet_bytes ephemeral = {message.data + (whole ? offset : 0),
                                         whole ? SNET_V3_EPHEMERAL_BYTES : 0};
    struct snet_replays *replays = snet_v3_store_of(link->server)->replays;
    if (replays->places == NULL) {
        SNET_TRY(snet_replays_begin(replays, &link->core->env));
    }
    return snet_replays_mark(replays, link->core->crypto, ephemeral, ret_mark);
}

snet_err snet_v3_server_is_replay(snet_link *link, struct snet_buffer message, bool *ret_replay)
{
    uint64_t mark = 0;
    SNET_TRY(server_mark(link, message, &mark));
    *ret_replay = snet_replays_has(snet_v3_store_of(link->server)->replays, mark);
    return SNET_OK;
}

snet_err snet_v3_server_hello(snet_link *link, struct snet_buffer message,
                              enum snet_v3_step *ret_next, uint64_t now)
{
    const struct snet_v3_store *store = snet_v3_store_of(link->server);
    struct snet_v3_header header;
    SNET_TRY(snet_v3_header_decode(message.data, &header));
    const bool shared = header.pattern == SNET_NOISE_NNPSK0;
    const uint8_t *psk_id = message.data + SNET_V3_HEADER_BYTES;
    uint8_t *place = &snet_v3_link_of(link)->key_place;
    struct snet_v3_messages_config config = {
        .pattern = (enum snet_noise_pattern)header.pattern,
        .suite = snet_v3_state_suite(link->core, header.suite),
    };
    if (shared) {
        config.psk_id = psk_id;
        config.psk = snet_keyring_by_psk_id(store->keyring, psk_id, place);
    } else {
        const struct snet_bytes whole = {message.data, message.len};
        config.own_static = snet_keyring_by_mac1(store->keyring, whole, place);
    }
    if (config.psk == NULL && config.own_static == NULL) {
        *ret_next = SNET_V3_SILENT; /* a stranger, or a client with a key that is ours no more */
        return SNET_OK;
    }
    struct snet_replays *replays = snet_v3_store_of(link->server)->replays;
    uint64_t mark = 0;
    SNET_TRY(server_mark(link, message, &mark));
    if (snet_replays_has(replays, mark)) {
        *ret_next = SNET_V3_SILENT;
        return SNET_OK;
    }
    const enum snet_v3_code code = server_judge_hello(link, &header, now);
    if (code != SNET_V3_OK) {
        return server_refuse_hello(link, message, code,
                                   code == SNET_V3_BUSY ? SNET_V3_RETRY_AFTER : 0);
    }
    snet_v3_link_of(link)->suite_id = header.suite;
    SNET_TRY(server_answer_hello(link, message, &config, ret_next, now));
    if (*ret_next != SNET_V3_SILENT) {
        snet_replays_add(replays, mark); /* somebody drew this key: it was authentic */
    }
    return SNET_OK;
}

/* --- A session is proven ------------------------------------------------------------------ */

/* Sends ABORT under keys that the client has, and closes the link. */
static void server_turn_away(snet_link *link, enum snet_v3_code code, snet_err err)
{
    (void)snet_v3_out_abort(link, (uint16_t)code, NULL);
    server_discard_unconfirmed(link);
    snet_core_note(link->core,
                   &(struct snet_note){.kind = SNET_NOTE_LINK_REFUSED, .err = err, .link = link});
    snet_link_close(link, SNET_CLOSE_FIN, err);
}

/* A new session is proven: from now on the application sees it. Errors: SESSIONS_FULL. */
static snet_err server_open(snet_link *link, uint64_t now)
{
    snet_session *session = link->session;
    if (snet_server_admit(link->server, link->wire, now) == SNET_ERR_SESSIONS_FULL) {
        /* Others have opened since its HELLO. */
        server_turn_away(link, SNET_V3_BUSY, SNET_ERR_SESSIONS_FULL);
        return SNET_ERR_SESSIONS_FULL;
    }
    snet_handshakes_leave(&snet_v3_store_of(link->server)->unconfirmed,
                          &snet_v3_session_of(session)->of.server.unconfirmed);
    snet_server_count(session);
    snet_session_open(session, link, now);
    snet_v3_liveness_begin(link, now);
    return SNET_OK;
}

snet_err snet_v3_server_auth(snet_link *link, struct snet_buffer message,
                             enum snet_v3_step *ret_next, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    snet_session *session = link->session;
    struct snet_bytes credential;
    struct snet_key key;
    if (session == NULL) {
        return SNET_ERR_HANDSHAKES_FULL;
    }
    SNET_TRY(snet_v3_messages_read_auth(state->handshake, message, &credential));
    snet_bytes_copy(key.bytes, state->handshake->noise.peer_static, sizeof key.bytes);
    snet_v3_liveness_answered(link, now);
    SNET_TRY(snet_session_set_peer_key(session, &key));
    SNET_TRY(server_begin_epoch(link)); /* from here on it can be resumed: nothing else may fail */
    if (!snet_keyring_authorizes(snet_v3_store_of(link->server)->keyring, key.bytes)) {
        server_turn_away(link, SNET_V3_DENIED, SNET_ERR_DENIED);
        return SNET_OK;
    }
    *ret_next = SNET_V3_STREAM;
    return server_open(link, now);
}

/* The first record of the link was valid: the client has its credential: R3 [PROTO 15.1]. */
static void server_prove(snet_link *link, uint64_t now)
{
    struct snet_v3_session *session = snet_v3_session_of(link->session);
    SNET_ASSERT(link->session->links.attempt == link);
    snet_v3_liveness_answered(link, now);
    struct snet_credential *older = snet_credentials_promote(&session->of.server.credentials);
    if (older != NULL) {
        snet_v3_store_retire(snet_v3_store_of(link->server), older);
    }
    snet_v3_step_proven(link);
}

void snet_v3_server_go_over(snet_link *link, uint64_t now)
{
    snet_session *session = link->session;
    SNET_ASSERT(session->state != SNET_SESSION_OPENING);
    server_prove(link, now);
    if (session->links.live != NULL) {
        snet_v3_progress_link_gone(session, session->links.live, SNET_ERR_LINK_REPLACED, now);
        (void)snet_v3_progress_judge(session);
    }
    const struct snet_session_counts counts = {session->inbox.received, session->history.base};
    snet_session_resume(session, link, &counts, now);
    snet_v3_liveness_begin(link, now);
}

snet_err snet_v3_server_confirm(snet_link *link, uint64_t now)
{
    if (link->session == NULL) {
        return SNET_ERR_BAD_MAC;
    }
    if (link->session->state == SNET_SESSION_OPENING) {
        server_prove(link, now);
        return server_open(link, now);
    }
    snet_v3_server_go_over(link, now);
    return SNET_OK;
}

/* --- The end ------------------------------------------------------------------------------ */

void snet_v3_server_record_tombstone(snet_session *session, snet_err err, uint64_t now)
{
    struct snet_v3_session *secure = snet_v3_session_of(session);
    struct snet_v3_store *store = snet_v3_store_of(session->server);
    const enum snet_v3_code code =
        session->ending.own_code == SNET_V3_DENIED ? SNET_V3_DENIED : snet_v3_codes_tombstone(err);
    snet_tombstones_expire(&store->tombstones, now);
    for (size_t i = 0; i < 2; i++) {
        snet_v3_store_record_tombstone(store, &secure->of.server.credentials.slots[i], code,
                                       snet_timer_after(now, session->resume_timeout_ns));
    }
}
