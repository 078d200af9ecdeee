/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/flow.h"

#include "base/assert.h"

void snet_flow_init(struct snet_flow *flow, uint32_t window_bytes, uint32_t max_record_bytes)
{
    SNET_ASSERT(window_bytes >= SNET_FLOW_WINDOW_DIVISOR);
    SNET_ASSERT(max_record_bytes > 0);
    *flow = (struct snet_flow){
        .window_bytes = window_bytes,
        .max_record_bytes = max_record_bytes,
        .ack_by_ns = SNET_NEVER,
    };
}

static uint64_t flow_min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* How many bytes may be unacknowledged before an ACK is due by itself. */
static uint64_t flow_unacked_max(const struct snet_flow *flow)
{
    const uint64_t records = (uint64_t)SNET_FLOW_RECORDS_MAX * flow->max_record_bytes;
    return flow_min(flow->window_bytes / SNET_FLOW_WINDOW_DIVISOR,
                    flow_min(SNET_FLOW_UNACKED_MAX_BYTES, records));
}

void snet_flow_arrived(struct snet_flow *flow, uint64_t recv_next, uint64_t now)
{
    SNET_ASSERT(recv_next >= flow->recv_next);
    flow->recv_next = recv_next;
    if (recv_next == flow->said_next) {
        return;
    }
    if (flow->ack_first || recv_next - flow->said_next >= flow_unacked_max(flow)) {
        flow->ack_now = true;
        flow->ack_first = false;
    } else if (flow->ack_by_ns == SNET_NEVER) {
        flow->ack_by_ns = now + SNET_FLOW_ACK_NS;
    }
    snet_flow_check(flow);
}

void snet_flow_grant(struct snet_flow *flow, uint64_t limit)
{
    if (limit <= flow->limit) {
        return;
    }
    flow->limit = limit;
    if (limit - flow->said_limit >= flow->window_bytes / SNET_FLOW_WINDOW_DIVISOR) {
        flow->ack_now = true;
    }
    snet_flow_check(flow);
}

bool snet_flow_ack_changed(const struct snet_flow *flow)
{
    return flow->ack_now || flow->recv_next != flow->said_next || flow->limit != flow->said_limit;
}

void snet_flow_ack_sent(struct snet_flow *flow)
{
    flow->said_next = flow->recv_next;
    flow->said_limit = flow->limit;
    flow->ack_by_ns = SNET_NEVER;
    flow->ack_now = false;
}

void snet_flow_relink(struct snet_flow *flow, bool resumed)
{
    flow->ack_now = true;
    flow->ack_first = resumed;
    flow->ack_by_ns = SNET_NEVER;
}

snet_err snet_flow_acked(struct snet_flow *flow, struct snet_flow_ack ack, uint64_t sent,
                         uint64_t *ret_acked)
{
    if (ack.recv_next > sent) {
        return SNET_ERR_BAD_COUNT;
    }
    *ret_acked = ack.recv_next > flow->acked ? ack.recv_next - flow->acked : 0;
    flow->acked += *ret_acked;
    flow->peer_limit = ack.limit > flow->peer_limit ? ack.limit : flow->peer_limit;
    snet_flow_check(flow);
    return SNET_OK;
}

uint64_t snet_flow_credit(const struct snet_flow *flow, uint64_t sent)
{
    return sent < flow->peer_limit ? flow->peer_limit - sent : 0;
}

void snet_flow_check(const struct snet_flow *flow)
{
    SNET_ASSERT(flow->said_next <= flow->recv_next);
    SNET_ASSERT(flow->said_limit <= flow->limit);
}
