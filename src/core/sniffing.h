/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Sniffing: the wire of a server's link whose first bytes do not say yet which one it speaks. It
 * collects them, and gives the link its wire as soon as they suffice; that wire gets them all. It
 * sends nothing.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNIFFING_H
#define SNET_CORE_SNIFFING_H

#include "codec/sniff.h"
#include "core/link.h"
#include "core/wire.h"

extern const struct snet_wire_ops snet_sniffing_wire;

/* What to expect of the first bytes. */
struct snet_sniffing_plan {
    enum snet_sniff_grammar grammar;
    unsigned wires;           /* that are served */
    uint64_t handshake_by_ns; /* the deadline of the link once it has its wire */
};

/* The link has just been made, and speaks snet_sniffing_wire. */
void snet_sniffing_begin(snet_link *link, const struct snet_sniffing_plan *plan);

#endif
