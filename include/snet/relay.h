/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Relay: moves bytes between a session of <snet/uv.h> and a plain stream, both ways, with
 * backpressure: what one side does not take is not read from the other. It holds at most
 * SNET_RELAY_BUFFER_BYTES from the stream and SNET_STREAM_WRITER_COPY_BYTES for it.
 *
 *   stream ends in good order   -> the session's end has no more to write: it is shut down
 *   stream breaks               -> the session is aborted
 *   other end writes no more    -> the stream gets what is left and a FIN, and is still read
 *   session ends cleanly        -> the stream gets what is left and a FIN
 *   session ends otherwise      -> the stream is reset
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

#define SNET_RELAY_BUFFER_BYTES 65536u

/* What the other end of an aborted session is told: why there is nobody behind it. */
#define SNET_RELAY_CODE_BROKEN SNET_CODE_APPLICATION
#define SNET_RELAY_CODE_UNREACHABLE (SNET_CODE_APPLICATION + 1u)

typedef struct snet_relay snet_relay;

/*
 * The stream has ended its direction, all of it is in the session, and the wire has no half-close:
 * this decides when to shut the session down.
 */
typedef void snet_relay_end_fn(void *user);
/* Both sides are done, the session by `err`; the relay and its session are freed after this. */
typedef void snet_relay_done_fn(void *user, snet_err err);

struct snet_relay_config {
    snet_relay_end_fn *on_local_end; /* NULL: at once */
    snet_relay_done_fn *on_done;     /* NULL: nobody has to know */
    void *user;
};

/* A relay for `session`, which has it as its user pointer from now on; NULL without memory, and
 * the session is still the caller's. */
SNET_API snet_relay *snet_relay_new(snet_uv *driver, snet_session *session,
                                    const struct snet_relay_config *config);
/* The session that it was made for. */
SNET_API snet_session *snet_relay_session(const snet_relay *relay);
/* The stream is there: begins to move bytes. May free the relay. */
SNET_API void snet_relay_start(snet_relay *relay, uv_stream_t *stream);
/* To be called with each event of the session; may free the relay. */
SNET_API void snet_relay_event(snet_relay *relay, const struct snet_core_event *event);

#ifdef __cplusplus
}
#endif
#endif
