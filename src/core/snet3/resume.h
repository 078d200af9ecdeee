/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Resume: what a server of snet/3 does with a RESUME. The checks stand in their order [PROTO 15.2],
 * and the credential rules are applied [PROTO 15.1].
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_RESUME_H
#define SNET_CORE_SNET3_RESUME_H

#include "core/snet3/state.h"
#include "core/snet3/step.h"

/* Pause that a client beyond the limit is asked for, in units of 100 ms. It is short: a session
   whose path is cut all the time is as honest as any. */
#define SNET_V3_RESUME_RETRY_AFTER 1u

/* Whether the session that the whole first message names belongs to another server's shard: then
   the link was closed for that. */
bool snet_v3_resume_passed(snet_link *link, struct snet_bytes message);
snet_v3_handler snet_v3_resume_asked;

#endif
