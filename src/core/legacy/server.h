/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The server's end of the legacy wires: its entries of the wire's table of functions. The handlers
 * of its handshake steps are declared in legacy_shake.h.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_LEGACY_SERVER_H
#define SNET_CORE_LEGACY_SERVER_H

#include "core/legacy/state.h"

snet_err snet_legacy_server_accept(snet_link *link, enum snet_sniff_verdict verdict);

#endif
