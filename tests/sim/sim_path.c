/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Paths: what a run's network does to every connection, as long as the run is not calm. One ends
 * each connection after so many bytes, one carries a few bytes a second, and in one long segments
 * vanish.
 */
#include "core/session.h"
#include "tests/sim/sim.h"

/* A slow path moves so many times a second. */
#define PATH_MOVES_S 4u

void sim_path_begin(struct sim_conn *conn, const snet_session *session)
{
    struct snet_dial_advice advice;
    snet_session_dial_advice(session, &advice);
    conn->segment_bytes = advice.segment_bytes;
}

bool sim_path_takes(const struct sim *sim, const struct sim_conn *conn, size_t *len)
{
    if (sim->plan.hole_bytes == 0 || sim->calm) {
        return true;
    }
    if (conn->segment_bytes != 0 && *len > conn->segment_bytes) {
        *len = conn->segment_bytes;
    }
    return *len <= sim->plan.hole_bytes;
}

bool sim_path_carries(const struct sim *sim, struct sim_side *side, size_t *len)
{
    const struct sim_plan *plan = &sim->plan;
    if (sim->calm) {
        return true;
    }
    if (plan->quota_bytes != 0) {
        const uint64_t left =
            side->delivered < plan->quota_bytes ? plan->quota_bytes - side->delivered : 0;
        *len = left < *len ? (size_t)left : *len;
    }
    if (plan->rate_bytes != 0) {
        const size_t most = plan->rate_bytes / PATH_MOVES_S;
        *len = most < *len ? most : *len;
        side->ready_ns = sim->now + *len * SNET_SECOND_NS / plan->rate_bytes;
    }
    side->delivered += *len;
    return *len > 0;
}
