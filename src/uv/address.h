/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Addresses as users type them: HOST:PORT, [IPv6]:PORT, :PORT, unix:PATH.
 *
 * Thread: pure; names are resolved elsewhere.
 */
#ifndef SNET_UV_ADDRESS_H
#define SNET_UV_ADDRESS_H

#include <snet/error.h>
#include <snet/stream.h>

#include "base/bytes.h"

#include <stdbool.h>

#define SNET_ADDRESS_PORT_BYTES 6u

struct snet_address {
    bool local; /* unix:PATH, with the path in `host` */
    char host[SNET_STREAM_ADDRESS_MAX_BYTES];
    char port[SNET_ADDRESS_PORT_BYTES];
};

/* Errors: ADDRESS. */
SNET_MUST_USE snet_err snet_address_parse(const char *text, struct snet_address *ret_address);

/* True when `host` is an IPv4 or IPv6 address; `*ret_socket` is then the whole address. */
bool snet_address_numeric(const struct snet_address *address, struct sockaddr_storage *ret_socket);

/* The address that a resolver found; false when it is longer than any address can be. */
bool snet_address_resolved(const struct addrinfo *info, struct sockaddr_storage *ret_socket);

/* The address alone, 4 or 16 bytes in `socket`: one of IPv4 is that also on a socket for IPv6. None
   for another family. */
struct snet_bytes snet_address_bytes(const struct sockaddr_storage *socket);

/* A copy of an address of IPv4 or IPv6; NULL or another one becomes one of no family. */
void snet_address_copy(const struct sockaddr *socket, struct sockaddr_storage *ret_socket);

/* The address as text, like 127.0.0.1:80, [::1]:80 or unix; "?" for one of another family. */
void snet_address_format(const struct sockaddr_storage *socket, char *ret_text, size_t size);

#endif
