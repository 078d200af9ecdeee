/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Sockets that survive: in place of the calls by which a program connects, listens, reads and
 * writes. Stable ABI: see docs/compatibility.md.
 *
 * A background thread keeps the connections. The calls wait, or do not, as those of a TCP socket
 * would. Writing while a connection is lost is writing into the send buffer: the bytes go out when
 * the session is back. What was written is delivered once and in order, or the session ends with an
 * error.
 *
 * Errors. Setting up (dial, listen) explains itself in a `struct snet_error`, which may be NULL.
 * Moving bytes follows POSIX: -1 or NULL, and `errno`, which is touched on failure only; EINTR
 * never comes out. All else returns snet_err. Where a function names no errno: EINVAL for an
 * argument, EBADF for a socket that is NULL, closed meanwhile or a parent's in a forked child,
 * EDEADLK for a call that would wait on the background thread.
 *
 * Threads. Any thread may use any socket, also at once: one may read while another writes. A socket
 * must not be used after snet_close: a call that waits in it is woken and fails with EBADF, but a
 * thread between two calls would use freed memory. To end such a thread: snet_socket_cancel, join
 * it, snet_close.
 *
 * Fork. In a child every call on an object of its parent fails with EBADF, dialing and listening
 * with EBADF and SNET_ERR_FORKED: it never seals. Where the kernel can empty pages in a child
 * (Linux), it has no secret key, psk or secret of a session either; it has keys of connections that
 * were up, and the program's own copies. daemon() is a fork whose parent exits, and belongs before
 * the first call; a config that was filled before it stays good. A child of vfork may call nothing
 * until it executes. Descriptors of snet_socket_to_fd go on in a child while the parent lives, and
 * not longer; in a child that executes a program they report the end then, in another they wait.
 *
 * Signals. The background thread leaves a program's own handlers alone and blocks no signal that a
 * language's runtime sends to threads; see docs/socket-semantics.md.
 */
#ifndef SNET_SOCKET_H
#define SNET_SOCKET_H

#include <snet/config.h>
#include <snet/error.h>
#include <snet/key.h>
#include <snet/version.h>

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A session's end in this process, or a listener. */
typedef struct snet_socket snet_socket;

/* Which calls a timeout or deadline is for; combined by |. */
#define SNET_READ 1u  /* snet_read, snet_readv, snet_accept, snet_dial_wait */
#define SNET_WRITE 2u /* snet_write, snet_writev, snet_flush */

/* --- Dialing and listening ------------------------------------------------------------------- */

/*
 * Opens a session to `address` and waits until it is up. `address` is HOST:PORT, [IPv6]:PORT, :PORT
 * or unix:PATH, never a URL; NULL takes the config's. `config` NULL means all defaults; it is
 * copied, with all that it points to. With `nonblocking` this is snet_dial_start.
 *
 * The socket is the caller's until snet_close. NULL with errno EINVAL (address, config), EACCES
 * (keys), ECONNREFUSED or what else a connection fails by, EHOSTUNREACH (the name is not known),
 * ETIMEDOUT (no valid answer), EBUSY (the server's limits), EPROTO (the other end breaks the
 * protocol), EDEADLK (on the background thread), ENOMEM, EBADF (forked) or another; `*ret_error` is
 * filled then, unless it is NULL.
 */
SNET_API snet_socket *snet_dial(const char *address, const struct snet_config *config,
                                struct snet_error *ret_error);
/* The same to a URL, by a copy of `config` in which the URL's options count: see
   snet_config_parse_url, whose errors are added. */
SNET_API snet_socket *snet_dial_url(const char *url, const struct snet_config *config,
                                    struct snet_error *ret_error);
/*
 * The same as snet_dial, but it never waits: snet_dial_wait does, and so do the first reads and
 * writes. SNET_EVENT_OPENED or _ENDED reports how it went.
 */
SNET_API snet_socket *snet_dial_start(const char *address, const struct snet_config *config,
                                      struct snet_error *ret_error);
/*
 * Waits until the session of snet_dial_start is up: 0. -1 with errno ECANCELED, ETIMEDOUT,
 * ECONNREFUSED, EACCES or another, and `*ret_error` filled; the socket is still to be closed.
 */
SNET_API int snet_dial_wait(snet_socket *socket, struct snet_error *ret_error);

/*
 * Listens on `address`, as snet_dial takes one; port 0 is any free port, which snet_socket_info
 * shows. NULL with errno EINVAL, ENOMEM, EADDRINUSE, EADDRNOTAVAIL, EACCES, EBADF (forked) or
 * another, and `*ret_error` filled.
 */
SNET_API snet_socket *snet_listen(const char *address, const struct snet_config *config,
                                  struct snet_error *ret_error);
/* The same on a bound or listening stream socket of the program's, which is closed with the
   listener, or at once on failure. */
SNET_API snet_socket *snet_listen_fd(int fd, const struct snet_config *config,
                                     struct snet_error *ret_error);
/*
 * Waits for the next new session of a listener, which is the caller's until snet_close. NULL with
 * errno EAGAIN (nonblocking), ECANCELED, ETIMEDOUT, ENOMEM.
 */
SNET_API snet_socket *snet_accept(snet_socket *listener);
/* Refuses new sessions from now on; those that are there go on, and may resume. 0, or -1. */
SNET_API int snet_socket_drain(snet_socket *listener);
/*
 * Gives a listener other values of the options with SNET_USE_UPDATE while it serves: its keys, the
 * keys of clients, times and limits. `config` is whole, as snet_listen takes one: what it leaves
 * out is the default again, but for the address. It is copied, with all that it points to, and what
 * was kept of the keys before is wiped.
 *
 * Connections and sessions that begin afterwards have the new values; a session keeps the times
 * that it began with. Sessions go on, but for those whose key was taken away: the `key` or `psk`
 * that they began with, or the client's in `authorized`. When `authorized` is set where everybody
 * was served, these are also all sessions with a `key` whose client has none. They end with
 * SNET_ERR_DENIED, reading with EACCES, at both ends, whether or not they have a connection: a
 * client without one is told when it tries to resume, and has the reason in `peer_text` when it has
 * one. Sessions of wires 1 and 2 have no such keys, and go on.
 *
 * Any thread, also while others accept, and in a hook of the config. 0, or -1 with nothing changed
 * and `*ret_error` filled, unless it is NULL: errno EINVAL (the socket is no listener; the config
 * is not good, or SNET_ERR_OPTION names an option that differs and cannot change), ENOMEM, EIO
 * (libcrypto), EBADF.
 */
SNET_API int snet_socket_update(snet_socket *listener, const struct snet_config *config,
                                struct snet_error *ret_error);

/* --- Bytes ----------------------------------------------------------------------------------- */

/*
 * Reads at most `len` bytes: how many, 0 at the end of the stream, or -1 with errno EAGAIN
 * (nonblocking), ETIMEDOUT, ECANCELED, ECONNRESET (the session ended otherwise: snet_socket_error).
 */
SNET_API ssize_t snet_read(snet_socket *socket, void *ret_data, size_t len);
/*
 * Writes `len` bytes and waits until all of them are in the send buffer; a nonblocking socket takes
 * what fits. They go out at once; in a burst of small writes, together with what follows within
 * 1 ms. How many, or -1 with errno EAGAIN, ETIMEDOUT, ECANCELED, EPIPE (after snet_shutdown or the
 * end of the session). No SIGPIPE is raised.
 */
SNET_API ssize_t snet_write(snet_socket *socket, const void *data, size_t len);
/* The same with `count` buffers in order; EINVAL below 0 and above 1,024. */
SNET_API ssize_t snet_readv(snet_socket *socket, const struct iovec *buffers, int count);
SNET_API ssize_t snet_writev(snet_socket *socket, const struct iovec *buffers, int count);
/* Nothing more is written; reading goes on where the wire has half-close. 0, or -1. */
SNET_API int snet_shutdown(snet_socket *socket);
/*
 * Waits until the other end has acknowledged all that was written: 0. -1 with errno as snet_write,
 * and ENOTSUP on wires without acknowledgements.
 */
SNET_API int snet_flush(snet_socket *socket);
/*
 * Gives the socket back; accepts NULL. What was written still goes out in the background, for
 * `linger_ns` of the config at most, also while the process exits by exit() or from main. Calls
 * that wait in it fail with EBADF, its waiting events are taken back, and a listener's sessions
 * that nobody has accepted end. 0, or -1 with errno EBADF in a forked child.
 */
SNET_API int snet_close(snet_socket *socket);
/*
 * Ends the session at once and sends the other end `code`, SNET_CODE_APPLICATION to 65535, and
 * `text` (NULL for none, cut to 255 bytes). The socket is still to be closed. 0, or -1.
 */
SNET_API int snet_socket_abort(snet_socket *socket, uint32_t code, const char *text);
#define SNET_CODE_APPLICATION 0x1000u

/* --- Waiting --------------------------------------------------------------------------------- */

#define SNET_POLL_IN 1   /* reading or accepting would not wait */
#define SNET_POLL_OUT 4  /* writing would not wait */
#define SNET_POLL_ERR 8  /* the session ended by an error, or the socket was cancelled */
#define SNET_POLL_HUP 16 /* the session has ended */
/* 16 bytes on 64-bit machines, 12 on 32-bit ones, for ever. */
struct snet_pollfd {
    snet_socket *socket; /* NULL: `fd`, a descriptor of the kernel's */
    int32_t fd;          /* below 0 without a socket: skipped */
    int16_t events;      /* SNET_POLL_IN and _OUT; ERR and HUP are always reported */
    int16_t revents;
};
/*
 * Waits until one of `count` sockets and descriptors is ready, for `timeout_ns` at most; 0 does not
 * wait, SNET_NEVER waits for ever. Level-triggered, as poll. How many are ready, 0 when the time is
 * over, or -1 with errno EINVAL, ENOMEM, EMFILE. A socket that is closed meanwhile is reported as
 * SNET_POLL_HUP.
 */
SNET_API int snet_poll(struct snet_pollfd *polls, size_t count, uint64_t timeout_ns);

/* From any thread, for good: calls on this socket that wait, now or later, fail with ECANCELED.
   0, or -1. */
SNET_API int snet_socket_cancel(snet_socket *socket);
/* From now on each call of the kinds in `which` waits for `timeout_ns` at most; 0: without limit.
   0, or -1. */
SNET_API int snet_socket_set_timeout(snet_socket *socket, uint32_t which, uint64_t timeout_ns);
/* The same as a point in time of snet_now, also for calls that wait already; 0: none. 0, or -1. */
SNET_API int snet_socket_set_deadline(snet_socket *socket, uint32_t which, uint64_t deadline_ns);
/* Whether calls fail with EAGAIN in place of waiting. 0, or -1. */
SNET_API int snet_socket_set_nonblocking(snet_socket *socket, int on);
/* The monotonic clock of deadlines, in nanoseconds; on Linux it goes on while the machine sleeps.
 */
SNET_API uint64_t snet_now(void);
/* The network has changed: all sessions that were dialed try new connections now. */
SNET_API void snet_network_changed(void);

/* --- Events ---------------------------------------------------------------------------------- */

/*
 * A queue of what happens to the sockets whose config named it. A socket has at most one waiting
 * event of each type, in memory of its own: the queue is bounded, and no event is lost for want of
 * memory. The last three come once after a call said EAGAIN, and a new socket begins as if one had.
 */
enum snet_event_type {
    SNET_EVENT_OPENED = 1, /* a dialed session is up */
    SNET_EVENT_LOST,       /* the connection, by `err`: it is being made again */
    SNET_EVENT_RETRYING,   /* attempt number `attempt` to connect since the loss begins */
    SNET_EVENT_RESUMED,    /* `after_ns` after the loss; `resent_bytes` were sent again */
    SNET_EVENT_ENDED,      /* by `err`; SNET_ERR_CLOSED is a clean end */
    SNET_EVENT_ACCEPTABLE, /* a listener has a new session */
    SNET_EVENT_READABLE,   /* bytes, the end of the stream, or an error */
    SNET_EVENT_WRITABLE,   /* room, or an error */
    SNET_EVENT_BARREN /* a connection moved nothing, by `err`: the next one is used otherwise */
};
/* A program ignores types that it does not know. */
struct snet_event {
    uint32_t type; /* enum snet_event_type */
    int32_t err;   /* snet_err */
    snet_socket *socket;
    void *user; /* of the socket: snet_socket_user */
    uint64_t after_ns;
    uint64_t resent_bytes;
    uint32_t attempt; /* from 1 on */
    uint32_t reserved;
};

/* Makes a queue. NULL with errno ENOMEM, EMFILE. */
SNET_API snet_events *snet_events_new(void);
/* Frees it; its sockets have no queue from then on. Not while a thread may enter a call on it.
   Accepts NULL. */
SNET_API void snet_events_free(snet_events *events);
/* A descriptor that is readable while an event waits: for poll, epoll, a loop of any language. It
   is not to be read, and closed with the queue. -1 with errno EBADF. */
SNET_API int snet_events_fd(snet_events *events);
/*
 * Takes the next event: 1, or 0 when none has come in `timeout_ns` (0 does not wait, SNET_NEVER
 * waits for ever). `size` is sizeof *ret_event. -1 with errno EINVAL, EBADF.
 */
SNET_API int snet_events_next(snet_events *events, struct snet_event *ret_event, size_t size,
                              uint64_t timeout_ns);

/* --- Descriptors of the kernel --------------------------------------------------------------- */

/*
 * An ordinary stream socket of the kernel for whatever takes one: read, write, send, poll, epoll,
 * select, sendfile, any library. The background thread moves the bytes between it and the session,
 * some 300 KiB at most each way beside the session's own buffers. It is nonblocking if the config
 * says so, and closed by exec unless it has `fd_inherited`. It is a local socket: addresses, TCP
 * options and urgent data are not those of the connection.
 *
 *   what the other end wrote last  -> reading reports the end of the stream (0)
 *   the session ended well         -> the same, and writing fails with EPIPE
 *   the session ended otherwise    -> reading reports ECONNRESET after the last byte that came,
 * then the end; writing fails with EPIPE. A descriptor that was shut for writing, or whose own
 * number is closed and lives on in a duplicate, reports the end alone: ask snet_fd_error.
 *   shutdown(SHUT_WR)              -> as snet_shutdown, after all that was written
 *   close, shutdown(SHUT_RDWR)     -> as snet_close, after all that was written: it lingers. Seen
 * at once, or within a second while bytes cannot move exit of the process            -> the same
 *
 * Duplicates (dup, fork, a passed descriptor) are the same socket; it is closed when the last one
 * is. A child that was forked may use one while its parent lives, whose thread moves the bytes;
 * afterwards it waits for ever, unless it has executed a program: then it reads the end.
 */

/*
 * Turns a socket into a descriptor, which close() ends, and takes the socket over: it must not be
 * used any more, except in events and as snet_socket_list shows it. No other thread may be in a
 * call with it. -1 with errno EMFILE, ENFILE, ENOMEM: then the socket is as it was.
 */
SNET_API int snet_socket_to_fd(snet_socket *socket);
/* As snet_dial, then snet_socket_to_fd. With `nonblocking` the descriptor takes bytes before the
   session is up, and reports ECONNRESET if it does not come up. */
SNET_API int snet_dial_fd(const char *address, const struct snet_config *config,
                          struct snet_error *ret_error);
/* As snet_accept, then snet_socket_to_fd; the session is closed when that fails. */
SNET_API int snet_accept_fd(snet_socket *listener);
/*
 * Why the session of a descriptor ended: SNET_OK while it lives, CLOSED after a clean end, INVALID
 * when `fd` is closed or not one of these. It goes by the kernel's socket and not by its number:
 * all duplicates have the same reason, and a number that is used again for something else has none.
 * Of descriptors that the program leaves open after the end of their session, the last
 * SNET_FD_REASONS_MAX have one; those whose own number is closed go first.
 */
SNET_API snet_err snet_fd_error(int fd);
#define SNET_FD_REASONS_MAX 1024u

/* --- Asking ---------------------------------------------------------------------------------- */

enum snet_socket_state {
    SNET_STATE_OPENING = 1, /* no connection has been proven yet */
    SNET_STATE_ATTACHED,    /* a connection carries the stream */
    SNET_STATE_DETACHED,    /* the connection is lost, and is being made again or waited for */
    SNET_STATE_ENDED,       /* over; what arrived can still be read */
    SNET_STATE_LISTENING,
    SNET_STATE_DRAINING /* a listener that takes no new sessions */
};
/* What the wire of a session can do: bits of snet_info.features. */
#define SNET_FEATURE_ACK 1u        /* what has arrived is known at any time: snet_flush */
#define SNET_FEATURE_HALF_CLOSE 2u /* each direction ends by itself */
#define SNET_FEATURE_PROTECTED 4u  /* encrypted and authenticated */

/* Of a session, all but `address`; of a listener, `state`, `wire`, `user` and `address`. */
struct snet_info {
    uint64_t session_id; /* 0 until it is up */
    uint32_t state;      /* enum snet_socket_state */
    uint32_t wire;       /* SNET_WIRE_x; of a listener, all it takes */
    int32_t err;         /* snet_err: why it ended */
    uint32_t peer_code;  /* of the other end's abort, else 0 */
    uint32_t features;
    uint32_t resumes;        /* so far */
    uint64_t written_bytes;  /* own bytes put into the stream */
    uint64_t sent_bytes;     /* of these, sent at least once */
    uint64_t acked_bytes;    /* of these, known to have arrived; without ACK, at the last resume */
    uint64_t received_bytes; /* the other end's bytes that have arrived */
    uint64_t resent_bytes;   /* own bytes sent again over all resumes */
    uint64_t window_bytes;   /* limit of bytes received and not read */
    uint64_t rtt_ns;         /* round trip of the present connection; 0: not known */
    uint64_t lost_ns;        /* how long the present loss lasts, or the last one lasted */
    uint64_t retry_after_ns; /* the pause that a busy server asked for, else 0 */
    void *user;              /* snet_socket_user */
    void *reserved;
    uint32_t has_peer_key; /* 1: the client has proven to have `peer_key`; of servers */
    uint32_t attempt;      /* number of the attempt to connect since the loss; 0: none */
    struct snet_key peer_key;
    char address[128];   /* the other end of the connection, "-" without one; of a listener, its
                            own, with the real port */
    char service[72];    /* that the client asked for */
    char peer_text[256]; /* of the other end's abort: not to be trusted */
};

/* Why the session ended; SNET_OK while it lives. INVALID for NULL, FORKED in a child. */
SNET_API snet_err snet_socket_error(snet_socket *socket);
/* Fills `size` bytes of `*ret_info`: sizeof *ret_info of the program. 0, or -1. */
SNET_API int snet_socket_info(snet_socket *socket, struct snet_info *ret_info, size_t size);
/* Fills at most `max` of `ret_infos`, `size` bytes each, one for each open socket of the process;
   returns how many sockets there are. Before the first dial or listen there are none. */
SNET_API size_t snet_socket_list(struct snet_info *ret_infos, size_t size, size_t max);
/* A pointer of the program's; at first the config's `user`. */
SNET_API void snet_socket_set_user(snet_socket *socket, void *user);
SNET_API void *snet_socket_user(snet_socket *socket);

/* --- The library in this process ------------------------------------------------------------- */

/*
 * Begins the background thread, with the budgets of `config` (NULL: the defaults). Optional: else
 * the first dial or listen does. Each open wants one snet_library_close. Errors: STATE when it runs
 * already with other budgets, and as snet_dial.
 */
SNET_API SNET_MUST_USE snet_err snet_library_open(const struct snet_config *config,
                                                  struct snet_error *ret_error);
/*
 * The last one ends the background thread and wipes keys; a later dial begins another. Closed
 * sockets that linger get `timeout_ns`, then they are aborted. Errors: STATE while a socket is
 * open, or on the background thread itself; FORKED.
 */
SNET_API SNET_MUST_USE snet_err snet_library_close(uint64_t timeout_ns);

struct snet_totals {
    uint64_t send_bytes;  /* memory of all send buffers */
    uint64_t recv_bytes;  /* memory of all bytes received and not read */
    uint64_t sessions;    /* lingering ones included */
    uint64_t connections; /* open ones */
};
/* Fills `size` bytes of `*ret_totals`. */
SNET_API void snet_library_totals(struct snet_totals *ret_totals, size_t size);

/*
 * From now on `log` gets a line, without its end, for what happens to any session of the process
 * and for each connection that was refused here; NULL for nobody. It holds ids, counts and reasons,
 * no keys and nothing of the streams. Called on the background thread, or one that is in a call: it
 * must not wait, nor use this interface.
 */
typedef void snet_log_fn(void *user, const char *line);
SNET_API void snet_library_set_log(snet_log_fn *log, void *user);
/* The same into a descriptor, which stays the program's; below 0 for nobody. A line that it does
   not take at once is dropped, and the number of lines dropped is written when there is room. 0, or
   -1. */
SNET_API int snet_library_set_log_fd(int fd);

#ifdef __cplusplus
}
#endif
#endif
