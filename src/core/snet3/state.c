/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/state.h"

#include "core/server.h"
#include "crypto/suites.h"

const struct snet_suite *snet_v3_state_suite(const snet_core *core, uint8_t id)
{
    for (size_t i = 0; i < core->suite_count; i++) {
        if (core->suites[i]->id == id) {
            return core->suites[i];
        }
    }
    return snet_suites_find(id);
}

snet_err snet_v3_state_begin_handshake(snet_link *link, struct snet_v3_handshake **ret_handshake)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    if (snet_secrets_lost(&link->core->secrets)) {
        return SNET_ERR_FORKED; /* with zeros for keys, everybody could be the other end */
    }
    if (state->ticket.secrets == NULL) {
        state->ticket.secrets = snet_secrets_take(&link->core->secrets);
    }
    if (state->handshake == NULL) {
        state->handshake = snet_core_alloc(link->core, sizeof *state->handshake);
    }
    *ret_handshake = state->handshake;
    return state->handshake == NULL || state->ticket.secrets == NULL ? SNET_ERR_NO_MEMORY : SNET_OK;
}

void snet_v3_state_drop_ticket(snet_core *core, struct snet_v3_ticket *ticket)
{
    snet_secrets_give(&core->secrets, ticket->secrets);
    *ticket = (struct snet_v3_ticket){.secrets = NULL};
}

void snet_v3_state_end_handshake(snet_link *link)
{
    struct snet_v3_link *state = snet_v3_link_of(link);
    if (state->handshake != NULL) {
        snet_v3_messages_deinit(state->handshake);
        snet_core_release(link->core, state->handshake);
        state->handshake = NULL;
    }
}

uint64_t snet_v3_state_recv_next(const snet_session *session)
{
    return session->inbox.received + (session->ending.peer_ended ? 1 : 0);
}

uint64_t snet_v3_state_unacked(const snet_session *session, uint64_t end)
{
    const uint64_t acked = snet_v3_session_of(session)->flow.acked;
    return end > acked ? end - acked : 0;
}

void snet_v3_state_credit_used(snet_session *session, uint64_t now)
{
    struct snet_reserve *reserve = &snet_v3_session_of(session)->reserve;
    if (reserve->bytes > 0) {
        snet_reserves_used(&session->core->reserves, reserve, (uint32_t)session->inbox.chain.len,
                           now);
    }
}

uint64_t snet_v3_state_confirm_by_ns(const snet_server *server, uint64_t now)
{
    const uint64_t least_ns = server->config.session.handshake_timeout_ns;
    return snet_timer_after(now, least_ns > SNET_V3_CONFIRM_NS ? least_ns : SNET_V3_CONFIRM_NS);
}

uint64_t snet_v3_state_limit(const snet_session *session)
{
    return snet_v3_session_of(session)->flow.limit;
}
