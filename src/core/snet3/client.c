/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/client.h"

#include "base/assert.h"
#include "base/try.h"
#include "core/client.h"
#include "core/farewell.h"
#include "core/snet3/acks.h"
#include "core/snet3/cids.h"
#include "core/snet3/codes.h"
#include "core/snet3/epoch.h"
#include "core/snet3/farewell.h"
#include "core/snet3/keyring.h"
#include "core/snet3/liveness.h"
#include "core/snet3/progress.h"
#include "core/snet3/remedy.h"
#include "crypto/secret.h"

#include <string.h>

/* Maximum: a HELLO; an AUTH without a credential is shorter. */
#define CLIENT_HELLO_MAX_BYTES 256u
#define CLIENT_RESUME_BYTES 109u
/* Maximum: the pause that a busy server may ask for [PROTO 14.4]. */
#define CLIENT_RETRY_AFTER_MAX_NS (30 * SNET_SECOND_NS)
#define CLIENT_RETRY_UNIT_NS (100 * SNET_MS_NS)

/* --- Before the first connection ---------------------------------------------------------- */

static snet_err client_take_psk(struct snet_v3_wishes *wishes, snet_core *core,
                                const struct snet_key *psk)
{
    wishes->pattern = SNET_NOISE_NNPSK0;
    wishes->psk = snet_secrets_take(&core->secrets);
    if (wishes->psk == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    snet_bytes_copy(wishes->psk, psk->bytes, SNET_NOISE_PSK_BYTES);
    return snet_keyring_psk_id(core->crypto, wishes->psk, wishes->psk_id);
}

static snet_err client_take_keys(struct snet_v3_wishes *wishes, snet_core *core,
                                 const struct snet_client_keys *keys)
{
    if (keys->psk != NULL) {
        return client_take_psk(wishes, core, keys->psk);
    }
    wishes->pattern = keys->client_secret == NULL ? SNET_NOISE_NK : SNET_NOISE_XK;
    snet_bytes_copy(wishes->server_public, keys->server->bytes, sizeof wishes->server_public);
    if (keys->client_secret == NULL) {
        return SNET_OK;
    }
    wishes->own_static = snet_secrets_take(&core->secrets);
    return wishes->own_static == NULL
               ? SNET_ERR_NO_MEMORY
               : snet_x25519_import(keys->client_secret->bytes, wishes->own_static);
}

snet_err snet_v3_client_open(snet_session *session, const struct snet_client_config *config)
{
    struct snet_v3_session *state = snet_v3_session_of(session);
    const struct snet_client_keys *keys = &config->keys;
    const size_t service_len = config->service == NULL ? 0 : strlen(config->service);
    const bool pinned = keys->server != NULL && keys->psk == NULL;
    const bool shared = keys->psk != NULL && keys->server == NULL && keys->client_secret == NULL;
    const uint8_t suite = config->suite == 0 ? SNET_SUITE_CHACHA20_POLY1305 : config->suite;
    state->suite = snet_v3_state_suite(session->core, suite);
    if ((!pinned && !shared) || service_len > SNET_SERVICE_MAX_BYTES || state->suite == NULL) {
        return SNET_ERR_INVALID;
    }
    state->of.client.wishes = snet_core_alloc(session->core, sizeof *state->of.client.wishes);
    if (state->of.client.wishes == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    snet_bytes_copy((uint8_t *)state->of.client.wishes->service, (const uint8_t *)config->service,
                    service_len);
    state->of.client.wishes->service_len = service_len;
    state->early_data = config->early_data;
    state->rekey_interval_ns = config->rekey_interval_ns;
    return client_take_keys(state->of.client.wishes, session->core, keys);
}

void snet_v3_client_forget(snet_session *session)
{
    struct snet_v3_session *state = snet_v3_session_of(session);
    struct snet_v3_wishes *wishes = state->of.client.wishes;
    if (wishes != NULL) {
        snet_secrets_give(&session->core->secrets, wishes->own_static);
        snet_secrets_give(&session->core->secrets, wishes->psk);
        snet_core_release(session->core, wishes);
        state->of.client.wishes = NULL;
    }
}

/* --- The first message -------------------------------------------------------------------- */

static snet_err client_say_hello(snet_link *link)
{
    const struct snet_v3_session *session = snet_v3_session_of(link->session);
    const struct snet_v3_wishes *wishes = session->of.client.wishes;
    struct snet_v3_link *state = snet_v3_link_of(link);
    const bool psk = wishes->pattern == SNET_NOISE_NNPSK0;
    uint8_t ephemeral[SNET_X25519_BYTES];
    const struct snet_v3_messages_config config = {
        .pattern = wishes->pattern,
        .suite = session->suite,
        .own_static = wishes->own_static,
        .server_public = psk ? NULL : wishes->server_public,
        .psk = wishes->psk,
        .psk_id = psk ? wishes->psk_id : NULL,
        .ephemeral = ephemeral,
    };
    const struct snet_v3_offer offer = {
        .window = (uint32_t)session->flow.limit,
        .max_record = SNET_V3_RECORD_BYTES,
        .service = {(const uint8_t *)wishes->service, wishes->service_len},
    };
    struct snet_v3_handshake *handshake = NULL;
    SNET_TRY(snet_v3_state_begin_handshake(link, &handshake));
    uint8_t *space = snet_outbox_space(&state->out, link->core, CLIENT_HELLO_MAX_BYTES);
    if (space == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    struct snet_writer writer;
    snet_writer_init(&writer, space, CLIENT_HELLO_MAX_BYTES);
    snet_err err = snet_core_random_bytes(link->core, SNET_RANDOM_KEY, ephemeral, sizeof ephemeral);
    if (err == SNET_OK) {
        err = snet_v3_messages_hello(handshake, link->core->crypto, &config, &offer, &writer);
    }
    snet_secret_wipe(ephemeral, sizeof ephemeral);
    if (err == SNET_OK) {
        snet_outbox_commit(&state->out, writer.written);
        snet_v3_step_begin(link, SNET_V3_C_HELLO);
    }
    return err;
}

/*
 * Bytes that the server may lack go with the RESUME [PROTO 19.3]. They count as sent, for the
 * answer may acknowledge them.
 */
static size_t client_take_early(snet_session *session, uint8_t ret_early[SNET_V3_EARLY_MAX_BYTES])
{
    struct snet_v3_session *state = snet_v3_session_of(session);
    struct snet_history *history = &session->history;
    struct snet_span spans[4];
    snet_v3_acks_trim(session);
    if (!state->early_data || snet_v3_progress_careful(session) ||
        session->state != SNET_SESSION_DETACHED ||
        snet_history_rewind(history, history->base) != SNET_OK) {
        return 0;
    }
    const uint64_t credit = snet_flow_credit(&state->flow, history->sent);
    struct snet_writer writer;
    snet_writer_init(&writer, ret_early,
                     credit < SNET_V3_EARLY_MAX_BYTES ? (size_t)credit : SNET_V3_EARLY_MAX_BYTES);
    const size_t count = snet_history_look(history, spans, sizeof spans / sizeof spans[0]);
    (void)snet_chain_write_spans(spans, count, writer.left, &writer);
    snet_history_sent(history, writer.written);
    return writer.written;
}

static snet_err client_write_resume(snet_link *link, const struct snet_v3_resume *resume,
                                    struct snet_writer *out)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    const struct snet_v3_session *session = snet_v3_session_of(link->session);
    uint8_t private_key[SNET_X25519_BYTES];
    struct snet_v3_handshake *handshake = NULL;
    SNET_TRY(snet_v3_state_begin_handshake(link, &handshake));
    SNET_TRY(snet_core_random_bytes(link->core, SNET_RANDOM_KEY, private_key, sizeof private_key));
    const struct snet_v3_messages_config config = {
        .pattern = SNET_NOISE_NNPSK0,
        .suite = session->suite,
        .psk = session->of.client.ticket.secrets->secret,
        .cid = session->of.client.ticket.cid,
        .ephemeral = private_key,
    };
    const snet_err err =
        snet_v3_messages_resume(handshake, link->core->crypto, &config, resume, out);
    snet_bytes_copy(state->ephemeral, handshake->noise.own_ephemeral.public_key,
                    sizeof state->ephemeral);
    snet_secret_wipe(private_key, sizeof private_key);
    return err;
}

/* [PROTO 15.1] */
static snet_err client_ask_resume(snet_link *link)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    snet_session *session = link->session;
    struct snet_v3_session *secure = snet_v3_session_of(session);
    uint8_t early[SNET_V3_EARLY_MAX_BYTES];
    const size_t early_len = client_take_early(session, early); /* it moves the base: first */
    const struct snet_v3_resume resume = {
        .attempt =
            ++secure->of.client.attempt, /* also of one that is never sent: no number comes twice */
        .recv_next = snet_v3_state_recv_next(session),
        .limit = snet_v3_state_limit(session),
        .early_off = session->history.base,
        .early = {early, early_len},
        .cause = session->links.live == NULL ? SNET_V3_CAUSE_LOST : SNET_V3_CAUSE_PLANNED,
    };
    const size_t size = CLIENT_RESUME_BYTES + resume.early.len;
    uint8_t *space = snet_outbox_space(&state->out, link->core, size);
    if (space == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    struct snet_writer writer;
    snet_writer_init(&writer, space, size);
    SNET_TRY(client_write_resume(link, &resume, &writer));
    snet_outbox_commit(&state->out, writer.written);
    state->peer_max_record = secure->peer_max_record;
    snet_v3_step_begin(link, SNET_V3_C_RESUME);
    return SNET_OK;
}

snet_err snet_v3_client_start(snet_link *link, uint64_t now)
{
    SNET_ASSERT(link->session != NULL);
    snet_client_pause(link->session, 0);
    snet_v3_link_of(link)->asked_ns = now;
    snet_v3_link_of(link)->began_ns = now;
    return link->session->state == SNET_SESSION_OPENING ? client_say_hello(link)
                                                        : client_ask_resume(link);
}

/* --- The answer --------------------------------------------------------------------------- */

/* The link's ticket is the session's from now on; the older one is gone [PROTO 15.4]. */
static void client_adopt(snet_link *link)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    struct snet_v3_session *session = snet_v3_session_of(link->session);
    snet_v3_state_drop_ticket(link->core, &session->of.client.ticket);
    session->of.client.ticket = state->ticket;
    state->ticket = (struct snet_v3_ticket){.secrets = NULL};
}

static void client_open(snet_link *link, uint64_t now)
{
    client_adopt(link);
    snet_v3_client_forget(link->session);
    (void)snet_v3_progress_judge(link->session);
    snet_v3_progress_begin(link->session, link, now);
    snet_session_open(link->session, link, now);
    snet_v3_liveness_begin(link, now);
}

static void client_keep_welcome(snet_link *link, const struct snet_v3_welcome *welcome)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    struct snet_v3_session *session = snet_v3_session_of(link->session);
    state->peer_max_record = session->peer_max_record = welcome->max_record;
    session->flow.peer_limit = 0; /* what a server allowed that never confirmed is void */
    if (session->heartbeat_ns == 0) {
        session->heartbeat_ns = snet_v3_liveness_heartbeat(welcome->heartbeat_s * SNET_SECOND_NS);
    }
    snet_bytes_copy(state->ticket.cid, welcome->cid, sizeof state->ticket.cid);
    snet_bytes_copy(state->ticket.secrets->token, welcome->token,
                    sizeof state->ticket.secrets->token);
}

/* Sends the client's public key: the third message of XK. */
static snet_err client_say_auth(snet_link *link)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    uint8_t *space = snet_outbox_space(&state->out, link->core, CLIENT_HELLO_MAX_BYTES);
    if (space == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    struct snet_writer writer;
    snet_writer_init(&writer, space, CLIENT_HELLO_MAX_BYTES);
    SNET_TRY(snet_v3_messages_auth(state->handshake, (struct snet_bytes){NULL, 0}, &writer));
    snet_outbox_commit(&state->out, writer.written);
    snet_link_want_send(link);
    return SNET_OK;
}

/* Only our server can have made the answer: a malformed one ends the session [PROTO 14.4, 15.4]. */
static snet_err client_malformed(snet_link *link, snet_err err, uint64_t now)
{
    if (err != SNET_ERR_BAD_HELLO) {
        return err;
    }
    snet_session_end(link->session, err, now);
    return SNET_OK;
}

snet_err snet_v3_client_reply(snet_link *link, struct snet_buffer message,
                              enum snet_v3_step *ret_next, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    struct snet_v3_session *session = snet_v3_session_of(link->session);
    struct snet_v3_welcome welcome;
    const snet_err err = snet_v3_messages_read_reply(state->handshake, message, &welcome);
    if (err != SNET_OK) {
        return client_malformed(link, err, now);
    }
    snet_v3_liveness_answered(link, now);
    client_keep_welcome(link, &welcome);
    snet_secret_wipe(&welcome.token, sizeof welcome.token);
    SNET_TRY(
        snet_v3_acks_take(link->session, (struct snet_flow_ack){.limit = welcome.window}, now));
    const bool known = session->of.client.wishes->pattern == SNET_NOISE_XK;
    if (known) {
        SNET_TRY(client_say_auth(link));
    }
    SNET_TRY(snet_v3_epoch_begin(link, session->suite, true));
    SNET_TRY(snet_v3_epoch_name(link->session, state->ticket.secrets->secret));
    if (known) {
        *ret_next = SNET_V3_C_CONFIRM;
        return SNET_OK;
    }
    *ret_next = SNET_V3_STREAM;
    client_open(link, now);
    return SNET_OK;
}

void snet_v3_client_confirm(snet_link *link, uint64_t now)
{
    snet_v3_step_proven(link);
    client_open(link, now);
}

snet_err snet_v3_client_accept(snet_link *link, struct snet_buffer message,
                               enum snet_v3_step *ret_next, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    snet_session *session = link->session;
    struct snet_v3_accept accept;
    const snet_err err = snet_v3_messages_read_accept(state->handshake, message, &accept);
    if (err != SNET_OK) {
        return client_malformed(link, err, now);
    }
    snet_v3_liveness_answered(link, now);
    snet_bytes_copy(state->ticket.cid, accept.cid, sizeof state->ticket.cid);
    snet_bytes_copy(state->ticket.secrets->token, accept.token,
                    sizeof state->ticket.secrets->token);
    snet_secret_wipe(accept.token, sizeof accept.token);
    SNET_TRY(snet_v3_epoch_begin(link, snet_v3_session_of(session)->suite, true));
    const struct snet_flow_ack ack = {.recv_next = accept.recv_next, .limit = accept.limit};
    if (ack.limit > ack.recv_next + SNET_V3_LIMIT_MAX_BYTES ||
        snet_v3_acks_take(session, ack, now) != SNET_OK) {
        snet_session_end(session, SNET_ERR_BAD_COUNT, now); /* it is authentic and cannot be true */
        return SNET_OK;
    }
    const struct snet_session_counts counts = {session->inbox.received, session->history.base};
    *ret_next = SNET_V3_STREAM;
    client_adopt(link);
    if (session->links.live != NULL) {
        snet_v3_progress_link_gone(session, session->links.live, SNET_ERR_LINK_REPLACED, now);
    }
    (void)snet_v3_progress_judge(session);
    if (snet_v3_progress_over(session, now)) {
        snet_session_end(session, SNET_ERR_NO_PROGRESS, now);
        return SNET_OK;
    }
    snet_v3_progress_begin(link->session, link, now);
    snet_session_resume(session, link, &counts, now);
    snet_v3_remedy_keep(session);
    if (snet_farewell_carried(session)) {
        snet_v3_farewell_say(link, now);
    } else {
        snet_v3_liveness_begin(link, now);
    }
    return SNET_OK;
}

/* --- Refusals and failures ---------------------------------------------------------------- */

/* Whether the server of this session has sent the REJECT, and for this attempt [PROTO 13.5]. */
static bool client_proves(const snet_link *link, struct snet_buffer message,
                          const struct snet_v3_reject *reject)
{
    const struct snet_v3_link *state = snet_v3_link_of(link);
    const struct snet_v3_session *session = snet_v3_session_of(link->session);
    const struct snet_cids_refusal refusal = {
        .header = message.data,
        .code = reject->code,
        .retry_after = reject->retry_after,
        .ephemeral = state->ephemeral,
    };
    uint8_t proof[SNET_V3_PROOF_BYTES];
    return snet_cids_proof(link->core->crypto, session->of.client.ticket.secrets->token, &refusal,
                           proof) == SNET_OK &&
           snet_secret_equal(proof, reject->proof, sizeof proof);
}

/* What a REJECT counts for. */
enum client_verdict {
    CLIENT_IGNORES, /* anybody can have sent it: it means nothing */
    CLIENT_NOTES,   /* so it was, but it is why this attempt failed; the session tries again */
    CLIENT_BELIEVES /* it decides how the session ends */
};

/*
 * Before the session is open nobody can prove a refusal, and one that is not final is believed: all
 * that it can cost is a new session. An open session only its server can end, by a proof
 * [PROTO 14.4].
 */
static enum client_verdict client_judge_reject(const snet_link *link, struct snet_buffer message,
                                               const struct snet_v3_reject *reject)
{
    const bool resumes = snet_v3_link_of(link)->step == SNET_V3_C_RESUME;
    if (snet_v3_code_final(reject->code)) {
        return resumes && client_proves(link, message, reject) ? CLIENT_BELIEVES : CLIENT_IGNORES;
    }
    if (!snet_v3_codes_refuses(reject->code)) {
        return CLIENT_IGNORES;
    }
    return resumes ? CLIENT_NOTES : CLIENT_BELIEVES;
}

snet_err snet_v3_client_reject(snet_link *link, struct snet_buffer message,
                               enum snet_v3_step *ret_next, uint64_t now)
{
    (void)ret_next;
    (void)now;
    struct snet_v3_reject reject;
    snet_v3_reject_decode(message.data + SNET_V3_HEADER_BYTES, &reject);
    const enum client_verdict verdict = client_judge_reject(link, message, &reject);
    if (verdict == CLIENT_IGNORES) {
        return SNET_ERR_BAD_MAC;
    }
    const uint64_t pause_ns = reject.retry_after * CLIENT_RETRY_UNIT_NS;
    snet_client_pause(link->session,
                      pause_ns < CLIENT_RETRY_AFTER_MAX_NS ? pause_ns : CLIENT_RETRY_AFTER_MAX_NS);
    if (verdict == CLIENT_BELIEVES) {
        snet_v3_link_of(link)->refused_code = reject.code;
    }
    return snet_v3_codes_refused(reject.code);
}

/* Before the session is open, only the answer of a server ends the attempts [PROTO 14.4]. */
static snet_err client_hello_failed(const snet_link *link, snet_err err)
{
    if (link != NULL && snet_v3_link_of(link)->refused_code != 0) {
        return err == SNET_ERR_BUSY ? SNET_OK : err;
    }
    const bool unanswered = link != NULL && snet_v3_link_of(link)->step == SNET_V3_C_HELLO;
    if (unanswered && err == SNET_ERR_HANDSHAKE_TIMEOUT) {
        return SNET_ERR_NO_ANSWER;
    }
    const enum snet_err_class err_class = snet_err_class_of(err);
    const bool forged = err_class == SNET_CLASS_AUTH || err_class == SNET_CLASS_PEER;
    return snet_client_passes(err) || forged ? SNET_OK : err;
}

snet_err snet_v3_client_attempt_failed(snet_session *session, const snet_link *link, snet_err err,
                                       uint64_t now)
{
    (void)now;
    if (session->state == SNET_SESSION_OPENING) {
        return client_hello_failed(link, err);
    }
    const uint16_t code = link == NULL ? 0 : snet_v3_link_of(link)->refused_code;
    if (code == 0) {
        return SNET_OK; /* without a proof nothing ends a session */
    }
    if (snet_session_done(session) && (code == SNET_V3_CLOSED_OK || code == SNET_V3_UNKNOWN)) {
        return SNET_ERR_CLOSED;
    }
    if (code == SNET_V3_UNKNOWN && !snet_v3_session_of(session)->heard) {
        return SNET_ERR_REFUSED; /* it never confirmed the session, and so has not lost it */
    }
    const bool end_sent = snet_v3_session_of(session)->end_sent;
    if (code == SNET_V3_UNKNOWN && end_sent && session->ending.peer_ended &&
        !session->ending.acked) {
        return SNET_ERR_CLOSE_UNCONFIRMED;
    }
    if (code == SNET_V3_CLOSED_OK && !end_sent) {
        return SNET_ERR_REFUSED; /* it cannot have ended well without our end */
    }
    return err;
}
