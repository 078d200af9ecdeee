/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What snet_socket_info says, for tests that want one field of it in the middle of an expression.
 */
#ifndef SNET_TESTS_SUPPORT_ASKED_H
#define SNET_TESTS_SUPPORT_ASKED_H

#include <snet/socket.h>

/* Fails the test when the call does. */
struct snet_info asked(snet_socket *socket);
/* The address of a listener, or of the other end; this thread's until its fifth such call. */
const char *asked_address(snet_socket *socket);
/* Own bytes that the other end has not acknowledged. */
uint64_t asked_unacked(snet_socket *socket);

#endif
