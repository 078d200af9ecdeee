/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The legacy wires in the core, put together: snet/1, snet/1 padded and snet/2 are one
 * implementation with a struct of differences, and so three tables that differ in that. The only
 * file that knows all parts:
 *
 *   state       what a session and a link of these wires are; below all others
 *   handshake   which event may come in which step, and what handles it
 *   client      what a client does in each step
 *   server      what a server does in each step
 *   stream      the bytes between history, connection and inbox
 *   proof       keys, proofs and count checks, without links or sessions
 *   ending      what a client concludes from a refused resume
 *   padding     zeros behind a padded hello, told apart from data
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_LEGACY_WIRE_H
#define SNET_CORE_LEGACY_WIRE_H

#include "core/wire.h"

extern const struct snet_wire_ops snet_legacy_wire_1;
extern const struct snet_wire_ops snet_legacy_wire_1_padded;
extern const struct snet_wire_ops snet_legacy_wire_2;

#endif
