/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Server check: finds out whether a server of snet/3 answers, before the first program wants it. It
 * goes as far as the server's HELLO_REPLY, which proves the server's key and begins no session. The
 * legacy wires have nothing like it: a hello would begin a session there.
 *
 * Ownership: memory of the caller's, which stays until `on_done` or snet_server_check_cancel.
 * Thread: the loop's.
 */
#ifndef SNET_APP_SERVER_CHECK_H
#define SNET_APP_SERVER_CHECK_H

#include <snet/core.h>
#include <snet/stream.h>

#define SNET_SERVER_CHECK_MS 10000u

struct snet_server_check;

/* SNET_OK, or what was found and the error of the system or 0. Never called from within start. */
typedef void snet_server_check_fn(struct snet_server_check *check, snet_err err, int os_err);

struct snet_server_check {
    const struct snet_client_config *config; /* stays until the check is done */
    snet_server_check_fn *on_done;
    void *user;
    uv_timer_t timer;
    snet_stream_dial *dial;
    uv_stream_t *stream;
    snet_core *core;
    snet_session *session;
    snet_link *link;
    bool begun;
    bool asked; /* HELLO is on its way */
    bool done;
    uint8_t bytes[2048];
};

/* Begins; the fields of the configuration are set. Errors: as snet_stream_dial_start. */
SNET_MUST_USE snet_err snet_server_check_start(struct snet_server_check *check, uv_loop_t *loop,
                                               const char *address);
/* Gives it up; `on_done` is not called any more. Safe to call when it is done, or never began. */
void snet_server_check_cancel(struct snet_server_check *check);

#endif
