/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/idle.h"

#include "base/assert.h"

/* Silences are of one age when they differ by less than one part in this many. */
#define IDLE_SAME_PARTS 4u
/* Timers are late: a silence is longer than the heartbeat by more than one part in this many, or it
   is not longer. */
#define IDLE_LATE_PARTS 8u

static uint64_t idle_longest_ns(uint64_t age_ns)
{
    return age_ns + age_ns / IDLE_SAME_PARTS;
}

static uint64_t idle_min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static bool idle_tries(const struct snet_idle *idle)
{
    return idle->asked >= idle->try_after;
}

/* A silence that is longer than the heartbeat was a try. */
static void idle_try_failed(struct snet_idle *idle)
{
    if (idle_tries(idle)) {
        idle->try_after = (uint16_t)idle_min((uint64_t)2 * idle->try_after, SNET_IDLE_TRY_MAX);
        idle->asked = 0;
    }
}

static void idle_count(struct snet_idle *idle, uint64_t silence_ns)
{
    const bool same = idle->row > 0 && silence_ns <= idle_longest_ns(idle->age_ns) &&
                      idle->age_ns <= idle_longest_ns(silence_ns);
    idle->age_ns = same ? idle_min(idle->age_ns, silence_ns) : silence_ns;
    idle->row = same ? (uint8_t)(idle->row + 1) : 1;
}

static void idle_learn(struct snet_idle *idle)
{
    const uint64_t shorter_ns = idle->age_ns - idle->age_ns / IDLE_SAME_PARTS;
    idle->heartbeat_ns = shorter_ns > SNET_IDLE_MIN_NS ? shorter_ns : SNET_IDLE_MIN_NS;
    idle->row = 0;
    idle->asked = 0;
    idle->try_after = SNET_IDLE_TRY_FIRST;
}

void snet_idle_died(struct snet_idle *idle, uint64_t silence_ns)
{
    const uint64_t heartbeat_ns = idle->heartbeat_ns;
    if (silence_ns < SNET_IDLE_MIN_NS) {
        idle->row = 0;
    } else if (heartbeat_ns != 0 && silence_ns > heartbeat_ns + heartbeat_ns / IDLE_LATE_PARTS) {
        idle_try_failed(idle);
    } else {
        idle_count(idle, silence_ns);
        if (idle->row == SNET_IDLE_ROW) {
            idle_learn(idle);
        }
    }
    SNET_ASSERT(idle->row < SNET_IDLE_ROW);
    SNET_ASSERT(idle->try_after <= SNET_IDLE_TRY_MAX);
}

void snet_idle_survived(struct snet_idle *idle, uint64_t silence_ns)
{
    if (silence_ns > idle_longest_ns(idle->age_ns)) {
        *idle = (struct snet_idle){0};
    }
}

void snet_idle_asked(struct snet_idle *idle)
{
    if (idle->heartbeat_ns != 0 && !idle_tries(idle)) {
        idle->asked++;
    }
}

uint64_t snet_idle_heartbeat_ns(const struct snet_idle *idle, uint64_t wanted_ns)
{
    if (idle->heartbeat_ns == 0 || idle_tries(idle)) {
        return wanted_ns;
    }
    return idle_min(idle->heartbeat_ns, wanted_ns);
}
