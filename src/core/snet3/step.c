/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/step.h"

#include "base/assert.h"

void snet_v3_step_begin(snet_link *link, enum snet_v3_step step)
{
    snet_v3_link_of(link)->step = step;
}

void snet_v3_step_proven(snet_link *link)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    SNET_ASSERT(state->step == SNET_V3_C_CONFIRM || state->step == SNET_V3_S_CONFIRM);
    state->step = SNET_V3_STREAM;
}

bool snet_v3_step_records(const snet_link *link)
{
    switch (snet_v3_link_of(link)->step) {
    case SNET_V3_C_CONFIRM:
    case SNET_V3_S_CONFIRM:
    case SNET_V3_STREAM:
        return true;
    case SNET_V3_C_HELLO:
    case SNET_V3_C_RESUME:
    case SNET_V3_S_FIRST:
    case SNET_V3_S_AUTH:
    case SNET_V3_SILENT:
        return false;
    }
    return false;
}

size_t snet_v3_step_need(const snet_link *link)
{
    const struct snet_reassembly *in = &snet_v3_link_of(link)->in;
    if (snet_turns_waits(&link->turn)) {
        return 0; /* what follows the message is read when that was answered */
    }
    if (snet_v3_link_of(link)->step == SNET_V3_SILENT) {
        return SNET_V3_READ_MAX_BYTES; /* what is dropped costs least in large pieces */
    }
    return in->want > in->have ? in->want - in->have : SNET_V3_HEADER_BYTES;
}
