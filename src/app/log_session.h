/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What is logged of a session: each line names the session and the peer. By default one line when
 * it ends; with -v also when it opens, loses its connection and resumes.
 *
 * Ownership: the caller's structs. Thread: that of the session's loop.
 */
#ifndef SNET_APP_LOG_SESSION_H
#define SNET_APP_LOG_SESSION_H

#include <snet/uv.h>

#include "app/log.h"

/* An IPv6 address with its port. A longer one is cut. */
#define SNET_LOG_PEER_BYTES 56u

/* What the command remembers of one session for its log. */
struct snet_log_session {
    char peer[SNET_LOG_PEER_BYTES]; /* of its latest connection; "" before the first */
    uint64_t opened_ns;             /* 0 until then */
    const char *backend;            /* NULL: there is none */
    const char *key_name;           /* of the client, from --authorized; NULL: none */
};

/*
 * Logs what happened to a session; nothing for events that are not worth a line. `known` is brought
 * up to date and may be NULL. `message` says at the end of a session what went wrong and what to
 * check; NULL: what the error says by itself.
 */
void snet_log_session(const struct snet_log *log, const struct snet_core_event *event,
                      struct snet_log_session *known, const char *message, uint64_t now_ns);
/* Logs what the core noted; `peer` is that of the link that the note is about, if any. */
void snet_log_session_note(const struct snet_log *log, const struct snet_note *note,
                           const char *peer);
/* A session's backend could not be connected. */
void snet_log_session_unreachable(const struct snet_log *log, const snet_session *session,
                                  const struct snet_log_session *known, const char *reason);

#endif
