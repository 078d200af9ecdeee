/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/remedy.h"

#include "core/client.h"

static void remedy_shrink(snet_session *session)
{
    struct snet_dial_advice *advice = &session->dial.advice;
    bool *carried = &snet_v3_session_of(session)->of.client.step_carried;
    if (advice->segment_bytes == SNET_V3_REMEDY_STEP_BYTES) {
        *carried = false;
    }
    advice->segment_bytes = advice->segment_bytes == 0 && *carried ? SNET_V3_REMEDY_STEP_BYTES
                                                                   : SNET_V3_REMEDY_SEGMENT_BYTES;
}

void snet_v3_remedy_barren(snet_session *session, snet_err err, bool silent)
{
    session->links.barren_err = err;
    if (session->server != NULL) {
        return;
    }
    session->dial.advice.family = SNET_DIAL_OTHER;
    snet_v3_session_of(session)->of.client.moving_since_ns = 0;
    if (silent) {
        session->dial.slow_tries = SNET_CLIENT_SLOW_TRIES;
        remedy_shrink(session);
    }
}

void snet_v3_remedy_tell(snet_session *session)
{
    session->links.barren_count++;
    if (session->visible_to_app) {
        snet_core_post(session->core, &session->task, SNET_CORE_EVENT_BARREN);
    }
}

static void remedy_step_back(snet_session *session)
{
    struct snet_dial_advice *advice = &session->dial.advice;
    advice->family = SNET_DIAL_ANY;
    advice->segment_bytes =
        advice->segment_bytes == SNET_V3_REMEDY_SEGMENT_BYTES ? SNET_V3_REMEDY_STEP_BYTES : 0;
}

void snet_v3_remedy_moved(snet_session *session, bool much, uint64_t now)
{
    struct snet_v3_client *client = &snet_v3_session_of(session)->of.client;
    if (session->server != NULL) {
        return;
    }
    if (much && session->dial.advice.segment_bytes == SNET_V3_REMEDY_STEP_BYTES) {
        client->step_carried = true;
    }
    if (client->moving_since_ns == 0) {
        client->moving_since_ns = session->links.since_ns;
    }
    if (now - client->moving_since_ns >= SNET_V3_REMEDY_STEP_NS) {
        client->moving_since_ns = now;
        remedy_step_back(session);
    }
}

void snet_v3_remedy_keep(snet_session *session)
{
    if (session->dial.advice.family == SNET_DIAL_OTHER) {
        session->dial.advice.family = SNET_DIAL_SAME;
    }
    if (session->dial.advice.segment_bytes != 0) {
        session->dial.slow_tries = SNET_CLIENT_SLOW_TRIES;
    }
}
