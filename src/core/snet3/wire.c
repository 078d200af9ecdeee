/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/wire.h"

#include "base/try.h"
#include "core/pressure.h"
#include "core/server.h"
#include "core/snet3/acks.h"
#include "core/snet3/client.h"
#include "core/snet3/codes.h"
#include "core/snet3/epoch.h"
#include "core/snet3/farewell.h"
#include "core/snet3/handshake.h"
#include "core/snet3/in.h"
#include "core/snet3/liveness.h"
#include "core/snet3/migrate.h"
#include "core/snet3/out.h"
#include "core/snet3/progress.h"
#include "core/snet3/server.h"
#include "core/snet3/step.h"
#include "core/snet3/store.h"
#include "core/snet3/update.h"
#include "crypto/secret.h"

/* --- Links -------------------------------------------------------------------------------- */

static snet_err v3_link_recv(snet_link *link, const uint8_t *data, size_t len, size_t *ret_taken,
                             uint64_t now)
{
    size_t taken = 0;
    while (taken < len && link->state != SNET_LINK_CLOSED && !snet_turns_waits(&link->turn)) {
        size_t part = 0;
        SNET_TRY(snet_v3_step_records(link)
                     ? snet_v3_in_feed(link, data + taken, len - taken, &part, now)
                     : snet_v3_handshake_feed(link, data + taken, len - taken, &part, now));
        taken += part;
    }
    *ret_taken = taken;
    return SNET_OK;
}

static size_t v3_link_room(const snet_link *link)
{
    return snet_v3_step_records(link) ? SNET_V3_READ_MAX_BYTES : snet_v3_step_need(link);
}

static size_t v3_link_send(snet_link *link, struct snet_span *ret_spans, size_t span_max)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    if (snet_outbox_empty(&state->out)) {
        snet_v3_out_fill(link);
    }
    if (snet_outbox_empty(&state->out) || span_max == 0) {
        return 0;
    }
    ret_spans[0] = snet_outbox_look(&state->out);
    return 1;
}

static void v3_link_sent(snet_link *link, size_t len, uint64_t now)
{
    snet_session *session = link->session;
    snet_outbox_sent(&snet_v3_link_of(link)->out, link->core, len);
    if (session == NULL || session->links.live != link) {
        return;
    }
    const struct snet_path_range range = {snet_v3_session_of(session)->flow.acked,
                                          session->history.sent};
    snet_path_sent(&snet_v3_link_of(link)->path, &range, now);
    snet_v3_liveness_sent(link, now);
    snet_v3_acks_mark(session, now);
    snet_session_progress(session, now);
    snet_v3_acks_finish(session, now);
}

static struct snet_bytes v3_link_first(const snet_link *link)
{
    const struct snet_reassembly *in = &snet_v3_link_of(link)->in;
    return (struct snet_bytes){in->data, in->have};
}

static void v3_link_wipe(snet_link *link)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    snet_reassembly_drop(&state->in, link->core);
    snet_outbox_drop(&state->out, link->core);
    snet_v3_state_end_handshake(link);
    snet_v3_state_drop_ticket(link->core, &state->ticket);
    snet_v3_epoch_end(link);
}

/* --- Sessions ----------------------------------------------------------------------------- */

/* What a window, or the send buffer, may grow to. */
static uint32_t v3_max_bytes(uint32_t wanted, uint32_t min_bytes, const struct snet_pool *pool)
{
    const uint64_t budget = (uint64_t)snet_pool_budget(pool) * SNET_PAGE_BYTES;
    const uint64_t limit = (uint64_t)SNET_WINDOW_MAX_BYTES;
    uint64_t most = budget / SNET_V3_BUDGET_DIVISOR;
    most = most < limit ? most : limit;
    most = most > SNET_WINDOW_FIRST_BYTES ? most : SNET_WINDOW_FIRST_BYTES;
    wanted = wanted == 0 ? SNET_WINDOW_DEFAULT_BYTES : wanted;
    wanted = wanted > min_bytes ? wanted : min_bytes;
    return wanted < most ? wanted : (uint32_t)most;
}

/* Credit beyond what every session gets is given only with reserved pages [PROTO 17.2]. */
static bool v3_reserve(snet_session *session, uint32_t window_bytes)
{
    struct snet_v3_session *state = snet_v3_session_of(session);
    if (window_bytes <= SNET_WINDOW_UNRESERVED_BYTES) {
        return true;
    }
    return snet_reserves_take(&session->core->reserves, &state->reserve,
                              window_bytes - SNET_WINDOW_UNRESERVED_BYTES, session->core->now_ns);
}

/* What was set aside for the window may have been lent: it is given again as it is read. */
static void v3_fit_window(snet_session *session)
{
    struct snet_v3_session *state = snet_v3_session_of(session);
    const uint32_t backed = state->reserve.bytes + SNET_WINDOW_UNRESERVED_BYTES;
    if (state->window.bytes > backed) {
        snet_window_shrink(&state->window, backed);
        state->flow.window_bytes = backed;
    }
}

static snet_err v3_server_open(snet_core *core, const struct snet_server_config *config,
                               void **ret_state)
{
    struct snet_v3_store *store = NULL;
    SNET_TRY(snet_v3_store_new(core, &config->keys, &store));
    *ret_state = store;
    return SNET_OK;
}

static void v3_server_close(void *state)
{
    snet_v3_store_free(state);
}

static void v3_session_init(snet_session *session, const struct snet_session_config *config,
                            struct snet_wire_sizes *sizes)
{
    struct snet_v3_session *state = snet_v3_session_of(session);
    const snet_core *core = session->core;
    const uint32_t max_bytes =
        v3_max_bytes(config->inbox_bytes, SNET_WINDOW_MIN_BYTES, &core->recv_pool);
    uint32_t window_bytes =
        max_bytes < SNET_WINDOW_FIRST_BYTES ? max_bytes : SNET_WINDOW_FIRST_BYTES;
    if (!v3_reserve(session, window_bytes)) {
        window_bytes = SNET_WINDOW_UNRESERVED_BYTES;
    }
    const uint32_t send_max_bytes =
        v3_max_bytes(config->history_bytes, SNET_V3_SEND_MIN_BYTES, &core->send_pool);
    sizes->history_bytes =
        send_max_bytes < SNET_V3_SEND_FIRST_BYTES ? send_max_bytes : SNET_V3_SEND_FIRST_BYTES;
    sizes->inbox_bytes = window_bytes;
    state->send_max_bytes = send_max_bytes;
    snet_window_init(&state->window, window_bytes, max_bytes);
    snet_flow_init(&state->flow, window_bytes, SNET_V3_RECORD_BYTES);
    snet_flow_grant(&state->flow, window_bytes);
    state->pad_bytes = (uint16_t)config->pad_bytes;
    state->heartbeat_ns = config->heartbeat_ns;
}

/* How many more bytes it may hold beside what other sessions hold. */
static uint64_t v3_may_hold(const snet_session *session)
{
    const snet_core *core = session->core;
    return snet_holders_room(&core->holders, &session->holder, core->pressure.growers.count > 0);
}

static snet_err v3_session_write(snet_session *session, const uint8_t *data, size_t len,
                                 size_t *ret_written)
{
    const uint64_t may = v3_may_hold(session);
    const size_t most = len < may ? len : (size_t)may;
    size_t written = 0;
    while (written < most) {
        size_t part = 0;
        uint8_t *space = snet_history_reserve(&session->history, &session->core->send_pool,
                                              most - written, &part);
        if (space == NULL) {
            break;
        }
        snet_bytes_copy(space, data + written, part);
        snet_history_commit(&session->history, part);
        written += part;
    }
    snet_session_recount(session);
    *ret_written = written;
    return SNET_OK;
}

static size_t v3_session_room(const snet_session *session)
{
    const size_t room = snet_history_room(&session->history, &session->core->send_pool);
    const uint64_t may = v3_may_hold(session);
    return room < may ? room : (size_t)may;
}

/* The reader has taken bytes: the peer may send more, and perhaps further ahead. */
static void v3_session_consumed(snet_session *session, uint64_t now)
{
    struct snet_v3_session *state = snet_v3_session_of(session);
    const uint64_t read = session->inbox.received - session->inbox.chain.len;
    v3_fit_window(session);
    snet_v3_state_credit_used(session, now);
    if (session->ending.peer_ended) {
        return; /* nothing more will come */
    }
    const uint32_t wanted = snet_window_read(&state->window, read, now);
    if (wanted > state->window.bytes && session->links.live != NULL &&
        v3_reserve(session, wanted)) {
        snet_window_grow(&state->window, wanted);
        if (wanted > session->inbox.capacity_bytes) {
            snet_inbox_grow(&session->inbox, wanted);
        }
        state->flow.window_bytes = wanted;
    }
    snet_flow_grant(&state->flow, read + state->window.bytes);
    if (state->flow.ack_now && session->links.live != NULL) {
        snet_link_want_send(session->links.live);
    }
}

static uint64_t v3_session_rtt_ns(const snet_session *session)
{
    return snet_v3_session_of(session)->rtt_ns;
}

static void v3_link_gone(snet_session *session, const snet_link *link, snet_err err, uint64_t now)
{
    snet_v3_liveness_link_gone(session, link, err, now);
    snet_v3_progress_link_gone(session, link, err, now);
}

static void v3_link_tcp(snet_link *link, const struct snet_link_tcp *tcp, uint64_t now)
{
    (void)tcp; /* the link has counted it */
    snet_v3_liveness_carried(link, now);
}

static void v3_session_info(const snet_session *session, struct snet_session_info *ret_info)
{
    const struct snet_v3_session *state = snet_v3_session_of(session);
    ret_info->unacked = snet_v3_state_unacked(session, session->history.end);
    ret_info->window_bytes = state->window.bytes;
    ret_info->rtt_ns = session->links.live == NULL ? 0 : state->rtt_ns;
}

/* The end is said on the live link, or later, by a client that ends it without one. */
static void v3_say_end(snet_session *session, snet_err err, uint16_t code)
{
    snet_link *link = session->links.live;
    if (link == NULL) {
        if (err == SNET_ERR_ABORTED) {
            snet_v3_farewell_keep(session, code);
        }
    } else if (snet_v3_out_abort(link, code, session->ending.own_text)) {
        snet_session_let_go(session, link);
        snet_link_close(link, SNET_CLOSE_FIN, err);
    }
}

static void v3_session_end(snet_session *session, snet_err err, uint64_t now)
{
    if (session->server != NULL) {
        snet_v3_server_record_tombstone(session, err, now);
    }
    /* The server confirms a clean end, for anybody on the path can end a connection. */
    const bool confirmed = err == SNET_ERR_CLOSED && session->server == NULL;
    const bool by_peer = session->ending.own_code == 0 &&
                         (snet_v3_codes_is_abort(err) || session->ending.peer_code != 0);
    if (!confirmed && !by_peer) {
        v3_say_end(session, err,
                   session->ending.own_code != 0 ? session->ending.own_code
                                                 : (uint16_t)snet_v3_codes_abort(err));
    }
}

static void v3_session_wipe(snet_session *session)
{
    struct snet_v3_session *state = snet_v3_session_of(session);
    /* The last record that was opened may be one of its own. */
    snet_secret_wipe(session->core->scratch, sizeof session->core->scratch);
    if (session->server == NULL) {
        snet_v3_client_forget(session);
        snet_v3_state_drop_ticket(session->core, &state->of.client.ticket);
    } else {
        struct snet_v3_store *store = snet_v3_store_of(session->server);
        snet_core_release(session->core, state->of.server.migrate);
        state->of.server.migrate = NULL;
        snet_handshakes_leave(&store->unconfirmed, &state->of.server.unconfirmed);
        snet_v3_store_retire(store, &state->of.server.credentials.slots[0]);
        snet_v3_store_retire(store, &state->of.server.credentials.slots[1]);
    }
    if (session->inbox.chain.len == 0) {
        /* What was not read keeps its pages after the end, and so their reservation. */
        snet_reserves_give(&session->core->reserves, &state->reserve);
    }
}

const struct snet_wire_ops snet_v3_wire = {
    .id = SNET_WIRE_3,
    .name = "3",
    .caps = SNET_WIRE_CAP_ACK | SNET_WIRE_CAP_CLOSE,
    .session_bytes = sizeof(struct snet_v3_session),
    .link_bytes = sizeof(struct snet_v3_link),
    .link_start = snet_v3_client_start,
    .link_accept = snet_v3_server_accept,
    .link_recv = v3_link_recv,
    .link_room = v3_link_room,
    .link_send = v3_link_send,
    .link_sent = v3_link_sent,
    .link_timer = snet_v3_liveness_due,
    .link_overslept = snet_v3_liveness_overslept,
    .link_tcp = v3_link_tcp,
    .link_first = v3_link_first,
    .link_turn = snet_v3_handshake_turn,
    .link_wipe = v3_link_wipe,
    .link_gone = v3_link_gone,
    .plan_retry = snet_v3_progress_plan_retry,
    .attempt_failed = snet_v3_client_attempt_failed,
    .server_open = v3_server_open,
    .server_close = v3_server_close,
    .server_update = snet_v3_update,
    .session_init = v3_session_init,
    .client_open = snet_v3_client_open,
    .session_write = v3_session_write,
    .session_room = v3_session_room,
    .session_consumed = v3_session_consumed,
    .session_migrate = snet_v3_migrate_ask,
    .session_rtt_ns = v3_session_rtt_ns,
    .session_info = v3_session_info,
    .session_end = v3_session_end,
    .session_wipe = v3_session_wipe,
};
