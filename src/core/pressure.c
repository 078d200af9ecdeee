/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/pressure.h"

#include "base/assert.h"
#include "core/session.h"

static bool detached_counts(const snet_session *session)
{
    return session->server != NULL && session->state == SNET_SESSION_DETACHED &&
           (session->wire->caps & SNET_WIRE_CAP_ACK) != 0;
}

/* They hold more than their part. */
static bool pressure_high(const snet_core *core)
{
    const uint64_t budget = (uint64_t)core->send_pool.budget_count * SNET_PAGE_BYTES;
    return core->detached_bytes > budget / SNET_PRESSURE_DIVISOR;
}

void snet_pressure_update(snet_session *session)
{
    snet_core *core = session->core;
    const bool counts = detached_counts(session);
    const uint64_t bytes = counts ? session->history.chain.len : 0;
    SNET_ASSERT(core->detached_bytes >= session->detached_bytes);
    core->detached_bytes = core->detached_bytes - session->detached_bytes + bytes;
    session->detached_bytes = bytes;
    if (!counts) {
        snet_list_remove(&core->detached, &session->detached);
    } else if (!snet_list_contains(&session->detached)) {
        snet_list_push(&core->detached, &session->detached);
    }
    if (bytes > 0 && pressure_high(core)) {
        snet_core_ask_again(core); /* a writer was refused when they held less */
    }
}

void snet_pressure_evict(const snet_session *asking, uint64_t now)
{
    snet_core *core = asking->core;
    struct snet_list_node *node = snet_list_first(&core->detached);
    if (node == NULL || !pressure_high(core)) {
        return;
    }
    snet_session *oldest = SNET_CONTAINER(node, snet_session, detached);
    if (oldest != asking) {
        snet_session_end(oldest, SNET_ERR_EVICTED, now);
    }
}
