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

size_t snet_legacy_stream_room(const snet_link *link)
{
    const struct snet_legacy_link *state = snet_legacy_link_of(link);
    const snet_session *session = link->session;
    const size_t room = snet_inbox_room(&session->inbox, &session->core->recv_pool);
    if (state->padding.on) {
        return room > SNET_LEGACY_PADDING_BYTES ? room - SNET_LEGACY_PADDING_BYTES : 0;
    }
    return state->skip_bytes < room ? room : room + (size_t)state->skip_bytes;
}

/*
 * Holds back what may be padding [PROTO 4.3]. The hold has its time from the first zero on, and all
 * of the padding the time of a handshake. Errors: BAD_PADDING, NO_MEMORY.
 */
static snet_err stream_filter(snet_link *link, const uint8_t *data, size_t len, size_t *ret_skip,
                              uint64_t now)
{
    struct snet_padding *padding = &snet_legacy_link_of(link)->padding;
    const bool begun = padding->held > 0;
    size_t zeros = 0;
    SNET_TRY(snet_padding_filter(padding, data, len, ret_skip, &zeros));
    SNET_TRY(stream_deliver_zeros(link->session, zeros));
    if (begun && !padding->on) {
        snet_link_alarm(link, SNET_NEVER);
        snet_link_set_deadline(link, SNET_NEVER);
    } else if (!begun && padding->on) {
        const struct snet_server_config *config = &link->server->config;
        snet_link_alarm(link, snet_timer_after(now, config->padding_ns));
        snet_link_set_deadline(link, snet_timer_after(now, config->session.handshake_timeout_ns));
    }
    return SNET_OK;
}

snet_err snet_legacy_stream_take(snet_link *link, const uint8_t *data, size_t len,
                                 size_t *ret_taken, uint64_t now)
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
    if (state->padding.on && taken < offered) {
        size_t skip = 0;
        SNET_TRY(stream_filter(link, data + taken, offered - taken, &skip, now));
        taken += skip;
    }
    if (stream_deliver(link->session, data + taken, offered - taken) < offered - taken) {
        /* There was room, so the machine is out of memory, and nothing will report when it has
           some. What was not kept comes again on the next link. */
        return SNET_ERR_NO_MEMORY;
    }
    *ret_taken = offered;
    return SNET_OK;
}

/* [PROTO 4.3] */
snet_err snet_legacy_stream_hold_over(snet_link *link, enum snet_legacy_step *ret_next,
                                      uint64_t now)
{
    const uint8_t held = snet_legacy_link_of(link)->padding.held;
    *ret_next = SNET_LEGACY_STREAM;
    if (held == 0 || held > SNET_PADDING_DATA_MAX_BYTES) {
        return SNET_OK; /* padding, whose rest may come until the deadline */
    }
    if (link->paused) {
        /* The rest may have come, and could not be read. */
        snet_link_alarm(link, snet_timer_after(now, link->server->config.padding_ns));
        return SNET_OK;
    }
    /* Whose stream begins with zeros has said something, and is not the first to go meanwhile. */
    snet_session_proven(link->session);
    return SNET_ERR_HANDSHAKE_TIMEOUT;
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
