/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * End: the calls that a scene makes, for bare TCP and for the sockets of snet, so that both do the
 * same with the same buffers. All of them block.
 *
 * Ownership: the caller's structs. Thread: several may use one end; for a connection the rules of
 * <snet/socket.h> hold. An end is initialised before the process forks.
 */
#ifndef SNET_BENCH_SCENES_END_H
#define SNET_BENCH_SCENES_END_H

#include <snet/socket.h>
#include <snet/uv.h>

#include "bench/scenes/scene.h"

#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/socket.h>

#define SNET_BENCH_BACKLOG 4096

struct snet_bench_end;

/* One TCP connection, or one session. It does not move in memory while it is open. */
struct snet_bench_conn {
    struct snet_bench_end *end;
    snet_socket *socket;     /* snet */
    _Atomic int fd;          /* of TCP; of a session that is to be cut a second descriptor of its
                                present connection; else -1 */
    snet_event_fn *on_event; /* of sessions, with the connection; set before dialing */
    void *user;              /* the scene's */
    bool cuts; /* the session can be cut, and uses this struct until the process ends; set
                  before dialing */
};

/* A function that fails returns false or -1, and sets errno. */
struct snet_bench_end_row {
    bool (*listen)(struct snet_bench_end *end, const char *address);
    bool (*dial)(struct snet_bench_conn *conn);
    bool (*accept)(struct snet_bench_conn *conn);
    ssize_t (*read)(struct snet_bench_conn *conn, void *ret_data, size_t len);
    bool (*write)(struct snet_bench_conn *conn, const void *data, size_t len); /* all of it */
    void (*close)(struct snet_bench_conn *conn);
};

struct snet_bench_end {
    const struct snet_bench_options *options;
    const struct snet_bench_end_row *row;
    struct snet_config config; /* of sessions, both ends; without keys and hooks */
    struct snet_key secret;    /* of the server, made for this run */
    struct snet_key public_key;
    snet_event_fn *on_event; /* of accepted sessions, with `user` */
    void *user;
    bool queued;         /* accepted sessions have `events` in place of that, and do not block */
    snet_events *events; /* of this process, made by _listen */
    bool nodelay;        /* tcp */
    char address[SNET_STREAM_ADDRESS_MAX_BYTES]; /* listened on, or dialed */
    struct sockaddr_storage to;                  /* the same, for tcp */
    socklen_t to_len;
    int listen_fd;
    snet_socket *listener;
};

/* Makes what both processes need. False when this machine has no random bytes. */
bool snet_bench_end_init(struct snet_bench_end *end, const struct snet_bench_options *options);
/* Listens as the options say; `address` has the real port then. */
bool snet_bench_end_listen(struct snet_bench_end *end);
/* Sets the address that is dialed from now on. */
bool snet_bench_end_aim(struct snet_bench_end *end, const char *address);

bool snet_bench_end_dial(struct snet_bench_end *end, struct snet_bench_conn *conn);
bool snet_bench_end_accept(struct snet_bench_end *end, struct snet_bench_conn *conn);
ssize_t snet_bench_end_read(struct snet_bench_conn *conn, void *ret_data, size_t len);
/* Exactly `len` bytes; false at the end of the stream, too. */
bool snet_bench_end_read_all(struct snet_bench_conn *conn, void *ret_data, size_t len);
bool snet_bench_end_write(struct snet_bench_conn *conn, const void *data, size_t len);
void snet_bench_end_close(struct snet_bench_conn *conn);
/*
 * Resets the TCP connection, or that of a session, as a network would: both ends see that it is
 * gone, and neither has closed it. False when there is none at the moment.
 */
bool snet_bench_end_cut(struct snet_bench_conn *conn);
/* Prints on standard error why the last call with the connection failed. */
void snet_bench_end_explain(const struct snet_bench_conn *conn);
/* The congestion control of this process's connections. */
void snet_bench_end_congestion(char *ret_name, size_t size);

#endif
