/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Duplex: a session of <snet/uv.h> in the manner of libuv's streams. It reads by a callback and
 * writes by requests with completion. Nothing is copied or allocated: what arrives is shown where
 * it lies, and what is written stays with the program until the session has taken it.
 *
 * Callbacks come from the loop, and never from within a function of this header; the exception is
 * snet_duplex_event, which may call a read callback. A callback may call any function of this
 * header.
 *
 * Source-stable tier: a program is built again for another release.
 *
 * Ownership: a duplex owns its session from snet_duplex_new on; both go with snet_duplex_close,
 * which comes before snet_uv_free. A request, and the data that it stands for, belong to the
 * program, which changes, moves and frees neither from the call until the completion. Thread: that
 * of the loop. Starting to read, writing, shutting down and closing assert that the duplex has not
 * been closed.
 */
#ifndef SNET_DUPLEX_H
#define SNET_DUPLEX_H

#include <snet/core.h>
#include <snet/error.h>
#include <snet/uv.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct snet_duplex snet_duplex;

/*
 * Makes a duplex of a session of `driver`, whose user pointer is the duplex from now on; `user` is
 * what callbacks get. Errors: NO_MEMORY; the session is still the caller's then.
 */
SNET_API SNET_MUST_USE snet_err snet_duplex_new(snet_uv *driver, snet_session *session, void *user,
                                                snet_duplex **ret_duplex);

/* The session, for asking it something; it is not to be read, written or freed. NULL after
   snet_duplex_close. */
SNET_API snet_session *snet_duplex_session(const snet_duplex *duplex);

/* Passes an event of the session on. The `on_event` of snet_uv_config calls this with each. */
SNET_API void snet_duplex_event(snet_duplex *duplex, const struct snet_core_event *event);

/* --- Reading --------------------------------------------------------------------------------- */

/* Limit of the spans that a read callback is shown. */
#define SNET_DUPLEX_SPANS_MAX 64u

/*
 * Bytes have arrived, and `err` is SNET_OK. Returns how many of them are taken, from the first on,
 * which is asserted to be at most all that is shown. What is not taken is shown again when more has
 * arrived. The spans are borrowed until the return.
 *
 * The last call has no bytes, and its return value is ignored. `err` is then CLOSED when the other
 * end has written its last byte, or why the session ended. What was not taken until then is lost.
 */
typedef size_t snet_duplex_read_fn(void *user, const struct snet_span *spans, size_t count,
                                   snet_err err);

/* Begins to call `on_read`, for what is there and for what comes, until the end of the stream. */
SNET_API void snet_duplex_read_start(snet_duplex *duplex, snet_duplex_read_fn *on_read);
/* Ends the calls. What arrives waits in the session, and then at the other end. Safe to repeat. */
SNET_API void snet_duplex_read_stop(snet_duplex *duplex);

/* --- Writing --------------------------------------------------------------------------------- */

typedef struct snet_duplex_request snet_duplex_request;
/* A request is done, and belongs to the program again. */
typedef void snet_duplex_request_fn(snet_duplex_request *request, snet_err err);
struct snet_duplex_request {
    void *user; /* the program's; all other fields are the duplex's */
    snet_duplex_request_fn *on_done;
    const uint8_t *data;
    size_t len; /* bytes at `data` that the session has not taken */
    snet_err err;
    snet_duplex_request *next;
};

/*
 * Writes `len` bytes, after those of all earlier requests. `on_done` gets SNET_OK when the session
 * has taken them: from then on they are delivered once and in order, or the session ends with an
 * error. Otherwise it gets STATE when snet_duplex_shutdown came before, ABORTED after
 * snet_duplex_close, or why the session ended.
 */
SNET_API void snet_duplex_write(snet_duplex *duplex, snet_duplex_request *request, const void *data,
                                size_t len, snet_duplex_request_fn *on_done);
/* How many bytes of all requests the session has not taken yet. */
SNET_API size_t snet_duplex_write_queue_bytes(const snet_duplex *duplex);

/*
 * Ends the own direction after the requests that wait. On wires with half-close, reading goes on.
 * `on_done` gets SNET_OK when the other end has all that was written; on wires without
 * acknowledgements, when the session has ended in good order. Otherwise it gets STATE when
 * snet_duplex_shutdown came before, ABORTED after snet_duplex_close, or why the session ended.
 */
SNET_API void snet_duplex_shutdown(snet_duplex *duplex, snet_duplex_request *request,
                                   snet_duplex_request_fn *on_done);

/* --- Closing --------------------------------------------------------------------------------- */

typedef void snet_duplex_close_fn(void *user);

/*
 * Frees the session at once and the duplex when the loop has run on. A session that has not ended
 * is aborted: for a good end, wait until a shutdown is done. Requests that wait are done with
 * ABORTED; after them `on_closed`, which may be NULL, is the last callback.
 */
SNET_API void snet_duplex_close(snet_duplex *duplex, snet_duplex_close_fn *on_closed);

#ifdef __cplusplus
}
#endif
#endif
