/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/backoff.h"

#include "base/assert.h"

uint64_t snet_backoff_next_ns(struct snet_backoff *backoff, uint64_t random)
{
    const uint64_t rest_ns = backoff->rest_ns;
    backoff->rest_ns = 0;
    if (backoff->ceiling_ns == 0) {
        backoff->ceiling_ns = SNET_BACKOFF_FIRST_NS;
        return rest_ns;
    }
    backoff->soon = false;
    const uint64_t wait_ns = random % (backoff->ceiling_ns + 1);
    const uint64_t doubled_ns = 2 * backoff->ceiling_ns;
    backoff->ceiling_ns = doubled_ns < SNET_BACKOFF_MAX_NS ? doubled_ns : SNET_BACKOFF_MAX_NS;
    if (backoff->ceiling_ns < SNET_BACKOFF_FIRST_NS) {
        backoff->ceiling_ns = SNET_BACKOFF_FIRST_NS;
    }
    SNET_ASSERT(wait_ns <= SNET_BACKOFF_MAX_NS);
    return rest_ns + wait_ns;
}

void snet_backoff_reset(struct snet_backoff *backoff)
{
    *backoff = (struct snet_backoff){.ceiling_ns = 0};
}

void snet_backoff_moved(struct snet_backoff *backoff, uint32_t rest_ns)
{
    *backoff = (struct snet_backoff){.ceiling_ns = SNET_BACKOFF_MOVED_NS, .rest_ns = rest_ns};
}

void snet_backoff_soon(struct snet_backoff *backoff, uint32_t rest_ns)
{
    *backoff = (struct snet_backoff){.rest_ns = rest_ns, .soon = true};
}

void snet_backoff_refused(struct snet_backoff *backoff)
{
    if (backoff->soon && backoff->ceiling_ns != 0) {
        snet_backoff_moved(backoff, 0);
    }
}

void snet_backoff_answered(struct snet_backoff *backoff)
{
    uint64_t limit_ns = SNET_BACKOFF_ANSWERED_NS << backoff->answered;
    if (limit_ns < SNET_BACKOFF_MAX_NS) {
        backoff->answered++;
    } else {
        limit_ns = SNET_BACKOFF_MAX_NS;
    }
    if (backoff->ceiling_ns > limit_ns) {
        backoff->ceiling_ns = limit_ns;
    }
}
