/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/in.h"

#include "base/assert.h"
#include "base/try.h"
#include "core/snet3/acks.h"
#include "core/snet3/client.h"
#include "core/snet3/codes.h"
#include "core/snet3/liveness.h"
#include "core/snet3/migrate.h"
#include "core/snet3/server.h"

/* --- The stream --------------------------------------------------------------------------- */

/* Puts bytes at the end of the inbox; false when a page is missing. */
static bool in_keep(snet_session *session, const uint8_t *data, size_t len, uint64_t now)
{
    size_t done = 0;
    if (session->inbox.chain.len == 0) {
        snet_window_arrived(&snet_v3_session_of(session)->window, session->inbox.received, now);
    }
    while (done < len) {
        size_t room = 0;
        uint8_t *space = snet_inbox_space(&session->inbox, &session->core->recv_pool, &room);
        if (space == NULL) {
            break;
        }
        const size_t part = room < len - done ? room : len - done;
        snet_bytes_copy(space, data + done, part);
        snet_inbox_commit(&session->inbox, part);
        done += part;
    }
    if (done > 0) {
        snet_session_arrived(session);
    }
    return done == len;
}

static void in_arrived(snet_session *session, uint64_t now)
{
    struct snet_flow *flow = &snet_v3_session_of(session)->flow;
    snet_flow_arrived(flow, snet_v3_state_recv_next(session), now);
    snet_v3_state_credit_used(session, now);
}

/* Keeps what is new of `bytes`, which begin at `offset`; `*ret_kept`: nothing had to be dropped. */
static snet_err in_bytes(snet_session *session, uint64_t offset, struct snet_bytes bytes,
                         bool *ret_kept, uint64_t now)
{
    const struct snet_v3_session *state = snet_v3_session_of(session);
    const uint64_t end = offset + bytes.len;
    const uint64_t received = session->inbox.received;
    *ret_kept = true;
    if (session->ending.peer_ended && end > state->final) {
        return SNET_ERR_BAD_FRAME;
    }
    SNET_ASSERT(offset <= received);
    if (end > snet_v3_state_limit(session)) {
        return SNET_ERR_BAD_CREDIT;
    }
    if (end > received) {
        const size_t known = (size_t)(received - offset);
        *ret_kept = in_keep(session, bytes.data + known, bytes.len - known, now);
    }
    return SNET_OK;
}

bool snet_v3_in_early(snet_session *session, const struct snet_v3_resume *resume, uint64_t now)
{
    bool kept = false;
    const uint64_t received = session->inbox.received;
    if (resume->early.len == 0 || resume->early_off > received ||
        in_bytes(session, resume->early_off, resume->early, &kept, now) != SNET_OK) {
        return false;
    }
    in_arrived(session, now);
    return true;
}

/* --- Frames ------------------------------------------------------------------------------- */

/* What has been seen of one record. */
struct in_record {
    bool starved; /* a page was missing: what follows it in the stream is dropped */
    bool padding_only;
};

static snet_err in_start(snet_link *link, const struct snet_v3_frame *frame)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    if (state->start_seen || frame->offset > snet_v3_state_recv_next(link->session)) {
        return SNET_ERR_BAD_FRAME;
    }
    state->start_seen = true;
    state->in_offset = frame->offset;
    return SNET_OK;
}

static snet_err in_ack(snet_link *link, const struct snet_v3_frame *frame, uint64_t now)
{
    const struct snet_flow_ack ack = {.recv_next = frame->offset, .limit = frame->limit};
    const struct snet_flow *flow = &snet_v3_session_of(link->session)->flow;
    if (ack.recv_next == flow->acked && ack.limit == flow->peer_limit) {
        snet_v3_liveness_trickles(link, now);
    }
    const snet_err err = snet_v3_acks_take(link->session, ack, now);
    const bool far =
        frame->limit > frame->offset && frame->limit - frame->offset > SNET_V3_LIMIT_MAX_BYTES;
    return err == SNET_OK && !far ? SNET_OK : SNET_ERR_BAD_FRAME;
}

static snet_err in_data(snet_link *link, const struct snet_v3_frame *frame,
                        struct in_record *record, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    bool kept = false;
    if (record->starved) {
        return SNET_OK;
    }
    SNET_TRY(in_bytes(link->session, state->in_offset, frame->bytes, &kept, now));
    state->in_offset += frame->bytes.len;
    record->starved = !kept;
    in_arrived(link->session, now);
    return SNET_OK;
}

static snet_err in_fin(snet_link *link, const struct snet_v3_frame *frame,
                       const struct in_record *record, uint64_t now)
{
    snet_session *session = link->session;
    struct snet_v3_session *state = snet_v3_session_of(session);
    if (record->starved) {
        return SNET_OK;
    }
    if (frame->offset != snet_v3_link_of(link)->in_offset ||
        frame->offset != session->inbox.received ||
        (session->ending.peer_ended && frame->offset != state->final)) {
        return SNET_ERR_BAD_FRAME;
    }
    if (!session->ending.peer_ended) {
        snet_session_peer_closed(session);
        state->final = frame->offset;
        in_arrived(session, now);
    }
    state->flow.ack_now = true; /* the end waits for nothing */
    return SNET_OK;
}

static snet_err in_ping(snet_link *link, const struct snet_v3_frame *frame)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    if (state->pong_owed) {
        return SNET_ERR_BAD_RATE; /* no peer asks again before the answer */
    }
    state->pong_owed = true;
    state->pong_token = frame->number;
    return SNET_OK;
}

static void in_pong(snet_link *link, const struct snet_v3_frame *frame, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    if (state->ping_out && frame->number == state->ping_token) {
        state->ping_out = false;
        snet_v3_liveness_answered(link, now);
    }
}

static void in_abort(snet_link *link, const struct snet_v3_frame *frame, uint64_t now)
{
    snet_session *session = link->session;
    if (frame->number == SNET_V3_CLOSED_OK && snet_session_done(session)) {
        snet_session_end(session, SNET_ERR_CLOSED,
                         now); /* the server has all, and knows that it is all */
        return;
    }
    const struct snet_session_abort abort = {
        .err = snet_v3_codes_aborted((uint16_t)frame->number),
        .code = (uint16_t)frame->number,
        .text = frame->bytes,
    };
    snet_session_peer_aborted(session, &abort, now);
}

static snet_err in_frame(snet_link *link, const struct snet_v3_frame *frame,
                         struct in_record *record, uint64_t now)
{
    if (!snet_v3_link_of(link)->start_seen && frame->type != SNET_V3_FRAME_START) {
        return SNET_ERR_BAD_FRAME;
    }
    record->padding_only = record->padding_only && frame->type == SNET_V3_FRAME_PAD;
    switch (frame->type) {
    case SNET_V3_FRAME_PAD:
    case SNET_V3_FRAME_EXTENSION:
        return SNET_OK;
    case SNET_V3_FRAME_START:
        return in_start(link, frame);
    case SNET_V3_FRAME_DATA:
    case SNET_V3_FRAME_DATA_END:
        return in_data(link, frame, record, now);
    case SNET_V3_FRAME_ACK:
        return in_ack(link, frame, now);
    case SNET_V3_FRAME_PING:
        return in_ping(link, frame);
    case SNET_V3_FRAME_PONG:
        in_pong(link, frame, now);
        return SNET_OK;
    case SNET_V3_FRAME_FIN:
        return in_fin(link, frame, record, now);
    case SNET_V3_FRAME_ABORT:
        in_abort(link, frame, now);
        return SNET_OK;
    case SNET_V3_FRAME_MIGRATE:
        return snet_v3_migrate_take(link, frame, now);
    }
    return SNET_ERR_BAD_FRAME;
}

/* --- Records ------------------------------------------------------------------------------ */

/* Whether the first record of a server refuses the client: then the session has not opened. */
static bool in_turned_away(struct snet_bytes plain, uint16_t *ret_code)
{
    struct snet_reader reader;
    struct snet_v3_frame frame = {.type = SNET_V3_FRAME_PAD};
    snet_reader_init(&reader, plain.data, plain.len);
    while (reader.left > 0 && snet_v3_frame_decode(&reader, &frame) == SNET_OK) {
        if (frame.type == SNET_V3_FRAME_ABORT) {
            *ret_code = (uint16_t)frame.number;
            return true;
        }
    }
    return false;
}

/* The first valid record of a link that waited for one. */
static snet_err in_first(snet_link *link, struct snet_bytes plain, uint64_t now)
{
    uint16_t code = 0;
    switch (snet_v3_link_of(link)->step) {
    case SNET_V3_S_CONFIRM:
        return snet_v3_server_confirm(link, now);
    case SNET_V3_C_CONFIRM:
        if (in_turned_away(plain, &code)) {
            snet_session_end(link->session, snet_v3_codes_aborted(code), now);
            return SNET_OK;
        }
        snet_v3_client_confirm(link, now);
        return SNET_OK;
    case SNET_V3_STREAM:
    case SNET_V3_C_HELLO:
    case SNET_V3_C_RESUME:
    case SNET_V3_S_FIRST:
    case SNET_V3_S_AUTH:
    case SNET_V3_SILENT:
        return SNET_OK;
    }
    return SNET_ERR_INTERNAL;
}

/* Handles frames in order, until one ends the session. */
static snet_err in_frames(snet_link *link, struct snet_bytes plain, struct in_record *record,
                          uint64_t now)
{
    struct snet_reader reader;
    snet_reader_init(&reader, plain.data, plain.len);
    while (reader.left > 0 && link->state == SNET_LINK_LIVE) {
        struct snet_v3_frame frame;
        SNET_TRY(snet_v3_frame_decode(&reader, &frame));
        SNET_TRY(in_frame(link, &frame, record, now));
    }
    struct snet_v3_link *state = snet_v3_link_of(link);
    state->pads = record->padding_only ? (uint8_t)(state->pads + 1) : 0;
    return state->pads > SNET_V3_IN_PADS_MAX ? SNET_ERR_BAD_FRAME : SNET_OK;
}

/* What is due after a record: answers, acknowledgements, and the end. */
static void in_after(snet_link *link, uint64_t now)
{
    const struct snet_v3_link *state = snet_v3_link_of(link);
    snet_session *session = link->session;
    const struct snet_flow *flow = &snet_v3_session_of(session)->flow;
    if (flow->ack_now || state->pong_owed) {
        snet_link_want_send(link);
    }
    if (session->server == NULL && snet_session_done(session) && link->deadline_ns == SNET_NEVER) {
        /* The server closes first. If it does not, a resume asks it. */
        snet_link_set_deadline(link, snet_v3_liveness_close_by_ns(session, now));
    }
    snet_v3_liveness_arm(link);
    snet_session_progress(session, now);
    snet_v3_acks_finish(session, now);
}

/* Handles a whole record, which is opened in the core's scratch memory. */
static snet_err in_record(snet_link *link, const uint8_t *data, size_t len, uint64_t now)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    struct in_record record = {.padding_only = true};
    SNET_TRY(snet_record_open(&state->open, data, len, link->core->scratch));
    const struct snet_bytes plain = {link->core->scratch,
                                     len - SNET_V3_FRAME_LEN_BYTES - SNET_SUITE_TAG_BYTES};
    SNET_TRY(in_first(link, plain, now));
    if (link->state != SNET_LINK_LIVE) {
        return SNET_OK;
    }
    snet_v3_liveness_heard(link, now);
    snet_session *session = link->session;
    snet_v3_session_of(session)->heard = true;
    const snet_err err = in_frames(link, plain, &record, now);
    if (err != SNET_OK) {
        snet_session_end(session, err, now);
        return SNET_OK;
    }
    if (link->state != SNET_LINK_LIVE) {
        return SNET_OK;
    }
    if (record.starved) {
        return SNET_ERR_NO_MEMORY; /* the session goes on: what was dropped comes again */
    }
    in_after(link, now);
    return SNET_OK;
}

static size_t in_record_len(const uint8_t *data)
{
    struct snet_reader reader;
    snet_reader_init(&reader, data, SNET_V3_FRAME_LEN_BYTES);
    return SNET_V3_FRAME_LEN_BYTES + (size_t)snet_reader_u16(&reader);
}

/* Whether a record that this end takes can be that long; else it is treated as a forged one. */
static bool in_len_ok(size_t len)
{
    const size_t most = SNET_V3_RECORD_BYTES + SNET_SUITE_TAG_BYTES;
    return len >= SNET_V3_FRAME_LEN_BYTES + SNET_SUITE_TAG_BYTES + 1 &&
           len <= SNET_V3_FRAME_LEN_BYTES + most;
}

/* Takes a piece of a record. */
static snet_err in_pieces(snet_link *link, const uint8_t *data, size_t len, size_t *ret_taken,
                          uint64_t now)
{
    struct snet_reassembly *in = &snet_v3_link_of(link)->in;
    snet_v3_liveness_piece(link, in->want == 0, now);
    if (in->want == 0) {
        SNET_TRY(snet_reassembly_want(in, link->core, SNET_V3_FRAME_LEN_BYTES));
    }
    *ret_taken = snet_reassembly_feed(in, data, len);
    if (!snet_reassembly_whole(in)) {
        return SNET_OK;
    }
    if (in->have == SNET_V3_FRAME_LEN_BYTES) {
        const size_t whole = in_record_len(in->data);
        return in_len_ok(whole) ? snet_reassembly_want(in, link->core, whole) : SNET_ERR_BAD_MAC;
    }
    const snet_err err = in_record(link, in->data, in->have, now);
    snet_reassembly_drop(in, link->core);
    return err;
}

snet_err snet_v3_in_feed(snet_link *link, const uint8_t *data, size_t len, size_t *ret_taken,
                         uint64_t now)
{
    if (snet_v3_link_of(link)->in.want == 0 && len > SNET_V3_FRAME_LEN_BYTES) {
        const size_t whole = in_record_len(data);
        if (!in_len_ok(whole)) {
            return SNET_ERR_BAD_MAC;
        }
        if (whole <= len) {
            *ret_taken = whole;
            return in_record(link, data, whole, now);
        }
    }
    return in_pieces(link, data, len, ret_taken, now);
}
