/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/legacy/state.h"

#include "base/assert.h"

void snet_legacy_state_begin(snet_link *link, enum snet_legacy_step step)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    SNET_ASSERT(state->have == 0);
    SNET_ASSERT(step != SNET_LEGACY_STREAM);
    state->step = step;
}

void snet_legacy_state_queue(snet_link *link, size_t len)
{
    struct snet_legacy_link *state = snet_legacy_link_of(link);
    SNET_ASSERT(state->out_sent == state->out_len);
    SNET_ASSERT(len <= sizeof state->out);
    state->out_len = (uint8_t)len;
    state->out_sent = 0;
    snet_link_want_send(link);
}
