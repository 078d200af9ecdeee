/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Client: the client's end of the legacy wires: its entries of the wire's table of functions and of
 * the handshake's.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_LEGACY_CLIENT_H
#define SNET_CORE_LEGACY_CLIENT_H

#include "core/legacy/state.h"

snet_err snet_legacy_client_start(snet_link *link, uint64_t now);
snet_err snet_legacy_client_attempt_failed(snet_session *session, const snet_link *link,
                                           snet_err err, uint64_t now);
void snet_legacy_client_link_lost(snet_session *session, snet_err err, uint64_t now);
uint64_t snet_legacy_client_retry_by(const snet_session *session, uint64_t now);
snet_legacy_handler snet_legacy_client_hello_reply;
snet_legacy_handler snet_legacy_client_resume_reply;

#endif
