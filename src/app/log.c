/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LOG_LINE_BYTES 1024u
/* One text of this length fits into any line. */
#define LOG_TEXT_MAX_BYTES 640u

/* A line that is built up. */
struct log_line {
    char text[LOG_LINE_BYTES];
    size_t len;
    bool full; /* something was cut */
};

__attribute__((format(printf, 2, 3))) static void log_add(struct log_line *line, const char *format,
                                                          ...)
{
    va_list args;
    va_start(args, format);
    const size_t left = sizeof line->text - line->len;
    const int len = vsnprintf(line->text + line->len, left, format, args);
    va_end(args);
    if (len > 0) {
        line->full = line->full || (size_t)len >= left;
        line->len += (size_t)len < left ? (size_t)len : left - 1;
    }
}

/* Text of ours or of the system: quotes and control characters are replaced, and it is cut. */
static void log_add_text(struct log_line *line, const char *text)
{
    for (size_t i = 0; i < LOG_TEXT_MAX_BYTES && text[i] != '\0'; i++) {
        const unsigned char c = (unsigned char)text[i];
        log_add(line, "%c", c < 0x20 || c == '"' || c == '\\' || c == 0x7f ? '?' : text[i]);
    }
}

void snet_log_tame(const char *text, char *ret_text, size_t size)
{
    size_t len = 0;
    for (; text[len] != '\0' && len + 1 < size; len++) {
        ret_text[len] = '?';
        if (text[len] >= 0x20 && text[len] < 0x7f) {
            ret_text[len] = text[len];
        }
    }
    ret_text[len] = '\0';
}

static void log_add_time(struct log_line *line)
{
    struct timespec now;
    struct tm tm;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &tm);
    line->len +=
        strftime(line->text + line->len, sizeof line->text - line->len, "%Y-%m-%dT%H:%M:%S", &tm);
    log_add(line, ".%03ldZ", now.tv_nsec / 1000000);
}

static void log_add_value(struct log_line *line, const struct snet_log_field *field, bool json)
{
    log_add(line, json ? ",\"%s\":" : " %s=", field->key);
    if (field->text == NULL) {
        log_add(line, "%" PRIu64, field->number);
        return;
    }
    const bool quoted = json || strchr(field->text, ' ') != NULL;
    log_add(line, "%s", quoted ? "\"" : "");
    log_add_text(line, field->text);
    log_add(line, "%s", quoted ? "\"" : "");
}

/* A field that does not fit is left out: half of one would make the line unreadable. */
static void log_add_field(struct log_line *line, const struct snet_log_field *field, bool json)
{
    const size_t before = line->len;
    log_add_value(line, field, json);
    if (line->full) {
        line->len = before;
        line->text[before] = '\0';
        line->full = false;
    }
}

void snet_log_event(const struct snet_log *log, const char *event,
                    const struct snet_log_field *fields, size_t count)
{
    struct log_line line = {.len = 0};
    log_add(&line, "%s", log->json ? "{\"time\":\"" : "");
    log_add_time(&line);
    log_add(&line, log->json ? "\",\"command\":\"%s\",\"event\":\"%s\"" : " %s %s", log->command,
            event);
    for (size_t i = 0; i < count; i++) {
        log_add_field(&line, &fields[i], log->json);
    }
    (void)fprintf(stderr, "%s%s\n", line.text, log->json ? "}" : "");
}

void snet_log_id(uint64_t id, char ret_text[SNET_LOG_ID_BYTES])
{
    (void)snprintf(ret_text, SNET_LOG_ID_BYTES, "%016" PRIx64, id);
}

static void log_opened(const struct snet_log *log, const struct snet_session_info *info,
                       const char *id, const char *peer)
{
    const struct snet_log_field fields[] = {
        SNET_LOG_TEXT("session", id),
        SNET_LOG_TEXT("wire", snet_wire_name(info->wire)),
        SNET_LOG_TEXT("peer", peer),
    };
    snet_log_event(log, "new", fields, sizeof fields / sizeof fields[0]);
}

static void log_lost(const struct snet_log *log, const struct snet_session_info *info,
                     const char *id, snet_err err)
{
    const struct snet_log_field fields[] = {
        SNET_LOG_TEXT("session", id),
        SNET_LOG_TEXT("reason", snet_err_name(err)),
        SNET_LOG_NUMBER("sent", info->sent),
        SNET_LOG_NUMBER("received", info->received),
    };
    snet_log_event(log, "lost", fields, sizeof fields / sizeof fields[0]);
}

static void log_resumed(const struct snet_log *log, const struct snet_session_info *info,
                        const char *id, const char *peer)
{
    const struct snet_log_field fields[] = {
        SNET_LOG_TEXT("session", id),
        SNET_LOG_TEXT("peer", peer),
        SNET_LOG_NUMBER("resent", info->last_resent_bytes),
        SNET_LOG_NUMBER("missing", info->last_missing_bytes),
        SNET_LOG_NUMBER("after_us", info->last_detached_ns / 1000),
        SNET_LOG_NUMBER("resumes", info->resumes),
    };
    snet_log_event(log, "resumed", fields, sizeof fields / sizeof fields[0]);
}

/* `said` is what the other end said when it aborted the session. */
static void log_ended(const struct snet_log *log, const struct snet_session_info *info,
                      const char *id, snet_err err, const char *said)
{
    char tame[SNET_CODE_TEXT_MAX_BYTES + 1];
    snet_log_tame(said, tame, sizeof tame);
    const struct snet_log_field fields[] = {
        SNET_LOG_TEXT("session", id),
        SNET_LOG_TEXT("reason", snet_err_name(err)),
        SNET_LOG_TEXT("message", snet_err_message(err)),
        SNET_LOG_NUMBER("written", info->written),
        SNET_LOG_NUMBER("received", info->received),
        SNET_LOG_NUMBER("peer_written", info->peer_written),
        SNET_LOG_NUMBER("peer_received", info->peer_received),
        SNET_LOG_NUMBER("resumes", info->resumes),
        SNET_LOG_NUMBER("code", info->peer_code),
        SNET_LOG_TEXT("said", tame),
    };
    const size_t count = sizeof fields / sizeof fields[0];
    snet_log_event(log, "ended", fields, info->peer_code != 0 ? count : count - 2);
}

void snet_log_session(const struct snet_log *log, const struct snet_core_event *event,
                      const char *peer)
{
    struct snet_session_info info;
    char id[SNET_LOG_ID_BYTES];
    snet_session_get_info(event->session, &info);
    snet_log_id(info.id, id);
    switch (event->type) {
    case SNET_CORE_EVENT_OPENED:
        log_opened(log, &info, id, peer);
        break;
    case SNET_CORE_EVENT_LOST:
        log_lost(log, &info, id, event->err);
        break;
    case SNET_CORE_EVENT_RESUMED:
        log_resumed(log, &info, id, peer);
        break;
    case SNET_CORE_EVENT_ENDED:
        log_ended(log, &info, id, event->err, snet_session_peer_text(event->session));
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

void snet_log_note(const struct snet_log *log, const struct snet_note *note)
{
    char id[SNET_LOG_ID_BYTES];
    snet_log_id(note->session_id, id);
    const bool resume = note->kind == SNET_NOTE_RESUME_REFUSED;
    const struct snet_log_field fields[] = {
        SNET_LOG_TEXT("reason", snet_err_name(note->err)),
        SNET_LOG_TEXT("message", snet_err_message(note->err)),
        SNET_LOG_TEXT("session", id),
        SNET_LOG_NUMBER("peer_written", note->peer_write),
        SNET_LOG_NUMBER("peer_received", note->peer_read),
        SNET_LOG_NUMBER("written", note->own_write),
        SNET_LOG_NUMBER("received", note->own_read),
    };
    snet_log_event(log, resume ? "resume-refused" : "link-refused", fields, resume ? 7 : 2);
}

void snet_log_say(const struct snet_log *log, const char *format, ...)
{
    char text[LOG_LINE_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (log->json) {
        const struct snet_log_field field = SNET_LOG_TEXT("text", text);
        snet_log_event(log, "say", &field, 1);
    } else {
        (void)fprintf(stderr, "snet %s: %s\n", log->command, text);
    }
}
