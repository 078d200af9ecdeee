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

/* The table of one wire, or NULL when `wire` is none or several. */
const struct snet_wire_ops *snet_wires_find(enum snet_wire wire);

#endif
