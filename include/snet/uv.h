/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The libuv driver: the core of <snet/core.h> on a libuv loop, with real connections. It dials with
 * backoff, listens, keeps time, and moves bytes; the program reads and writes its sessions with the
 * snet_session_ functions, at any time on the loop's thread. What it does in one turn of the loop
 * is carried out before the loop waits again.
 *
 * Source-stable tier: a program is built again for another release.
 *
 * Ownership: the driver owns its core and links. Sessions belong to the program from
 * snet_uv_connect or SNET_CORE_EVENT_OPENED until snet_session_free. Thread: that of the loop.
 */
#ifndef SNET_UV_H
#define SNET_UV_H

#include <snet/core.h>
#include <snet/error.h>
#include <snet/stream.h>

#include <uv.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SNET_DEAD_PEER_TIMEOUT_DEFAULT_NS (20 * SNET_SECOND_NS)

typedef struct snet_uv snet_uv;
typedef struct snet_uv_server snet_uv_server;

/* Takes the events of sessions; it may call anything but snet_uv_free. */
typedef void snet_uv_event_fn(void *user, const struct snet_core_event *event);
typedef void snet_uv_note_fn(void *user, const struct snet_note *note);

/* Zero and NULL mean the default or nothing, except `on_event`. */
struct snet_uv_config {
    struct snet_core_config core;
    uint64_t dead_peer_timeout_ns; /* a silent peer is dead after this;
                                      SNET_DEAD_PEER_TIMEOUT_DEFAULT_NS */
    snet_uv_event_fn *on_event;
    snet_uv_note_fn *on_note;
    void *user;
};

/* Makes a driver on `loop`. Errors: NO_MEMORY, CRYPTO, INVALID, OS. */
SNET_API SNET_MUST_USE snet_err snet_uv_new(uv_loop_t *loop, const struct snet_uv_config *config,
                                            snet_uv **ret_driver);

/*
 * Ends all sessions, links and servers and frees the driver when the loop has run on; no events
 * follow. Not from within on_event. Accepts NULL.
 */
SNET_API void snet_uv_free(snet_uv *driver);

/* The time that core calls want. */
SNET_API uint64_t snet_uv_now(const snet_uv *driver);

/* The driver's core, for statistics. */
SNET_API snet_core *snet_uv_core(snet_uv *driver);

/*
 * Opens a session to `address` and keeps it connected. Errors: ADDRESS, INVALID, NO_MEMORY. Why the
 * last attempt to connect failed: snet_uv_session_os_err.
 */
SNET_API SNET_MUST_USE snet_err snet_uv_connect(snet_uv *driver, const char *address,
                                                const struct snet_client_config *config,
                                                snet_session **ret_session);

/*
 * A program's own way to connect: through a proxy, a VPN, a bound interface. Returns a connected
 * stream socket, which belongs to the driver then, or -1 with errno. Called on a thread of libuv's
 * pool whenever the session wants a connection, and may block.
 */
struct snet_uv_connector {
    int (*connect)(void *user);
    void *user;
};
/* As snet_uv_connect, over connections of the program's. Errors: INVALID, NO_MEMORY. */
SNET_API SNET_MUST_USE snet_err snet_uv_connect_by(snet_uv *driver,
                                                   const struct snet_uv_connector *connector,
                                                   const struct snet_client_config *config,
                                                   snet_session **ret_session);

/* The error of libuv in the session's last dial, 0 if none; for people. */
SNET_API int snet_uv_session_os_err(const snet_session *session);

/* The network has changed: all sessions of clients try new connections now. */
SNET_API void snet_uv_network_changed(snet_uv *driver);

/* Looks at the addresses of this machine once per second, and calls that when they change. */
SNET_API void snet_uv_watch_network(snet_uv *driver);

/*
 * Serves sessions on `address`; they appear by SNET_CORE_EVENT_OPENED with `event->server` being
 * snet_uv_server_core. Errors: ADDRESS, RESOLVE, LISTEN, INVALID, NO_MEMORY; `*ret_os_err` is then
 * the error of libuv, for people.
 */
SNET_API SNET_MUST_USE snet_err snet_uv_serve(snet_uv *driver, const char *address,
                                              const struct snet_server_config *config,
                                              snet_uv_server **ret_server, int *ret_os_err);
/* As snet_uv_serve, on a listening stream socket of the program's, which is the server's then and
   closed with it, or at once on failure. */
SNET_API SNET_MUST_USE snet_err snet_uv_serve_fd(snet_uv *driver, int fd,
                                                 const struct snet_server_config *config,
                                                 snet_uv_server **ret_server, int *ret_os_err);
SNET_API snet_server *snet_uv_server_core(const snet_uv_server *server);
/* The address it listens on, with the real port. */
SNET_API const char *snet_uv_server_address(const snet_uv_server *server);
/*
 * Stops listening and drains. Existing sessions go on while their connections live: nobody can
 * resume them here any more. `server` is void.
 */
SNET_API void snet_uv_server_close(snet_uv_server *server);
/* New sessions are refused from now on; existing ones go on and may still resume. */
SNET_API void snet_uv_server_drain(snet_uv_server *server);

/* The remote address of the session's present link; "-" without one. */
SNET_API void snet_uv_session_peer(const snet_session *session, char *ret_text, size_t size);

/* --- A session in the manner of libuv's streams ---------------------------------------------- */

/*
 * A duplex reads by a callback and writes by requests with completion. Nothing is copied or
 * allocated: what arrives is shown where it lies, and what is written stays with the program until
 * the session has taken it. No callback is called from within a function of this interface, apart
 * from snet_duplex_event for reading; all of them may call any function of it.
 *
 * Ownership: a duplex owns its session from snet_duplex_new on; it goes with snet_duplex_close,
 * which comes before snet_uv_free. A request, with its data, belongs to the program, which leaves
 * it alone and in place from the call until its completion.
 */
typedef struct snet_duplex snet_duplex;
#define SNET_DUPLEX_SPANS_MAX 64u

/*
 * Takes bytes that have arrived, `err` being SNET_OK: returns how many, the first ones. What is not
 * taken is shown again when more has arrived, up to SNET_DUPLEX_SPANS_MAX spans. The spans are
 * borrowed until the return. The last call has `err` other than SNET_OK and no bytes: CLOSED when
 * the other end has written its last, or why the session ended; what was not taken until then is
 * lost, and what is returned ignored.
 */
typedef size_t snet_duplex_read_fn(void *user, const struct snet_span *spans, size_t count,
                                   snet_err err);
typedef void snet_duplex_close_fn(void *user);

typedef struct snet_duplex_request snet_duplex_request;
/* The end of a request, which belongs to the program again. */
typedef void snet_duplex_request_fn(snet_duplex_request *request, snet_err err);
struct snet_duplex_request {
    void *user; /* the program's; the other fields are not */
    snet_duplex_request_fn *on_done;
    const uint8_t *data;
    size_t len;
    snet_err err;
    snet_duplex_request *next;
};

/*
 * Makes a duplex of a session of `driver`, which has it as its user pointer from now on; `user` is
 * what callbacks get. Errors: NO_MEMORY; the session is still the caller's.
 */
SNET_API SNET_MUST_USE snet_err snet_duplex_new(snet_uv *driver, snet_session *session, void *user,
                                                snet_duplex **ret_duplex);
/* The session, for what can be asked of one; not to be read, written or freed. */
SNET_API snet_session *snet_duplex_session(const snet_duplex *duplex);
/* To be called with each event of the session, from snet_uv_config's `on_event`. */
SNET_API void snet_duplex_event(snet_duplex *duplex, const struct snet_core_event *event);

/* Calls `on_read` for what is there and what comes, until snet_duplex_read_stop or the end. */
SNET_API void snet_duplex_read_start(snet_duplex *duplex, snet_duplex_read_fn *on_read);
/* No more calls; what arrives waits in the session, and then at the other end. Safe to repeat. */
SNET_API void snet_duplex_read_stop(snet_duplex *duplex);

/*
 * Writes `len` bytes after all those of earlier requests. `on_done` gets SNET_OK when the session
 * has taken them: they will be delivered once and in order, or the session ends with an error.
 * Else it gets STATE after snet_duplex_shutdown, ABORTED after snet_duplex_close, or why the
 * session ended.
 */
SNET_API void snet_duplex_write(snet_duplex *duplex, snet_duplex_request *request, const void *data,
                                size_t len, snet_duplex_request_fn *on_done);
/* How many bytes of requests the session has not taken yet. */
SNET_API size_t snet_duplex_write_queue_bytes(const snet_duplex *duplex);

/*
 * Nothing is written after the requests that are waiting; reading goes on where the wire has
 * half-close. `on_done` gets SNET_OK when the other end has all that was written; on wires without
 * acknowledgement, when the session has ended in good order. Else it gets STATE when it was called
 * before, ABORTED after snet_duplex_close, or why the session ended.
 */
SNET_API void snet_duplex_shutdown(snet_duplex *duplex, snet_duplex_request *request,
                                   snet_duplex_request_fn *on_done);

/*
 * Gives the duplex and its session back; one that has not ended is aborted, so that a good end is a
 * shutdown that is done. Requests are completed with ABORTED, then `on_closed` (NULL: nobody has to
 * know) is the last that is heard.
 */
SNET_API void snet_duplex_close(snet_duplex *duplex, snet_duplex_close_fn *on_closed);

#ifdef __cplusplus
}
#endif
#endif
