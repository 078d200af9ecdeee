/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Structured log: one line per event on standard error, as key=value text or as JSON. Ids, lengths
 * and reasons; never payload, never secrets.
 *
 * Ownership: the caller's struct. Thread: one at a time.
 */
#ifndef SNET_APP_LOG_H
#define SNET_APP_LOG_H

#include <snet/core.h>

#include <stdbool.h>
#include <stdint.h>

struct snet_log {
    const char *command; /* like "serve" */
    bool json;
    unsigned verbosity; /* 0: events of sessions; 1: refused links and resumes too */
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

#define SNET_LOG_ID_BYTES 17u

/* The id of a session as logs have it. */
void snet_log_id(uint64_t id, char ret_text[SNET_LOG_ID_BYTES]);
/* Copies what the other end said, cut to `size`, with everything replaced that a terminal or a
   reader of the log could take for something else than text. */
void snet_log_tame(const char *text, char *ret_text, size_t size);
/* One line: time, command, event, fields. */
void snet_log_event(const struct snet_log *log, const char *event,
                    const struct snet_log_field *fields, size_t count);
/* What happened to a session; nothing for events that are not worth a line. */
void snet_log_session(const struct snet_log *log, const struct snet_core_event *event,
                      const char *peer);
void snet_log_note(const struct snet_log *log, const struct snet_note *note);
/* A plain sentence for people: `snet COMMAND: ...`. */
__attribute__((format(printf, 2, 3))) void snet_log_say(const struct snet_log *log,
                                                        const char *format, ...);

#endif
