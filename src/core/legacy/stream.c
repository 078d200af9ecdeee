/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/legacy/stream.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/try.h"
#include "core/server.h"
#include "crypto/secret.h"

void snet_legacy_stream_begin(snet_session *session, const uint8_t key[SNET_LEGACY_KEY_BYTES])
{
    struct snet_legacy_session *state = snet_legacy_session_of(session);
    snet_bytes_copy(state->key, key, sizeof state->key);
    if (session->plain) {
        return;
    }
    session->cipher->init(&state->seal, key);
    session->cipher->init(&state->open, key);
    /* The sealed id was the first 8 bytes of the server's stream. */
    uint8_t passed[SNET_LEGACY_ID_BYTES] = {0};
    session->cipher->apply(session->server == NULL ? &state->open : &state->seal, passed, passed,
                           sizeof passed);
    snet_secret_wipe(passed, sizeof passed);
}

/* Seals or opens bytes: the only place that knows about plain streams. */
static void stream_transform(const snet_session *session, struct snet_legacy_keystream *keystream,
                             const uint8_t *in, size_t len, uint8_t *ret_out)
{
    if (session->plain) {
        snet_bytes_copy(ret_out, in, len);
    } else {
        session->cipher->apply(keystream, in, ret_out, len);
    }
}

/* Puts wire bytes into the inbox; fewer than `len` when there is no room. */
static size_t stream_deliver(snet_session *session, const uint8_t *data, size_t len)
{
    struct snet_legacy_session *state = snet_legacy_session_of(session);
    size_t done = 0;
    while (done < len) {
        size_t room = 0;
        uint8_t *space = snet_inbox_space(&session->inbox, &session->core->recv_pool, &room);
        if (space == NULL) {
            break;
        }
        const size_t part = room < len - done ? room : len - done;
        stream_transform(session, &state->open, data + done, part, space);
        snet_inbox_commit(&session->inbox, part);
        done += part;
    }
    if (done > 0) {
        snet_session_arrived(session);
    }
    return done;
}

/* Errors: NO_MEMORY; the zeros that were not delivered come again on the next link. */
static snet_err stream_deliver_zeros(snet_session *session, size_t count)
{
    static const uint8_t zeros[SNET_PADDING_DATA_MAX_BYTES];
    SNET_ASSERT(count <= sizeof zeros);
    return stream_deliver(session, zeros, count) == count ? SNET_OK : SNET_ERR_NO_MEMORY;
}

static bool stream_holding(const struct snet_legacy_link *state)
{
    return state->padding.state != SNET_PADDING_OFF;
}

bool snet_legacy_stream_holding(const snet_link *link)
{
    return stream_holding(snet_legacy_link_of(link));
}

size_t snet_legacy_stream_room(const snet_link *link)
{
    const struct snet_legacy_link *state = snet_legacy_link_of(link);
    const snet_session *session = link->session;
    const size_t room = snet_inbox_room(&session->inbox, &session->core->recv_pool);
    if (stream_holding(state)) {
        return room > SNET_LEGACY_PADDING_BYTES ? room - SNET_LEGACY_PADDING_BYTES : 0;
    }
    return state->skip_bytes < room ? room : room + (size_t)state->skip_bytes;
}

snet_err snet_legacy_stream_take(snet_link *link, const uint8_t *data, size_t len,
                                 size_t *ret_taken)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    const size_t room = snet_legacy_stream_room(link);
    const size_t offered = len < room ? len : room;
    size_t taken = 0;
    if (state->skip_bytes > 0) {
        /* The old link delivered these after the counts were agreed [PROTO 6.3]. */
        taken = state->skip_bytes < offered ? (size_t)state->skip_bytes : offered;
        state->skip_bytes -= taken;
    }
    if (stream_holding(state) && taken < offered) {
        size_t skip = 0;
        size_t zeros = 0;
        const snet_err err =
            snet_padding_filter(&state->padding, data + taken, offered - taken, &skip, &zeros);
        if (err != SNET_OK) {
            return err;
        }
        taken += skip;
        SNET_TRY(stream_deliver_zeros(link->session, zeros));
        if (!stream_holding(state)) {
            snet_link_alarm(link, SNET_NEVER);
            snet_link_set_deadline(link, SNET_NEVER);
        }
    }
    if (stream_deliver(link->session, data + taken, offered - taken) < offered - taken) {
        /* There was room, so the machine is out of memory, and nothing will report when it has
           some. What was not kept comes again on the next link. */
        return SNET_ERR_NO_MEMORY;
    }
    *ret_taken = offered;
    return SNET_OK;
}

void snet_legacy_stream_hold(snet_link *link, uint64_t now)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    SNET_ASSERT(stream_holding(state));
    state->hold_by_ns = snet_timer_after(now, link->server->config.padding_ns);
    state->hold_passed = false;
    snet_link_alarm(link, state->hold_by_ns);
}

/*
 * Whether all that had come when the hold was over has been read [PROTO 4.3]. A process that was
 * stopped ticks before it reads, and then has many links to read. So the alarm comes once more,
 * later by the time that was lost; what comes only after the first one is late.
 */
static bool stream_hold_was_read(snet_link *link, uint64_t now)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    if (link->waited) {
        snet_legacy_stream_hold(link, now); /* it could not be read, perhaps all the time */
        return false;
    }
    if (!state->hold_passed) {
        SNET_ASSERT(state->hold_by_ns <= now);
        const uint64_t hold_ns = link->server->config.padding_ns;
        const uint64_t late_ns = now - state->hold_by_ns;
        const uint64_t more_ns = late_ns < hold_ns ? late_ns : hold_ns;
        state->hold_passed = true;
        snet_link_alarm(link, now + more_ns + SNET_LEGACY_STREAM_RETRY_NS);
        return false;
    }
    return true;
}

/* [PROTO 4.3] */
snet_err snet_legacy_stream_hold_over(snet_link *link, enum snet_legacy_step *ret_next,
                                      uint64_t now)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    *ret_next = SNET_LEGACY_STREAM;
    if (!stream_hold_was_read(link, now)) {
        return SNET_OK;
    }
    if (state->padding.held > 0 && snet_legacy_stream_room(link) == 0) {
        /* No page for the held bytes now, and perhaps no further byte before they are delivered. */
        snet_link_alarm(link, now + SNET_LEGACY_STREAM_RETRY_NS);
        return SNET_OK;
    }
    size_t zeros = 0;
    snet_padding_expire(&state->padding, &zeros);
    SNET_TRY(stream_deliver_zeros(link->session, zeros));
    if (stream_holding(state)) {
        /* The rest of the padding has the time that the handshake had. */
        snet_link_set_deadline(link, state->padding_by_ns);
    }
    return SNET_OK;
}

snet_err snet_legacy_stream_write(snet_session *session, const uint8_t *data, size_t len,
                                  size_t *ret_written)
{
    struct snet_legacy_session *state = snet_legacy_session_of(session);
    size_t written = 0;
    while (written < len) {
        size_t part = 0;
        uint8_t *space = snet_history_reserve(&session->history, &session->core->send_pool,
                                              len - written, &part);
        if (space == NULL) {
            break;
        }
        stream_transform(session, &state->seal, data + written, part, space);
        snet_history_commit(&session->history, part);
        written += part;
    }
    *ret_written = written;
    return SNET_OK;
}
