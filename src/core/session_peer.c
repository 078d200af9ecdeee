/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What a wire reports of the other end, and what programs learn of it.
 */
#include "base/assert.h"
#include "base/bytes.h"
#include "core/session.h"

void snet_session_set_id(snet_session *session, uint64_t id)
{
    session->id = id;
}

/* --- What it has said about itself ------------------------------------------------------------ */

static snet_err peer_identity(snet_session *session)
{
    SNET_ASSERT(session->server != NULL);
    if (session->identity == NULL) {
        session->identity = snet_core_alloc(session->core, sizeof *session->identity);
    }
    return session->identity == NULL ? SNET_ERR_NO_MEMORY : SNET_OK;
}

snet_err snet_session_set_service(snet_session *session, struct snet_bytes service)
{
    SNET_ASSERT(service.len <= SNET_SERVICE_MAX_BYTES);
    const snet_err err = peer_identity(session);
    if (err == SNET_OK) {
        snet_bytes_copy((uint8_t *)session->identity->service, service.data, service.len);
    }
    return err;
}

const char *snet_session_service(const snet_session *session)
{
    return session->identity == NULL ? "" : session->identity->service;
}

snet_err snet_session_set_peer_key(snet_session *session, const struct snet_key *key)
{
    const snet_err err = peer_identity(session);
    if (err == SNET_OK) {
        session->identity->has_key = true;
        session->identity->key = *key;
    }
    return err;
}

bool snet_session_peer_key(const snet_session *session, struct snet_key *ret_key)
{
    if (session->identity == NULL || !session->identity->has_key) {
        return false;
    }
    *ret_key = session->identity->key;
    return true;
}

/* --- What it has, and how it ends ------------------------------------------------------------- */

void snet_session_peer_claimed(snet_session *session, const struct snet_session_counts *counts)
{
    session->counts.peer = *counts;
}

void snet_session_acked(snet_session *session, uint64_t offset, bool end)
{
    session->ending.acked = end;
    if (session->want_flush && offset >= session->history.end) {
        session->want_flush = false;
        snet_core_post(session->core, &session->task, SNET_CORE_EVENT_WRITABLE);
    }
}

void snet_session_peer_closed(snet_session *session)
{
    SNET_ASSERT(!session->ending.peer_ended);
    session->ending.peer_ended = true;
    snet_session_arrived(session);
}

/* Bytes of the other end as a text, or NULL; it may hold anything, so a zero ends it. */
static char *peer_text(snet_core *core, struct snet_bytes bytes)
{
    char *text = snet_core_alloc(core, bytes.len + 1);
    if (text != NULL) {
        snet_bytes_copy((uint8_t *)text, bytes.data, bytes.len);
    }
    return text;
}

void snet_session_peer_aborted(snet_session *session, const struct snet_session_abort *abort,
                               uint64_t now)
{
    session->ending.peer_code = abort->code;
    if (session->ending.peer_text == NULL && abort->text.len > 0) {
        session->ending.peer_text = peer_text(session->core, abort->text);
    }
    snet_session_end(session, abort->err, now);
}

const char *snet_session_peer_text(const snet_session *session)
{
    return session->ending.peer_text == NULL ? "" : session->ending.peer_text;
}

/* --- Where it wants us ------------------------------------------------------------------------ */

snet_err snet_session_redirect_to(snet_session *session, struct snet_bytes address)
{
    SNET_ASSERT(session->server == NULL);
    char *redirect = peer_text(session->core, address);
    if (redirect == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    snet_core_release(session->core, session->dial.redirect);
    session->dial.redirect = redirect;
    return SNET_OK;
}

const char *snet_session_redirect(const snet_session *session)
{
    return session->dial.redirect;
}

void snet_session_dial_advice(const snet_session *session, struct snet_dial_advice *ret_advice)
{
    *ret_advice = session->dial.advice;
}
