/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Streams of the operating system for programs with a libuv loop: connect and listen by the
 * addresses that people type, with the options that long-lived connections need. The driver of
 * <snet/uv.h> is built on them, and a gateway needs them for its plain side.
 *
 * An address is HOST:PORT (a name or IPv4), [IPv6]:PORT, :PORT (every local address to listen on,
 * localhost to connect to) or unix:PATH. Port 0 listens on any free port.
 *
 * Source-stable tier: a program is built again for another release.
 *
 * Ownership: a stream handed out belongs to the caller, who ends it with snet_stream_close.
 * Thread: that of the loop.
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

#define SNET_STREAM_ADDRESS_MAX_BYTES 320u
#define SNET_STREAM_BACKLOG 1024
/* Each further address of a name is tried this long after the one before (RFC 8305). */
#define SNET_STREAM_DIAL_STAGGER_MS 250u
/* One round over all addresses of a name takes no longer than this. */
#define SNET_STREAM_DIAL_TIMEOUT_MS 10000u

/* Zero means: leave it to the operating system. */
struct snet_stream_options {
    uint32_t buffer_bytes; /* SO_SNDBUF and SO_RCVBUF, set before connecting or listening */
    uint32_t dead_peer_ms; /* keepalive and TCP_USER_TIMEOUT: a silent peer is dead after this */
};

/* SNET_OK when `address` has one of the forms above; ADDRESS otherwise. */
SNET_API SNET_MUST_USE snet_err snet_stream_address_check(const char *address);

struct snet_stream_dial;

/*
 * The end of a dial: SNET_OK and a connected stream with `data` NULL, or RESOLVE or CONNECT with
 * NULL; `os_err` is then the last error of libuv, for people. The dial is gone afterwards.
 */
typedef void snet_stream_dial_fn(void *user, snet_err err, int os_err, uv_stream_t *stream);

struct snet_stream_dial_config {
    const char *address; /* copied */
    struct snet_stream_options options;
    snet_stream_dial_fn *on_done;
    void *user;
};

/*
 * Connects to an address: all addresses of a name are raced, IPv6 and IPv4 in turn. `on_done` is
 * called once, never from within this call. Errors: ADDRESS, NO_MEMORY, OS.
 */
SNET_API SNET_MUST_USE snet_err snet_stream_dial_start(uv_loop_t *loop,
                                                       const struct snet_stream_dial_config *config,
                                                       struct snet_stream_dial **ret_dial);
/* Gives the dial up; `on_done` is not called. Accepts NULL. */
SNET_API void snet_stream_dial_cancel(struct snet_stream_dial *dial);

typedef struct snet_stream_listener snet_stream_listener;
typedef void snet_stream_accept_fn(void *user, uv_stream_t *stream);

/*
 * Listens on `address` and hands out each accepted stream. Running out of descriptors does not end
 * it: it sheds the connection and goes on. Errors: ADDRESS, RESOLVE, LISTEN, NO_MEMORY;
 * `*ret_os_err` is then the error of libuv, for people.
 */
SNET_API SNET_MUST_USE snet_err snet_stream_listener_open(uv_loop_t *loop, const char *address,
                                                          const struct snet_stream_options *options,
                                                          snet_stream_listener **ret_listener,
                                                          int *ret_os_err);
/*
 * As above, on a bound stream socket of the program's, which is the listener's then and closed with
 * it, or at once on failure.
 * Errors: LISTEN, NO_MEMORY.
 */
SNET_API SNET_MUST_USE snet_err snet_stream_listener_adopt(uv_loop_t *loop, int fd,
                                                           snet_stream_listener **ret_listener,
                                                           int *ret_os_err);
/* Begins to accept. */
SNET_API void snet_stream_listener_start(snet_stream_listener *listener,
                                         snet_stream_accept_fn *on_accept, void *user);
/* The address it listens on, with the real port; owned by the listener. */
SNET_API const char *snet_stream_listener_address(const snet_stream_listener *listener);
/* Stops listening, and frees the listener when the loop has run on. Accepts NULL. */
SNET_API void snet_stream_listener_close(snet_stream_listener *listener);

/* What the kernel did not take waits in a copy of at most this size. */
#define SNET_STREAM_WRITER_COPY_BYTES 16384u

/* Called when a full outlet is idle again, or with an error of libuv when its stream broke. */
typedef void snet_stream_writer_fn(void *user, int os_err);

/*
 * The sending side of a stream: gives bytes to the kernel where they are, and copies only the few
 * that must wait for it, so that the memory behind spans is free again when a call returns.
 */
struct snet_stream_writer {
    uv_stream_t *stream;
    snet_stream_writer_fn *on_idle;
    void *user;
    struct snet_stream_writer_write *waiting; /* NULL while idle */
};

/* Sends what it can of the spans, in order: the number of bytes taken, or an error of libuv. Only
 * an idle outlet takes bytes: see `waiting`. */
SNET_API ssize_t snet_stream_writer_send(struct snet_stream_writer *writer,
                                         const struct snet_span *spans, size_t count);
/* No callback any more; what waits is still sent by a stream that is closed in good order. */
SNET_API void snet_stream_writer_detach(struct snet_stream_writer *writer);

/* Closes a stream; with `reset`, what was not sent is thrown away and the peer sees a reset. */
SNET_API void snet_stream_close(uv_stream_t *stream, bool reset);

/* An orderly close is over after this, whatever the other end does. */
#define SNET_STREAM_FINISH_MS 5000u

/*
 * Closes a stream in good order: sends what is queued and a FIN, throws away up to `waste_max` > 0
 * bytes of what still arrives and leaves the rest to wait unread, and closes when the other end is
 * seen to have closed too, or after SNET_STREAM_FINISH_MS.
 */
SNET_API void snet_stream_finish(uv_stream_t *stream, size_t waste_max);

/*
 * How the stream ended, for a read callback that was told `len` < 0: UV_EOF for an orderly end, or
 * the error of libuv. Ask once per end; `len` alone is UV_EOF too when bytes arrived just before a
 * reset.
 */
SNET_API int snet_stream_end_err(const uv_stream_t *stream, ssize_t len);

/* True unless the connection is known to be dead, even if nobody reads from it. */
SNET_API bool snet_stream_alive(const uv_stream_t *stream);

/* The remote address as text, "unix" for local ones, "?" when it is known no more; cut to `size`
 * with its zero. */
SNET_API void snet_stream_peer(const uv_stream_t *stream, char *ret_text, size_t size);

#ifdef __cplusplus
}
#endif
#endif
