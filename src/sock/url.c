/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/url.h"

#include <snet/schema.h>

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define URL_TCP "snet://"
#define URL_UNIX "snet+unix://"
#define URL_PORT_MAX 65535u

/* A URL that is being taken to pieces: `at` and `end` are offsets in `text`. */
struct url_parser {
    const char *text;
    size_t len;
    struct snet_url *url;
    struct snet_error *error;
};

static snet_err url_fail(struct url_parser *parser, size_t at, const char *why)
{
    return snet_error_set(parser->error, SNET_ERR_URL, "", "the URL is wrong at character %zu: %s",
                          at + 1, why);
}

/* --- Characters ------------------------------------------------------------------------------ */

static bool url_hex(char character, uint8_t *ret_value)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *found = character == '\0' ? NULL : strchr(digits, character);
    if (found == NULL) {
        return false;
    }
    *ret_value = (uint8_t)((found - digits) % 16);
    return true;
}

static bool url_is_control(uint8_t byte)
{
    return byte < ' ' || byte == 0x7f;
}

/* Puts one more character of the present text down. */
static void url_keep(struct snet_url *url, uint8_t byte)
{
    url->texts[url->used] = (char)byte;
    url->used++;
}

/* Decodes what stands from `at` to `end`; the text is not ended yet. */
static snet_err url_decode(struct url_parser *parser, size_t at, size_t end)
{
    for (size_t i = at; i < end; i++) {
        uint8_t byte = (uint8_t)parser->text[i];
        uint8_t high = 0;
        uint8_t low = 0;
        if (url_is_control(byte) || byte == ' ') {
            return url_fail(parser, i, "a space or a control character");
        }
        if (byte == '%') {
            if (i + 2 >= end || !url_hex(parser->text[i + 1], &high) ||
                !url_hex(parser->text[i + 2], &low)) {
                return url_fail(parser, i, "two hexadecimal digits belong behind a %");
            }
            byte = (uint8_t)(high << 4 | low);
            if (url_is_control(byte)) {
                return url_fail(parser, i, "a control character");
            }
            i += 2;
        }
        url_keep(parser->url, byte);
    }
    return SNET_OK;
}

/* Decodes a part that stands by itself. */
static snet_err url_part(struct url_parser *parser, size_t at, size_t end,
                         struct snet_url_part *ret_part)
{
    const char *text = parser->url->texts + parser->url->used;
    const snet_err err = url_decode(parser, at, end);
    url_keep(parser->url, '\0');
    if (err == SNET_OK) {
        *ret_part = (struct snet_url_part){text, at + 1};
    }
    return err;
}

/* --- Parts ----------------------------------------------------------------------------------- */

/* The first of some characters from `at` on, or the end. */
static size_t url_find(const struct url_parser *parser, size_t at, const char *characters)
{
    return at + strcspn(parser->text + at, characters);
}

static snet_err url_key(struct url_parser *parser, size_t at, size_t end)
{
    struct snet_key key;
    snet_err err = url_part(parser, at, end, &parser->url->key);
    if (err == SNET_OK && snet_key_parse(parser->url->key.text, &key) != SNET_OK) {
        err = url_fail(parser, at, "before the @ stands the server's public key, 43 characters");
    }
    return err;
}

/* Whether what stands from `at` to `end` is a key. */
static bool url_is_key(struct url_parser *parser, size_t at, size_t end)
{
    struct url_parser quiet = *parser;
    const size_t used = parser->url->used;
    quiet.error = NULL;
    const bool is = url_key(&quiet, at, end) == SNET_OK;
    parser->url->used = used;
    parser->url->key = (struct snet_url_part){NULL, 0};
    return is;
}

/* Takes the key from the front, if there is one, and moves `*at` behind it. */
static snet_err url_take_key(struct url_parser *parser, bool is_path, size_t *at)
{
    const size_t begin = *at;
    const size_t end = url_find(parser, begin, is_path ? "@?" : "@:[?");
    if (parser->text[end] == '@') {
        if (is_path && parser->text[begin] == '/' && !url_is_key(parser, begin, end)) {
            return SNET_OK; /* the @ of a path */
        }
        *at = end + 1;
        return url_key(parser, begin, end);
    }
    if (parser->text[end] == ':' && parser->text[url_find(parser, end, "@/?")] == '@') {
        return url_fail(parser, begin,
                        "a name and a password mean nothing: before the @ stands the server's "
                        "public key");
    }
    return SNET_OK;
}

/* Whether a host has only what hosts have; `bracketed` is an IPv6 address, perhaps with a zone. */
static bool url_is_host(const char *host, bool bracketed)
{
    return host[0] != '\0' &&
           host[strcspn(host, bracketed ? "/?#[]@ \"<>" : ":/?#[]@ \"<>%")] == '\0' &&
           (!bracketed || strchr(host, ':') != NULL);
}

static bool url_is_port(const char *text)
{
    unsigned port = 0;
    size_t len = 0;
    for (; text[len] >= '0' && text[len] <= '9' && port <= URL_PORT_MAX; len++) {
        port = 10 * port + (unsigned)(text[len] - '0');
    }
    return len > 0 && text[len] == '\0' && port >= 1 && port <= URL_PORT_MAX;
}

/* HOST:PORT or [IPv6]:PORT, from `at` to `end`. */
static snet_err url_host(struct url_parser *parser, size_t at, size_t end)
{
    struct snet_url *url = parser->url;
    const bool bracketed = parser->text[at] == '[';
    const size_t colon = bracketed ? url_find(parser, at, "]/?") + 1 : url_find(parser, at, ":/?");
    const size_t host = at + (bracketed ? 1 : 0);
    const size_t host_end = colon - (bracketed ? 1 : 0);
    if (bracketed && (host_end >= end || parser->text[host_end] != ']')) {
        return url_fail(parser, at, "the ] is missing");
    }
    if (colon >= end || parser->text[colon] != ':') {
        return url_fail(parser, end, "HOST:PORT is wanted, and the port is missing");
    }
    const char *address = url->texts + url->used;
    if (bracketed) {
        url_keep(url, '[');
    }
    const size_t text = url->used;
    snet_err err = url_decode(parser, host, host_end);
    if (err != SNET_OK) {
        return err;
    }
    url->texts[url->used] = '\0';
    if (!url_is_host(url->texts + text, bracketed)) {
        return url_fail(parser, at, "this is not a host");
    }
    if (bracketed) {
        url_keep(url, ']');
    }
    url_keep(url, ':');
    const size_t port = url->used;
    err = url_decode(parser, colon + 1, end);
    if (err != SNET_OK) {
        return err;
    }
    url_keep(url, '\0');
    if (!url_is_port(url->texts + port)) {
        return url_fail(parser, colon + 1,
                        strchr(url->texts + port, ':') != NULL
                            ? "an IPv6 address stands in [ ]"
                            : "this is not a port, which is a number from 1 to 65535");
    }
    url->address = (struct snet_url_part){address, at + 1};
    return SNET_OK;
}

static snet_err url_path(struct url_parser *parser, size_t at, size_t end)
{
    static const char prefix[] = "unix:";
    struct snet_url *url = parser->url;
    const char *address = url->texts + url->used;
    if (parser->text[at] != '/') {
        return url_fail(parser, at, "a path that begins with / is wanted");
    }
    for (size_t i = 0; prefix[i] != '\0'; i++) {
        url_keep(url, (uint8_t)prefix[i]);
    }
    const snet_err err = url_decode(parser, at, end);
    url_keep(url, '\0');
    url->address = (struct snet_url_part){address, at + 1};
    return err;
}

/* NAME=VALUE or NAME, from `at` to `end`. */
static snet_err url_option(struct url_parser *parser, size_t at, size_t end)
{
    struct snet_url *url = parser->url;
    const size_t sign = url_find(parser, at, "=&");
    if (sign == at) {
        return url_fail(parser, at, "the name of an option is missing");
    }
    if (url->option_count == SNET_URL_OPTIONS_MAX) {
        return url_fail(parser, at, "too many options");
    }
    struct snet_url_option *option = &url->options[url->option_count];
    url->option_count++;
    option->value = (struct snet_url_part){"yes", at + 1};
    snet_err err = url_part(parser, at, sign, &option->name);
    if (err == SNET_OK && sign < end) {
        err = url_part(parser, sign + 1, end, &option->value);
    }
    return err;
}

static snet_err url_options(struct url_parser *parser, size_t at)
{
    snet_err err = SNET_OK;
    for (size_t end = 0; err == SNET_OK && end < parser->len; at = end + 1) {
        end = url_find(parser, at, "&");
        err = url_option(parser, at, end);
    }
    return err;
}

snet_err snet_url_split(const char *text, struct snet_url *ret_url, struct snet_error *ret_error)
{
    struct url_parser parser = {text, strnlen(text, SNET_URL_MAX_BYTES + 1), ret_url, ret_error};
    const bool is_path = strncasecmp(text, URL_UNIX, strlen(URL_UNIX)) == 0;
    *ret_url = (struct snet_url){.used = 0};
    if (parser.len > SNET_URL_MAX_BYTES) {
        return url_fail(&parser, SNET_URL_MAX_BYTES, "it is too long");
    }
    if (!is_path && strncasecmp(text, URL_TCP, strlen(URL_TCP)) != 0) {
        return url_fail(&parser, 0, "it begins with snet:// or snet+unix://");
    }
    const size_t fragment = url_find(&parser, 0, "#");
    if (fragment < parser.len) {
        return url_fail(&parser, fragment, "a fragment, from # on, means nothing");
    }
    size_t at = is_path ? strlen(URL_UNIX) : strlen(URL_TCP);
    snet_err err = url_take_key(&parser, is_path, &at);
    if (err != SNET_OK) {
        return err;
    }
    const size_t query = url_find(&parser, at, "?");
    const size_t end = is_path ? query : url_find(&parser, at, "/?");
    err = is_path ? url_path(&parser, at, end) : url_host(&parser, at, end);
    if (err == SNET_OK && end + 1 < query) {
        err = url_part(&parser, end + 1, query, &ret_url->service);
    }
    if (err == SNET_OK && query + 1 < parser.len) {
        err = url_options(&parser, query + 1);
    }
    return err;
}

/* --- Making ---------------------------------------------------------------------------------- */

static void url_put_byte(struct snet_url_text *text, char byte)
{
    if (text->len + 1 < text->size) {
        text->text[text->len] = byte;
        text->text[text->len + 1] = '\0';
    }
    text->len++;
}

void snet_url_put(struct snet_url_text *text, const char *part)
{
    for (; part[0] != '\0'; part++) {
        url_put_byte(text, part[0]);
    }
}

void snet_url_put_escaped(struct snet_url_text *text, const char *part)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                "0123456789-._~/:,";
    static const char digits[] = "0123456789ABCDEF";
    for (; part[0] != '\0'; part++) {
        if (strchr(plain, part[0]) != NULL) {
            url_put_byte(text, part[0]);
        } else {
            url_put_byte(text, '%');
            url_put_byte(text, digits[(uint8_t)part[0] >> 4]);
            url_put_byte(text, digits[(uint8_t)part[0] & 15u]);
        }
    }
}
