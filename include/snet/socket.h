/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Sockets that survive: in place of the calls by which a program connects, listens, reads and
 * writes. A background thread keeps the connections; the calls block, or do not, as a socket's
 * would. They follow POSIX, because that is what they replace: -1 or NULL and `errno`, and
 * snet_socket_error has the reason.
 *
 * Writing while a connection is lost is writing into the send buffer: it goes out when the session
 * is back. What was written is delivered once and in order, or the session ends with an error.
 *
 * Threads: any thread may use any socket; one may read while another writes and a third closes. A
 * socket must not be used after snet_socket_close. Fork: a child must not use the sockets of its
 * parent, nor this interface at all before it has called one of the exec functions.
 *
 * Signals: the background thread, which is named "snet", blocks HUP, INT, TERM, CHLD, ALRM, USR1,
 * USR2, PIPE and WINCH, so that a program's handlers do not run on it, and what the thread that
 * made the first call has blocked. It blocks no other signal: runtimes stop threads by them.
 * Threads of libuv's pool, which resolve names and call `connect`, have the mask of the thread that
 * first used the pool: as a rule the background thread's.
 */
#ifndef SNET_SOCKET_H
#define SNET_SOCKET_H

#include <snet/core.h>
#include <snet/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct snet_socket snet_socket;
typedef struct snet_acceptor snet_acceptor;

#define SNET_SOCKET_LINGER_DEFAULT_NS (5 * SNET_SECOND_NS)
#define SNET_SOCKET_BACKLOG_MAX 1024u

/* What happens to the session of a socket. */
enum snet_socket_event_type {
    SNET_SOCKET_OPENED,
    SNET_SOCKET_LOST,    /* the connection, by `err`: it is being made again */
    SNET_SOCKET_RESUMED, /* after `after_ns`; `resent_bytes` went out again */
    SNET_SOCKET_ENDED,   /* by `err`; SNET_ERR_CLOSED is a clean end */
    SNET_SOCKET_RETRYING /* a lost connection: attempt number `attempt` to make another begins */
};
struct snet_socket_event {
    enum snet_socket_event_type type;
    snet_err err;
    uint64_t after_ns;
    uint64_t resent_bytes;
    uint32_t attempt; /* since the loss, from 1 on */
};
/*
 * Called on the background thread, one at a time. It must not wait for long: calls of this
 * interface that would wait fail with EDEADLK there, and a blocking snet_dial with STATE. It may
 * close sockets, `socket` too when snet_dial has returned that. A dial that fails while it blocks
 * calls it for nothing. After snet_socket_close no further call begins; one that runs then may go
 * on.
 */
typedef void snet_socket_event_fn(void *user, snet_socket *socket,
                                  const struct snet_socket_event *event);
/* Makes a connection: a connected stream socket, or -1 with errno. May block. */
typedef int snet_socket_connect_fn(void *user);

/* A client that has opened a session, for the server's program; valid during the call. */
struct snet_socket_client {
    uint64_t id;                /* of the session */
    const char *address;        /* of its connection */
    const struct snet_key *key; /* that it has proven to have; NULL for none */
    const char *service;        /* that it asked for; empty for none */
};
/*
 * Whether a session is taken: 0, or a code, SNET_CODE_APPLICATION or above, that the client's end
 * reads as the end of its session (`peer_code`); it is never accepted then. Called on the
 * background thread, which does nothing else meanwhile: it must not wait, nor use this interface.
 */
typedef uint16_t snet_socket_accept_fn(void *user, const struct snet_socket_client *client);

/* Zero means the default in every field, except `struct_size` and the keys of snet/3. */
struct snet_socket_config {
    size_t struct_size; /* sizeof(struct snet_socket_config) of the program */
    struct snet_session_config session;
    unsigned wires; /* a set of enum snet_wire, for a client just one; SNET_WIRE_3 */
    struct snet_client_keys client_keys;
    struct snet_server_keys server_keys;
    const char *service; /* told to the server; none */
    bool early_data;     /* see struct snet_client_config */
    bool nonblocking;    /* calls that would wait fail with EAGAIN */
    uint8_t suite;       /* snet/3, dialing: the id of one that is built in; snet_suite_fastest */
    uint64_t connect_timeout_ns; /* how long to try to begin; SNET_CONNECT_TIMEOUT_DEFAULT_NS */
    uint64_t linger_ns; /* how long a closed socket goes on in the background until the other end
                           has all; SNET_SOCKET_LINGER_DEFAULT_NS */
    snet_socket_event_fn *on_event;  /* of dialed and accepted sockets; none */
    snet_socket_connect_fn *connect; /* in place of connecting to the address; none. Called on a
                                        thread of its own kind whenever a connection is wanted;
                                        also after a dial was given up, and for a closed socket
                                        while it lingers */
    void *user;                      /* of these functions; must outlive all of their calls */
    bool fd_inherited; /* descriptors stay open in programs that are executed; closed there */
    snet_socket_accept_fn *on_accept; /* listening: asked about each new session; all are taken */
};

/*
 * Sets what suits a phone or a laptop: patient, quiet (signs of life every 270 s, as networks that
 * sleep want it), small buffers. And what suits a server. Keys and wires are left to the program.
 */
SNET_API void snet_socket_config_phone(struct snet_socket_config *ret_config);
SNET_API void snet_socket_config_server(struct snet_socket_config *ret_config);
/*
 * Whether the config can be used to dial, or with `listens` to listen. Errors: INVALID, and
 * `*ret_field` is the name of the field that is to blame; static storage.
 */
SNET_API SNET_MUST_USE snet_err snet_socket_config_check(const struct snet_socket_config *config,
                                                         bool listens, const char **ret_field);

/*
 * Opens a session to `address` (HOST:PORT) and waits until it is up; with `nonblocking` it returns
 * at once, and the first calls wait for it. NULL with errno EINVAL (address, config), ENOMEM,
 * ECONNREFUSED, ETIMEDOUT, EACCES (keys), or another; `*ret_err` is then the reason.
 */
SNET_API snet_socket *snet_dial(const char *address, const struct snet_socket_config *config,
                                snet_err *ret_err);

/* Listens on `address`. NULL with errno EINVAL, ENOMEM, EADDRINUSE or another. */
SNET_API snet_acceptor *snet_listen(const char *address, const struct snet_socket_config *config,
                                    snet_err *ret_err);
/* As above, on a bound or listening stream socket of the program's, which is closed with it, or at
   once on failure. */
SNET_API snet_acceptor *snet_listen_fd(int fd, const struct snet_socket_config *config,
                                       snet_err *ret_err);
/* The address listened on, with the real port; owned by the acceptor. */
SNET_API const char *snet_acceptor_address(const snet_acceptor *acceptor);
/* Waits for the next new session. NULL with errno EAGAIN, ENOMEM, EBADF when closed meanwhile. */
SNET_API snet_socket *snet_accept(snet_acceptor *acceptor);
/* Refuses new sessions from now on; those that are there go on and may resume. */
SNET_API void snet_acceptor_drain(snet_acceptor *acceptor);
/* Stops listening; sockets that were accepted go on. Wakes who waits in snet_accept. */
SNET_API void snet_acceptor_close(snet_acceptor *acceptor);

/*
 * Reads at most `len` bytes: how many, 0 at the end of the stream, or -1 with errno EAGAIN,
 * ETIMEDOUT (deadline), ECONNRESET (the session ended otherwise), EBADF (closed meanwhile).
 */
SNET_API ssize_t snet_read(snet_socket *socket, void *ret_data, size_t len);
/*
 * Writes `len` bytes, blocking until all of them are in the send buffer; nonblocking sockets take
 * what fits. They go out at once; in a burst of small writes, together with what follows within
 * 1 ms. How many, or -1 with errno EAGAIN, ETIMEDOUT, EPIPE (after snet_shutdown or the end of the
 * session), EBADF.
 */
SNET_API ssize_t snet_write(snet_socket *socket, const void *data, size_t len);
/* The same with several buffers in order. */
SNET_API ssize_t snet_readv(snet_socket *socket, const struct iovec *buffers, int count);
SNET_API ssize_t snet_writev(snet_socket *socket, const struct iovec *buffers, int count);
/* Nothing more is written; reading goes on where the wire has half-close. 0, or -1 with EBADF. */
SNET_API int snet_shutdown(snet_socket *socket);
/* Waits until the other end has all that was written. 0, or -1 with errno as snet_write. */
SNET_API int snet_flush(snet_socket *socket);
/* How many written bytes the other end has not acknowledged. */
SNET_API uint64_t snet_unacked(snet_socket *socket);
/*
 * Gives the socket back. What was written still goes out in the background, for `linger_ns` at
 * most, also while the process exits by exit() or from main. Wakes who waits in other calls.
 */
SNET_API void snet_socket_close(snet_socket *socket);
/* The same, by the name that goes with snet_read and snet_write. */
SNET_API void snet_close(snet_socket *socket);

/* --- Real descriptors ------------------------------------------------------------------------ */

/*
 * An ordinary stream socket of the kernel for whatever takes one: read, write, send, poll, epoll,
 * select, sendfile, any library. The background thread moves the bytes between it and the session,
 * some 300 KiB at most each way beside the session's own buffers. It is nonblocking if the config
 * says so, and closed by exec unless it has `fd_inherited`. It is a local socket: addresses,
 * options of TCP and urgent data are not those of the connection.
 *
 *   what the other end wrote last  -> reading tells the end of the stream (0)
 *   the session ended well         -> the same, and writing fails with EPIPE
 *   the session ended otherwise    -> reading tells ECONNRESET after the last byte that came, then
 *                                     the end; writing fails with EPIPE. A descriptor that was shut
 *                                     for writing, or whose own number is closed and lives on in a
 *                                     duplicate, tells the end alone: ask snet_fd_error.
 *   shutdown(SHUT_WR)              -> as snet_shutdown, after all that was written
 *   close, shutdown(SHUT_RDWR)     -> as snet_socket_close, after all that was written: it lingers.
 *                                     Seen at once, or within a second while bytes cannot move
 *   exit of the process            -> the same
 *
 * Duplicates (dup, fork, a passed descriptor) are the same socket; it is closed when the last one
 * is. A child that was forked may use one while its parent lives, whose thread moves the bytes.
 */

/*
 * Turns a socket into a descriptor, which is closed by close(). The socket must not be used any
 * more, except in `on_event` and as snet_socket_each shows it; no other thread may be in a call
 * with it. -1 with errno EBADF (closed, or has a descriptor), EMFILE, ENFILE, ENOMEM: then the
 * socket is as it was.
 */
SNET_API int snet_socket_fd(snet_socket *socket);
/* As snet_dial; -1 with its errno or that of snet_socket_fd. With `nonblocking` the descriptor
   takes bytes before the session is up, and tells ECONNRESET if it does not come up. */
SNET_API int snet_dial_fd(const char *address, const struct snet_socket_config *config,
                          snet_err *ret_err);
/* As snet_accept; -1 with its errno or that of snet_socket_fd, and the session is closed then. */
SNET_API int snet_accept_fd(snet_acceptor *acceptor);
/*
 * Why the session of a descriptor ended: SNET_OK while it lives, CLOSED after a clean end, INVALID
 * when `fd` is closed or not one of these. It goes by the kernel's socket and not by its number:
 * all duplicates have the same reason, and a number that is used again for something else has none.
 * Of descriptors that the program leaves open after the end of their session, the last
 * SNET_FD_REASONS_MAX have one; those whose own number is closed go first.
 */
#define SNET_FD_REASONS_MAX 1024u
SNET_API snet_err snet_fd_error(int fd);

/* --- More about sockets ---------------------------------------------------------------------- */

/*
 * Ends the session at once and tells the other end `code`, SNET_CODE_APPLICATION or above (a lower
 * one counts as that), and a text (NULL for none): a server refuses a client it does not want like
 * this. The socket is still to be closed.
 */
SNET_API void snet_socket_abort(snet_socket *socket, uint16_t code, const char *text);
/* The other end's text of that kind, cut to `size` with its zero; empty without one. */
SNET_API void snet_socket_peer_text(snet_socket *socket, char *ret_text, size_t size);

/* A pointer of the program's. */
SNET_API void snet_socket_set_user(snet_socket *socket, void *user);
SNET_API void *snet_socket_user(snet_socket *socket);

/*
 * Calls `visit` for each open socket of the process until it returns false; it must not use this
 * interface. Returns how many were visited.
 */
typedef bool snet_socket_visit_fn(void *user, snet_socket *socket,
                                  const struct snet_session_info *info);
SNET_API size_t snet_socket_each(snet_socket_visit_fn *visit, void *user);

/* The remote address of the present connection, "-" without one; cut to `size` with its zero. */
SNET_API void snet_socket_peer(snet_socket *socket, char *ret_text, size_t size);
/* The client's public key, when it has proven to have one; else false. */
SNET_API bool snet_socket_peer_key(snet_socket *socket, struct snet_key *ret_key);
/* The service that the client asked for, for servers; cut to `size` with its zero. */
SNET_API void snet_socket_service(snet_socket *socket, char *ret_text, size_t size);

/* From now on calls that wait do so for `wait_ns` at most each; 0 is for ever. */
SNET_API void snet_socket_set_timeout(snet_socket *socket, uint64_t wait_ns);
/* Why the session ended; SNET_OK while it lives. */
SNET_API snet_err snet_socket_error(snet_socket *socket);
SNET_API void snet_socket_info(snet_socket *socket, struct snet_session_info *ret_info);

/*
 * From now on `log` gets a line, without its end, for what happens to any session of the process
 * and for each connection that was refused here; NULL for nobody. It holds ids, counts and reasons,
 * no keys and nothing of the streams. Called on the background thread, or one that is in a call:
 * it must not wait, nor use this interface.
 */
typedef void snet_socket_log_fn(void *user, const char *line);
SNET_API void snet_socket_set_log(snet_socket_log_fn *log, void *user);

/* The network has changed: all sockets that dialed try new connections now. */
SNET_API void snet_network_changed(void);

#ifdef __cplusplus
}
#endif
#endif
