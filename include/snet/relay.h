/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Relay: moves bytes between a session of <snet/uv.h> and a stream of libuv, both ways, with
 * backpressure: what one side does not take is not read from the other. It holds at most
 * SNET_RELAY_BUFFER_BYTES from the stream and SNET_STREAM_WRITER_COPY_BYTES for it.
 *
 *   the stream ends in good order     the session is shut down
 *   the stream breaks                 the session is aborted with SNET_RELAY_CODE_BROKEN
 *   the other end writes no more      the stream gets what is left and a FIN, and is still read
 *   the session ends in good order    the stream gets what is left and a FIN
 *   the session ends otherwise        the stream is reset
 *
 * On wires that have no half-close a shutdown ends both directions: see `on_local_end`.
 *
 * Source-stable tier: a program is built again for another release.
 *
 * Ownership: a relay owns its session from snet_relay_new on and its stream from snet_relay_start
 * on, and frees both with itself. Thread: that of the loop.
 */
#ifndef SNET_RELAY_H
#define SNET_RELAY_H

#include <snet/stream.h>
#include <snet/uv.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Limit of the bytes from the stream that the session has not taken. */
#define SNET_RELAY_BUFFER_BYTES 65536u

/* Codes for snet_session_abort_with: the stream broke, or could not be connected. */
#define SNET_RELAY_CODE_BROKEN SNET_CODE_APPLICATION
#define SNET_RELAY_CODE_UNREACHABLE (SNET_CODE_APPLICATION + 1u)

typedef struct snet_relay snet_relay;

/*
 * The stream has ended its direction, the session has taken all of it, and the wire has no
 * half-close. The program decides when to call snet_session_shutdown, which ends both directions.
 */
typedef void snet_relay_end_fn(void *user);
/* Both sides are over, and `err` says why the session ended. The relay and its session are freed
   when this returns. */
typedef void snet_relay_done_fn(void *user, snet_err err);

struct snet_relay_config {
    snet_relay_end_fn *on_local_end; /* NULL: the session is shut down at once */
    snet_relay_done_fn *on_done;     /* may be NULL */
    void *user;                      /* of both */
};

/*
 * Makes a relay for `session`, whose user pointer is the relay from now on. `config` is copied.
 * Errors: NO_MEMORY; the session is still the caller's then.
 */
SNET_API SNET_MUST_USE snet_err snet_relay_new(snet_uv *driver, snet_session *session,
                                               const struct snet_relay_config *config,
                                               snet_relay **ret_relay);
/* The session that the relay was made for. */
SNET_API snet_session *snet_relay_session(const snet_relay *relay);
/* The `user` of the relay's config. */
SNET_API void *snet_relay_user(const snet_relay *relay);
/* The stream is connected: begins to move bytes. Once for each relay. May free the relay. */
SNET_API void snet_relay_start(snet_relay *relay, uv_stream_t *stream);
/* Passes an event of the session on. The `on_event` of snet_uv_config calls this with each. May
   free the relay. */
SNET_API void snet_relay_event(snet_relay *relay, const struct snet_core_event *event);

#ifdef __cplusplus
}
#endif
#endif
