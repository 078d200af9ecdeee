/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Refuse: how a server of snet/3 refuses a handshake. It sends a REJECT, with a proof where the
 * client can check one [PROTO 13.5], and closes in good order.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_REFUSE_H
#define SNET_CORE_SNET3_REFUSE_H

#include "core/snet3/state.h"

/* Pause that a busy server asks for, in units of 100 ms. */
#define SNET_V3_RETRY_AFTER 10u

struct snet_v3_refusal {
    struct snet_bytes message; /* the HELLO or RESUME */
    enum snet_v3_code code;
    snet_err err; /* for the log */
    uint16_t retry_after;
    const uint8_t *cid;          /* NULL: without a proof */
    const snet_session *session; /* the RESUME is about it; NULL: none */
};

/* Queues a REJECT and closes in good order behind it. Errors: NO_MEMORY, CRYPTO. */
SNET_MUST_USE snet_err snet_v3_refuse(snet_link *link, const struct snet_v3_refusal *refusal);

#endif
