/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/legacy/client.h"

#include "base/assert.h"
#include "base/try.h"
#include "core/client.h"
#include "core/legacy/proof.h"
#include "core/legacy/stream.h"
#include "crypto/secret.h"

/* [PROTO 3.1] [PROTO 3.4] */
static snet_err client_say_hello(snet_link *link)
{
    const struct snet_legacy_format *format = link->wire->format;
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    struct snet_legacy_keypair keypair = {0};
    const snet_err err = snet_legacy_proof_draw(link->core, format->prefixed, &keypair);
    if (err != SNET_OK) {
        return err;
    }
    state->private_key = keypair.private_key;
    snet_legacy_state_queue(link, snet_legacy_hello_encode(format, keypair.public_key, state->out));
    snet_legacy_state_begin(link, SNET_LEGACY_C_HELLO);
    snet_secret_wipe(&keypair, sizeof keypair);
    return SNET_OK;
}

/*
 * No more than was sent [PROTO 6.7]. On snet/1 one byte more says that we know of the overrun: a
 * server takes the same request once more for somebody's replay [PROTO 6.2].
 */
static uint64_t client_declares(const snet_session *session)
{
    const bool shows =
        !session->wire->format->challenged &&
        snet_ending_told_overrun(&snet_legacy_session_of(session)->ending, session->inbox.received);
    return session->history.sent_max + (shows ? 1 : 0);
}

/* [PROTO 3.3] [PROTO 3.5]: from here on the counts are fixed, so an older link is frozen. */
static snet_err client_ask_resume(snet_link *link)
{
    const struct snet_legacy_format *format = link->wire->format;
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    snet_session *session = link->session;
    const struct snet_legacy_session *keys = snet_legacy_session_of(session);
    struct snet_legacy_resume resume = {
        .id = session->id,
        .write_count = client_declares(session),
        .read_count = session->inbox.received,
    };
    const snet_err err = snet_legacy_proof_resume(link->core, &resume, keys->key, resume.mac);
    if (err != SNET_OK) {
        return err;
    }
    if (session->links.live != NULL) {
        snet_link_freeze(session->links.live, true);
    }
    snet_legacy_state_queue(link, snet_legacy_resume_encode(format, &resume, state->out));
    snet_legacy_state_begin(link, SNET_LEGACY_C_RESUME);
    return SNET_OK;
}

snet_err snet_legacy_client_start(snet_link *link, uint64_t now)
{
    (void)now;
    SNET_ASSERT(link->session != NULL);
    return link->session->state == SNET_SESSION_OPENING ? client_say_hello(link)
                                                        : client_ask_resume(link);
}

/* Answers the challenge where the wire has one; `seen` adds that it has proven an end. */
static snet_err client_prove(snet_link *link, uint64_t challenge, const uint8_t key[8], bool seen)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    if (!link->wire->format->challenged) {
        return SNET_OK;
    }
    if (state->out_sent != state->out_len) {
        return SNET_ERR_BAD_HELLO; /* an answer to a question that is still to be sent */
    }
    SNET_TRY(snet_legacy_proof_answer(link->core, challenge, key, state->out));
    if (seen) {
        SNET_TRY(
            snet_legacy_proof_seen(link->core, challenge, key, state->out + SNET_LEGACY_MAC_BYTES));
    }
    snet_legacy_state_queue(link, (seen ? 2 : 1) * (size_t)SNET_LEGACY_MAC_BYTES);
    return SNET_OK;
}

snet_err snet_legacy_client_hello_reply(snet_link *link, enum snet_legacy_step *ret_next,
                                        uint64_t now)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    snet_session *session = link->session;
    struct snet_legacy_hello_reply reply;
    SNET_TRY(
        snet_legacy_hello_reply_decode(link->wire->format, state->message, state->have, &reply));
    SNET_TRY(snet_legacy_proof_agree(state->private_key, reply.server_public, state->key));
    snet_secret_wipe(&state->private_key, sizeof state->private_key);
    uint8_t id[SNET_LEGACY_ID_BYTES];
    snet_legacy_proof_id(session->cipher, state->key, reply.sealed_id, id);
    if (snet_legacy_u64_decode(id) == 0) {
        return SNET_ERR_BAD_HELLO; /* an id that could never be resumed */
    }
    SNET_TRY(client_prove(link, reply.challenge, state->key, false));
    snet_session_set_id(session, snet_legacy_u64_decode(id));
    snet_legacy_stream_begin(session, state->key);
    snet_secret_wipe(state->key, sizeof state->key);
    struct snet_legacy_session *keys = snet_legacy_session_of(session);
    keys->server_public = reply.server_public;
    snet_ending_begin(&keys->ending, session->id, link->wire->format->challenged);
    *ret_next = SNET_LEGACY_STREAM;
    snet_session_open(session, link, now);
    return SNET_OK;
}

static bool client_is_refusal(const struct snet_legacy_resume_reply *reply)
{
    return reply->write_count == 0 && reply->read_count == 0 && reply->challenge == 0;
}

/*
 * Whether the counts of a reply are possible. What lacks our bytes is remembered for the log. A
 * reply that begins like that to the hello comes from no server of ours: it ends what was never a
 * session [PROTO 8.2].
 */
static snet_err client_check_counts(snet_session *session,
                                    const struct snet_legacy_resume_reply *reply, bool *ret_foreign)
{
    const struct snet_legacy_claim claim = {
        .peer_write = reply->write_count,
        .peer_read = reply->read_count,
        .own_read = session->inbox.received,
    };
    const snet_err err = snet_legacy_proof_counts(&claim, &session->history);
    if (err == SNET_ERR_HISTORY_OVERRUN) {
        snet_session_peer_claimed(
            session, &(struct snet_session_counts){reply->write_count, reply->read_count});
    }
    *ret_foreign = err == SNET_ERR_BAD_COUNT && session->counts.resumes == 0 &&
                   reply->write_count == snet_legacy_session_of(session)->server_public;
    return err;
}

/* Whether the reply proves that the server's stream has ended where we are [PROTO 7.5]. */
static snet_err client_is_end(const snet_session *session,
                              const struct snet_legacy_resume_reply *reply, bool *ret_end)
{
    const struct snet_legacy_resume counts = {
        .id = session->id,
        .write_count = reply->write_count,
        .read_count = reply->read_count,
    };
    uint64_t challenge = 0;
    SNET_TRY(snet_legacy_proof_end(session->core, &counts, snet_legacy_session_of(session)->key,
                                   &challenge));
    *ret_end = reply->challenge == challenge && reply->write_count == session->inbox.received;
    return SNET_OK;
}

/*
 * The server's stream has ended, and all of it is here. Our own end is confirmed only if the server
 * has said that it has all [PROTO 7.6].
 */
static snet_err client_end_err(snet_session *session)
{
    if (!session->ending.shut || session->counts.peer.peer_received == session->history.end) {
        return SNET_ERR_CLOSED;
    }
    snet_session_peer_closed(session);
    return SNET_ERR_CLOSE_UNCONFIRMED;
}

/* Lets the server know that we know, and ends the session. */
static snet_err client_take_end(snet_link *link, const struct snet_legacy_resume_reply *reply,
                                uint64_t now)
{
    snet_session *session = link->session;
    const uint8_t *key = snet_legacy_session_of(session)->key;
    SNET_TRY(client_prove(link, reply->challenge, key, true));
    snet_session_peer_claimed(session,
                              &(struct snet_session_counts){reply->write_count, reply->read_count});
    snet_session_let_go(session, link);
    snet_link_close(link, SNET_CLOSE_FIN, SNET_ERR_CLOSED);
    snet_session_end(session, client_end_err(session), now);
    return SNET_OK;
}

snet_err snet_legacy_client_resume_reply(snet_link *link, enum snet_legacy_step *ret_next,
                                         uint64_t now)
{
    const struct snet_legacy_format *format = link->wire->format;
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    snet_session *session = link->session;
    struct snet_legacy_session *keys = snet_legacy_session_of(session);
    struct snet_legacy_resume_reply reply;
    SNET_TRY(snet_legacy_resume_reply_decode(format, state->message, state->have, &reply));
    if (format->challenged && client_is_refusal(&reply)) {
        return SNET_ERR_REFUSED;
    }
    bool foreign = false;
    bool ended = false;
    const snet_err err = client_check_counts(session, &reply, &foreign);
    if (foreign) {
        *ret_next = SNET_LEGACY_REFUSED;
        snet_session_end(session, SNET_ERR_BAD_HELLO, now);
        return SNET_OK;
    }
    SNET_TRY(err);
    if (format->challenged) {
        SNET_TRY(client_is_end(session, &reply, &ended));
    }
    if (ended) {
        *ret_next = SNET_LEGACY_REFUSED;
        return client_take_end(link, &reply, now);
    }
    if (session->ending.shut && reply.read_count == session->history.end) {
        /* The server has all that was ever written: a resume is the acknowledgement [PROTO 7.6]. */
        *ret_next = SNET_LEGACY_REFUSED;
        snet_session_end(session, SNET_ERR_CLOSED, now);
        return SNET_OK;
    }
    SNET_TRY(client_prove(link, reply.challenge, keys->key, false));
    if (reply.read_count > session->counts.peer.peer_received) {
        /* What was sent again has arrived [PROTO 8.2]. */
        snet_backoff_moved(&session->dial.backoff, 0);
    }
    SNET_TRY(snet_history_rewind(&session->history, reply.read_count));
    snet_ending_agreed(&keys->ending, reply.write_count, now);
    *ret_next = SNET_LEGACY_STREAM;
    const struct snet_session_counts counts = {reply.write_count, reply.read_count};
    snet_session_resume(session, link, &counts, now);
    return SNET_OK;
}

/*
 * Whether the server took the whole request and gave an answer that ends the session, if it is true
 * [PROTO 6.5].
 */
static bool client_was_answered(const snet_link *link, snet_err err,
                                enum snet_ending_answer *ret_answer)
{
    const struct snet_legacy_link *state = link == NULL ? NULL : snet_legacy_link_of(link);
    if (state == NULL || state->out_sent != state->out_len) {
        return false;
    }
    const bool closed = err == SNET_ERR_LINK_FIN || err == SNET_ERR_LINK_RESET;
    if (err == SNET_ERR_HISTORY_OVERRUN) {
        *ret_answer = SNET_ENDING_OVERRUN;
    } else if (err == SNET_ERR_REFUSED) {
        *ret_answer = SNET_ENDING_MESSAGE;
    } else if (closed && !state->reply_seen && !link->wire->format->challenged) {
        *ret_answer = SNET_ENDING_BARE_CLOSE;
    } else {
        return false;
    }
    return true;
}

/* What such an answer says of a session that is lost. */
static snet_err client_finding(const snet_session *session, enum snet_ending_answer answer)
{
    const bool told =
        snet_ending_told_overrun(&snet_legacy_session_of(session)->ending, session->inbox.received);
    return told || answer == SNET_ENDING_OVERRUN ? SNET_ERR_HISTORY_OVERRUN : SNET_ERR_REFUSED;
}

/*
 * A session that has begun outlives whatever else may answer in the place of its server, like the
 * portal of a network: it remembers what it was told, and tries again.
 */
snet_err snet_legacy_client_attempt_failed(snet_session *session, const snet_link *link,
                                           snet_err err, uint64_t now)
{
    if (session->state == SNET_SESSION_OPENING) {
        return snet_client_passes(err) ? SNET_OK : err;
    }
    struct snet_ending *ending = &snet_legacy_session_of(session)->ending;
    enum snet_ending_answer answer = SNET_ENDING_BARE_CLOSE;
    if (!client_was_answered(link, err, &answer)) {
        snet_ending_interrupted(ending);
        session->links.found_err = snet_client_passes(err) ? session->links.found_err : err;
        return SNET_OK;
    }
    session->links.found_err = client_finding(session, answer);
    switch (snet_ending_refused(ending, answer, session->inbox.received, now)) {
    case SNET_ENDING_RETRY:
        return SNET_OK;
    case SNET_ENDING_CLEAN:
        /* What a published server has of ours is not known, and was never asked for. */
        return ending->kind == SNET_ENDING_GUESSED ? SNET_ERR_CLOSED : client_end_err(session);
    case SNET_ENDING_LOST:
        /* Perhaps both ends closed at once and all arrived: nothing shows it. */
        return session->ending.shut ? SNET_ERR_CLOSE_UNCONFIRMED : session->links.found_err;
    }
    return SNET_ERR_INTERNAL;
}

void snet_legacy_client_link_lost(snet_session *session, snet_err err, uint64_t now)
{
    struct snet_ending *ending = &snet_legacy_session_of(session)->ending;
    if (!snet_session_link_was_hollow(session, now)) {
        snet_ending_worked(ending);
    }
    if (err == SNET_ERR_LINK_FIN) {
        snet_ending_fin(ending, session->inbox.received > session->links.received, now);
    }
}

uint64_t snet_legacy_client_retry_by(const snet_session *session, uint64_t now)
{
    if (session->state == SNET_SESSION_OPENING) {
        return SNET_NEVER;
    }
    const uint64_t by_ns = snet_ending_retry_by_ns(&snet_legacy_session_of(session)->ending);
    return by_ns > now ? by_ns : SNET_NEVER;
}
