/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Migrate: a server asks its client to connect to another address, and the client does
 * [PROTO 19.2].
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_MIGRATE_H
#define SNET_CORE_SNET3_MIGRATE_H

#include "core/snet3/state.h"

/* Server: asks with the next record. NULL is the same address. Errors: ADDRESS, NO_MEMORY. */
SNET_MUST_USE snet_err snet_v3_migrate_ask(snet_session *session, const char *address,
                                           uint64_t deadline_ns);
/* Client: a MIGRATE has come. Errors: BAD_FRAME. */
SNET_MUST_USE snet_err snet_v3_migrate_take(snet_link *link, const struct snet_v3_frame *frame,
                                            uint64_t now);

#endif
