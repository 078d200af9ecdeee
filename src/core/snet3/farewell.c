/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/farewell.h"

#include "base/assert.h"
#include "core/client.h"
#include "core/farewell.h"
#include "core/snet3/out.h"
#include "core/snet3/state.h"

/* A stream of this length that has no bytes: all were sent, and none is sent again. */
static void farewell_set_history(struct snet_history *history, uint64_t sent_max)
{
    history->base = history->sent = history->end = history->sent_max = sent_max;
}

static void farewell_inherit(snet_session *carrier, snet_session *session)
{
    struct snet_v3_session *to = snet_v3_session_of(carrier);
    struct snet_v3_session *from = snet_v3_session_of(session);
    to->suite = from->suite;
    to->flow = from->flow;
    to->final = from->final;
    to->end_sent = from->end_sent;
    to->heartbeat_ns = from->heartbeat_ns;
    to->peer_max_record = from->peer_max_record;
    to->of.client.attempt = from->of.client.attempt;
    to->of.client.ticket = from->of.client.ticket;
    from->of.client.ticket = (struct snet_v3_ticket){.secrets = NULL};
    farewell_set_history(&carrier->history, session->history.sent_max);
    carrier->inbox.received = session->inbox.received;
    carrier->ending.peer_ended = session->ending.peer_ended;
    carrier->ending.acked = session->ending.acked;
}

void snet_v3_farewell_keep(snet_session *session, uint16_t code)
{
    snet_session *carrier = NULL;
    const bool lost = snet_secrets_lost(&session->core->secrets);
    if (session->server == NULL && session->state == SNET_SESSION_DETACHED &&
        session->farewell == NULL && !lost &&
        snet_farewell_new(session, code, &carrier) == SNET_OK) {
        farewell_inherit(carrier, session);
    }
}

void snet_v3_farewell_say(snet_link *link, uint64_t now)
{
    snet_session *carrier = link->session;
    const struct snet_farewell *farewell = carrier->farewell;
    SNET_ASSERT(carrier->links.live == link);
    const uint64_t left_ns = carrier->expire_at_ns > now ? carrier->expire_at_ns - now : 0;
    const bool said = snet_v3_out_abort(link, farewell->code, farewell->text);
    snet_session_let_go(carrier, link);
    snet_link_close(link, said ? SNET_CLOSE_FIN : SNET_CLOSE_RESET, SNET_ERR_ABORTED);
    if (said) {
        snet_farewell_said(carrier);
    }
    snet_client_pause(carrier, SNET_FAREWELL_PROOF_NS);
    snet_session_detach(carrier, SNET_ERR_ABORTED, left_ns, now);
}
