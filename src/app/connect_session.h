/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What the two forms of `snet connect` share: the options, the loop, and sessions as the options
 * say.
 *
 * Ownership: the caller's struct. Thread: that of the loop.
 */
#ifndef SNET_APP_CONNECT_SESSION_H
#define SNET_APP_CONNECT_SESSION_H

#include "app/options.h"
#include "app/runner.h"

struct snet_connect {
    struct snet_runner runner; /* first */
    struct snet_options options;
};

/* Opens one session as the options say. Errors: as snet_uv_connect. */
SNET_MUST_USE snet_err snet_connect_session_open(struct snet_connect *connect,
                                                 snet_session **ret_session);
/* Writes why a session could not be begun or was lost, with what to check. For a runner. */
void snet_connect_session_explain(const struct snet_runner *runner, const snet_session *session,
                                  snet_err err, char *ret_text, size_t size);
/* The same for an error, and that of the system or 0, without a session. */
void snet_connect_session_explain_err(const struct snet_connect *connect, snet_err err, int os_err,
                                      char *ret_text, size_t size);
/* How long a session whose input has ended waits for a byte, on wires without half-close. */
uint64_t snet_connect_session_eof_wait_ms(const struct snet_connect *connect);

#endif
