/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet connect --listen`: one session per local connection.
 *
 * Ownership: borrows the caller's struct while it runs. Thread: that of the loop.
 */
#ifndef SNET_APP_CONNECT_LISTEN_H
#define SNET_APP_CONNECT_LISTEN_H

#include "app/connect_session.h"

/* Serves local connections until signals end it; returns the exit code. */
int snet_connect_listen_run(struct snet_connect *connect);

#endif
