/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Streams of the operating system on a libuv loop: connecting and listening by address, sending
 * without copies, and closing in good order, with the options that long-lived connections need. The
 * driver of <snet/uv.h> is built on them, and a gateway needs them for its unprotected side.
 *
 * An address is HOST:PORT with a name or an IPv4 address, [IPv6]:PORT, :PORT (every local address
 * to listen on, localhost to connect to) or unix:PATH. Port 0 listens on any free port.
 *
 * Where a function or a callback has an `os_err`, it is an error of libuv like UV_ECONNREFUSED, for
 * logs; 0 is none.
 *
 * Source-stable tier: a program is built again for another release.
 *
 * Ownership: a stream that is handed out belongs to the program, which ends it with
 * snet_stream_close or snet_stream_finish. Thread: that of the loop.
 */
#ifndef SNET_STREAM_H
#define SNET_STREAM_H

#include <snet/core.h>
#include <snet/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Limit of an address, with its zero. */
#define SNET_STREAM_ADDRESS_MAX_BYTES 320u

/* SNET_OK when `address` has one of the forms above, else ADDRESS. Any thread. */
SNET_API SNET_MUST_USE snet_err snet_stream_address_check(const char *address);

/* Zero leaves a value to the operating system. What a system does not offer is left out. */
struct snet_stream_options {
    uint32_t segment_bytes;        /* TCP_MAXSEG, set before connecting: the maximum of a segment in
                                      both directions */
    uint32_t buffer_bytes;         /* SO_SNDBUF and SO_RCVBUF, set before connecting or listening */
    uint32_t dead_peer_timeout_ms; /* keepalive and TCP_USER_TIMEOUT together: a TCP connection
                                      whose peer is silent for this long is dead */
    uint32_t keepalive_ms;     /* keepalive alone, for a peer that may refuse to read for as long
                                  as it likes: a TCP connection whose machine does not answer
                                  for this long is dead. Not used beside the former. */
    uint32_t keep_descriptors; /* listeners: while the process has fewer left, connections wait
                                  where they are */
};

/* --- Connecting ------------------------------------------------------------------------------ */

/* Interval between the attempts to reach the addresses of a name (RFC 8305). */
#define SNET_STREAM_DIAL_STAGGER_MS 250u
/* Limit of a whole dial, the resolving of the name included. */
#define SNET_STREAM_DIAL_TIMEOUT_MS 10000u

typedef struct snet_stream_dial snet_stream_dial;

/*
 * The end of a dial: SNET_OK and a connected stream, which belongs to the program and whose `data`
 * is NULL; or RESOLVE or CONNECT with `stream` NULL and the last `os_err`. The dial no longer
 * exists.
 */
typedef void snet_stream_dial_fn(void *user, snet_err err, int os_err, uv_stream_t *stream);

struct snet_stream_dial_config {
    const char *address; /* copied */
    struct snet_stream_options options;
    int family; /* AF_INET: those of IPv4 are tried first. Default: IPv6. */
    snet_stream_dial_fn *on_done;
    void *user; /* of `on_done` */
};

/*
 * Connects to an address. All addresses of a name are tried, IPv6 and IPv4 in turn, and the first
 * connection that comes up wins. `on_done` is called once, and never from within this call; until
 * then `*ret_dial` is valid. Errors: ADDRESS, NO_MEMORY, OS; `on_done` is not called then.
 */
SNET_API SNET_MUST_USE snet_err snet_stream_dial_start(uv_loop_t *loop,
                                                       const struct snet_stream_dial_config *config,
                                                       snet_stream_dial **ret_dial);
/* Gives the dial up and frees it; `on_done` is not called. Accepts NULL. */
SNET_API void snet_stream_dial_cancel(snet_stream_dial *dial);

/* --- Listening ------------------------------------------------------------------------------- */

/* Limit of the connections that the kernel keeps for a listener that does not accept. */
#define SNET_STREAM_BACKLOG 4096

typedef struct snet_stream_listener snet_stream_listener;
/* An accepted stream, which belongs to the program. */
typedef void snet_stream_accept_fn(void *user, uv_stream_t *stream);

/*
 * Listens on `address`; accepting begins with snet_stream_listener_start. `options` is copied.
 * Running out of descriptors does not end a listener: it drops the connection and goes on. Errors:
 * ADDRESS; RESOLVE and LISTEN with `*ret_os_err`; NO_MEMORY.
 */
SNET_API SNET_MUST_USE snet_err snet_stream_listener_open(uv_loop_t *loop, const char *address,
                                                          const struct snet_stream_options *options,
                                                          snet_stream_listener **ret_listener,
                                                          int *ret_os_err);
/*
 * Does the same on a bound stream socket of the program's. The socket belongs to the listener from
 * this call on and is closed with it; on failure it is closed at once. Errors: LISTEN with
 * `*ret_os_err`, NO_MEMORY.
 */
SNET_API SNET_MUST_USE snet_err snet_stream_listener_adopt(uv_loop_t *loop, int fd,
                                                           snet_stream_listener **ret_listener,
                                                           int *ret_os_err);
/* Begins to accept: `on_accept` is called with each stream, and never from within this call. */
SNET_API void snet_stream_listener_start(snet_stream_listener *listener,
                                         snet_stream_accept_fn *on_accept, void *user);
/* Gives a listener other options, for connections that it accepts from now on; `buffer_bytes`
   stays as it was. */
SNET_API void snet_stream_listener_set_options(snet_stream_listener *listener,
                                               const struct snet_stream_options *options);
/* The address that the listener has, with its real port; valid as long as the listener. */
SNET_API const char *snet_stream_listener_address(const snet_stream_listener *listener);
/*
 * Stops listening, removes the file of a unix: address, and frees the listener when the loop has
 * run on. `on_accept` is not called any more. Accepts NULL.
 */
SNET_API void snet_stream_listener_close(snet_stream_listener *listener);

/* --- Sending --------------------------------------------------------------------------------- */

/* Limit of the copy in which bytes wait that the kernel has not taken. */
#define SNET_STREAM_WRITER_COPY_BYTES 16384u

/*
 * The sending side of a stream. It gives bytes to the kernel where they lie, and copies only the
 * few that must wait for the kernel, so that the memory behind spans is free again when a call
 * returns. A writer is full while such a copy waits, and idle otherwise.
 */
typedef struct snet_stream_writer snet_stream_writer;

/* A full writer is idle again; or its stream broke, and `os_err` says how. */
typedef void snet_stream_writer_fn(void *user, int os_err);

/*
 * Makes a writer for a stream, which stays the program's. `on_idle` is called from the loop, and
 * may call any function of this header, snet_stream_writer_free included. Errors: NO_MEMORY.
 */
SNET_API SNET_MUST_USE snet_err snet_stream_writer_new(uv_stream_t *stream,
                                                       snet_stream_writer_fn *on_idle, void *user,
                                                       snet_stream_writer **ret_writer);
/* Whether the writer takes bytes now. If not, `on_idle` follows. */
SNET_API bool snet_stream_writer_is_idle(const snet_stream_writer *writer);
/*
 * Sends what it can of the spans, in order. `*ret_taken` is how many bytes were taken: fewer than
 * all when the kernel and the copy are full, or with very many spans. Returns 0, or an error of
 * libuv when the stream is broken or there is no memory for the copy: the stream is then of no more
 * use, since some of the bytes may have been sent. Asserts that the writer is idle and that `count`
 * is not 0.
 */
SNET_API SNET_MUST_USE int snet_stream_writer_send(snet_stream_writer *writer,
                                                   const struct snet_span *spans, size_t count,
                                                   size_t *ret_taken);
/*
 * Frees the writer; `on_idle` is not called any more. The stream sends what still waits, unless it
 * is closed with a reset. Comes before the stream is closed. Accepts NULL.
 */
SNET_API void snet_stream_writer_free(snet_stream_writer *writer);

/* --- Closing --------------------------------------------------------------------------------- */

/*
 * Closes a stream at once and frees it when the loop has run on. With `reset` the peer sees a
 * reset, and what was not sent is thrown away. Without, the kernel still sends what it has taken.
 * Does nothing to a stream that is being closed.
 */
SNET_API void snet_stream_close(uv_stream_t *stream, bool reset);

/* Limit of an orderly close; a path with a long round trip has up to 30 s. */
#define SNET_STREAM_FINISH_MS 5000u

/*
 * Closes a stream in good order: sends what is queued and a FIN, and then waits until the peer has
 * closed too, for SNET_STREAM_FINISH_MS at most. Meanwhile up to `waste_max_bytes` of what still
 * arrives are read and thrown away; the rest stays in the kernel. The stream is freed when the loop
 * has run on. Asserts that `waste_max_bytes` is not 0.
 */
SNET_API void snet_stream_finish(uv_stream_t *stream, size_t waste_max_bytes);

/* --- Asking ---------------------------------------------------------------------------------- */

/*
 * How a stream ended, for a read callback whose `len` was negative: UV_EOF for an orderly end, else
 * the error of libuv. To be asked once for each end. `len` alone does not say: libuv reports UV_EOF
 * too when bytes arrived just before a reset.
 */
SNET_API int snet_stream_end_err(const uv_stream_t *stream, ssize_t len);

/* False when the connection is known to be dead. Finds that out even while nobody reads. */
SNET_API bool snet_stream_alive(const uv_stream_t *stream);

/*
 * Writes the remote address as text, "unix" for a local stream, and "?" when it is not known any
 * more. Cut to `size` bytes with the zero.
 */
SNET_API void snet_stream_peer(const uv_stream_t *stream, char *ret_text, size_t size);

#ifdef __cplusplus
}
#endif
#endif
