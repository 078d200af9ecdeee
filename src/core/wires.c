/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/wires.h"

#include "core/legacy.h"

const struct snet_wire_ops *snet_wires_find(enum snet_wire wire)
{
    static const struct snet_wire_ops *const table[SNET_WIRE_COUNT] = {
        [SNET_WIRE_1] = &snet_legacy_wire_1,
        [SNET_WIRE_1_PADDED] = &snet_legacy_wire_1_padded,
        [SNET_WIRE_2] = &snet_legacy_wire_2,
    };
    return (unsigned)wire < SNET_WIRE_COUNT ? table[wire] : NULL;
}

const char *snet_wire_name(enum snet_wire wire)
{
    const struct snet_wire_ops *ops = snet_wires_find(wire);
    return ops == NULL ? "unknown" : ops->name;
}
