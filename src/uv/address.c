/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#define ADDRESS_PORT_MAX 65535
#define ADDRESS_LOCAL_PREFIX "unix:"

static snet_err address_local(const char *path, struct snet_address *ret_address)
{
    struct snet_address address = {.local = true};
    const int len = snprintf(address.host, sizeof address.host, "%s", path);
    /* The operating system, and libuv with it, would cut a longer path in silence. */
    if (len <= 0 || (size_t)len >= sizeof((struct sockaddr_un *)NULL)->sun_path) {
        return SNET_ERR_ADDRESS;
    }
    *ret_address = address;
    return SNET_OK;
}

static bool address_port_ok(const char *port)
{
    const size_t len = strlen(port);
    return len > 0 && len < SNET_ADDRESS_PORT_BYTES && strspn(port, "0123456789") == len &&
           atoi(port) <= ADDRESS_PORT_MAX;
}

snet_err snet_address_parse(const char *text, struct snet_address *ret_address)
{
    const size_t prefix_len = strlen(ADDRESS_LOCAL_PREFIX);
    if (strncmp(text, ADDRESS_LOCAL_PREFIX, prefix_len) == 0) {
        return address_local(text + prefix_len, ret_address);
    }
    const char *colon = strrchr(text, ':');
    if (colon == NULL || text[strcspn(text, " \t\r\n")] != '\0' || !address_port_ok(colon + 1)) {
        return SNET_ERR_ADDRESS;
    }
    const char *host = text;
    size_t host_len = (size_t)(colon - text);
    if (host[0] == '[') {
        if (host_len < sizeof "[]" || host[host_len - 1] != ']') {
            return SNET_ERR_ADDRESS;
        }
        host++;
        host_len -= 2;
    } else if (memchr(host, ':', host_len) != NULL) {
        return SNET_ERR_ADDRESS; /* IPv6 without brackets: which colon is it? */
    }
    struct snet_address address = {.local = false};
    if (host_len >= sizeof address.host) {
        return SNET_ERR_ADDRESS;
    }
    (void)snprintf(address.host, sizeof address.host, "%.*s", (int)host_len, host);
    (void)snprintf(address.port, sizeof address.port, "%s", colon + 1);
    *ret_address = address;
    return SNET_OK;
}

snet_err snet_stream_address_check(const char *address)
{
    struct snet_address parsed;
    return snet_address_parse(address, &parsed);
}

bool snet_address_numeric(const struct snet_address *address, struct sockaddr_storage *ret_socket)
{
    const int port = atoi(address->port);
    struct sockaddr_storage storage = {0};
    if (uv_ip4_addr(address->host, port, (struct sockaddr_in *)&storage) == 0 ||
        uv_ip6_addr(address->host, port, (struct sockaddr_in6 *)&storage) == 0) {
        *ret_socket = storage;
        return true;
    }
    return false;
}

bool snet_address_resolved(const struct addrinfo *info, struct sockaddr_storage *ret_socket)
{
    struct sockaddr_storage storage = {0};
    if (info->ai_addrlen > sizeof storage) {
        return false;
    }
    /* tidy: allow bytes because a socket address is the system's and is copied as it stands */
    memcpy(&storage, info->ai_addr, info->ai_addrlen);
    *ret_socket = storage;
    return true;
}

static unsigned address_port(in_port_t port)
{
    /* tidy: allow bytes because the system keeps ports in the order of the network */
    return ntohs(port);
}

/* An IPv4 peer of a socket that is for IPv6 too is shown as what it is. */
static void address_format_mapped(const struct sockaddr_in6 *in6, char *ret_text, size_t size)
{
    const uint8_t *bytes = in6->sin6_addr.s6_addr + sizeof in6->sin6_addr - 4;
    (void)snprintf(ret_text, size, "%u.%u.%u.%u:%u", bytes[0], bytes[1], bytes[2], bytes[3],
                   address_port(in6->sin6_port));
}

struct snet_bytes snet_address_bytes(const struct sockaddr_storage *socket)
{
    const struct sockaddr_in *in4 = (const struct sockaddr_in *)socket;
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)socket;
    const size_t in4_len = sizeof in4->sin_addr;
    if (socket->ss_family == AF_INET) {
        return (struct snet_bytes){(const uint8_t *)&in4->sin_addr, in4_len};
    }
    if (socket->ss_family != AF_INET6) {
        return (struct snet_bytes){.len = 0};
    }
    const size_t skip = IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr) ? sizeof in6->sin6_addr - in4_len : 0;
    return (struct snet_bytes){in6->sin6_addr.s6_addr + skip, sizeof in6->sin6_addr - skip};
}

void snet_address_format(const struct sockaddr_storage *socket, char *ret_text, size_t size)
{
    char host[INET6_ADDRSTRLEN] = "?";
    const struct sockaddr_in6 *mapped = (const struct sockaddr_in6 *)socket;
    if (socket->ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&mapped->sin6_addr)) {
        address_format_mapped(mapped, ret_text, size);
    } else if (socket->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)socket;
        (void)uv_ip6_name(in6, host, sizeof host);
        (void)snprintf(ret_text, size, "[%s]:%u", host, address_port(in6->sin6_port));
    } else if (socket->ss_family == AF_INET) {
        const struct sockaddr_in *in4 = (const struct sockaddr_in *)socket;
        (void)uv_ip4_name(in4, host, sizeof host);
        (void)snprintf(ret_text, size, "%s:%u", host, address_port(in4->sin_port));
    } else {
        (void)snprintf(ret_text, size, socket->ss_family == AF_UNIX ? "unix" : "?");
    }
}

void snet_address_copy(const struct sockaddr *socket, struct sockaddr_storage *ret_socket)
{
    *ret_socket = (struct sockaddr_storage){.ss_family = AF_UNSPEC};
    if (socket != NULL && socket->sa_family == AF_INET) {
        *(struct sockaddr_in *)ret_socket = *(const struct sockaddr_in *)socket;
    } else if (socket != NULL && socket->sa_family == AF_INET6) {
        *(struct sockaddr_in6 *)ret_socket = *(const struct sockaddr_in6 *)socket;
    }
}
