/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Server: the server's end of the legacy wires: its entries of the wire's table of functions and of
 * the handshake's.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_LEGACY_SERVER_H
#define SNET_CORE_LEGACY_SERVER_H

#include "core/legacy/state.h"

snet_err snet_legacy_server_accept(snet_link *link, enum snet_sniff_verdict verdict);
snet_legacy_handler snet_legacy_server_hello;
snet_legacy_handler snet_legacy_server_grace_byte;
snet_legacy_handler snet_legacy_server_grace_over;
snet_legacy_handler snet_legacy_server_padding;
snet_legacy_handler snet_legacy_server_proof;
snet_legacy_handler snet_legacy_server_resume;
snet_legacy_handler snet_legacy_server_resume_proof;
snet_legacy_handler snet_legacy_server_goodbye_proof;
snet_legacy_handler snet_legacy_server_goodbye_seen;
snet_legacy_handler snet_legacy_server_goodbye_over;

#endif
