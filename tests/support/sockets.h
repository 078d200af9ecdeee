/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Plain sockets on loopback: the other end of a stream, held by the test and not by the loop. None
 * of them blocks.
 */
#ifndef SNET_TESTS_SUPPORT_SOCKETS_H
#define SNET_TESTS_SUPPORT_SOCKETS_H

#include <snet/stream.h>

#include "tests/support/loop.h"

#include <stddef.h>
#include <stdint.h>

/* test_socket_listen: refuses connections, but nobody else gets its port. */
#define TEST_SOCKET_CLOSED (-1)
/* test_socket_end: the stream has not ended. */
#define TEST_SOCKET_OPEN 1

/* Listens on a numeric address and tells it with the real port; both as snet takes it. */
int test_socket_listen(const char *address, int backlog, char *ret_address, size_t size);
/* Connects to an address as snet tells it. */
int test_socket_connect(const char *address);
/* Takes a connection that is there. */
int test_socket_accept(int listener);
/* The port of a numeric address. */
const char *test_socket_port(const char *address);

/* A listener whose queue is full: who connects hears nothing. */
struct test_silent {
    int listener;
    int peers[2];
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
};
void test_silent_open(struct test_silent *silent, const char *address);
void test_silent_close(struct test_silent *silent);

/* A new stream of `family`, AF_INET or AF_UNIX, and the socket that it is connected with. */
uv_stream_t *test_socket_stream(struct test_loop *loop, int family, int *ret_peer);
/* The descriptor of a stream. */
int test_socket_of(const uv_stream_t *stream);

/* Writes the bytes of the pattern at `offset` while they are taken; returns how many were. */
size_t test_socket_write(int peer, uint64_t offset, size_t len);
/* Reads what is there, at most `max`; it must be the pattern at `offset`. Returns how much. */
size_t test_socket_read(int peer, uint64_t offset, size_t max);
/* How the stream ended, once everything is read: UV_EOF or the error of libuv. Ask once per end. */
int test_socket_end(int peer);
/* The same, after as many turns of the loop as it takes. */
int test_socket_await_end(struct test_loop *loop, int peer);
/* Bytes that the kernel holds for a reader. */
size_t test_socket_pending(int fd);
/* The other end sees a reset, and so does whoever still holds this one. */
void test_socket_reset(int fd);
void test_socket_close(int fd);
/* Skips the test that calls it where TCP_INFO tells no state: big-endian under qemu-user. */
void test_socket_need_tcp_info(void);

#endif
