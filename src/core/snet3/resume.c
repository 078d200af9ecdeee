/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/resume.h"

#include "base/assert.h"
#include "base/try.h"
#include "core/server.h"
#include "core/snet3/acks.h"
#include "core/snet3/codes.h"
#include "core/snet3/epoch.h"
#include "core/snet3/in.h"
#include "core/snet3/progress.h"
#include "core/snet3/refuse.h"
#include "core/snet3/server.h"
#include "core/snet3/store.h"
#include "crypto/secret.h"

/* Maximum: an ACCEPT. */
#define RESUME_ANSWER_MAX_BYTES 256u

bool snet_v3_resume_passed(snet_link *link, struct snet_bytes message)
{
    const struct snet_v3_store *store = snet_v3_store_of(link->server);
    const uint8_t *cid = message.data + SNET_V3_HEADER_BYTES;
    enum snet_cids_owner owner = SNET_CIDS_FOREIGN;
    const struct snet_cids *root = NULL;
    uint8_t shard = SNET_SHARD_NONE;
    if (link->server->config.shards == 0 ||
        message.len < SNET_V3_HEADER_BYTES + SNET_V3_CID_BYTES ||
        snet_v3_store_find_root(store, cid, &root, &owner) != SNET_OK || owner != SNET_CIDS_OURS ||
        snet_cids_find_shard(root, cid, &shard) != SNET_OK ||
        !snet_shards_elsewhere(link->server->config.shards, shard)) {
        return false;
    }
    snet_link_pass_on(link, shard);
    return true;
}

/* No session has this name. Refuses in a way that only this server can [PROTO 18.3]. */
static snet_err resume_refuse_unknown(snet_link *link, struct snet_bytes message)
{
    const struct snet_v3_store *store = snet_v3_store_of(link->server);
    const uint8_t *cid = message.data + SNET_V3_HEADER_BYTES;
    enum snet_cids_owner owner = SNET_CIDS_FOREIGN;
    const struct snet_cids *root = NULL;
    SNET_TRY(snet_v3_store_find_root(store, cid, &root, &owner));
    struct snet_v3_refusal refusal = {.message = message, .err = SNET_ERR_UNKNOWN_SESSION};
    switch (owner) {
    case SNET_CIDS_OURS:
        refusal.code = snet_tombstones_find(&store->tombstones, cid);
        refusal.cid = cid;
        break;
    case SNET_CIDS_OTHER_NODE:
        refusal.cid = cid;
        refusal.code = SNET_V3_BUSY;
        refusal.retry_after = SNET_V3_RETRY_AFTER;
        break;
    case SNET_CIDS_FOREIGN:
        refusal.code = SNET_V3_BUSY;
        refusal.retry_after = SNET_V3_RETRY_AFTER;
        break;
    }
    return snet_v3_refuse(link, &refusal);
}

/* How many bytes of both streams have arrived, as far as this end and the RESUME know. */
static uint64_t resume_arrived(const snet_session *session, const struct snet_v3_resume *resume)
{
    const uint64_t acked = snet_v3_session_of(session)->flow.acked;
    return snet_v3_state_recv_next(session) +
           (resume->recv_next > acked ? resume->recv_next : acked);
}

/* Whether the links since the last resume have moved enough, and not in no time. */
static bool resume_is_worth_it(const struct snet_v3_server *server, uint64_t arrived, uint64_t now)
{
    return arrived - server->resumed_bytes >= SNET_V3_RESUME_MOVED_BYTES &&
           now - server->resumed_at_ns >= SNET_V3_RESUME_MOVED_NS;
}

/* Whether this session is resumed too often. If not, counts one more resume [PROTO 15.2]. */
static bool resume_too_often(const snet_session *session, const struct snet_v3_resume *resume,
                             uint64_t now)
{
    struct snet_v3_server *server = &snet_v3_session_of(session)->of.server;
    const uint64_t arrived = resume_arrived(session, resume);
    const uint64_t from_ns = server->resume_free_ns > now ? server->resume_free_ns : now;
    if (!resume_is_worth_it(server, arrived, now)) {
        if (from_ns - now >= SNET_V3_RESUME_BURST * SNET_V3_RESUME_EVERY_NS) {
            return true;
        }
        server->resume_free_ns = from_ns + SNET_V3_RESUME_EVERY_NS;
    }
    server->resumed_at_ns = now;
    server->resumed_bytes = arrived;
    return false;
}

/* Whether the offsets can be those of this session's client [PROTO 15.2]. */
static bool resume_offsets_ok(const snet_session *session, const struct snet_v3_resume *resume)
{
    const uint64_t end_byte = snet_v3_session_of(session)->end_sent ? 1 : 0;
    return resume->recv_next <= session->history.sent_max + end_byte &&
           resume->limit <= resume->recv_next + SNET_V3_LIMIT_MAX_BYTES;
}

/* What a RESUME that was really made with the session's secret is refused for [PROTO 15.2]. */
static snet_err resume_judge(snet_session *session, const struct snet_v3_resume *resume,
                             struct snet_v3_refusal *refusal, uint64_t now)
{
    struct snet_v3_session *secure = snet_v3_session_of(session);
    refusal->err = snet_credentials_fresh(&secure->of.server.credentials, resume->attempt);
    if (refusal->err != SNET_OK) {
        refusal->code = SNET_V3_STALE;
        return refusal->err;
    }
    refusal->cid = refusal->message.data + SNET_V3_HEADER_BYTES;
    if (!resume_offsets_ok(session, resume)) {
        refusal->code = SNET_V3_BAD_OFFSET;
        refusal->err = SNET_ERR_BAD_COUNT;
    } else if (resume_too_often(session, resume, now)) {
        refusal->code = SNET_V3_BUSY;
        refusal->err = SNET_ERR_BUSY;
        refusal->retry_after = SNET_V3_RESUME_RETRY_AFTER;
    }
    return refusal->err;
}

/* Writes ACCEPT and makes the keys of the new epoch; the session has not changed yet. */
static snet_err resume_write_accept(snet_link *link, const snet_session *session, bool early_taken,
                                    uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    struct snet_v3_accept accept = {
        .recv_next = snet_v3_state_recv_next(session),
        .limit = snet_v3_state_limit(session),
        .early_taken = early_taken,
    };
    uint8_t *space = snet_outbox_space(&state->out, link->core, RESUME_ANSWER_MAX_BYTES);
    if (space == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    SNET_TRY(snet_v3_store_draw(snet_v3_store_of(link->server),
                                snet_v3_session_of(session)->of.server.shard, accept.cid));
    SNET_TRY(snet_cids_token(&snet_v3_store_of(link->server)->cids, accept.cid, accept.token));
    snet_bytes_copy(state->ticket.cid, accept.cid, sizeof state->ticket.cid);
    struct snet_writer writer;
    snet_writer_init(&writer, space, RESUME_ANSWER_MAX_BYTES);
    const snet_err err = snet_v3_messages_accept(state->handshake, &accept, &writer);
    snet_secret_wipe(accept.token, sizeof accept.token);
    SNET_TRY(err);
    snet_outbox_commit(&state->out, writer.written);
    state->peer_max_record = snet_v3_session_of(session)->peer_max_record;
    state->asked_ns = now;
    return snet_v3_epoch_begin(link, snet_v3_session_of(session)->suite, false);
}

/*
 * Whether the resume is made with the credential of the pending link, so that the client must have
 * taken that link. Not of an unconfirmed session: only a record opens it, and opening it may end
 * it.
 */
static bool resume_from_pending(const snet_session *session, const struct snet_credential *base)
{
    const struct snet_credentials *credentials =
        &snet_v3_session_of(session)->of.server.credentials;
    return session->state != SNET_SESSION_OPENING && session->links.attempt != NULL &&
           credentials->pending && base != &credentials->slots[credentials->confirmed];
}

/* What becomes of the session's links when a resume is accepted. */
struct resume_plan {
    snet_link *dead;  /* the live link of a client that has no connection; NULL: none */
    snet_link *taken; /* the pending link that the client went over to; NULL: none */
};

static struct resume_plan resume_plan(const snet_session *session,
                                      const struct snet_credential *base, uint8_t cause)
{
    if (cause == SNET_V3_CAUSE_LOST) {
        return (struct resume_plan){.dead = session->links.live};
    }
    const bool taken = resume_from_pending(session, base);
    return (struct resume_plan){.taken = taken ? session->links.attempt : NULL};
}

/* The link's ticket is the session's pending credential from now on: R2, R4 [PROTO 15.1]. */
static void resume_enter_credential(snet_link *link, struct snet_credential *base, uint64_t attempt)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    struct snet_v3_store *store = snet_v3_store_of(link->server);
    snet_session *session = base->owner;
    struct snet_credentials *credentials = &snet_v3_session_of(session)->of.server.credentials;
    snet_v3_store_retire(store, snet_credentials_next(credentials, base));
    struct snet_credential *next = snet_credentials_accept(credentials, base, attempt);
    snet_bytes_copy(next->cid, state->ticket.cid, sizeof next->cid);
    next->owner = session;
    next->secrets = state->ticket.secrets;
    state->ticket = (struct snet_v3_ticket){.secrets = NULL};
    snet_v3_store_enter(store, next);
}

/* Does what was planned, in the order of the protocol; nothing of it can fail. */
static void resume_commit(snet_link *link, struct snet_credential *base,
                          const struct snet_v3_resume *resume, const struct resume_plan *plan,
                          uint64_t now)
{
    snet_session *session = base->owner;
    const struct snet_flow_ack ack = {.recv_next = resume->recv_next, .limit = resume->limit};
    if (plan->dead != NULL) {
        /* However healthy it looks: what was sent there may never arrive. */
        snet_link_failed(plan->dead, SNET_ERR_LINK_REPLACED, now);
    }
    /* Before a link is taken: its counts begin behind what is acknowledged here. */
    const snet_err err = snet_v3_acks_take(session, ack, now);
    SNET_ASSERT(err == SNET_OK); /* resume_judge has checked it */
    if (session->links.live == NULL && snet_v3_progress_judge(session)) {
        /* Bytes arrive although no link lives until its first record has: the client is there. */
        session->expire_at_ns = snet_timer_after(now, session->resume_timeout_ns);
        snet_session_arm(session);
    }
    snet_v3_progress_begin(session, link, now);
    if (plan->taken != NULL) {
        /* The client uses this link and plans to leave it. To close it instead would let a RESUME
           cut a link in use. */
        snet_v3_server_go_over(plan->taken, now);
    }
    resume_enter_credential(link, base, resume->attempt);
    snet_session_pend(session, link, snet_v3_state_confirm_by_ns(link->server, now));
    snet_link_want_send(link);
}

/* The client may resume: R2, R4, R7 and R8 [PROTO 15.1]. Until ACCEPT is written, all that happens
   to the session is that early bytes are kept. */
static snet_err resume_accept(snet_link *link, struct snet_credential *base,
                              const struct snet_v3_resume *resume, uint64_t now)
{
    snet_session *session = base->owner;
    const struct resume_plan plan = resume_plan(session, base, resume->cause);
    const bool early_taken = snet_v3_in_early(session, resume, now);
    SNET_TRY(resume_write_accept(link, session, early_taken, now));
    resume_commit(link, base, resume, &plan, now);
    return SNET_OK;
}

static snet_err resume_read(snet_link *link, struct snet_buffer message,
                            const struct snet_credential *base, struct snet_v3_resume *ret_resume)
{
    uint8_t ephemeral[SNET_X25519_BYTES];
    struct snet_v3_handshake *handshake = NULL;
    const struct snet_v3_messages_config config = {
        .pattern = SNET_NOISE_NNPSK0,
        .suite = snet_v3_session_of(base->owner)->suite,
        .psk = base->secrets->secret,
        .cid = base->cid,
        .ephemeral = ephemeral,
    };
    SNET_TRY(snet_v3_state_begin_handshake(link, &handshake));
    SNET_TRY(snet_core_random_bytes(link->core, SNET_RANDOM_KEY, ephemeral, sizeof ephemeral));
    const snet_err err =
        snet_v3_messages_read_resume(handshake, link->core->crypto, &config, message, ret_resume);
    snet_secret_wipe(ephemeral, sizeof ephemeral);
    return err;
}

/* What the header alone is refused for. */
static enum snet_v3_code resume_judge_header(const snet_link *link,
                                             const struct snet_v3_header *header)
{
    if ((header->flags & ~SNET_V3_FLAG_EARLY) != 0) {
        return SNET_V3_BAD_FORMAT;
    }
    if (header->pattern != SNET_NOISE_NNPSK0) {
        return SNET_V3_BAD_PATTERN;
    }
    return snet_v3_state_suite(link->core, header->suite) == NULL ? SNET_V3_BAD_SUITE : SNET_V3_OK;
}

/* Refuses without a proof, for the client has proven nothing. The session is not touched. */
static snet_err resume_refuse_plainly(snet_link *link, struct snet_v3_refusal *refusal,
                                      enum snet_v3_code code)
{
    refusal->code = code;
    refusal->err = snet_v3_codes_refused((uint16_t)code);
    refusal->cid = NULL;
    return snet_v3_refuse(link, refusal);
}

/* Handles a RESUME for the session of `base`. */
static snet_err resume_of(snet_link *link, struct snet_credential *base, struct snet_buffer message,
                          uint64_t now)
{
    snet_session *session = base->owner;
    struct snet_v3_refusal refusal = {.message = {message.data, message.len}, .session = session};
    struct snet_v3_resume resume;
    snet_err err = resume_read(link, message, base, &resume);
    if (err == SNET_ERR_BAD_MAC) {
        return resume_refuse_plainly(link, &refusal, SNET_V3_BAD_AUTH);
    }
    if (err == SNET_ERR_BAD_HELLO) {
        return resume_refuse_plainly(link, &refusal, SNET_V3_BAD_FORMAT);
    }
    SNET_TRY(err);
    err = resume_judge(session, &resume, &refusal, now);
    if (err == SNET_OK) {
        return resume_accept(link, base, &resume, now);
    }
    SNET_TRY(snet_v3_refuse(link, &refusal));
    if (err == SNET_ERR_BAD_COUNT) {
        snet_session_end(session, err, now);
    }
    return SNET_OK;
}

snet_err snet_v3_resume_asked(snet_link *link, struct snet_buffer message,
                              enum snet_v3_step *ret_next, uint64_t now)
{
    struct snet_v3_store *store = snet_v3_store_of(link->server);
    struct snet_v3_refusal refusal = {.message = {message.data, message.len}};
    struct snet_v3_header header;
    SNET_TRY(snet_v3_header_decode(message.data, &header));
    const enum snet_v3_code code = resume_judge_header(link, &header);
    if (code != SNET_V3_OK) {
        return resume_refuse_plainly(link, &refusal, code);
    }
    snet_tombstones_expire(&store->tombstones, now);
    struct snet_credential *base = snet_v3_store_find(store, message.data + SNET_V3_HEADER_BYTES);
    if (base == NULL) {
        return resume_refuse_unknown(link, refusal.message);
    }
    if (header.suite != snet_v3_session_of(base->owner)->suite->id) {
        return resume_refuse_plainly(link, &refusal, SNET_V3_BAD_SUITE);
    }
    *ret_next = SNET_V3_S_CONFIRM;
    return resume_of(link, base, message, now);
}
