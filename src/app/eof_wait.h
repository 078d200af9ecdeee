/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * EOF wait: what a client does when its local program has ended its direction, and the wire, 1 or
 * 2, has no half-close to say so. The session goes on as long as the server sends something; when
 * nothing came for a while, it is shut down.
 *
 * Ownership: memory of the caller's, whose timer must be closed before it goes. Thread: the loop's.
 */
#ifndef SNET_APP_EOF_WAIT_H
#define SNET_APP_EOF_WAIT_H

#include <snet/uv.h>

#include <stdint.h>

#define SNET_EOF_WAIT_DEFAULT_MS 30000u

struct snet_eof_wait {
    uv_timer_t timer;
    snet_uv *driver;
    snet_session *session;
    uint64_t wait_ms;
    uint64_t received;   /* by the session when it was last looked at */
    uint64_t changed_ms; /* loop time when that had changed */
};

void snet_eof_wait_init(struct snet_eof_wait *eof_wait, uv_loop_t *loop);
/* The local program has ended: begins to watch the session. Does nothing when it watches. */
void snet_eof_wait_start(struct snet_eof_wait *eof_wait, snet_uv *driver, snet_session *session,
                         uint64_t wait_ms);
void snet_eof_wait_stop(struct snet_eof_wait *eof_wait);

#endif
