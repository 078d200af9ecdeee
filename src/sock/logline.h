/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Log lines: lines about the sessions of the process, for a function or a descriptor of the
 * program's. A descriptor is never waited for: what it does not take at once is dropped and
 * counted.
 *
 * Thread: any, with the lock of sock/loop.h.
 */
#ifndef SNET_SOCK_LOGLINE_H
#define SNET_SOCK_LOGLINE_H

#include "sock/socket.h"

/* A line about a session; 0: none is known. */
__attribute__((format(printf, 2, 3))) void snet_logline_session(uint64_t session_id,
                                                                const char *format, ...);
/* A line about an event of a session, if it is one that matters. */
void snet_logline_event(const struct snet_core_event *event);
/* Sets the reader of the lines: a function, or with NULL a descriptor, below 0 for none. */
void snet_logline_to(snet_log_fn *log, void *user, int fd);

#endif
