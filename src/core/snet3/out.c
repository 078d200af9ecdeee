/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/out.h"

#include "base/assert.h"
#include "core/snet3/acks.h"

#include <string.h>

#define OUT_SPANS_MAX 8u
/* Maximum: frames beside DATA in one record: START, ACK, PING, PONG, FIN, the longest MIGRATE. */
#define OUT_CONTROL_MAX_BYTES 320u
/* The type and length of DATA, when it is not the last frame. */
#define OUT_DATA_HEAD_BYTES 3u
#define OUT_FIN_BYTES 9u

_Static_assert(OUT_CONTROL_MAX_BYTES + OUT_DATA_HEAD_BYTES < SNET_V3_FRAME_RECORD_MIN_BYTES,
               "every record has room for data behind all other frames");

/* Whether a server's link carries data before it is proven: it does when it is the only one. */
static bool out_pending(const snet_link *link)
{
    const snet_session *session = link->session;
    return snet_v3_link_of(link)->step == SNET_V3_S_CONFIRM && session->links.attempt == link &&
           session->state == SNET_SESSION_DETACHED;
}

static bool out_may(const snet_link *link)
{
    const snet_session *session = link->session;
    if (session == NULL || session->state == SNET_SESSION_ENDED) {
        return false;
    }
    return session->links.live == link || out_pending(link);
}

static size_t out_min(size_t a, uint64_t b)
{
    return b < a ? (size_t)b : a;
}

/* The MIGRATE that waits; NULL when there is none. */
static const struct snet_v3_migrate *out_migrate(const snet_session *session)
{
    return session->server == NULL ? NULL : snet_v3_session_of(session)->of.server.migrate;
}

/* How many bytes of the stream may go out now. */
static size_t out_data_len(const snet_link *link)
{
    const snet_session *session = link->session;
    const struct snet_v3_link *state = snet_v3_link_of(link);
    const struct snet_history *history = &session->history;
    const uint64_t credit = snet_flow_credit(&snet_v3_session_of(session)->flow, history->sent);
    size_t len = out_min(SIZE_MAX, history->end - history->sent);
    len = out_min(len, credit);
    const struct snet_path_range range = {snet_v3_session_of(session)->flow.acked, history->sent};
    len = out_min(len, snet_path_flight_bytes(&state->path, &range, len));
    return out_pending(link) ? out_min(len, SNET_V3_PENDING_MAX_BYTES - state->pending_bytes) : len;
}

/* Whether FIN goes out behind `data_len` more bytes of data. */
static bool out_fin_due(const snet_link *link, size_t data_len)
{
    const snet_session *session = link->session;
    return session->ending.shut && !session->ending.acked && !snet_v3_link_of(link)->fin_sent &&
           session->history.sent + data_len == session->history.end;
}

static bool out_anything(const snet_link *link)
{
    const struct snet_v3_link *state = snet_v3_link_of(link);
    const struct snet_v3_session *session = snet_v3_session_of(link->session);
    return !state->start_sent || session->flow.ack_now || state->ping_owed || state->pong_owed ||
           out_migrate(link->session) != NULL || out_data_len(link) > 0 || out_fin_due(link, 0);
}

/* A link begins to send where the peer's acknowledgements end [PROTO 16.3]. */
static void out_begin(snet_link *link)
{
    snet_session *session = link->session;
    snet_v3_acks_trim(session);
    const snet_err err = snet_history_rewind(&session->history, session->history.base);
    SNET_ASSERT(err == SNET_OK);
    /* Resumed, or about to be: a server says START when the peer has not proved itself yet. */
    const bool resumed = session->counts.resumes > 0 || session->links.live != link;
    snet_flow_relink(&snet_v3_session_of(session)->flow, resumed);
}

/* --- Frames ------------------------------------------------------------------------------- */

static void out_put(struct snet_writer *plain, const struct snet_v3_frame *frame)
{
    snet_v3_frame_encode(frame, plain);
    SNET_ASSERT(!plain->failed);
}

static void out_put_start(struct snet_writer *plain, uint64_t from)
{
    out_put(plain, &(struct snet_v3_frame){.type = SNET_V3_FRAME_START, .offset = from});
}

static void out_put_ack(struct snet_flow *flow, struct snet_writer *plain)
{
    out_put(plain, &(struct snet_v3_frame){
                       .type = SNET_V3_FRAME_ACK, .offset = flow->recv_next, .limit = flow->limit});
    snet_flow_ack_sent(flow);
}

static void out_put_ping(struct snet_v3_link *state, struct snet_writer *plain)
{
    out_put(plain,
            &(struct snet_v3_frame){.type = SNET_V3_FRAME_PING, .number = state->ping_token});
    state->ping_owed = false;
}

static void out_put_pong(struct snet_v3_link *state, struct snet_writer *plain)
{
    out_put(plain,
            &(struct snet_v3_frame){.type = SNET_V3_FRAME_PONG, .number = state->pong_token});
    state->pong_owed = false;
}

static void out_put_migrate(snet_session *session, struct snet_writer *plain)
{
    struct snet_v3_session *state = snet_v3_session_of(session);
    const struct snet_v3_migrate *migrate = state->of.server.migrate;
    out_put(plain, &(struct snet_v3_frame){
                       .type = SNET_V3_FRAME_MIGRATE,
                       .number = migrate->deadline_ms,
                       .kind = migrate->host_len == 0 ? SNET_V3_FRAME_SAME : SNET_V3_FRAME_NAME,
                       .port = migrate->port,
                       .bytes = {(const uint8_t *)migrate->host, migrate->host_len},
                   });
    snet_core_release(session->core, state->of.server.migrate);
    state->of.server.migrate = NULL;
}

/* START, which the first record of a link begins with [PROTO 16.3]. */
static void out_start(snet_link *link, struct snet_writer *plain)
{
    const snet_session *session = link->session;
    /* An end that is acknowledged counts as a byte: START is behind it. */
    out_put_start(plain, session->ending.acked ? snet_v3_session_of(session)->flow.acked
                                               : session->history.sent);
    snet_v3_link_of(link)->start_sent = true;
}

/* All that is neither START nor of the stream. */
static void out_controls(snet_link *link, struct snet_writer *plain)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    struct snet_flow *flow = &snet_v3_session_of(link->session)->flow;
    if (snet_flow_ack_changed(flow)) {
        out_put_ack(flow, plain);
    }
    if (state->ping_owed) {
        out_put_ping(state, plain);
    }
    if (state->pong_owed) {
        out_put_pong(state, plain);
    }
    if (out_migrate(link->session) != NULL) {
        out_put_migrate(link->session, plain);
    }
}

/* Copies the next `len` bytes of the stream; they count as sent. */
static void out_copy(snet_session *session, struct snet_writer *plain, size_t len)
{
    struct snet_span spans[OUT_SPANS_MAX];
    while (len > 0) {
        const size_t count = snet_history_look(&session->history, spans, OUT_SPANS_MAX);
        const size_t done = snet_chain_write_spans(spans, count, len, plain);
        snet_history_sent(&session->history, done);
        len -= done;
    }
    SNET_ASSERT(!plain->failed);
}

static void out_data(snet_link *link, struct snet_writer *plain, size_t room)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    snet_session *session = link->session;
    const size_t pad_bytes = snet_v3_session_of(session)->pad_bytes;
    const size_t most = out_min(room, UINT16_MAX);
    const size_t wanted = out_data_len(link);
    size_t len = out_min(most > OUT_DATA_HEAD_BYTES ? most - OUT_DATA_HEAD_BYTES : 0, wanted);
    bool fin = out_fin_due(link, len);
    if (fin && len + OUT_DATA_HEAD_BYTES + OUT_FIN_BYTES > most) {
        fin = false; /* it goes into a record of its own */
    }
    if (len > 0 && (fin || pad_bytes > 0)) {
        snet_writer_u8(plain, SNET_V3_FRAME_DATA);
        snet_writer_u16(plain, (uint16_t)len);
        out_copy(session, plain, len);
    } else if (len > 0) {
        snet_writer_u8(plain, SNET_V3_FRAME_DATA_END);
        out_copy(session, plain, len);
    }
    if (fin) {
        out_put(plain,
                &(struct snet_v3_frame){.type = SNET_V3_FRAME_FIN, .offset = session->history.end});
        state->fin_sent = true;
        snet_v3_session_of(session)->end_sent = true;
    }
    if (out_pending(link)) {
        state->pending_bytes += (uint32_t)len;
    }
}

/* Pads to a multiple of what the session wants, as far as the record goes. */
static void out_pad(const snet_session *session, struct snet_writer *plain, size_t max_record)
{
    const size_t block = snet_v3_session_of(session)->pad_bytes;
    if (block > 0) {
        const size_t whole = (plain->written + block - 1) / block * block;
        snet_writer_zeros(plain, (whole < max_record ? whole : max_record) - plain->written);
    }
}

/* --- Records ------------------------------------------------------------------------------ */

/* What is around the plaintext of a record. */
#define OUT_COVER_BYTES (SNET_V3_FRAME_LEN_BYTES + SNET_SUITE_TAG_BYTES)

/* Maximum: plaintext of the record with `seq` on this link [PROTO 16.6]. */
static size_t out_max_record(const snet_link *link, uint64_t seq)
{
    const struct snet_v3_link *state = snet_v3_link_of(link);
    const size_t pad_bytes = snet_v3_session_of(link->session)->pad_bytes;
    const size_t most = out_min(SNET_V3_RECORD_BYTES, state->peer_max_record);
    const size_t fit = snet_path_record_bytes(&state->path, seq) - OUT_COVER_BYTES;
    /* A record below a block would show by its length what padding hides. */
    return out_min(most, fit > pad_bytes ? fit : pad_bytes);
}

/* The link cannot send any more; its session resumes on another one. */
static void out_break(snet_link *link, snet_err err)
{
    snet_v3_link_of(link)->broken_err = err;
    snet_link_alarm(link, 0);
}

/* Seals the plaintext at `space` + 2 and lets it go. */
static bool out_seal(snet_link *link, uint8_t *space, size_t plain_len)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    const snet_err err = snet_record_seal(&state->seal, space, plain_len);
    if (err != SNET_OK) {
        out_break(link, err);
        return false;
    }
    snet_outbox_commit(&state->out, OUT_COVER_BYTES + plain_len);
    return true;
}

/* One record, of at most `max_record` bytes of plaintext; false when that failed. */
static bool out_record(snet_link *link, uint8_t *space, size_t max_record)
{
    struct snet_writer plain;
    snet_writer_init(&plain, space + SNET_V3_FRAME_LEN_BYTES, max_record);
    if (!snet_v3_link_of(link)->start_sent) {
        out_start(link, &plain);
    }
    out_controls(link, &plain);
    out_data(link, &plain, max_record - plain.written);
    out_pad(link->session, &plain, max_record);
    return out_seal(link, space, plain.written);
}

/*
 * Memory for the data that may go out now, and for what goes with it: the sum over the records that
 * it takes, as far as they are sealed at a time.
 */
static size_t out_space_bytes(const snet_link *link)
{
    const uint64_t seq = snet_v3_link_of(link)->seal.seq;
    const size_t beside = OUT_CONTROL_MAX_BYTES + OUT_DATA_HEAD_BYTES;
    size_t left = beside + out_data_len(link) + snet_v3_session_of(link->session)->pad_bytes;
    size_t sum = 0;
    for (unsigned i = 0; i < SNET_V3_OUT_RECORDS_MAX; i++) {
        const size_t max_record = out_max_record(link, seq + i);
        if (left <= max_record) {
            return sum + OUT_COVER_BYTES + left;
        }
        if (sum + OUT_COVER_BYTES + max_record > (size_t)SNET_V3_OUT_FILL_MAX_BYTES) {
            break;
        }
        sum += OUT_COVER_BYTES + max_record;
        left -= max_record - beside; /* at least this much of it is data */
    }
    return sum;
}

/* Seals what there is to send into `left` bytes at `space`. */
static void out_records(snet_link *link, uint8_t *space, size_t left)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    const size_t least = OUT_COVER_BYTES + OUT_CONTROL_MAX_BYTES + OUT_DATA_HEAD_BYTES +
                         snet_v3_session_of(link->session)->pad_bytes;
    bool more = true;
    while (more) {
        const size_t before = state->out.len;
        const size_t max_record = out_max_record(link, state->seal.seq);
        more = out_record(link, space, out_min(max_record, left - OUT_COVER_BYTES));
        const size_t used = state->out.len - before;
        space += used;
        left -= used;
        more = more && left > least && out_anything(link);
    }
}

void snet_v3_out_fill(snet_link *link)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    SNET_ASSERT(snet_outbox_empty(&state->out));
    if (!out_may(link) || state->broken_err != SNET_OK) {
        return;
    }
    if (!state->start_sent) {
        out_begin(link);
    }
    if (!out_anything(link)) {
        return;
    }
    const size_t size = out_space_bytes(link);
    uint8_t *space = snet_outbox_space(&state->out, link->core, size);
    if (space == NULL) {
        state->out_retry = true;
        snet_link_alarm(link, link->core->now_ns + SNET_V3_OUT_RETRY_NS);
        return;
    }
    out_records(link, space, size);
    snet_v3_acks_trim(link->session);
}

bool snet_v3_out_abort(snet_link *link, uint16_t code, const char *text)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    const size_t size = SNET_V3_FRAME_LEN_BYTES + OUT_CONTROL_MAX_BYTES + SNET_SUITE_TAG_BYTES;
    const snet_session *session = link->session;
    const size_t text_len = text == NULL ? 0 : out_min(strlen(text), SNET_CODE_TEXT_MAX_BYTES);
    if (state->ctx == NULL || state->broken_err != SNET_OK) {
        return false;
    }
    uint8_t *space = snet_outbox_space(&state->out, link->core, size);
    if (space == NULL) {
        return false;
    }
    struct snet_writer plain;
    snet_writer_init(&plain, space + SNET_V3_FRAME_LEN_BYTES, OUT_CONTROL_MAX_BYTES);
    if (!state->start_sent) {
        /* A carrier of a farewell keeps no byte, and the peer may lack some: none follows. */
        out_put_start(&plain, session == NULL ? 0 : snet_v3_session_of(session)->flow.acked);
    }
    out_put(&plain, &(struct snet_v3_frame){.type = SNET_V3_FRAME_ABORT,
                                            .number = code,
                                            .bytes = {(const uint8_t *)text, text_len}});
    snet_link_want_send(link);
    return out_seal(link, space, plain.written);
}
