/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/legacy/ending.h"

#include "base/assert.h"

void snet_ending_agreed(struct snet_ending *ending, uint64_t claimed)
{
    *ending = (struct snet_ending){.known = true, .claimed = claimed};
}

void snet_ending_fin(struct snet_ending *ending, uint64_t now)
{
    SNET_ASSERT(now > 0);
    ending->fin_ns = now;
}

void snet_ending_interrupted(struct snet_ending *ending)
{
    ending->refusals = 0;
    ending->first_refusal_ns = 0;
}

enum snet_ending_verdict snet_ending_refused(struct snet_ending *ending, bool certain,
                                             uint64_t received, uint64_t now)
{
    if (ending->refusals == 0) {
        ending->first_refusal_ns = now;
    }
    if (ending->refusals < SNET_ENDING_ROW_COUNT) {
        ending->refusals++;
    }
    if (!certain && (ending->refusals < SNET_ENDING_ROW_COUNT ||
                     now - ending->first_refusal_ns < SNET_ENDING_ROW_NS)) {
        return SNET_ENDING_RETRY;
    }
    const bool soon =
        ending->fin_ns != 0 && ending->first_refusal_ns - ending->fin_ns <= SNET_ENDING_FIN_MAX_NS;
    const bool known = ending->known || received > 0;
    return known && soon && received >= ending->claimed ? SNET_ENDING_CLEAN : SNET_ENDING_REFUSED;
}

uint64_t snet_ending_retry_by_ns(const struct snet_ending *ending)
{
    if (ending->refusals + 1 < SNET_ENDING_ROW_COUNT) {
        return SNET_NEVER;
    }
    return ending->first_refusal_ns + SNET_ENDING_ROW_NS;
}
