/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/farewell.h"

#include "base/assert.h"
#include "base/cursor.h"

#include <string.h>

static struct snet_farewell *farewell_alloc(const snet_session *session, uint16_t code)
{
    const char *text = session->ending.own_text == NULL ? "" : session->ending.own_text;
    const size_t all = strlen(text);
    const size_t len = all < SNET_CODE_TEXT_MAX_BYTES ? all : SNET_CODE_TEXT_MAX_BYTES;
    struct snet_farewell *farewell = snet_core_alloc(session->core, sizeof *farewell + len + 1);
    if (farewell != NULL) {
        snet_bytes_copy((uint8_t *)farewell->text, (const uint8_t *)text, len);
        farewell->code = code;
        farewell->deadline_ns = session->expire_at_ns;
    }
    return farewell;
}

snet_err snet_farewell_new(snet_session *session, uint16_t code, snet_session **ret_carrier)
{
    SNET_ASSERT(session->server == NULL && session->state == SNET_SESSION_DETACHED);
    SNET_ASSERT(session->farewell == NULL);
    const struct snet_session_config config = {
        .history_bytes = SNET_HISTORY_MIN_BYTES,
        .inbox_bytes = SNET_WINDOW_MIN_BYTES,
        .resume_timeout_ns = session->resume_timeout_ns,
        .handshake_timeout_ns = session->handshake_timeout_ns,
    };
    const struct snet_session_origin origin = {
        .config = &config,
        .wire = session->wire,
        .role = session->role,
        .expire_at_ns = SNET_NEVER, /* until it is taken: its time is that of its owner */
    };
    struct snet_farewell *farewell = farewell_alloc(session, code);
    if (farewell == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    const snet_err err = snet_session_new(session->core, &origin, &farewell->carrier);
    if (err != SNET_OK) {
        snet_core_release(session->core, farewell);
        return err;
    }
    snet_session *carrier = farewell->carrier;
    carrier->farewell = session->farewell = farewell;
    carrier->visible_to_app = true;
    carrier->state = SNET_SESSION_DETACHED;
    carrier->id = session->id;
    carrier->dial.backoff = session->dial.backoff;
    carrier->dial.slow_tries = session->dial.slow_tries;
    carrier->dial.redirect = session->dial.redirect;
    session->dial.redirect = NULL;
    *ret_carrier = carrier;
    return SNET_OK;
}

bool snet_farewell_carried(const snet_session *session)
{
    return session->farewell != NULL && session->farewell->carrier == session;
}

snet_session *snet_farewell_take(snet_session *session, uint64_t now)
{
    struct snet_farewell *farewell = session->farewell;
    if (farewell == NULL || farewell->carrier == session) {
        return NULL;
    }
    snet_core *core = session->core;
    session->farewell = NULL;
    if (core->farewells.count == SNET_FAREWELL_MAX) {
        struct snet_list_node *oldest = snet_list_first(&core->farewells);
        snet_session_end(SNET_CONTAINER(oldest, struct snet_farewell, kept)->carrier,
                         SNET_ERR_EVICTED, now);
    }
    snet_list_push(&core->farewells, &farewell->kept);
    core->farewells_unsaid++;
    farewell->carrier->expire_at_ns = farewell->deadline_ns;
    snet_session_arm(farewell->carrier);
    return farewell->carrier;
}

bool snet_farewell_turn(snet_session *carrier)
{
    struct snet_farewell *farewell = carrier->farewell;
    snet_core *core = carrier->core;
    SNET_ASSERT(!farewell->dialing);
    farewell->dialing = core->farewells_dialing < SNET_FAREWELL_DIALS_MAX;
    if (farewell->dialing) {
        core->farewells_dialing++;
    } else if (!snet_list_contains(&farewell->due)) {
        snet_list_push(&core->farewells_due, &farewell->due);
    }
    return farewell->dialing;
}

void snet_farewell_rest(snet_session *carrier)
{
    struct snet_farewell *farewell = carrier->farewell;
    snet_core *core = carrier->core;
    snet_list_remove(&core->farewells_due, &farewell->due);
    if (!farewell->dialing) {
        return;
    }
    farewell->dialing = false;
    core->farewells_dialing--;
    struct snet_list_node *next = snet_list_first(&core->farewells_due);
    if (next != NULL) {
        struct snet_farewell *first = SNET_CONTAINER(next, struct snet_farewell, due);
        snet_list_remove(&core->farewells_due, next);
        first->carrier->dial.at_ns = 0; /* its tick asks again, and finds a turn */
        snet_session_arm(first->carrier);
    }
}

static void farewell_count_said(struct snet_farewell *farewell, snet_core *core)
{
    if (!farewell->said) {
        farewell->said = true;
        core->farewells_unsaid--;
    }
}

void snet_farewell_said(snet_session *carrier)
{
    SNET_ASSERT(snet_list_contains(&carrier->farewell->kept));
    farewell_count_said(carrier->farewell, carrier->core);
}

void snet_farewell_leave(snet_session *carrier)
{
    struct snet_farewell *farewell = carrier->farewell;
    snet_core *core = carrier->core;
    snet_farewell_rest(carrier);
    if (snet_list_contains(&farewell->kept)) {
        snet_list_remove(&core->farewells, &farewell->kept);
        farewell_count_said(farewell, core);
    }
}

void snet_farewell_forget(snet_session *session)
{
    struct snet_farewell *farewell = session->farewell;
    if (farewell == NULL) {
        return;
    }
    session->farewell = NULL;
    if (farewell->carrier == session) {
        snet_core_release(session->core, farewell);
    } else {
        snet_session_destroy(farewell->carrier);
    }
}
