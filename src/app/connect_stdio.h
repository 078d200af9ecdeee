/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * `snet connect` on standard input and output. They may be terminals, pipes, files or sockets
 * shared with other programs, so they are read and written with blocking calls on libuv's threads,
 * and their flags are left alone.
 *
 * The end of the input is not the end of the session. A wire with half-close passes it on, and the
 * output ends when the other end has written its last; for the others see app/eof_wait.h.
 *
 * Ownership: borrows the caller's struct while it runs. Thread: that of the loop.
 */
#ifndef SNET_APP_CONNECT_STDIO_H
#define SNET_APP_CONNECT_STDIO_H

#include "app/connect_session.h"

/* Runs one session and ends the process with it, by the exit code. Returns one only when it could
   not begin. */
int snet_connect_stdio_run(struct snet_connect *connect);

#endif
