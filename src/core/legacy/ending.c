/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/legacy/ending.h"

#include "base/assert.h"

void snet_ending_begin(struct snet_ending *ending, uint64_t id, bool challenged)
{
    const bool published = id <= SNET_ENDING_PUBLISHED_ID_MAX;
    const enum snet_ending_kind own = challenged ? SNET_ENDING_PROVES : SNET_ENDING_SHOWS;
    *ending = (struct snet_ending){
        .kind = published ? SNET_ENDING_GUESSED : own,
        .known = !challenged, /* else its client's answer may still be lost [PROTO 9.4] */
    };
}

void snet_ending_agreed(struct snet_ending *ending, uint64_t claimed, uint64_t now)
{
    /* Who agreed is not proven: the row of refusals goes on until a link has worked. */
    SNET_ASSERT(now > 0);
    ending->known = true;
    ending->resumed_ns = now;
    ending->fin_ns = 0;
    ending->claimed = claimed;
}

void snet_ending_fin(struct snet_ending *ending, bool brought, uint64_t now)
{
    SNET_ASSERT(now > 0);
    if (ending->kind != SNET_ENDING_SHOWS) {
        ending->fin_ns = now;
    } else if (!brought && ending->resumed_ns != 0 &&
               now - ending->resumed_ns <= SNET_ENDING_SHOWN_MAX_NS) {
        /* The refusals that show an end come behind this link. */
        ending->fin_ns = now;
        ending->refusals = 0;
        ending->first_refusal_ns = 0;
    }
}

void snet_ending_worked(struct snet_ending *ending)
{
    ending->refusals = 0;
    ending->first_refusal_ns = 0;
}

void snet_ending_interrupted(struct snet_ending *ending)
{
    snet_ending_worked(ending);
    if (ending->kind == SNET_ENDING_SHOWS) {
        ending->fin_ns = 0;
    }
}

static bool ending_row_complete(const struct snet_ending *ending, uint64_t now)
{
    return ending->refusals >= SNET_ENDING_ROW_COUNT &&
           now - ending->first_refusal_ns >= SNET_ENDING_ROW_NS;
}

static bool ending_is_clean(const struct snet_ending *ending, uint64_t received)
{
    const bool soon = ending->fin_ns != 0 && ending->first_refusal_ns >= ending->fin_ns &&
                      ending->first_refusal_ns - ending->fin_ns <= SNET_ENDING_FIN_MAX_NS;
    return ending->kind != SNET_ENDING_PROVES && soon && (ending->known || received > 0) &&
           received >= ending->claimed;
}

enum snet_ending_verdict snet_ending_refused(struct snet_ending *ending,
                                             enum snet_ending_answer answer, uint64_t received,
                                             uint64_t now)
{
    if (ending->refusals == 0) {
        ending->first_refusal_ns = now;
    }
    if (ending->refusals < SNET_ENDING_ROW_COUNT) {
        ending->refusals++;
    }
    const bool complete = ending_row_complete(ending, now);
    const bool clean = answer != SNET_ENDING_OVERRUN && ending_is_clean(ending, received);
    if (clean && (complete || answer == SNET_ENDING_MESSAGE)) {
        return SNET_ENDING_CLEAN;
    }
    return complete ? SNET_ENDING_LOST : SNET_ENDING_RETRY;
}

bool snet_ending_told_overrun(const struct snet_ending *ending, uint64_t received)
{
    return ending->kind != SNET_ENDING_GUESSED && ending->claimed > received;
}

uint64_t snet_ending_retry_by_ns(const struct snet_ending *ending)
{
    if (ending->refusals + 1u < SNET_ENDING_ROW_COUNT) {
        return SNET_NEVER;
    }
    return ending->first_refusal_ns + SNET_ENDING_ROW_NS;
}
