/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Farewell: what a client of snet/3 keeps to say an abort later, and how it says it: see
 * core/farewell.h. The carrier gets what a resume needs of the session that ends: its ticket, the
 * number of its last attempt, its suite and its offsets, and no stream.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_FAREWELL_H
#define SNET_CORE_SNET3_FAREWELL_H

#include "core/session.h"

/* The session ends by an abort: where its server does not know and can be told, a farewell is kept
   with `code`. Without memory there is none. */
void snet_v3_farewell_keep(snet_session *session, uint16_t code);
/* The carrier has resumed on the link: it says the abort, and asks later whether it has arrived. */
void snet_v3_farewell_say(snet_link *link, uint64_t now);

#endif
