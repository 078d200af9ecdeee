/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/wires.h"

#include "core/legacy/wire.h"
#include "core/snet3/wire.h"

const struct snet_wire_ops *snet_wires_find(enum snet_wire wire)
{
    static const struct snet_wire_ops *const table[SNET_WIRE_COUNT] = {
        [SNET_WIRE_1] = &snet_legacy_wire_1,
        [SNET_WIRE_1_PADDED] = &snet_legacy_wire_1_padded,
        [SNET_WIRE_2] = &snet_legacy_wire_2,
        [SNET_WIRE_3] = &snet_v3_wire,
    };
    return (unsigned)wire < SNET_WIRE_COUNT ? table[wire] : NULL;
}

const char *snet_wire_name(enum snet_wire wire)
{
    static const char *const names[SNET_WIRE_COUNT] = {
        [SNET_WIRE_1] = "1",
        [SNET_WIRE_1_PADDED] = "1-padded",
        [SNET_WIRE_2] = "2",
        [SNET_WIRE_3] = "3",
    };
    return (unsigned)wire < SNET_WIRE_COUNT ? names[wire] : "unknown";
}
