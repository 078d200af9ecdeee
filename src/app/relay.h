/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Relay: moves bytes between a session and a plain stream, both ways, with backpressure: what one
 * side does not take is not read from the other. It holds at most SNET_RELAY_BUFFER_BYTES each way.
 *
 *   stream ends in good order   -> the session's end has no more to write: it is shut down
 *   stream breaks               -> the session is aborted
 *   other end writes no more    -> the stream gets what is left and a FIN, and is still read
 *   session ends cleanly        -> the stream gets what is left and a FIN
 *   session ends otherwise      -> the stream is reset
 *
 * On wires that have no half-close a shutdown ends both directions: see `on_local_end`.
 *
 * Ownership: a relay owns its stream from snet_relay_start on and frees its session with itself.
 * Thread: that of the loop.
 */
#ifndef SNET_APP_RELAY_H
#define SNET_APP_RELAY_H

#include <snet/uv.h>

#include <stdbool.h>
#include <stdint.h>

#define SNET_RELAY_BUFFER_BYTES 65536u

struct snet_relay;

/* What the other end of an aborted session is told: why there is nobody behind it. */
#define SNET_RELAY_CODE_BROKEN SNET_CODE_APPLICATION
#define SNET_RELAY_CODE_UNREACHABLE (SNET_CODE_APPLICATION + 1u)

/*
 * The stream has ended its direction, all of it is in the session, and the wire has no half-close:
 * this decides when to shut the session down.
 */
typedef void snet_relay_end_fn(struct snet_relay *relay);
/* Both sides are done; the relay frees itself after this. */
typedef void snet_relay_done_fn(struct snet_relay *relay, snet_err err);

struct snet_relay {
    snet_uv *driver;
    snet_session *session;
    uv_stream_t *stream; /* NULL before snet_relay_start and after the end */
    struct snet_outlet outlet;
    snet_relay_end_fn *on_local_end; /* NULL: at once */
    snet_relay_done_fn *on_done;
    void *user;
    bool reading;
    bool local_ended; /* the stream has no more to read */
    bool local_shut;  /* and was told that nothing more comes */
    bool session_ended;
    snet_err end_err;
    size_t held_len; /* bytes in `buffer` that the session did not take yet */
    size_t held_offset;
    char *buffer; /* allocated while bytes pass */
};

/* A relay for `session`, which has it as its user pointer from now on; NULL without memory. */
struct snet_relay *snet_relay_new(snet_uv *driver, snet_session *session);
/* The stream is there: begins to move bytes. */
void snet_relay_start(struct snet_relay *relay, uv_stream_t *stream);
/* Takes OPENED, READABLE, WRITABLE and ENDED of the session; may free the relay. */
void snet_relay_event(struct snet_relay *relay, const struct snet_event *event);

#endif
