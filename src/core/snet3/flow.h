/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Flow: acknowledgement and credit of a session. The half of the receiver says when an ACK is to be
 * sent, and what it says; the half of the sender keeps what the peer has acknowledged and allows.
 *
 * Positions are offsets of the stream; the end of a stream counts as one byte more. Credit given is
 * never taken back. Pure counting: no bytes are kept here.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_FLOW_H
#define SNET_CORE_SNET3_FLOW_H

#include <snet/core.h>

#include <stdbool.h>
#include <stdint.h>

/* Maximum: bytes that wait for an ACK, whatever the window. */
#define SNET_FLOW_UNACKED_MAX_BYTES 65536u
/* Maximum: time that a byte waits for an ACK. */
#define SNET_FLOW_ACK_NS (40 * SNET_MS_NS)
/* An ACK goes out when this part of the window has arrived or become free, or when this many
   records have arrived. */
#define SNET_FLOW_WINDOW_DIVISOR 4u
#define SNET_FLOW_RECORDS_MAX 2u

/* What an ACK says: its sender has everything before `recv_next` and allows what is before
   `limit`. */
struct snet_flow_ack {
    uint64_t recv_next;
    uint64_t limit;
};

struct snet_flow {
    /* As a receiver. */
    uint32_t window_bytes;
    uint32_t max_record_bytes;
    uint64_t recv_next; /* everything before it is safely in memory */
    uint64_t limit;     /* the peer may send up to here */
    uint64_t said_next; /* what the last ACK said */
    uint64_t said_limit;
    uint64_t ack_by_ns; /* an ACK is due by itself from then on; SNET_NEVER: nothing waits */
    bool ack_now;       /* an ACK is due by itself */
    bool ack_first;     /* one will be for the first bytes that arrive */
    /* As a sender. */
    uint64_t acked;
    uint64_t peer_limit;
};

void snet_flow_init(struct snet_flow *flow, uint32_t window_bytes, uint32_t max_record_bytes);

/* --- As a receiver ------------------------------------------------------------------------ */

/* Everything before `recv_next` has arrived. */
void snet_flow_arrived(struct snet_flow *flow, uint64_t recv_next, uint64_t now);
/* There is room for bytes before `limit`; a smaller limit than before changes nothing. */
void snet_flow_grant(struct snet_flow *flow, uint64_t limit);
/* Whether an ACK would say something new: then it travels with data that is sent anyway. */
bool snet_flow_ack_changed(const struct snet_flow *flow);
/* The ACK with `recv_next` and `limit` is sent. */
void snet_flow_ack_sent(struct snet_flow *flow);
/* A new link begins with an ACK. `resumed`: it is not the session's first, and so the peer may wait
   for an ACK of its first bytes before it sends more. */
void snet_flow_relink(struct snet_flow *flow, bool resumed);

/* --- As a sender -------------------------------------------------------------------------- */

/*
 * The peer says what it has and allows; of two ACKs the larger values count, because they may
 * overtake each other on two links. `*ret_acked` is how many bytes are acknowledged for the first
 * time. Errors: BAD_COUNT when it has more than `sent`; then nothing changes.
 */
SNET_MUST_USE snet_err snet_flow_acked(struct snet_flow *flow, struct snet_flow_ack ack,
                                       uint64_t sent, uint64_t *ret_acked);
/* How many bytes from `sent` on the peer allows. */
uint64_t snet_flow_credit(const struct snet_flow *flow, uint64_t sent);

void snet_flow_check(const struct snet_flow *flow);

#endif
