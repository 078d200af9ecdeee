/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * snet/3 in the core, put together: the table of functions by which sessions and links use it. The
 * only file that knows all parts:
 *
 *   state       what a session and a link of this wire are; below all others
 *   handshake   which message may come in which step, and what handles it
 *   step        the step that a link is in
 *   client      what a client does in each step
 *   server      what a server does in each step of a new session
 *   resume      what it does with a RESUME
 *   refuse      how it says no
 *   store       what a server keeps for all of its sessions: keys, names, tombstones
 *   messages    the handshake messages, without links or sessions
 *   epoch       from the end of a handshake to two directions of records
 *   in          records to frames to the session
 *   out         the session to frames to records
 *   acks        what follows from acknowledgements
 *   migrate     going over to another address
 *   liveness    heartbeats, round trips, stalled links
 *   codes       from local errors to the codes on the wire and back
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_WIRE_H
#define SNET_CORE_SNET3_WIRE_H

#include "core/wire.h"

extern const struct snet_wire_ops snet_v3_wire;

#endif
