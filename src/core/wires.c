/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/legacy/wire.h"
#include "core/snet3/wire.h"
#include "core/wire.h"

const struct snet_wire_ops *snet_wires_find(enum snet_wire wire)
{
    switch (wire) {
    case SNET_WIRE_1:
        return &snet_legacy_wire_1;
    case SNET_WIRE_1_PADDED:
        return &snet_legacy_wire_1_padded;
    case SNET_WIRE_2:
        return &snet_legacy_wire_2;
    case SNET_WIRE_DEFAULT:
    case SNET_WIRE_3:
        return &snet_v3_wire;
    }
    return NULL;
}

const char *snet_wire_name(enum snet_wire wire)
{
    const struct snet_wire_ops *ops = snet_wires_find(wire);
    return ops == NULL ? "unknown" : ops->name;
}
