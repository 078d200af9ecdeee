/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A stream of TCP and one of snet, both on loopback, behind the same calls: so that one test can
 * hold both to the same, and say where they differ. The connection of the second can be broken.
 */
#ifndef SNET_TESTS_SUPPORT_TCP_TWIN_H
#define SNET_TESTS_SUPPORT_TCP_TWIN_H

#include <snet/socket.h>

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum twin_kind {
    TWIN_TCP,
    TWIN_SNET
};
#define TWIN_KINDS 2

/* One end: a descriptor, or a socket of snet. */
struct twin_end {
    int fd;
    snet_socket *socket;
};

/* How the connection of a client of snet is made, and broken. */
struct twin_way {
    struct sockaddr_in address;
    atomic_int fd;      /* of the last connection, a duplicate; -1 */
    atomic_bool closed; /* no new connection can be made */
};

struct tcp_twin {
    enum twin_kind kind;
    struct twin_end client;
    struct twin_end server;
    int listener;
    snet_socket *listening;
    struct twin_way *way; /* lives on: a session that lingers may still want a connection */
};

/* What both ends of snet are told, on top of keys. Zero is the default. */
struct twin_options {
    uint32_t wires;
    uint32_t history_bytes;
    uint32_t inbox_bytes;
    uint64_t resume_timeout_ns;
    bool nonblocking;
    uint64_t linger_ns;
};

/* Configs with keys that fit each other. */
struct snet_config twin_server_config(const struct twin_options *options);
struct snet_config twin_client_config(const struct twin_options *options);

/* A socket of TCP that listens on loopback, and its address; and one connected with it. */
int twin_listen(struct sockaddr_in *ret_address);
int twin_connect(const struct sockaddr_in *address);

void tcp_twin_open(struct tcp_twin *twins, enum twin_kind kind, const struct twin_options *options);
/* Closes what is still open. */
void tcp_twin_close(struct tcp_twin *twins);
/* Runs what is the same for both, or nearly. */
void tcp_twin_for_both(void (*check)(struct tcp_twin *twins), const struct twin_options *options);
/* snet: breaks the connection; with `closed` no other can be made until tcp_twin_mend. */
void tcp_twin_cut(struct tcp_twin *twins, bool closed);
void tcp_twin_mend(struct tcp_twin *twins);

/* As read, write, shutdown(SHUT_WR) and close. */
ssize_t twin_read(const struct twin_end *end, void *ret_data, size_t len);
ssize_t twin_write(const struct twin_end *end, const void *data, size_t len);
int twin_shutdown(const struct twin_end *end);
void twin_close(struct twin_end *end);
/* TCP: closes so that the other end is reset; waits for what poll knows. */
void twin_reset(struct twin_end *end);
void twin_await(const struct twin_end *end, short events);
/* Calls wait for this long at most. */
void twin_set_timeout(const struct twin_end *end, uint64_t timeout_ns);
/* Bytes that the other end has not acknowledged. */
uint64_t twin_unacked(const struct twin_end *end);

/* Fails the test unless `len` bytes come that are `data`, in pieces of whatever size. */
void twin_expect(const struct twin_end *end, const void *data, size_t len);
/* Fails the test unless reading fails with `number`, or says that the stream has ended. */
void twin_expect_error(const struct twin_end *end, int number);
void twin_expect_end(const struct twin_end *end);

#endif
