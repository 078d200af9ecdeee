/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "base/assert.h"
#include "base/cursor.h"
#include "base/try.h"
#include "core/client.h"
#include "core/legacy/client.h"
#include "core/legacy/handshake.h"
#include "core/legacy/server.h"
#include "core/legacy/state.h"
#include "core/server.h"
#include "crypto/secret.h"

/* What differs between the three wires [PROTO 3]. */
static const struct snet_legacy_format legacy_format_1 = {.prefixed = false};
static const struct snet_legacy_format legacy_format_1_padded = {.padded = true};
static const struct snet_legacy_format legacy_format_2 = {.prefixed = true, .challenged = true};

const struct snet_legacy_format *snet_legacy_format_of(const struct snet_wire_ops *wire)
{
    if (wire == &snet_legacy_wire_2) {
        return &legacy_format_2;
    }
    return wire == &snet_legacy_wire_1_padded ? &legacy_format_1_padded : &legacy_format_1;
}

struct snet_legacy_session *snet_legacy_session_of(const snet_session *session)
{
    return snet_session_wire_state(session);
}

struct snet_legacy_link *snet_legacy_link_of(const snet_link *link)
{
    return link->wire_state;
}

void snet_legacy_queue(snet_link *link, size_t len)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    SNET_ASSERT(state->out_sent == state->out_len);
    SNET_ASSERT(len <= sizeof state->out);
    state->out_len = (uint8_t)len;
    state->out_sent = 0;
    snet_link_want_send(link);
}

void snet_legacy_begin_streams(snet_session *session, const uint8_t key[SNET_LEGACY_KEY_BYTES])
{
    struct snet_legacy_session *state = snet_legacy_session_of(session);
    struct snet_writer writer;
    snet_writer_init(&writer, state->key, sizeof state->key);
    snet_writer_bytes(&writer, key, SNET_LEGACY_KEY_BYTES);
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

/* Bytes enter and leave the stream here: the only place that knows about plain streams. */
static void legacy_transform(const snet_session *session, struct snet_legacy_keystream *keystream,
                             const uint8_t *in, struct snet_writer *out, size_t len)
{
    if (session->plain) {
        snet_writer_bytes(out, in, len);
    } else {
        session->cipher->apply(keystream, in, out->data, len);
    }
}

/* Puts wire bytes into the inbox; fewer than `len` when there is no room. */
static size_t legacy_deliver(snet_session *session, const uint8_t *data, size_t len)
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
        struct snet_writer writer;
        snet_writer_init(&writer, space, part);
        legacy_transform(session, &state->open, data + done, &writer, part);
        snet_inbox_commit(&session->inbox, part);
        done += part;
    }
    if (done > 0) {
        snet_session_arrived(session);
    }
    return done;
}

/* Errors: NO_MEMORY; the zeros that were not delivered come again on the next link. */
static snet_err legacy_deliver_zeros(snet_session *session, size_t count)
{
    static const uint8_t zeros[SNET_PADDING_DATA_MAX_BYTES];
    SNET_ASSERT(count <= sizeof zeros);
    return legacy_deliver(session, zeros, count) == count ? SNET_OK : SNET_ERR_NO_MEMORY;
}

static bool legacy_holding(const struct snet_legacy_link *state)
{
    return state->padding.state != SNET_PADDING_OFF;
}

static size_t legacy_stream_room(const snet_link *link)
{
    const struct snet_legacy_link *state = snet_legacy_link_of(link);
    const snet_session *session = link->session;
    const size_t room = snet_inbox_room(&session->inbox, &session->core->recv_pool);
    if (legacy_holding(state)) {
        return room > SNET_LEGACY_PADDING_BYTES ? room - SNET_LEGACY_PADDING_BYTES : 0;
    }
    return state->skip_bytes < room ? room : room + (size_t)state->skip_bytes;
}

static snet_err legacy_stream(snet_link *link, const uint8_t *data, size_t len, size_t *ret_taken)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    const size_t room = legacy_stream_room(link);
    const size_t offered = len < room ? len : room;
    size_t taken = 0;
    if (state->skip_bytes > 0) {
        /* The old link delivered these after the counts were agreed [PROTO 6.3]. */
        taken = state->skip_bytes < offered ? (size_t)state->skip_bytes : offered;
        state->skip_bytes -= taken;
    }
    if (legacy_holding(state) && taken < offered) {
        size_t skip = 0;
        size_t zeros = 0;
        const snet_err err =
            snet_padding_filter(&state->padding, data + taken, offered - taken, &skip, &zeros);
        if (err != SNET_OK) {
            return err;
        }
        taken += skip;
        SNET_TRY(legacy_deliver_zeros(link->session, zeros));
        if (!legacy_holding(state)) {
            snet_link_alarm(link, SNET_NEVER);
            snet_link_set_deadline(link, SNET_NEVER);
        }
    }
    if (legacy_deliver(link->session, data + taken, offered - taken) < offered - taken) {
        return SNET_ERR_NO_MEMORY; /* there was room: the machine is out of it, and nobody will say
                                      when it has some. What was not kept comes again */
    }
    *ret_taken = offered;
    return SNET_OK;
}

/* [PROTO 4.3] */
snet_err snet_legacy_stream_hold_over(snet_link *link, enum snet_legacy_step *ret_next,
                                      uint64_t now)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    *ret_next = SNET_LEGACY_STREAM;
    if (state->padding.held > 0 && legacy_stream_room(link) == 0) {
        /* No page for the held bytes now, and perhaps no further byte before they are delivered. */
        snet_link_alarm(link, now + SNET_LEGACY_HOLD_RETRY_NS);
        return SNET_OK;
    }
    size_t zeros = 0;
    snet_padding_expire(&state->padding, &zeros);
    SNET_TRY(legacy_deliver_zeros(link->session, zeros));
    if (legacy_holding(state)) {
        /* The rest of the padding has the time that the handshake had. */
        snet_link_set_deadline(link, state->padding_by_ns);
    }
    return SNET_OK;
}

static snet_err legacy_link_recv(snet_link *link, const uint8_t *data, size_t len,
                                 size_t *ret_taken, uint64_t now)
{
    size_t taken = 0;
    snet_err err = snet_legacy_handshake_feed(link, data, len, &taken, now);
    const struct snet_legacy_link *state = snet_legacy_link_of(link);
    if (err == SNET_OK && taken < len) {
        size_t more = len - taken; /* after a refusal, bytes are dropped */
        if (state->step == SNET_LEGACY_STREAM && link->state == SNET_LINK_LIVE) {
            err = legacy_stream(link, data + taken, len - taken, &more);
        }
        taken += more;
    }
    *ret_taken = taken;
    return err;
}

static size_t legacy_link_room(snet_link *link)
{
    const size_t need = snet_legacy_handshake_need(link);
    if (need > 0) {
        return need;
    }
    return link->state == SNET_LINK_LIVE ? legacy_stream_room(link) : SNET_PAGE_BYTES;
}

static size_t legacy_link_send(snet_link *link, struct snet_span *ret_spans, size_t span_max)
{
    const struct snet_legacy_link *state = snet_legacy_link_of(link);
    size_t count = 0;
    if (state->out_sent < state->out_len && span_max > 0) {
        ret_spans[count++] = (struct snet_span){
            .data = state->out + state->out_sent,
            .len = (size_t)(state->out_len - state->out_sent),
        };
    }
    if (link->state == SNET_LINK_LIVE) {
        count += snet_history_look(&link->session->history, ret_spans + count, span_max - count);
    }
    return count;
}

static void legacy_link_sent(snet_link *link, size_t len, uint64_t now)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    const size_t queued = (size_t)(state->out_len - state->out_sent);
    const size_t own = len < queued ? len : queued;
    state->out_sent = (uint8_t)(state->out_sent + own);
    if (link->state == SNET_LINK_LIVE) {
        snet_history_sent(&link->session->history, len - own);
        snet_session_progress(link->session, now);
    }
}

static snet_err legacy_session_write(snet_session *session, const uint8_t *data, size_t len,
                                     size_t *ret_written)
{
    struct snet_legacy_session *state = snet_legacy_session_of(session);
    const bool slide = snet_session_slides(session);
    size_t written = 0;
    while (written < len) {
        size_t part = 0;
        uint8_t *space = snet_history_space(&session->history, &session->core->send_pool, slide,
                                            len - written, &part);
        if (space == NULL) {
            break;
        }
        struct snet_writer writer;
        snet_writer_init(&writer, space, part);
        legacy_transform(session, &state->seal, data + written, &writer, part);
        snet_history_commit(&session->history, part);
        written += part;
    }
    *ret_written = written;
    return SNET_OK;
}

static size_t legacy_session_room(const snet_session *session)
{
    return snet_history_room(&session->history, &session->core->send_pool,
                             snet_session_slides(session));
}

/* The link is closed in good order, and a resume will tell whether all arrived [PROTO 7.2]. */
static void legacy_session_sent_all(snet_session *session, uint64_t now)
{
    snet_link *link = session->link;
    link->session = NULL;
    snet_link_close(link, SNET_CLOSE_FIN, SNET_OK);
    snet_legacy_session_of(session)->fin_sent = true;
    const uint64_t keep_ns = session->server == NULL ? session->resume_timeout_ns
                                                     : session->server->config.ended_keep_ns;
    snet_session_detach(session, SNET_ERR_CLOSED, keep_ns, now);
}

static void legacy_session_wipe(snet_session *session)
{
    snet_secret_wipe(snet_legacy_session_of(session),
                     session->plain ? SNET_LEGACY_PLAIN_BYTES : sizeof(struct snet_legacy_session));
}

#define LEGACY_WIRE(wire_name)                                                                     \
    {                                                                                              \
        .name = (wire_name), .caps = 0, .session_bytes = sizeof(struct snet_legacy_session),       \
        .session_plain_bytes = SNET_LEGACY_PLAIN_BYTES,                                            \
        .link_bytes = sizeof(struct snet_legacy_link), .link_start = snet_legacy_client_start,     \
        .link_accept = snet_legacy_server_accept, .link_recv = legacy_link_recv,                   \
        .link_room = legacy_link_room, .link_send = legacy_link_send,                              \
        .link_sent = legacy_link_sent, .link_timer = snet_legacy_handshake_alarm,                  \
        .attempt_failed = snet_legacy_client_attempt_failed,                                       \
        .link_lost = snet_legacy_client_link_lost, .retry_by = snet_legacy_client_retry_by,        \
        .session_write = legacy_session_write, .session_room = legacy_session_room,                \
        .session_sent_all = legacy_session_sent_all, .session_wipe = legacy_session_wipe           \
    }

const struct snet_wire_ops snet_legacy_wire_1 = LEGACY_WIRE("1");
const struct snet_wire_ops snet_legacy_wire_1_padded = LEGACY_WIRE("1-padded");
const struct snet_wire_ops snet_legacy_wire_2 = LEGACY_WIRE("2");
