/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/legacy/server.h"

#include "base/try.h"
#include "core/legacy/proof.h"
#include "core/legacy/stream.h"
#include "core/server.h"
#include "crypto/secret.h"

/* Zero is drawn once in 2^64 times: this many in a row mean a broken random source. */
#define SERVER_CHALLENGE_DRAWS_MAX 4u
/* Of a session; then it ends, whether or not the client knows it [PROTO 7.3]. */
#define SERVER_GOODBYES_MAX 3u
/* On snet/1, of a session; what comes later is refused, so that a client finds a row of refusals.
 */
#define SERVER_OVERRUNS_TOLD_MAX 3u
/* How long a client has to say that it has recognised the end, behind its answer. */
#define SERVER_SEEN_NS (100 * SNET_MS_NS)

snet_err snet_legacy_server_accept(snet_link *link, enum snet_sniff_verdict verdict)
{
    const bool resumes = verdict == SNET_SNIFF_1_RESUME || verdict == SNET_SNIFF_2_RESUME;
    snet_legacy_state_begin(link, resumes ? SNET_LEGACY_S_RESUME : SNET_LEGACY_S_HELLO);
    return SNET_OK;
}

/* Never 0: with two counts of 0 it would look like a refusal [PROTO 2.4]. */
static snet_err server_draw_challenge(snet_link *link)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    for (unsigned draw = 0; draw < SERVER_CHALLENGE_DRAWS_MAX; draw++) {
        SNET_TRY(snet_core_random(link->core, SNET_RANDOM_CHALLENGE, &state->challenge));
        if (state->challenge != 0) {
            return SNET_OK;
        }
    }
    return SNET_ERR_RANDOM;
}

/* Agrees on the key and answers the hello [PROTO 3.1] [PROTO 3.4]. */
static snet_err server_answer(snet_link *link)
{
    const struct snet_legacy_format *format = link->wire->format;
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    struct snet_legacy_keypair keypair = {0};
    SNET_TRY(snet_server_draw_id(link->server, &state->id));
    SNET_TRY(snet_legacy_proof_draw(link->core, false, &keypair));
    const snet_err err =
        snet_legacy_proof_agree(keypair.private_key, state->client_public, state->key);
    struct snet_legacy_hello_reply reply = {.server_public = keypair.public_key};
    snet_secret_wipe(&keypair, sizeof keypair);
    SNET_TRY(err);
    if (format->challenged) {
        SNET_TRY(server_draw_challenge(link));
        reply.challenge = state->challenge;
    }
    uint8_t id[SNET_LEGACY_ID_BYTES];
    snet_legacy_u64_encode(state->id, id);
    snet_legacy_proof_id(snet_session_cipher(&link->server->config.session), state->key, id,
                         reply.sealed_id);
    snet_legacy_state_queue(link, snet_legacy_hello_reply_encode(format, &reply, state->out));
    return SNET_OK;
}

/* The client is known to have the key: its session begins. */
static snet_err server_open(snet_link *link, uint64_t now)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    snet_server *server = link->server;
    SNET_TRY(snet_server_admit(server, link->wire, now));
    if (snet_server_find(server, state->id) != NULL) {
        return SNET_ERR_RANDOM; /* taken since it was drawn */
    }
    snet_session *session = NULL;
    SNET_TRY(snet_server_begin(link, SNET_NEVER, &session));
    snet_server_enter(session, state->id);
    snet_legacy_stream_begin(session, state->key);
    snet_secret_wipe(state->key, sizeof state->key);
    snet_session_open(session, link, now);
    return SNET_OK;
}

snet_err snet_legacy_server_hello(snet_link *link, enum snet_legacy_step *ret_next, uint64_t now)
{
    const struct snet_legacy_format *format = link->wire->format;
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    const unsigned wires = link->server->config.wires;
    SNET_TRY(snet_server_admit(link->server, link->wire, now));
    SNET_TRY(snet_legacy_hello_decode(format, state->message, state->have, &state->client_public));
    if (format->challenged) {
        *ret_next = SNET_LEGACY_S_PROOF;
        return server_answer(link);
    }
    if (format->padded) {
        *ret_next = SNET_LEGACY_S_PADDING;
        return SNET_OK;
    }
    if ((wires & SNET_WIRE_1_PADDED) != 0) {
        *ret_next = SNET_LEGACY_S_GRACE;
        snet_link_alarm(link, snet_timer_after(now, link->server->config.grace_ns));
        return SNET_OK;
    }
    *ret_next = SNET_LEGACY_STREAM;
    SNET_TRY(server_answer(link));
    return server_open(link, now);
}

/* Clients send nothing beyond a hello before the answer: this byte is padding [PROTO 4.3]. */
snet_err snet_legacy_server_grace_byte(snet_link *link, enum snet_legacy_step *ret_next,
                                       uint64_t now)
{
    (void)now;
    snet_link_alarm(link, SNET_NEVER);
    *ret_next = SNET_LEGACY_S_PADDING;
    return SNET_OK;
}

snet_err snet_legacy_server_grace_over(snet_link *link, enum snet_legacy_step *ret_next,
                                       uint64_t now)
{
    *ret_next = SNET_LEGACY_STREAM;
    SNET_TRY(server_answer(link));
    SNET_TRY(server_open(link, now));
    if (!link->session->plain) {
        snet_padding_begin(&snet_legacy_link_of(link)->padding);
    }
    return SNET_OK;
}

snet_err snet_legacy_server_padding(snet_link *link, enum snet_legacy_step *ret_next, uint64_t now)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    for (size_t i = 0; i < state->have; i++) {
        if (state->message[i] != 0) {
            return SNET_ERR_BAD_PADDING;
        }
    }
    snet_link_vary_wire(link, snet_wires_find(SNET_WIRE_1_PADDED));
    *ret_next = SNET_LEGACY_STREAM;
    SNET_TRY(server_answer(link));
    return server_open(link, now);
}

/* Whether the message in hand answers the link's challenge. */
static snet_err server_check_proof(const snet_link *link, const uint8_t key[8])
{
    const struct snet_legacy_link *state = snet_legacy_link_of(link);
    uint8_t mac[SNET_LEGACY_MAC_BYTES];
    SNET_TRY(snet_legacy_proof_answer(link->core, state->challenge, key, mac));
    return snet_secret_equal(mac, state->message, sizeof mac) ? SNET_OK : SNET_ERR_BAD_MAC;
}

snet_err snet_legacy_server_proof(snet_link *link, enum snet_legacy_step *ret_next, uint64_t now)
{
    SNET_TRY(server_check_proof(link, snet_legacy_link_of(link)->key));
    *ret_next = SNET_LEGACY_STREAM;
    return server_open(link, now);
}

/* For the log: the claim in hand is not served. */
static void server_note(const snet_link *link, const snet_session *session, snet_err err)
{
    const struct snet_legacy_link *state = snet_legacy_link_of(link);
    struct snet_note note = {
        .kind = SNET_NOTE_RESUME_REFUSED,
        .err = err,
        .link = link,
        .session_id = state->claim.id,
        .peer_write = state->claim.write_count,
        .peer_read = state->claim.read_count,
    };
    if (session != NULL) {
        note.own_write = session->history.end;
        note.own_read = session->inbox.received;
    }
    snet_core_note(link->core, &note);
}

/* [PROTO 6.5]: a bare close, or 24 zero bytes where the wire has a message for it. */
static void server_refuse(snet_link *link, const snet_session *session, snet_err err)
{
    const struct snet_legacy_format *format = link->wire->format;
    server_note(link, session, err);
    if (format->challenged) {
        const struct snet_legacy_resume_reply zeros = {0};
        snet_legacy_state_queue(
            link, snet_legacy_resume_reply_encode(format, &zeros, snet_legacy_link_of(link)->out));
    }
    snet_link_close(link, SNET_CLOSE_FIN, err);
}

/* The session that the claim is about, when the claim is proven. */
static snet_err server_find_claimed(const snet_link *link, snet_session **ret_session)
{
    const struct snet_legacy_link *state = snet_legacy_link_of(link);
    snet_session *session = snet_server_find(link->server, state->claim.id);
    if (session == NULL || session->wire->format->challenged != link->wire->format->challenged) {
        return SNET_ERR_UNKNOWN_SESSION;
    }
    uint8_t mac[SNET_LEGACY_MAC_BYTES];
    SNET_TRY(snet_legacy_proof_resume(link->core, &state->claim,
                                      snet_legacy_session_of(session)->key, mac));
    if (!snet_secret_equal(mac, state->claim.mac, sizeof mac)) {
        return SNET_ERR_BAD_MAC;
    }
    *ret_session = session;
    return SNET_OK;
}

/* Whether a proven claim can be served [PROTO 6.2]. */
static snet_err server_check_claim(const snet_link *link, const snet_session *session)
{
    const struct snet_legacy_resume *claim = &snet_legacy_link_of(link)->claim;
    const struct snet_legacy_session *keys = snet_legacy_session_of(session);
    const struct snet_legacy_claim counts = {
        .peer_write = claim->write_count,
        .peer_read = claim->read_count,
        .own_read = session->inbox.received,
    };
    if (session->ending.acked || (keys->proven_resume && claim->read_count < keys->accepted_read)) {
        return SNET_ERR_STALE_RESUME; /* a replay: its client has proven since that it has more */
    }
    return snet_legacy_proof_counts(&counts, &session->history);
}

/* Moves the session to this link. */
static snet_err server_swap(snet_link *link, snet_session *session, uint64_t now)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    struct snet_legacy_session *keys = snet_legacy_session_of(session);
    const struct snet_session_counts counts = {state->claim.write_count, state->claim.read_count};
    SNET_TRY(snet_history_rewind(&session->history, counts.peer_received));
    state->skip_bytes = session->inbox.received - state->promise.read_count;
    keys->proven_resume = true;
    keys->fin_sent = false;
    keys->overruns_told = 0;
    keys->accepted_write = counts.peer_written;
    keys->accepted_read = counts.peer_received;
    snet_session_resume(session, link, &counts, now);
    return SNET_OK;
}

/*
 * Promises `write_count` and what was read; from now on the client sends what follows that. A
 * resume is promised what its client has, so that nothing counts as sent again [PROTO 6.7].
 */
static void server_promise(snet_link *link, const snet_session *session, uint64_t write_count)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    state->promise = (struct snet_legacy_resume_reply){
        .write_count = write_count,
        .read_count = session->inbox.received,
        .challenge = state->challenge,
    };
    snet_legacy_state_queue(
        link, snet_legacy_resume_reply_encode(link->wire->format, &state->promise, state->out));
}

/* --- The end of a session ----------------------------------------------------------------------
 */

/* The session ends, and what its client has claimed is known. */
static void server_end(const snet_link *link, snet_session *session, snet_err err, uint64_t now)
{
    const struct snet_legacy_resume *claim = &snet_legacy_link_of(link)->claim;
    snet_session_peer_claimed(session,
                              &(struct snet_session_counts){claim->write_count, claim->read_count});
    snet_session_end(session, err, now);
}

/* Whether the claim says that the client has all and has seen us close: a goodbye [PROTO 7.3]. */
static bool server_is_goodbye(const snet_link *link, const snet_session *session)
{
    return snet_legacy_session_of(session)->fin_sent &&
           snet_legacy_link_of(link)->claim.read_count == session->history.end;
}

/* A goodbye was accepted and nothing is left to say: the last one ends the session. */
static snet_err server_count_goodbye(snet_link *link, snet_session *session, uint64_t now)
{
    struct snet_legacy_session *keys = snet_legacy_session_of(session);
    keys->goodbyes++;
    if (keys->goodbyes == SERVER_GOODBYES_MAX) {
        server_end(link, session, SNET_ERR_CLOSED, now);
        return SNET_ERR_CLOSED;
    }
    return SNET_OK;
}

/* Accepts a goodbye, but does not move the session: there is nothing to carry. */
static snet_err server_answer_goodbye(snet_link *link, snet_session *session,
                                      enum snet_legacy_step *ret_next, uint64_t now)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    const struct snet_legacy_resume counts = {
        .id = session->id,
        .write_count = session->history.end,
        .read_count = session->inbox.received,
    };
    if (link->wire->format->challenged) {
        SNET_TRY(snet_legacy_proof_end(link->core, &counts, snet_legacy_session_of(session)->key,
                                       &state->challenge));
        *ret_next = SNET_LEGACY_S_GOODBYE;
    } else {
        *ret_next = SNET_LEGACY_REFUSED;
    }
    /* All has arrived: the history has done its work, and the end is clean from now on. */
    snet_history_trim(&session->history, &session->core->send_pool, session->history.end);
    snet_pressure_wake_writers(&session->core->pressure);
    session->ending.acked = true;
    session->links.found_err = SNET_ERR_CLOSED;
    server_promise(link, session, state->claim.read_count);
    if (*ret_next == SNET_LEGACY_REFUSED) {
        (void)server_count_goodbye(link, session, now);
        snet_link_close(link, SNET_CLOSE_FIN, SNET_ERR_CLOSED);
    }
    return SNET_OK;
}

/*
 * Whether anybody may have recorded this request: it is the last accepted one, or one before it
 * that its client had read as much at, because no client's write count goes down.
 */
static bool server_is_repeat(const struct snet_legacy_resume *claim,
                             const struct snet_legacy_session *keys)
{
    return keys->proven_resume && claim->read_count == keys->accepted_read &&
           claim->write_count <= keys->accepted_write;
}

/* Ends what its client has lost too much of. Told of it, that client declares more than it has. */
static void server_end_overrun(const snet_link *link, snet_session *session, uint64_t now)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    const struct snet_legacy_session *keys = snet_legacy_session_of(session);
    if (keys->overruns_told > 0 && keys->proven_resume &&
        state->claim.read_count == keys->accepted_read &&
        state->claim.write_count == keys->accepted_write + 1) {
        state->claim.write_count = keys->accepted_write;
    }
    server_end(link, session, SNET_ERR_HISTORY_OVERRUN, now);
}

/*
 * The client lacks bytes that are gone, and is told so: else the refusals that follow could pass
 * for a clean end [PROTO 6.2]. On snet/1 anybody can repeat an accepted request, so that neither
 * ends the session nor is told for ever, and the request that ends it is always told.
 */
static snet_err server_tell_overrun(snet_link *link, snet_session *session,
                                    enum snet_legacy_step *ret_next, uint64_t now)
{
    struct snet_legacy_session *keys = snet_legacy_session_of(session);
    const bool challenged = link->wire->format->challenged;
    const bool ends = !challenged && session->state != SNET_SESSION_LIVE &&
                      !server_is_repeat(&snet_legacy_link_of(link)->claim, keys);
    session->links.found_err = SNET_ERR_HISTORY_OVERRUN;
    *ret_next = SNET_LEGACY_REFUSED;
    if (!challenged && !ends && keys->overruns_told == SERVER_OVERRUNS_TOLD_MAX) {
        server_refuse(link, session, SNET_ERR_HISTORY_OVERRUN);
        return SNET_OK;
    }
    if (challenged) {
        SNET_TRY(server_draw_challenge(link));
        *ret_next = SNET_LEGACY_S_RESUME_PROOF;
    }
    server_note(link, session, SNET_ERR_HISTORY_OVERRUN);
    server_promise(link, session, session->history.end);
    if (!challenged) {
        snet_link_close(link, SNET_CLOSE_FIN, SNET_ERR_HISTORY_OVERRUN);
    }
    if (ends) {
        server_end_overrun(link, session, now);
    } else if (keys->overruns_told < SERVER_OVERRUNS_TOLD_MAX) {
        keys->overruns_told++;
    }
    return SNET_OK;
}

snet_err snet_legacy_server_resume(snet_link *link, enum snet_legacy_step *ret_next, uint64_t now)
{
    const struct snet_legacy_format *format = link->wire->format;
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    SNET_TRY(snet_legacy_resume_decode(format, state->message, state->have, &state->claim));
    *ret_next = SNET_LEGACY_REFUSED;
    const uint8_t shard = snet_shards_in(state->claim.id);
    if (snet_shards_elsewhere(link->server->config.shards, shard)) {
        snet_link_pass_on(link, shard);
        return SNET_OK;
    }
    snet_session *session = NULL;
    snet_err err = server_find_claimed(link, &session);
    if (err != SNET_OK) {
        server_refuse(link, NULL, err);
        return SNET_OK;
    }
    if (server_is_goodbye(link, session)) {
        return server_answer_goodbye(link, session, ret_next, now);
    }
    err = server_check_claim(link, session);
    if (err == SNET_ERR_HISTORY_OVERRUN) {
        return server_tell_overrun(link, session, ret_next, now);
    }
    if (err != SNET_OK) {
        server_refuse(link, session, err);
        return SNET_OK;
    }
    if (format->challenged) {
        SNET_TRY(server_draw_challenge(link));
        server_promise(link, session, state->claim.read_count);
        *ret_next = SNET_LEGACY_S_RESUME_PROOF;
        return SNET_OK;
    }
    server_promise(link, session, state->claim.read_count);
    *ret_next = SNET_LEGACY_STREAM;
    return server_swap(link, session, now);
}

snet_err snet_legacy_server_resume_proof(snet_link *link, enum snet_legacy_step *ret_next,
                                         uint64_t now)
{
    /* Everything may have changed since the promise: the session may even be gone. */
    snet_session *session = NULL;
    SNET_TRY(server_find_claimed(link, &session));
    SNET_TRY(server_check_proof(link, snet_legacy_session_of(session)->key));
    const struct snet_legacy_session *keys = snet_legacy_session_of(session);
    const struct snet_legacy_resume *claim = &snet_legacy_link_of(link)->claim;
    if (keys->proven_resume && claim->read_count < keys->accepted_read) {
        return SNET_ERR_STALE_RESUME;
    }
    if (claim->write_count < session->inbox.received) {
        return SNET_ERR_BAD_COUNT;
    }
    if (snet_legacy_link_of(link)->promise.write_count != claim->read_count) {
        /* It was told of an overrun, and has answered: it is no replay. */
        *ret_next = SNET_LEGACY_REFUSED;
        snet_link_close(link, SNET_CLOSE_FIN, SNET_ERR_HISTORY_OVERRUN);
        server_end(link, session, SNET_ERR_HISTORY_OVERRUN, now);
        return SNET_OK;
    }
    *ret_next = SNET_LEGACY_STREAM;
    return server_swap(link, session, now);
}

snet_err snet_legacy_server_goodbye_proof(snet_link *link, enum snet_legacy_step *ret_next,
                                          uint64_t now)
{
    snet_session *session = NULL;
    SNET_TRY(server_find_claimed(link, &session));
    SNET_TRY(server_check_proof(link, snet_legacy_session_of(session)->key));
    if (!server_is_goodbye(link, session)) {
        return SNET_ERR_STALE_RESUME;
    }
    if (server_count_goodbye(link, session, now) != SNET_OK) {
        return snet_legacy_server_goodbye_over(link, ret_next, now);
    }
    *ret_next = SNET_LEGACY_S_GOODBYE_SEEN;
    snet_link_alarm(link, snet_timer_after(now, SERVER_SEEN_NS));
    return SNET_OK;
}

snet_err snet_legacy_server_goodbye_seen(snet_link *link, enum snet_legacy_step *ret_next,
                                         uint64_t now)
{
    const struct snet_legacy_link *state = snet_legacy_link_of(link);
    uint8_t mac[SNET_LEGACY_MAC_BYTES];
    snet_session *session = NULL;
    if (server_find_claimed(link, &session) == SNET_OK) {
        SNET_TRY(snet_legacy_proof_seen(link->core, state->challenge,
                                        snet_legacy_session_of(session)->key, mac));
        if (snet_secret_equal(mac, state->message, sizeof mac)) {
            server_end(link, session, SNET_ERR_CLOSED, now);
        }
    }
    return snet_legacy_server_goodbye_over(link, ret_next, now);
}

snet_err snet_legacy_server_goodbye_over(snet_link *link, enum snet_legacy_step *ret_next,
                                         uint64_t now)
{
    (void)now;
    *ret_next = SNET_LEGACY_REFUSED;
    snet_link_close(link, SNET_CLOSE_FIN, SNET_ERR_CLOSED);
    return SNET_OK;
}
