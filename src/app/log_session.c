/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/log_session.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LOG_FIELDS_MAX 20u
#define LOG_ID_BYTES 17u
#define LOG_MS_NS 1000000u

/* The fields of one line, and the texts that they show. */
struct log_fields {
    struct snet_log_field fields[LOG_FIELDS_MAX];
    size_t count;
    char id[LOG_ID_BYTES];
    char key[SNET_KEY_TEXT_BYTES];
    char said[SNET_CODE_TEXT_MAX_BYTES + 1];
};

static void fields_add_text(struct log_fields *fields, const char *key, const char *text)
{
    fields->fields[fields->count++] = SNET_LOG_TEXT(key, text);
}

static void fields_add_number(struct log_fields *fields, const char *key, uint64_t number)
{
    fields->fields[fields->count++] = SNET_LOG_NUMBER(key, number);
}

/* What each line about a session begins with. */
static void fields_begin(struct log_fields *fields, uint64_t id, const char *peer)
{
    fields->count = 0;
    (void)snprintf(fields->id, sizeof fields->id, "%016" PRIx64, id);
    fields_add_text(fields, "session", id != 0 ? fields->id : "-");
    fields_add_text(fields, "peer", peer);
}

/* Which client it is, if it has a key. */
static void fields_add_client(struct log_fields *fields, const snet_session *session,
                              const struct snet_log_session *known)
{
    struct snet_key key;
    if (snet_session_peer_key(session, &key)) {
        snet_key_format(&key, fields->key);
        fields_add_text(fields, "key", fields->key);
    }
    if (known->key_name != NULL && known->key_name[0] != '\0') {
        fields_add_text(fields, "name", known->key_name);
    }
}

static void fields_write(const struct log_fields *fields, const struct snet_log *log,
                         enum snet_log_level level, const char *event)
{
    snet_log_event(log, level, event, fields->fields, fields->count);
}

static void log_opened(const struct snet_log *log, const struct snet_session_info *info,
                       struct log_fields *fields)
{
    fields_add_text(fields, "wire", snet_wire_name(info->wire));
    fields_write(fields, log, SNET_LOG_DEBUG, "opened");
}

static void log_lost(const struct snet_log *log, const struct snet_session_info *info, snet_err err,
                     struct log_fields *fields)
{
    fields_add_text(fields, "reason", snet_err_name(err));
    fields_add_number(fields, "sent", info->sent);
    fields_add_number(fields, "received", info->received);
    fields_write(fields, log, SNET_LOG_DEBUG, "lost");
}

static void log_resumed(const struct snet_log *log, const struct snet_session_info *info,
                        struct log_fields *fields)
{
    fields_add_number(fields, "resent", info->last_resent_bytes);
    fields_add_number(fields, "missing", info->last_missing_bytes);
    fields_add_number(fields, "after_us", info->last_detached_ns / 1000);
    fields_add_number(fields, "resumes", info->resumes);
    fields_write(fields, log, SNET_LOG_DEBUG, "resumed");
}

/* A connection moved nothing: what was found, and what is tried. By default once in a session of a
   client, who may want to know why it is slow. */
static void log_barren(const struct snet_log *log, const struct snet_session_info *info,
                       const struct snet_core_event *event, struct log_fields *fields)
{
    const bool first = event->server == NULL && info->barren_links == 1;
    const char *tried = "a connection moved nothing: short records are tried";
    if (info->segment_bytes != 0) {
        tried = "a connection moved nothing: short records, small TCP segments and addresses of "
                "the other family are tried";
    } else if (event->server == NULL) {
        tried = "a connection moved nothing: short records and addresses of the other family are "
                "tried";
    }
    fields_add_text(fields, "reason", snet_err_name(event->err));
    fields_add_number(fields, "barren_links", info->barren_links);
    if (info->segment_bytes != 0) {
        fields_add_number(fields, "segment_bytes", info->segment_bytes);
    }
    fields_add_text(fields, "message", tried);
    fields_write(fields, log, first ? SNET_LOG_WARNING : SNET_LOG_DEBUG, "barren-link");
}

/* Why the session ended, and where it led. */
static void fields_add_end(struct log_fields *fields, const struct snet_log_session *known,
                           snet_err err, const char *message)
{
    if (known->backend != NULL) {
        fields_add_text(fields, "backend", known->backend);
    }
    fields_add_text(fields, "reason", snet_err_name(err));
    fields_add_text(fields, "message", message != NULL ? message : snet_err_message(err));
}

/* How the session went: what to count it by, and what an operator asks first. */
static void log_ended(const struct snet_log *log, const struct snet_session_info *info,
                      const struct snet_core_event *event, uint64_t duration_ns,
                      struct log_fields *fields)
{
    fields_add_text(fields, "wire", snet_wire_name(info->wire));
    fields_add_number(fields, "duration_ms", duration_ns / LOG_MS_NS);
    fields_add_number(fields, "written", info->written);
    fields_add_number(fields, "received", info->received);
    fields_add_number(fields, "peer_written", info->peer_written);
    fields_add_number(fields, "peer_received", info->peer_received);
    fields_add_number(fields, "resumes", info->resumes);
    if (info->peer_code != 0) {
        fields_add_number(fields, "code", info->peer_code);
        snet_log_escape(snet_session_peer_text(event->session), fields->said, sizeof fields->said);
        fields_add_text(fields, "said", fields->said);
    }
    fields_write(fields, log, event->err == SNET_ERR_CLOSED ? SNET_LOG_INFO : SNET_LOG_WARNING,
                 "ended");
}

/* A connection may be gone again when its event is handled: then the one before is still true. */
static void known_update_peer(struct snet_log_session *known, const snet_session *session)
{
    char peer[sizeof known->peer];
    snet_uv_session_peer(session, peer, sizeof peer);
    const bool gone = strcmp(peer, "-") == 0 || strcmp(peer, "?") == 0;
    if (!gone || known->peer[0] == '\0') {
        (void)snprintf(known->peer, sizeof known->peer, "%s", peer);
    }
}

/* Keeps what is gone when it is asked for: a session that is away has no peer. */
static void known_update(struct snet_log_session *known, const struct snet_core_event *event,
                         uint64_t now_ns)
{
    if (event->type == SNET_CORE_EVENT_OPENED || event->type == SNET_CORE_EVENT_RESUMED) {
        known_update_peer(known, event->session);
    }
    if (event->type == SNET_CORE_EVENT_OPENED) {
        known->opened_ns = now_ns;
    }
}

void snet_log_session(const struct snet_log *log, const struct snet_core_event *event,
                      struct snet_log_session *known, const char *message, uint64_t now_ns)
{
    struct snet_log_session unknown = {.peer = ""};
    struct snet_session_info info;
    struct log_fields fields;
    known = known != NULL ? known : &unknown;
    known_update(known, event, now_ns);
    snet_session_get_info(event->session, &info);
    fields_begin(&fields, info.id, known->peer[0] != '\0' ? known->peer : "-");
    fields_add_client(&fields, event->session, known);
    switch (event->type) {
    case SNET_CORE_EVENT_OPENED:
        log_opened(log, &info, &fields);
        break;
    case SNET_CORE_EVENT_LOST:
        log_lost(log, &info, event->err, &fields);
        break;
    case SNET_CORE_EVENT_RESUMED:
        log_resumed(log, &info, &fields);
        break;
    case SNET_CORE_EVENT_BARREN:
        log_barren(log, &info, event, &fields);
        break;
    case SNET_CORE_EVENT_ENDED:
        fields_add_end(&fields, known, event->err, message);
        log_ended(log, &info, event, known->opened_ns == 0 ? 0 : now_ns - known->opened_ns,
                  &fields);
        break;
    case SNET_CORE_EVENT_DIAL:
    case SNET_CORE_EVENT_READABLE:
    case SNET_CORE_EVENT_WRITABLE:
    case SNET_CORE_EVENT_FREED:
    case SNET_CORE_EVENT_LINK_SEND:
    case SNET_CORE_EVENT_LINK_RECV:
    case SNET_CORE_EVENT_LINK_CLOSE:
        break;
    }
}

void snet_log_session_note(const struct snet_log *log, const struct snet_note *note,
                           const char *peer)
{
    struct log_fields fields;
    if (note->kind == SNET_NOTE_PROVIDER_REFUSED) {
        snet_log_event(log, SNET_LOG_WARNING, "provider-refused",
                       &SNET_LOG_TEXT("message", "ipsec-mb fails its tests; OpenSSL serves"), 1);
        return;
    }
    if (!snet_log_has(log, SNET_LOG_DEBUG)) {
        return; /* strangers cause many of them */
    }
    const bool resume = note->kind == SNET_NOTE_RESUME_REFUSED;
    fields_begin(&fields, note->session_id, peer);
    fields_add_text(&fields, "reason", snet_err_name(note->err));
    fields_add_text(&fields, "message", snet_err_message(note->err));
    if (resume) {
        fields_add_number(&fields, "peer_written", note->peer_write);
        fields_add_number(&fields, "peer_received", note->peer_read);
        fields_add_number(&fields, "written", note->own_write);
        fields_add_number(&fields, "received", note->own_read);
    }
    fields_write(&fields, log, SNET_LOG_DEBUG, resume ? "resume-refused" : "link-refused");
}

void snet_log_session_unreachable(const struct snet_log *log, const snet_session *session,
                                  const struct snet_log_session *known, const char *reason)
{
    struct snet_session_info info;
    struct log_fields fields;
    snet_session_get_info(session, &info);
    fields_begin(&fields, info.id, known->peer);
    fields_add_text(&fields, "backend", known->backend);
    fields_add_text(&fields, "message", reason);
    fields_write(&fields, log, SNET_LOG_ERROR, "backend-unreachable");
}
