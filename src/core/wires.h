/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The wires there are: from the public enumeration to the table of functions.
 *
 * Thread: pure.
 */
#ifndef SNET_CORE_WIRES_H
#define SNET_CORE_WIRES_H

#include "core/wire.h"

/* The wire's table, or NULL for a number that is no wire. */
const struct snet_wire_ops *snet_wires_find(enum snet_wire wire);

#endif
