/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/sniffing.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "base/try.h"

struct sniffing {
    struct snet_sniffing_plan plan;
    size_t len;
    uint8_t first[SNET_SNIFF_MAX_BYTES];
};

void snet_sniffing_begin(snet_link *link, const struct snet_sniffing_plan *plan)
{
    SNET_ASSERT(link->wire == &snet_sniffing_wire);
    struct sniffing *state = link->wire_state;
    state->plan = *plan;
}

/* The wire that a verdict means, among those served; both of snet/1 share a first message. */
static bool sniffing_choose(unsigned wires, enum snet_sniff_verdict verdict,
                            enum snet_wire *ret_wire)
{
    switch (verdict) {
    case SNET_SNIFF_1_HELLO:
    case SNET_SNIFF_1_RESUME:
        *ret_wire = (wires & SNET_WIRE_1) != 0 ? SNET_WIRE_1 : SNET_WIRE_1_PADDED;
        break;
    case SNET_SNIFF_2_HELLO:
    case SNET_SNIFF_2_RESUME:
        *ret_wire = SNET_WIRE_2;
        break;
    case SNET_SNIFF_3:
        *ret_wire = SNET_WIRE_3;
        break;
    case SNET_SNIFF_MORE:
    case SNET_SNIFF_NOT_OURS:
        return false;
    }
    return (wires & *ret_wire) != 0;
}

/* The first bytes suffice: from now on the link speaks what they are of, and that takes them. */
static snet_err sniffing_hand_over(snet_link *link, enum snet_sniff_verdict verdict, uint64_t now)
{
    const struct sniffing state = *(const struct sniffing *)link->wire_state;
    enum snet_wire wire = SNET_WIRE_DEFAULT;
    if (!sniffing_choose(state.plan.wires, verdict, &wire)) {
        return SNET_ERR_BAD_START;
    }
    const struct snet_wire_ops *ops = snet_wires_find(wire);
    size_t taken = 0;
    snet_link_set_deadline(link, state.plan.handshake_by_ns);
    SNET_TRY(snet_link_use_wire(link, ops));
    SNET_TRY(ops->link_accept(link, verdict));
    SNET_TRY(ops->link_recv(link, state.first, state.len, &taken, now));
    SNET_ASSERT(taken == state.len);
    return SNET_OK;
}

static snet_err sniffing_link_recv(snet_link *link, const uint8_t *data, size_t len,
                                   size_t *ret_taken, uint64_t now)
{
    struct sniffing *state = link->wire_state;
    enum snet_sniff_verdict verdict = SNET_SNIFF_MORE;
    size_t taken = 0;
    while (verdict == SNET_SNIFF_MORE && taken < len) {
        SNET_ASSERT(state->len < sizeof state->first);
        state->first[state->len++] = data[taken++];
        verdict = snet_sniff(state->plan.grammar, state->first, state->len);
    }
    size_t more = 0;
    if (verdict != SNET_SNIFF_MORE) {
        SNET_TRY(sniffing_hand_over(link, verdict, now)); /* the state is gone */
    }
    if (taken < len && link->state != SNET_LINK_CLOSED) {
        SNET_TRY(link->wire->link_recv(link, data + taken, len - taken, &more, now));
    }
    *ret_taken = taken + more;
    return SNET_OK;
}

static size_t sniffing_link_room(const snet_link *link)
{
    (void)link;
    return SNET_SNIFF_MAX_BYTES;
}

static size_t sniffing_link_send(snet_link *link, struct snet_span *ret_spans, size_t span_max)
{
    (void)link;
    (void)ret_spans;
    (void)span_max;
    return 0;
}

static void sniffing_link_sent(snet_link *link, size_t len, uint64_t now)
{
    (void)link;
    (void)now;
    SNET_ASSERT(len == 0);
}

/* A long path has more time for its handshake. */
static void sniffing_link_tcp(snet_link *link, const struct snet_link_tcp *tcp, uint64_t now)
{
    struct sniffing *state = link->wire_state;
    const uint64_t by_ns = snet_timer_after(now, snet_link_path_ns(tcp->rtt_ns));
    if (by_ns > state->plan.handshake_by_ns) {
        state->plan.handshake_by_ns = by_ns;
    }
}

static void sniffing_link_overslept(snet_link *link, uint64_t slept_ns, uint64_t now)
{
    struct sniffing *state = link->wire_state;
    (void)now;
    state->plan.handshake_by_ns = snet_timer_after(state->plan.handshake_by_ns, slept_ns);
}

const struct snet_wire_ops snet_sniffing_wire = {
    .name = "unknown",
    .link_bytes = sizeof(struct sniffing),
    .link_recv = sniffing_link_recv,
    .link_room = sniffing_link_room,
    .link_send = sniffing_link_send,
    .link_sent = sniffing_link_sent,
    .link_overslept = sniffing_link_overslept,
    .link_tcp = sniffing_link_tcp,
};
