/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/secure_server.h"

#include "base/assert.h"
#include "base/try.h"
#include "core/secure_code.h"
#include "core/secure_epoch.h"
#include "core/secure_in.h"
#include "core/secure_out.h"
#include "core/secure_pulse.h"
#include "core/secure_store.h"
#include "core/server.h"
#include "crypto/secret.h"

/* A HELLO_REPLY has no more than this, nor has an ACCEPT. */
#define SERVER_ANSWER_MAX_BYTES 256u

snet_err snet_secure_server_accept(snet_link *link, enum snet_sniff_verdict verdict)
{
    (void)verdict;
    snet_secure_step_begin(link, SNET_SECURE_S_FIRST);
    return SNET_OK;
}

static struct snet_secure_store *server_store(const snet_link *link)
{
    return link->server->store;
}

/* --- Refusals ----------------------------------------------------------------------------- */

/* A refusal of the message in hand; with `cid` it carries a proof (clause 13.5). */
struct server_refusal {
    struct snet_bytes message;
    enum snet_secure_code code;
    snet_err err; /* for the log */
    uint16_t retry_after;
    const uint8_t *cid; /* NULL: without a proof */
};

static snet_err server_prove(const snet_link *link, const struct server_refusal *refusal,
                             const uint8_t *header, struct snet_secure_reject *reject)
{
    uint8_t token[SNET_SECURE_TOKEN_BYTES];
    const struct snet_cids_refusal covered = {
        .header = header,
        .code = reject->code,
        .retry_after = reject->retry_after,
        .ephemeral = refusal->message.data + SNET_SECURE_HEADER_BYTES + SNET_SECURE_CID_BYTES,
    };
    SNET_TRY(snet_cids_token(&server_store(link)->cids, refusal->cid, token));
    const snet_err err = snet_cids_proof(link->core->crypto, token, &covered, reject->proof);
    snet_secret_wipe(token, sizeof token);
    return err;
}

/* Queues a REJECT and closes in good order behind it. */
static snet_err server_refuse(snet_link *link, const struct server_refusal *refusal)
{
    struct snet_secure_link *state = snet_secure_link_of(link);
    struct snet_secure_header header;
    struct snet_secure_reject reject = {.code = (uint16_t)refusal->code,
                                        .retry_after = refusal->retry_after};
    const size_t len = SNET_SECURE_HEADER_BYTES + SNET_SECURE_REJECT_BODY_BYTES;
    SNET_TRY(snet_secure_header_decode(refusal->message.data, &header));
    header.type = SNET_SECURE_REJECT;
    header.flags = 0;
    header.body_len = SNET_SECURE_REJECT_BODY_BYTES;
    uint8_t *space = snet_outbox_space(&state->out, link->core, len);
    if (space == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    snet_secure_header_encode(&header, space);
    if (refusal->cid != NULL) {
        SNET_TRY(server_prove(link, refusal, space, &reject));
    }
    snet_secure_reject_encode(&reject, space + SNET_SECURE_HEADER_BYTES);
    snet_outbox_commit(&state->out, len);
    snet_core_note(link->core,
                   &(struct snet_note){.kind = SNET_NOTE_LINK_REFUSED, .err = refusal->err});
    snet_link_want_send(link);
    snet_link_close(link, SNET_CLOSE_FIN, refusal->err);
    return SNET_OK;
}

static snet_err server_refuse_hello(snet_link *link, struct snet_buffer message,
                                    enum snet_secure_code code, uint16_t retry_after)
{
    const struct server_refusal refusal = {
        .message = {message.data, message.len},
        .code = code,
        .err = snet_secure_code_refused((uint16_t)code),
        .retry_after = retry_after,
    };
    return server_refuse(link, &refusal);
}

/* --- A new session ------------------------------------------------------------------------ */

/* How many of the oldest unproven sessions must go before another one can come. */
static void server_make_room(snet_link *link)
{
    struct snet_list *embryos = &server_store(link)->embryos;
    if (embryos->count < link->server->config.handshakes_max) {
        return;
    }
    struct snet_secure_session *oldest =
        SNET_CONTAINER(snet_list_first(embryos), struct snet_secure_session, embryo);
    snet_session *session = oldest->credentials.slots[0].owner;
    if (session->attempt != NULL) {
        session->attempt->session = NULL;
        snet_link_close(session->attempt, SNET_CLOSE_RESET, SNET_ERR_HANDSHAKES_FULL);
        session->attempt = NULL;
    }
    snet_session_destroy(session);
}

static snet_err server_identify(snet_session *session, struct snet_bytes service)
{
    session->identity = snet_core_alloc(session->core, sizeof *session->identity);
    if (session->identity == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    snet_secure_copy((uint8_t *)session->identity->service, service.data, service.len);
    return SNET_OK;
}

/* A session that nobody has proven yet: it is told to nobody, and expires with the handshake. */
static snet_err server_conceive(snet_link *link, const struct snet_secure_offer *offer,
                                uint64_t now)
{
    struct snet_secure_link *state = snet_secure_link_of(link);
    snet_server *server = link->server;
    snet_session *session = NULL;
    server_make_room(link);
    SNET_TRY(snet_session_new(link->core, link->wire, &server->config.session, &session));
    struct snet_secure_session *secure = snet_secure_session_of(session);
    session->wire_id = SNET_WIRE_3;
    session->server = server;
    secure->suite = snet_secure_suite(link->core, state->suite_id);
    state->peer_max_record = secure->peer_max_record = offer->max_record;
    struct snet_credential *first = snet_credentials_begin(&secure->credentials);
    first->owner = session;
    snet_list_push(&server_store(link)->embryos, &secure->embryo);
    const uint64_t by_ns = now + server->config.session.handshake_ns;
    snet_err err = snet_secure_store_draw(server_store(link), state->ticket.cid);
    if (err == SNET_OK) {
        err = snet_secure_acked(session, 0, offer->window, now);
    }
    if (err == SNET_OK && offer->service.len > 0) {
        err = server_identify(session, offer->service);
    }
    if (err != SNET_OK) {
        snet_session_destroy(session);
        return err;
    }
    session->expire_at_ns = by_ns;
    snet_session_arm(session);
    snet_session_pend(session, link, by_ns);
    return SNET_OK;
}

static snet_err server_welcome(snet_link *link, uint64_t now)
{
    struct snet_secure_link *state = snet_secure_link_of(link);
    const struct snet_secure_session *session = snet_secure_session_of(link->session);
    const struct snet_session_config *config = &link->server->config.session;
    struct snet_secure_welcome welcome = {
        .window = (uint32_t)session->flow.limit,
        .max_record = SNET_SECURE_RECORD_BYTES,
        .heartbeat_s = (uint16_t)(session->heartbeat_ns / SNET_SECOND_NS),
        .resume_window_ms =
            (uint32_t)((config->wait_ns == 0 ? SNET_WAIT_DEFAULT_NS : config->wait_ns) /
                       SNET_MS_NS),
    };
    snet_secure_copy(welcome.cid, state->ticket.cid, sizeof welcome.cid);
    SNET_TRY(snet_cids_token(&server_store(link)->cids, welcome.cid, welcome.token));
    uint8_t *space = snet_outbox_space(&state->out, link->core, SERVER_ANSWER_MAX_BYTES);
    if (space == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    struct snet_writer writer;
    snet_writer_init(&writer, space, SERVER_ANSWER_MAX_BYTES);
    const snet_err err = snet_secure_shake_reply(state->shake, &welcome, &writer);
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
    struct snet_secure_link *state = snet_secure_link_of(link);
    struct snet_secure_session *session = snet_secure_session_of(link->session);
    struct snet_credential *credential = &session->credentials.slots[0];
    SNET_TRY(snet_secure_epoch_begin(link, session->suite, false));
    SNET_TRY(snet_secure_epoch_name(link->session, state->ticket.secret));
    if (!snet_secure_store_free_name(server_store(link), state->ticket.cid)) {
        return SNET_ERR_RANDOM; /* taken since it was drawn */
    }
    snet_secure_copy(credential->cid, state->ticket.cid, sizeof credential->cid);
    snet_secure_copy(credential->secret, state->ticket.secret, sizeof credential->secret);
    snet_secret_wipe(&state->ticket, sizeof state->ticket);
    snet_secure_store_enter(server_store(link), credential);
    return SNET_OK;
}

/* The link's session is given up again: nobody was told of it. */
static snet_err server_miscarry(snet_link *link, snet_err err)
{
    snet_session *session = link->session;
    if (session != NULL) {
        link->session = NULL;
        session->attempt = NULL;
        snet_session_destroy(session);
    }
    return err;
}

/* What a HELLO that is not a stranger's is refused for; 0: nothing. */
static enum snet_secure_code server_judge_hello(const snet_link *link,
                                                const struct snet_secure_header *header)
{
    const struct snet_secure_store *store = server_store(link);
    const bool restricted =
        snet_keyring_restricted(store->keyring) && header->pattern == SNET_NOISE_NK;
    if (header->flags != 0) {
        return SNET_SECURE_BAD_FORMAT;
    }
    if (header->pattern < SNET_NOISE_NK || header->pattern > SNET_NOISE_NNPSK0 || restricted) {
        return SNET_SECURE_BAD_PATTERN;
    }
    if (snet_secure_suite(link->core, header->suite) == NULL) {
        return SNET_SECURE_BAD_SUITE;
    }
    return snet_server_admit(link->server) == SNET_OK ? (enum snet_secure_code)0 : SNET_SECURE_BUSY;
}

static snet_err server_read_hello(snet_link *link, struct snet_buffer message,
                                  struct snet_secure_shake_config *config,
                                  struct snet_secure_offer *ret_offer)
{
    uint8_t ephemeral[SNET_X25519_BYTES];
    struct snet_secure_shake *shake = NULL;
    SNET_TRY(snet_secure_shake_of(link, &shake));
    SNET_TRY(snet_core_random_bytes(link->core, SNET_RANDOM_KEY, ephemeral, sizeof ephemeral));
    config->ephemeral = ephemeral;
    const snet_err err =
        snet_secure_shake_read_hello(shake, link->core->crypto, config, message, ret_offer);
    config->ephemeral = NULL;
    snet_secret_wipe(ephemeral, sizeof ephemeral);
    return err;
}

/* Answers a HELLO whose sender knows our key (clause 14.1). */
static snet_err server_answer_hello(snet_link *link, struct snet_buffer message,
                                    struct snet_secure_shake_config *config,
                                    enum snet_secure_step *ret_next, uint64_t now)
{
    struct snet_secure_offer offer;
    snet_err err = server_read_hello(link, message, config, &offer);
    if (err == SNET_ERR_BAD_HELLO) {
        return server_refuse_hello(link, message, SNET_SECURE_BAD_FORMAT, 0);
    }
    if (err == SNET_ERR_BAD_MAC || err == SNET_ERR_BAD_PUBLIC_KEY) {
        *ret_next = SNET_SECURE_SILENT;
        return SNET_OK;
    }
    SNET_TRY(err);
    SNET_TRY(server_conceive(link, &offer, now));
    err = server_welcome(link, now);
    if (err == SNET_OK && config->pattern != SNET_NOISE_XK) {
        err = server_begin_epoch(link);
    }
    *ret_next = config->pattern == SNET_NOISE_XK ? SNET_SECURE_S_AUTH : SNET_SECURE_S_CONFIRM;
    return err == SNET_OK ? SNET_OK : server_miscarry(link, err);
}

snet_err snet_secure_server_hello(snet_link *link, struct snet_buffer message,
                                  enum snet_secure_step *ret_next, uint64_t now)
{
    const struct snet_secure_store *store = server_store(link);
    struct snet_secure_header header;
    SNET_TRY(snet_secure_header_decode(message.data, &header));
    const bool shared = header.pattern == SNET_NOISE_NNPSK0;
    const uint8_t *psk_id = message.data + SNET_SECURE_HEADER_BYTES;
    struct snet_secure_shake_config config = {
        .pattern = (enum snet_noise_pattern)header.pattern,
        .suite = snet_secure_suite(link->core, header.suite),
        .psk = shared ? snet_keyring_by_psk_id(store->keyring, psk_id) : NULL,
        .psk_id = shared ? psk_id : NULL,
        .own_static = shared ? NULL
                             : snet_keyring_by_mac1(store->keyring,
                                                    (struct snet_bytes){message.data, message.len}),
    };
    if (config.psk == NULL && config.own_static == NULL) {
        *ret_next = SNET_SECURE_SILENT; /* a stranger, or somebody with another key of ours */
        return SNET_OK;
    }
    const enum snet_secure_code code = server_judge_hello(link, &header);
    if (code != 0) {
        return server_refuse_hello(link, message, code,
                                   code == SNET_SECURE_BUSY ? SNET_SECURE_RETRY_AFTER : 0);
    }
    snet_secure_link_of(link)->suite_id = header.suite;
    return server_answer_hello(link, message, &config, ret_next, now);
}

/* --- The session becomes known ------------------------------------------------------------ */

/* The link says why it will not go on, under keys that the client has, and closes. */
static void server_turn_away(snet_link *link, enum snet_secure_code code, snet_err err)
{
    (void)snet_secure_out_abort(link, (uint16_t)code, NULL);
    (void)server_miscarry(link, err);
    snet_core_note(link->core, &(struct snet_note){.kind = SNET_NOTE_LINK_REFUSED, .err = err});
    snet_link_close(link, SNET_CLOSE_FIN, err);
}

/* The first proof of a new session: from now on its program knows it. */
static void server_open(snet_link *link, uint64_t now)
{
    snet_session *session = link->session;
    if (link->server->session_count >= link->server->config.sessions_max) {
        /* Others were faster since its HELLO. */
        server_turn_away(link, SNET_SECURE_BUSY, SNET_ERR_SESSIONS_FULL);
        return;
    }
    snet_list_remove(&server_store(link)->embryos, &snet_secure_session_of(session)->embryo);
    snet_server_count(session);
    snet_session_attach(session, link, NULL, now);
    snet_secure_pulse_begin(link, now);
}

snet_err snet_secure_server_auth(snet_link *link, struct snet_buffer message,
                                 enum snet_secure_step *ret_next, uint64_t now)
{
    struct snet_secure_link *state = snet_secure_link_of(link);
    snet_session *session = link->session;
    struct snet_bytes credential;
    struct snet_key key;
    if (session == NULL) {
        return SNET_ERR_HANDSHAKES_FULL;
    }
    SNET_TRY(snet_secure_shake_read_auth(state->shake, message, &credential));
    snet_secure_copy(key.bytes, state->shake->noise.peer_static, sizeof key.bytes);
    snet_secure_pulse_answered(link, now);
    SNET_TRY(server_begin_epoch(link));
    if (!snet_keyring_authorizes(server_store(link)->keyring, key.bytes)) {
        server_turn_away(link, SNET_SECURE_DENIED, SNET_ERR_DENIED);
        return SNET_OK;
    }
    if (session->identity == NULL) {
        SNET_TRY(server_identify(session, (struct snet_bytes){NULL, 0}));
    }
    session->identity->has_key = true;
    session->identity->key = key;
    *ret_next = SNET_SECURE_STREAM;
    server_open(link, now);
    return SNET_OK;
}

snet_err snet_secure_server_confirm(snet_link *link, uint64_t now)
{
    snet_session *session = link->session;
    if (session == NULL) {
        return SNET_ERR_BAD_MAC;
    }
    struct snet_secure_session *secure = snet_secure_session_of(session);
    SNET_ASSERT(session->attempt == link);
    snet_secure_pulse_answered(link, now);
    struct snet_credential *older = snet_credentials_promote(&secure->credentials); /* R3 */
    if (older != NULL) {
        snet_secure_store_retire(server_store(link), older);
    }
    snet_secure_step_proven(link);
    if (session->state == SNET_SESSION_OPENING) {
        server_open(link, now);
        return SNET_OK;
    }
    const struct snet_session_counts counts = {session->inbox.received, session->history.base};
    snet_session_attach(session, link, &counts, now);
    snet_secure_pulse_begin(link, now);
    return SNET_OK;
}

/* --- A resume ----------------------------------------------------------------------------- */

/* Nobody has this name: says so in a way that only this server can (clause 18.3). */
static snet_err server_refuse_unknown(snet_link *link, struct snet_bytes message)
{
    const struct snet_secure_store *store = server_store(link);
    const uint8_t *cid = message.data + SNET_SECURE_HEADER_BYTES;
    enum snet_cids_owner owner = SNET_CIDS_FOREIGN;
    SNET_TRY(snet_cids_find_owner(&store->cids, cid, &owner));
    struct server_refusal refusal = {.message = message, .err = SNET_ERR_UNKNOWN_SESSION};
    switch (owner) {
    case SNET_CIDS_OURS:
        refusal.code = snet_tombs_find(&store->tombs, cid);
        refusal.cid = cid;
        break;
    case SNET_CIDS_OTHER_NODE:
        refusal.cid = cid;
        refusal.code = SNET_SECURE_BUSY;
        refusal.retry_after = SNET_SECURE_RETRY_AFTER;
        break;
    case SNET_CIDS_FOREIGN:
        refusal.code = SNET_SECURE_BUSY;
        refusal.retry_after = SNET_SECURE_RETRY_AFTER;
        break;
    }
    return server_refuse(link, &refusal);
}

/* Whether this session is resumed too often; one more is counted when it is not (clause 15.2). */
static bool server_too_often(struct snet_secure_session *session, uint64_t now)
{
    const uint64_t from_ns = session->resume_free_ns > now ? session->resume_free_ns : now;
    if (from_ns - now > SNET_SECURE_RESUME_BURST * SNET_SECURE_RESUME_EVERY_NS) {
        return true;
    }
    session->resume_free_ns = from_ns + SNET_SECURE_RESUME_EVERY_NS;
    return false;
}

/* Whether the offsets can be those of this session's client (clause 15.2). */
static bool server_offsets_ok(const snet_session *session, const struct snet_secure_resume *resume)
{
    const uint64_t end_byte = snet_secure_session_of(session)->end_sent ? 1 : 0;
    return resume->recv_next <= session->history.sent_max + end_byte &&
           resume->limit <= resume->recv_next + SNET_SECURE_LIMIT_MAX_BYTES;
}

/* What a RESUME that was really made with the session's secret is refused for (clause 15.2). */
static snet_err server_judge_resume(snet_session *session, const struct snet_secure_resume *resume,
                                    struct server_refusal *refusal, uint64_t now)
{
    struct snet_secure_session *secure = snet_secure_session_of(session);
    refusal->err = snet_credentials_fresh(&secure->credentials, resume->attempt);
    if (refusal->err != SNET_OK) {
        refusal->code = SNET_SECURE_STALE;
        return refusal->err;
    }
    refusal->cid = refusal->message.data + SNET_SECURE_HEADER_BYTES;
    if (!server_offsets_ok(session, resume)) {
        refusal->code = SNET_SECURE_BAD_OFFSET;
        refusal->err = SNET_ERR_BAD_COUNT;
    } else if (server_too_often(secure, now)) {
        refusal->code = SNET_SECURE_BUSY;
        refusal->err = SNET_ERR_BUSY;
        refusal->retry_after = SNET_SECURE_RETRY_AFTER;
    }
    return refusal->err;
}

/* Writes ACCEPT and makes the keys of the new epoch; the session has not changed yet. */
static snet_err server_write_accept(snet_link *link, const snet_session *session, bool early_taken,
                                    uint64_t now)
{
    struct snet_secure_link *state = snet_secure_link_of(link);
    struct snet_secure_accept accept = {
        .recv_next = snet_secure_recv_next(session),
        .limit = snet_secure_limit(session),
        .early_taken = early_taken,
    };
    SNET_TRY(snet_secure_store_draw(server_store(link), accept.cid));
    SNET_TRY(snet_cids_token(&server_store(link)->cids, accept.cid, accept.token));
    snet_secure_copy(state->ticket.cid, accept.cid, sizeof state->ticket.cid);
    uint8_t *space = snet_outbox_space(&state->out, link->core, SERVER_ANSWER_MAX_BYTES);
    if (space == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    struct snet_writer writer;
    snet_writer_init(&writer, space, SERVER_ANSWER_MAX_BYTES);
    const snet_err err = snet_secure_shake_accept(state->shake, &accept, &writer);
    snet_secret_wipe(accept.token, sizeof accept.token);
    SNET_TRY(err);
    snet_outbox_commit(&state->out, writer.written);
    state->peer_max_record = snet_secure_session_of(session)->peer_max_record;
    state->asked_ns = now;
    return snet_secure_epoch_begin(link, snet_secure_session_of(session)->suite, false);
}

/* The client may resume: R2, R4, R7 and R8 (clause 15.1). */
static snet_err server_accept_resume(snet_link *link, struct snet_credential *base,
                                     const struct snet_secure_resume *resume, uint64_t now)
{
    struct snet_secure_link *state = snet_secure_link_of(link);
    struct snet_secure_store *store = server_store(link);
    snet_session *session = base->owner;
    struct snet_credentials *credentials = &snet_secure_session_of(session)->credentials;
    if (resume->cause == SNET_SECURE_CAUSE_LOST && session->link != NULL) {
        /* It comes from a client that has no connection: ours is dead, however healthy it looks. */
        snet_link_failed(session->link, SNET_ERR_LINK_REPLACED, now);
    }
    SNET_TRY(snet_secure_acked(session, resume->recv_next, resume->limit, now));
    const bool early_taken = snet_secure_in_early(session, resume, now);
    SNET_TRY(server_write_accept(link, session, early_taken, now));
    snet_secure_store_retire(store, snet_credentials_next(credentials, base));
    struct snet_credential *next = snet_credentials_accept(credentials, base, resume->attempt);
    snet_secure_copy(next->cid, state->ticket.cid, sizeof next->cid);
    snet_secure_copy(next->secret, state->ticket.secret, sizeof next->secret);
    next->owner = session;
    snet_secret_wipe(&state->ticket, sizeof state->ticket);
    snet_secure_store_enter(store, next);
    snet_session_pend(session, link, now + link->server->config.session.handshake_ns);
    snet_link_want_send(link);
    return SNET_OK;
}

static snet_err server_read_resume(snet_link *link, struct snet_buffer message,
                                   const struct snet_credential *base,
                                   struct snet_secure_resume *ret_resume)
{
    uint8_t ephemeral[SNET_X25519_BYTES];
    struct snet_secure_shake *shake = NULL;
    const struct snet_secure_shake_config config = {
        .pattern = SNET_NOISE_NNPSK0,
        .suite = snet_secure_session_of(base->owner)->suite,
        .psk = base->secret,
        .cid = base->cid,
        .ephemeral = ephemeral,
    };
    SNET_TRY(snet_secure_shake_of(link, &shake));
    SNET_TRY(snet_core_random_bytes(link->core, SNET_RANDOM_KEY, ephemeral, sizeof ephemeral));
    const snet_err err =
        snet_secure_shake_read_resume(shake, link->core->crypto, &config, message, ret_resume);
    snet_secret_wipe(ephemeral, sizeof ephemeral);
    return err;
}

snet_err snet_secure_server_resume(snet_link *link, struct snet_buffer message,
                                   enum snet_secure_step *ret_next, uint64_t now)
{
    struct snet_secure_store *store = server_store(link);
    struct server_refusal refusal = {.message = {message.data, message.len}};
    struct snet_secure_resume resume;
    struct snet_secure_header header;
    snet_tombs_expire(&store->tombs, now);
    struct snet_credential *base =
        snet_secure_store_find(store, message.data + SNET_SECURE_HEADER_BYTES);
    if (base == NULL) {
        return server_refuse_unknown(link, refusal.message);
    }
    SNET_TRY(snet_secure_header_decode(message.data, &header));
    if (header.suite != snet_secure_session_of(base->owner)->suite->id) {
        refusal.code = SNET_SECURE_BAD_SUITE;
        refusal.err = SNET_ERR_BAD_SUITE;
        return server_refuse(link, &refusal);
    }
    refusal.err = server_read_resume(link, message, base, &resume);
    if (refusal.err == SNET_ERR_BAD_MAC || refusal.err == SNET_ERR_BAD_HELLO) {
        refusal.code =
            refusal.err == SNET_ERR_BAD_MAC ? SNET_SECURE_BAD_AUTH : SNET_SECURE_BAD_FORMAT;
        return server_refuse(link, &refusal);
    }
    SNET_TRY(refusal.err);
    if (server_judge_resume(base->owner, &resume, &refusal, now) != SNET_OK) {
        snet_session *session = base->owner;
        SNET_TRY(server_refuse(link, &refusal));
        if (refusal.err == SNET_ERR_BAD_COUNT) {
            snet_session_end(session, refusal.err, now);
        }
        return SNET_OK;
    }
    *ret_next = SNET_SECURE_S_CONFIRM;
    return server_accept_resume(link, base, &resume, now);
}

/* --- The end ------------------------------------------------------------------------------ */

void snet_secure_server_bury(snet_session *session, snet_err err, uint64_t now)
{
    struct snet_secure_session *secure = snet_secure_session_of(session);
    struct snet_secure_store *store = session->server->store;
    const enum snet_secure_code code = snet_secure_code_tomb(err);
    snet_tombs_expire(&store->tombs, now);
    for (size_t i = 0; i < 2; i++) {
        snet_secure_store_bury(store, &secure->credentials.slots[i], code, now + session->wait_ns);
    }
}
