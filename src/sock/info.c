/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/info.h"

#include <stdio.h>

static uint32_t info_state(const struct snet_session_info *core)
{
    if (core->end_err != SNET_OK) {
        return SNET_STATE_ENDED;
    }
    if (core->id == 0) {
        return SNET_STATE_OPENING;
    }
    return core->attached ? SNET_STATE_ATTACHED : SNET_STATE_DETACHED;
}

static uint32_t info_features(const struct snet_session_info *core)
{
    const bool is_3 = core->wire == SNET_WIRE_3;
    return (core->half_close ? SNET_FEATURE_HALF_CLOSE : 0) |
           (is_3 ? SNET_FEATURE_ACK | SNET_FEATURE_PROTECTED : 0);
}

void snet_info_of_session(const snet_session *session, struct snet_info *ret_info)
{
    struct snet_session_info core;
    snet_session_get_info(session, &core);
    *ret_info = (struct snet_info){
        .session_id = core.id,
        .state = info_state(&core),
        .wire = (uint32_t)core.wire,
        .err = core.end_err,
        .peer_code = core.peer_code,
        .features = info_features(&core),
        .resumes = core.resumes,
        .written_bytes = core.written,
        .sent_bytes = core.sent,
        .acked_bytes = core.wire == SNET_WIRE_3 ? core.written - core.unacked : core.peer_received,
        .received_bytes = core.received,
        .resent_bytes = core.resent_bytes,
        .window_bytes = core.window_bytes,
        .rtt_ns = core.rtt_ns,
        .lost_ns = core.last_detached_ns,
        .retry_after_ns = core.retry_after_ns,
    };
    ret_info->has_peer_key = snet_session_peer_key(session, &ret_info->peer_key) ? 1 : 0;
    snet_uv_session_peer(session, ret_info->address, sizeof ret_info->address);
    (void)snprintf(ret_info->service, sizeof ret_info->service, "%s",
                   snet_session_service(session));
    (void)snprintf(ret_info->peer_text, sizeof ret_info->peer_text, "%s",
                   snet_session_peer_text(session));
}
