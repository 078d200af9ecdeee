/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The libuv driver: the core of <snet/core.h> on a libuv loop, with real connections. It connects
 * with backoff, listens, keeps time, and moves bytes. The program reads and writes its sessions
 * with the snet_session_ functions, at any time on the loop's thread; or in the manner of libuv's
 * streams, with <snet/duplex.h>. What it asks for in one turn of the loop is carried out before the
 * loop waits again.
 *
 * The driver uses nothing of the core but its public functions, so that a driver for another loop
 * can do all that this one does.
 *
 * Where a function has an `os_err`, it is an error of libuv like UV_ECONNREFUSED, for logs; 0 is
 * none.
 *
 * Source-stable tier: a program is built again for another release.
 *
 * Fork: a driver belongs to the process that made it. In a child it, its sessions and its core must
 * not be used or freed; on Linux it has no keys and no secrets of sessions there.
 *
 * Ownership: the driver owns its core and all links. A session belongs to the program from
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

typedef struct snet_uv snet_uv;
typedef struct snet_uv_server snet_uv_server;

/* --- The driver ------------------------------------------------------------------------------ */

/*
 * An event of a session: all of enum snet_core_event_type but DIAL, FREED and those of links, which
 * the driver carries out itself. Called from the loop, once for each event. It may call any
 * function but snet_uv_free.
 */
typedef void snet_uv_event_fn(void *user, const struct snet_core_event *event);
/* Something for a log has happened. It calls no function of snet. */
typedef void snet_uv_note_fn(void *user, const struct snet_note *note);

#define SNET_DEAD_PEER_TIMEOUT_DEFAULT_NS (20 * SNET_SECOND_NS)

/* Zero and NULL are the default. */
struct snet_uv_config {
    struct snet_core_config core;
    /* A TCP connection whose peer is silent for this long is dead: keepalive and TCP_USER_TIMEOUT
       together, in steps of a second. For sessions whose own config does not say. Default: 20 s. */
    uint64_t dead_peer_timeout_ns;
    snet_uv_event_fn *on_event; /* required */
    snet_uv_note_fn *on_note;   /* Default: none. */
    void *user;                 /* of both */
};

/*
 * Makes a driver on `loop`, which outlives it. The driver alone does not keep the loop running; a
 * session that wants a connection, a connection and a server do. `config` is copied. Errors:
 * INVALID without `on_event` or when snet_core_new says so, NO_MEMORY, CRYPTO.
 */
SNET_API SNET_MUST_USE snet_err snet_uv_new(uv_loop_t *loop, const struct snet_uv_config *config,
                                            snet_uv **ret_driver);

/*
 * Ends all sessions and resets their connections, closes all servers, and frees the driver when the
 * loop has run on. No event follows, and what the program has of the driver no longer exists.
 * Asserts that it is not called from within `on_event`. Accepts NULL.
 */
SNET_API void snet_uv_free(snet_uv *driver);

/* The time that calls of the core want as `now`, in nanoseconds. Any thread. */
SNET_API uint64_t snet_uv_now(const snet_uv *driver);

/* The driver's core, for snet_core_totals and snet_core_suite_add; its events are the driver's. */
SNET_API snet_core *snet_uv_core(snet_uv *driver);

/* --- Clients --------------------------------------------------------------------------------- */

/*
 * Opens a session to `address`, HOST:PORT or another form of <snet/stream.h>, and keeps it
 * connected. Returns at once: SNET_CORE_EVENT_OPENED follows; or SNET_CORE_EVENT_ENDED, when
 * `connect_timeout_ns` is over or, without `retry`, when the name does not exist or the port
 * refuses. `config` is copied; its `suite` is by default what snet_suite_fastest says. Errors:
 * ADDRESS, INVALID, NO_MEMORY.
 */
SNET_API SNET_MUST_USE snet_err snet_uv_connect(snet_uv *driver, const char *address,
                                                const struct snet_client_config *config,
                                                snet_session **ret_session);

/*
 * A program's own way to connect: through a proxy, a VPN, a bound interface. `connect` returns a
 * connected stream socket, which belongs to the driver then, or -1 with errno. It is called on a
 * thread of libuv's pool whenever the session wants a connection, and may block. A call can still
 * run after the session was freed, and its socket is then closed.
 */
struct snet_uv_connector {
    int (*connect)(void *user);
    void *user;
};
/* As snet_uv_connect, over connections that the program makes. Errors: INVALID, NO_MEMORY. */
SNET_API SNET_MUST_USE snet_err snet_uv_connect_by(snet_uv *driver,
                                                   const struct snet_uv_connector *connector,
                                                   const struct snet_client_config *config,
                                                   snet_session **ret_session);

/* The `os_err` of the last attempt to connect the session; 0 for a session of a server. */
SNET_API int snet_uv_session_os_err(const snet_session *session);

/* Writes the remote address of the session's present connection, "-" without one. Cut to `size`
   bytes with the zero; SNET_STREAM_ADDRESS_MAX_BYTES are enough. */
SNET_API void snet_uv_session_peer(const snet_session *session, char *ret_text, size_t size);
/* The same for a link of this driver, as a note has one. */
SNET_API void snet_uv_link_peer(const snet_link *link, char *ret_text, size_t size);

/* Does what snet_core_shutdown does. */
SNET_API void snet_uv_shutdown(snet_uv *driver, const char *text);

/* The network has changed: all sessions of clients try new connections now, beside those that they
   have. */
SNET_API void snet_uv_network_changed(snet_uv *driver);

/*
 * From now on, looks at the addresses of this machine once per second. When they have changed, it
 * does the above for the sessions without a link, and for those whose own path has changed: they
 * would reach their server from another address now.
 */
SNET_API void snet_uv_watch_network(snet_uv *driver);

/* --- Servers --------------------------------------------------------------------------------- */

/*
 * Serves sessions on `address`. Each appears with SNET_CORE_EVENT_OPENED, whose `server` is
 * snet_uv_server_core of this one. `config` is copied. Errors: ADDRESS; RESOLVE and LISTEN with
 * `*ret_os_err`; INVALID, NO_MEMORY.
 */
SNET_API SNET_MUST_USE snet_err snet_uv_serve(snet_uv *driver, const char *address,
                                              const struct snet_server_config *config,
                                              snet_uv_server **ret_server, int *ret_os_err);
/*
 * Does the same on a bound stream socket of the program's. The socket belongs to the server from
 * this call on and is closed with it; on failure it is closed at once. Errors: LISTEN with
 * `*ret_os_err`; INVALID, NO_MEMORY.
 */
SNET_API SNET_MUST_USE snet_err snet_uv_serve_fd(snet_uv *driver, int fd,
                                                 const struct snet_server_config *config,
                                                 snet_uv_server **ret_server, int *ret_os_err);
/* What a program has read of a connection that it has accepted, and whose it is. */
struct snet_uv_taken {
    const struct sockaddr *peer; /* NULL: the other end of the connection */
    const uint8_t *first;        /* what was read */
    size_t first_len;
};
/*
 * Serves a connection that the program has accepted. The descriptor belongs to the server from this
 * call on. Errors, after which it is closed: OS, NO_MEMORY.
 */
SNET_API SNET_MUST_USE snet_err snet_uv_server_take(snet_uv_server *server, int fd,
                                                    const struct snet_uv_taken *taken);
/* The server in the core, which events name. */
SNET_API snet_server *snet_uv_server_core(const snet_uv_server *server);
/* The address that the server listens on, with its real port, "" if it does not; valid as long as
   the server. */
SNET_API const char *snet_uv_server_address(const snet_uv_server *server);
/*
 * Gives a server other keys, times and limits while it serves, as snet_server_update says. On a
 * server of snet_uv_serve_fd, `dead_peer_timeout_ns` counts for nothing, as always. A driver that
 * other threads use is to be woken afterwards. Errors, after which nothing has changed: INVALID,
 * NO_MEMORY, CRYPTO.
 */
SNET_API SNET_MUST_USE snet_err snet_uv_server_update(snet_uv_server *server,
                                                      const struct snet_server_config *config);
/* Refuses new sessions from now on. Existing ones go on, and clients may still resume them. */
SNET_API void snet_uv_server_drain(snet_uv_server *server);
/*
 * Stops listening and frees the server. Existing sessions go on as long as their connections live:
 * clients cannot resume them here any more.
 */
SNET_API void snet_uv_server_close(snet_uv_server *server);

#ifdef __cplusplus
}
#endif
#endif
