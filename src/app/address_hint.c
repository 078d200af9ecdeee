/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/address_hint.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#define HINT_PORT_MAX 65535

static bool hint_begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* More colons than HOST:PORT has, and no brackets. */
static bool hint_is_bare_ipv6(const char *text)
{
    const char *colon = strchr(text, ':');
    return text[0] != '[' && colon != NULL && strchr(colon + 1, ':') != NULL;
}

const char *snet_address_hint(const char *text)
{
    const char *port = strrchr(text, ':');
    if (hint_begins(text, "unix:")) {
        return strlen(text + strlen("unix:")) >= sizeof((struct sockaddr_un *)NULL)->sun_path
                   ? "the path of a local socket has at most 107 characters"
                   : "a local socket needs a path: unix:PATH";
    }
    if (strstr(text, "://") != NULL) {
        return "of URLs only snet://KEY@HOST:PORT is known, to snet connect; else HOST:PORT";
    }
    if (hint_is_bare_ipv6(text)) {
        return "an IPv6 address stands in brackets: [IPv6]:PORT";
    }
    if (port == NULL || (text[0] == '[' && port[-1] != ']')) {
        return "the port is missing: HOST:PORT";
    }
    if (port[1] != '\0' && strspn(port + 1, "0123456789") == strlen(port + 1) &&
        (strlen(port + 1) > 5 || atoi(port + 1) > HINT_PORT_MAX)) {
        return "a port is at most 65535";
    }
    return "an address is HOST:PORT, [IPv6]:PORT, :PORT or unix:PATH";
}
