/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/snet3/migrate.h"

#include "base/cursor.h"
#include "core/client.h"

#include <string.h>

/* "[" IPv6 "]:" port, or the longest name and a port. */
#define MIGRATE_TEXT_MAX_BYTES (SNET_V3_FRAME_TEXT_MAX_BYTES + 10u)
#define MIGRATE_IPV6_GROUPS 8u
#define MIGRATE_LOCAL "unix"
#define MIGRATE_PORT_DIGITS_MAX 5u

/* --- Server ------------------------------------------------------------------------------- */

/* Decimal digits that make a port. */
static bool migrate_parse_port(const char *text, uint16_t *ret_port)
{
    uint32_t port = 0;
    size_t digits = 0;
    for (; text[digits] >= '0' && text[digits] <= '9' && digits < MIGRATE_PORT_DIGITS_MAX;
         digits++) {
        port = port * 10 + (uint32_t)(text[digits] - '0');
    }
    if (digits == 0 || text[digits] != '\0' || port == 0 || port > UINT16_MAX) {
        return false;
    }
    *ret_port = (uint16_t)port;
    return true;
}

/* HOST:PORT or [IPv6]:PORT, into a host without brackets. */
static bool migrate_parse(const char *address, struct snet_v3_migrate *migrate)
{
    const char *host = address;
    size_t len = strlen(address);
    while (len > 0 && address[len - 1] != ':') {
        len--;
    }
    if (len == 0 || !migrate_parse_port(address + len, &migrate->port)) {
        return false;
    }
    len--;
    if (len > 2 && host[0] == '[' && host[len - 1] == ']') {
        host++;
        len -= 2;
    }
    if (len == 0 || len > sizeof migrate->host) {
        return false;
    }
    migrate->host_len = (uint8_t)len;
    snet_bytes_copy((uint8_t *)migrate->host, (const uint8_t *)host, len);
    return true;
}

snet_err snet_v3_migrate_ask(snet_session *session, const char *address, uint64_t deadline_ns)
{
    struct snet_v3_session *state = snet_v3_session_of(session);
    struct snet_v3_migrate *migrate = snet_core_alloc(session->core, sizeof *migrate);
    if (migrate == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    const uint64_t deadline_ms = deadline_ns / SNET_MS_NS;
    migrate->deadline_ms = deadline_ms < UINT32_MAX ? (uint32_t)deadline_ms : UINT32_MAX;
    if (address != NULL && !migrate_parse(address, migrate)) {
        snet_core_release(session->core, migrate);
        return SNET_ERR_ADDRESS;
    }
    snet_core_release(session->core, state->of.server.migrate);
    state->of.server.migrate = migrate;
    if (session->links.live != NULL) {
        snet_link_want_send(session->links.live);
    }
    return SNET_OK;
}

/* --- Client ------------------------------------------------------------------------------- */

static void migrate_put_text(struct snet_writer *text, const char *part)
{
    snet_writer_bytes(text, (const uint8_t *)part, strlen(part));
}

static void migrate_put_number(struct snet_writer *text, unsigned value, unsigned base)
{
    char digits[MIGRATE_PORT_DIGITS_MAX + 1] = {0};
    size_t at = MIGRATE_PORT_DIGITS_MAX;
    do {
        const unsigned digit = value % base;
        digits[--at] = (char)(digit < 10 ? '0' + (int)digit : 'a' + (int)digit - 10);
        value /= base;
    } while (value > 0 && at > 0);
    migrate_put_text(text, digits + at);
}

static void migrate_put_ipv4(struct snet_writer *text, struct snet_bytes address)
{
    for (size_t i = 0; i < address.len; i++) {
        migrate_put_text(text, i == 0 ? "" : ".");
        migrate_put_number(text, address.data[i], 10);
    }
}

static void migrate_put_ipv6(struct snet_writer *text, struct snet_bytes address)
{
    migrate_put_text(text, "[");
    for (size_t i = 0; i < MIGRATE_IPV6_GROUPS; i++) {
        migrate_put_text(text, i == 0 ? "" : ":");
        migrate_put_number(text, (unsigned)address.data[2 * i] << 8 | address.data[2 * i + 1], 16);
    }
    migrate_put_text(text, "]");
}

/* A name, or an address as text: nothing that could be taken for more than a host. */
static bool migrate_put_name(struct snet_writer *text, struct snet_bytes name)
{
    bool colon = false;
    if (name.len == sizeof MIGRATE_LOCAL - 1 && memcmp(name.data, MIGRATE_LOCAL, name.len) == 0) {
        return false; /* a socket in our file system is none of the server's business */
    }
    for (size_t i = 0; i < name.len; i++) {
        const uint8_t c = name.data[i];
        colon = colon || c == ':';
        if (c <= ' ' || c >= 0x7f || c == '[' || c == ']' || c == '/') {
            return false;
        }
    }
    migrate_put_text(text, colon ? "[" : "");
    snet_writer_bytes(text, name.data, name.len);
    migrate_put_text(text, colon ? "]" : "");
    return true;
}

/* The address as HOST:PORT or [IPv6]:PORT; no text for the same one. */
static bool migrate_format(const struct snet_v3_frame *frame, struct snet_writer *text)
{
    switch (frame->kind) {
    case SNET_V3_FRAME_SAME:
        return true;
    case SNET_V3_FRAME_NAME:
        if (!migrate_put_name(text, frame->bytes)) {
            return false;
        }
        break;
    case SNET_V3_FRAME_IPV4:
        migrate_put_ipv4(text, frame->bytes);
        break;
    case SNET_V3_FRAME_IPV6:
        migrate_put_ipv6(text, frame->bytes);
        break;
    }
    migrate_put_text(text, ":");
    migrate_put_number(text, frame->port, 10);
    return !text->failed;
}

snet_err snet_v3_migrate_take(snet_link *link, const struct snet_v3_frame *frame, uint64_t now)
{
    char text[MIGRATE_TEXT_MAX_BYTES];
    snet_session *session = link->session;
    struct snet_writer writer;
    snet_writer_init(&writer, (uint8_t *)text, sizeof text);
    if (session->server != NULL || !migrate_format(frame, &writer)) {
        return SNET_ERR_BAD_FRAME;
    }
    const struct snet_bytes address = {(const uint8_t *)text, writer.written};
    if (address.len > 0 && snet_session_redirect_to(session, address) != SNET_OK) {
        return SNET_OK; /* the server has to do without it */
    }
    snet_client_network_changed(session, now);
    return SNET_OK;
}
