/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Writes the log to a descriptor without ever making its callers wait. Lines are put into a buffer
 * of bounded size, and a thread of the writer's own hands them to the system with calls that may
 * block: a full pipe, a stopped terminal or a slow disk holds up that thread alone. The
 * descriptor's flags stay as they are, since other processes share them.
 *
 * A line for which there is no room, or which the system refuses, is dropped and counted; the
 * writer says how many were dropped in the place where they are missing.
 *
 * Ownership: opened and closed by one owner. Thread: lines may come from any number of threads.
 */
#ifndef SNET_APP_LOG_WRITER_H
#define SNET_APP_LOG_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Limit: bytes of lines that wait to be written. */
#define SNET_LOG_WRITER_BYTES 262144u

struct snet_log_writer;

/* Writes the line about dropped ones into `ret_line`, its end of line included, and returns its
   length. Called by the writer's thread. */
typedef size_t snet_log_dropped_fn(const void *user, uint64_t count, char *ret_line, size_t size);

/* NULL when there is no memory or no thread. `fd` is borrowed. */
struct snet_log_writer *snet_log_writer_open(int fd, snet_log_dropped_fn *on_dropped,
                                             const void *user);
/* Takes a copy of one line, its end of line included. False: it was dropped. Never blocks. */
bool snet_log_writer_put(struct snet_log_writer *writer, const char *line, size_t len);
/*
 * Waits until all lines are written, but at most `wait_ms`, and frees the writer. False: time was
 * up, and the writer is still there, to be closed again or left to the end of the process.
 */
bool snet_log_writer_close(struct snet_log_writer *writer, uint64_t wait_ms);

#endif
