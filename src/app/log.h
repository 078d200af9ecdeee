/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Structured log: one line per event on standard error, as key=value text or as JSON. Ids, lengths
 * and reasons; never payload, never secrets.
 *
 * Ownership: the caller's struct. Thread: any number at a time between open and close; one before
 * and after.
 */
#ifndef SNET_APP_LOG_H
#define SNET_APP_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct snet_log_writer;

/* How much an event matters. Lines for a closer look are written with -v alone. */
enum snet_log_level {
    SNET_LOG_DEBUG,
    SNET_LOG_INFO,
    SNET_LOG_WARNING,
    SNET_LOG_ERROR
};

struct snet_log {
    const char *command; /* like "serve" */
    bool json;
    unsigned verbosity;             /* 0: no SNET_LOG_DEBUG */
    struct snet_log_writer *writer; /* NULL: lines are written at once, by calls that may block */
};

/* One key and its value: text, or a number when `text` is NULL. */
struct snet_log_field {
    const char *key;
    const char *text;
    uint64_t number;
};

#define SNET_LOG_TEXT(field_key, field_text)                                                       \
    ((struct snet_log_field){.key = (field_key), .text = (field_text)})
#define SNET_LOG_NUMBER(field_key, field_number)                                                   \
    ((struct snet_log_field){.key = (field_key), .number = (field_number)})

/* From now on no line waits for its reader: see app/log_writer.h. For commands that run a loop.
   Safe to call again. */
void snet_log_open(struct snet_log *log);
/* Writes what is left, for at most a second. Safe to call without open, and again. */
void snet_log_close(struct snet_log *log);

/* Copies what the other end said, cut to `size`, with everything replaced that a terminal or a
   reader of the log could take for something else than text. */
void snet_log_escape(const char *text, char *ret_text, size_t size);
/* Whether events of the level are written. */
bool snet_log_has(const struct snet_log *log, enum snet_log_level level);
/* One line: time, level, command, event, fields. */
void snet_log_event(const struct snet_log *log, enum snet_log_level level, const char *event,
                    const struct snet_log_field *fields, size_t count);
/* A plain sentence: `snet COMMAND: ...`; an event "message" as JSON. */
__attribute__((format(printf, 2, 3))) void snet_log_say(const struct snet_log *log,
                                                        const char *format, ...);

#endif
