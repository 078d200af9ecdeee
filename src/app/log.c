/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/log.h"

#include "app/log_writer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOG_LINE_BYTES 1280u
/* What closes a line is not counted above: a brace and its end. */
#define LOG_LINE_END_BYTES 2u
/* One text of this length fits into any line. */
#define LOG_TEXT_MAX_BYTES 640u
#define LOG_CLOSE_MS 1000u

static const char *const log_levels[] = {
    [SNET_LOG_DEBUG] = "debug",
    [SNET_LOG_INFO] = "info",
    [SNET_LOG_WARNING] = "warning",
    [SNET_LOG_ERROR] = "error",
};

/* A line that is built up. */
struct log_line {
    char text[LOG_LINE_BYTES + LOG_LINE_END_BYTES];
    size_t len;
    bool full; /* something was cut */
};

__attribute__((format(printf, 2, 3))) static void log_add(struct log_line *line, const char *format,
                                                          ...)
{
    va_list args;
    va_start(args, format);
    const size_t left = LOG_LINE_BYTES - line->len;
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

void snet_log_escape(const char *text, char *ret_text, size_t size)
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
        strftime(line->text + line->len, LOG_LINE_BYTES - line->len, "%Y-%m-%dT%H:%M:%S", &tm);
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

static void log_end_line(struct log_line *line, bool json)
{
    if (json) {
        line->text[line->len++] = '}';
    }
    line->text[line->len++] = '\n';
}

static void log_begin_line(struct log_line *line, const struct snet_log *log,
                           enum snet_log_level level, const char *event)
{
    *line = (struct log_line){.len = 0};
    log_add(line, "%s", log->json ? "{\"time\":\"" : "");
    log_add_time(line);
    log_add(line,
            log->json ? "\",\"level\":\"%s\",\"command\":\"%s\",\"event\":\"%s\"" : " %s %s %s",
            log_levels[level], log->command, event);
}

static void log_write(const struct snet_log *log, const char *text, size_t len)
{
    if (log->writer != NULL) {
        (void)snet_log_writer_put(log->writer, text, len);
    } else {
        (void)fwrite(text, 1, len, stderr);
    }
}

bool snet_log_has(const struct snet_log *log, enum snet_log_level level)
{
    return level > SNET_LOG_DEBUG || log->verbosity > 0;
}

void snet_log_event(const struct snet_log *log, enum snet_log_level level, const char *event,
                    const struct snet_log_field *fields, size_t count)
{
    struct log_line line;
    if (!snet_log_has(log, level)) {
        return;
    }
    log_begin_line(&line, log, level, event);
    for (size_t i = 0; i < count; i++) {
        log_add_field(&line, &fields[i], log->json);
    }
    log_end_line(&line, log->json);
    log_write(log, line.text, line.len);
}

void snet_log_say(const struct snet_log *log, const char *format, ...)
{
    char text[LOG_LINE_BYTES];
    struct log_line line = {.len = 0};
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (log->json) {
        const struct snet_log_field field = SNET_LOG_TEXT("text", text);
        snet_log_event(log, SNET_LOG_INFO, "message", &field, 1);
        return;
    }
    log_add(&line, "snet %s: %s", log->command, text);
    log_end_line(&line, false);
    log_write(log, line.text, line.len);
}

/* --- Without waiting ------------------------------------------------------------------------- */

static size_t log_format_dropped(const void *user, uint64_t count, char *ret_line, size_t size)
{
    const struct snet_log *log = user;
    const struct snet_log_field field = SNET_LOG_NUMBER("lines", count);
    struct log_line line;
    log_begin_line(&line, log, SNET_LOG_WARNING, "log-dropped");
    log_add_field(&line, &field, log->json);
    log_end_line(&line, log->json);
    const size_t len = line.len < size ? line.len : size;
    /* tidy: allow bytes because these are texts, and src/base is not for the command */
    memcpy(ret_line, line.text, len);
    return len;
}

void snet_log_open(struct snet_log *log)
{
    if (log->writer == NULL) {
        log->writer = snet_log_writer_open(STDERR_FILENO, log_format_dropped, log);
    }
}

void snet_log_close(struct snet_log *log)
{
    if (log->writer != NULL) {
        (void)snet_log_writer_close(log->writer, LOG_CLOSE_MS);
        log->writer = NULL;
    }
}
