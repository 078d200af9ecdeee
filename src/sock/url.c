/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * URLs of <snet/config.h>: snet://[KEY@]HOST:PORT[/SERVICE][?NAME[=VALUE]&...] and
 * snet+unix://[KEY@]/PATH[?NAME[=VALUE]&...].
 *
 * A URL is taken apart into a copy of the config, so that all of it counts or nothing. What is
 * wrong is said by position or by option and never by quoting: it may hold what should not be
 * shown.
 */
#include <snet/schema.h>
#include <snet/stream.h>

#include "base/try.h"
#include "sock/config.h"

#include <stdio.h>
#include <string.h>

#define URL_SCHEME "snet://"
#define URL_SCHEME_UNIX "snet+unix://"
#define URL_BYTES_MAX 2048u
#define URL_ADDRESS_BYTES 340u
#define URL_OPTIONS_MAX 64u

struct url {
    const char *text;
    struct snet_config *config;
    struct snet_error *error;
    bool is_unix;
    bool allows_files; /* the command: options may name files */
    size_t given_count;
    const struct snet_option *given[URL_OPTIONS_MAX];
};

static snet_err url_fail(const struct url *url, const char *where, const char *what)
{
    return snet_error_set(url->error, SNET_ERR_URL, NULL, "character %zu of the URL: %s",
                          (size_t)(where - url->text) + 1, what);
}

/* --- Characters ------------------------------------------------------------------------------ */

static int url_hex(char digit)
{
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    if (digit >= 'A' && digit <= 'F') {
        return digit - 'A' + 10;
    }
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* Decodes what lies between `from` and `end`, %HH and all. Errors: URL. */
static snet_err url_decode(const struct url *url, const char *from, const char *end, char *ret_text,
                           size_t size)
{
    size_t len = 0;
    for (const char *at = from; at < end; at++) {
        unsigned byte = (unsigned char)*at;
        if (*at == '%') {
            const int high = end - at > 2 ? url_hex(at[1]) : -1;
            const int low = end - at > 2 ? url_hex(at[2]) : -1;
            if (high < 0 || low < 0) {
                return url_fail(url, at, "'%' wants two hexadecimal digits behind it");
            }
            byte = (unsigned)(high * 16 + low);
            at += 2;
        }
        if (byte < 0x20 || byte == 0x7F) {
            return url_fail(url, at, "a control character");
        }
        if (len + 1 >= size) {
            return url_fail(url, from, "this part is too long");
        }
        ret_text[len] = (char)byte;
        len++;
    }
    ret_text[len] = '\0';
    return SNET_OK;
}

/* --- Options --------------------------------------------------------------------------------- */

/* What may not be named in a URL, and why. */
static snet_err url_check_option(struct url *url, const char *where,
                                 const struct snet_option *option, const char *name)
{
    if (option == NULL) {
        return snet_error_set(url->error, SNET_ERR_OPTION, name, "the URL names an unknown option");
    }
    if ((option->uses & SNET_USE_URL) == 0) {
        return snet_error_set(url->error, SNET_ERR_OPTION, option->name,
                              "a URL cannot set %s: set it where the program is configured",
                              option->name);
    }
    for (size_t i = 0; i < url->given_count; i++) {
        if (url->given[i] == option) {
            return snet_error_set(url->error, SNET_ERR_OPTION, option->name, "the URL has %s twice",
                                  option->name);
        }
    }
    if (url->given_count == URL_OPTIONS_MAX) {
        return url_fail(url, where, "too many options");
    }
    url->given[url->given_count] = option;
    url->given_count++;
    return SNET_OK;
}

/* Whether a value of this type is the name of a file, which only people may choose. */
static bool url_is_secret(const struct snet_option *option)
{
    return option->type == SNET_TYPE_SECRET || option->type == SNET_TYPE_SECRETS;
}

/* A key in a value is a key where a key is wanted, and a secret that should not be here elsewhere.
 */
static snet_err url_check_file(const struct url *url, const struct snet_option *option,
                               const char *value)
{
    struct snet_key key;
    const bool is_key = snet_key_parse(value, &key) == SNET_OK;
    snet_key_wipe(&key);
    if (url_is_secret(option) && is_key) {
        return snet_error_set(url->error, SNET_ERR_VALUE, option->name,
                              "%s in a URL names a file: a secret has no place in a URL",
                              option->name);
    }
    const bool names_file = url_is_secret(option) || (option->type == SNET_TYPE_KEY && !is_key);
    if (names_file && !url->allows_files) {
        return snet_error_set(url->error, SNET_ERR_VALUE, option->name,
                              "a URL cannot name a file here: set %s where the program is "
                              "configured",
                              option->name);
    }
    return SNET_OK;
}

/* NAME or NAME=VALUE, from `from` to `end`. */
static snet_err url_option(struct url *url, const char *from, const char *end)
{
    char name[SNET_ERROR_OPTION_BYTES];
    char value[URL_BYTES_MAX];
    const char *equals = memchr(from, '=', (size_t)(end - from));
    const char *name_end = equals == NULL ? end : equals;
    if (name_end == from) {
        return url_fail(url, from, "an option without a name");
    }
    SNET_TRY(url_decode(url, from, name_end, name, sizeof name));
    SNET_TRY(url_decode(url, equals == NULL ? end : equals + 1, end, value, sizeof value));
    const struct snet_option *option = snet_option_find(name);
    SNET_TRY(url_check_option(url, from, option, name));
    SNET_TRY(url_check_file(url, option, value));
    return snet_config_set(url->config, option->name, equals == NULL ? "yes" : value, url->error);
}

/* All behind the question mark. */
static snet_err url_query(struct url *url, const char *from)
{
    const char *end = from;
    while (*from != '\0') {
        end = from + strcspn(from, "&");
        SNET_TRY(url_option(url, from, end));
        from = *end == '&' ? end + 1 : end;
        if (*end == '&' && *from == '\0') {
            return url_fail(url, end, "an option without a name");
        }
    }
    return SNET_OK;
}

/* --- Parts ----------------------------------------------------------------------------------- */

/* The key before the last @ of the authority, which may hold slashes. `*ret_next` is behind it. */
static snet_err url_key(struct url *url, const char *from, const char *query, const char **ret_next)
{
    char text[SNET_KEY_TEXT_BYTES + 8];
    const char *at = memchr(from, '@', (size_t)(query - from));
    *ret_next = from;
    if (at == NULL) {
        return SNET_OK;
    }
    if (memchr(from, ':', (size_t)(at - from)) != NULL) {
        return url_fail(url, from, "only a key may stand before the @, no user and no password");
    }
    SNET_TRY(url_decode(url, from, at, text, sizeof text));
    struct snet_key key;
    if (snet_key_parse(text, &key) != SNET_OK) {
        return url_fail(url, from, "what stands before the @ is not a key");
    }
    *ret_next = at + 1;
    url->given[url->given_count] = snet_option_find("server-key");
    url->given_count++;
    return snet_config_set_key(url->config, "server-key", &key, url->error);
}

static snet_err url_address_unix(struct url *url, const char *from, const char *end)
{
    char address[URL_ADDRESS_BYTES] = "unix:";
    if (*from != '/') {
        return url_fail(url, from, "the path of a socket begins with a slash");
    }
    SNET_TRY(url_decode(url, from, end, address + 5, sizeof address - 5));
    return snet_config_set(url->config, "address", address, url->error);
}

/* HOST:PORT and, behind a slash, the service. */
static snet_err url_address(struct url *url, const char *from, const char *end)
{
    char address[URL_ADDRESS_BYTES];
    char service[URL_ADDRESS_BYTES];
    const char *slash = memchr(from, '/', (size_t)(end - from));
    const char *address_end = slash == NULL ? end : slash;
    SNET_TRY(url_decode(url, from, address_end, address, sizeof address));
    if (address[0] == ':') {
        return url_fail(url, from, "a host belongs before the port");
    }
    if (strncmp(address, "unix:", 5) == 0) {
        return url_fail(url, from, "a socket's path goes with snet+unix://");
    }
    if (snet_stream_address_check(address) != SNET_OK) {
        return url_fail(url, from, "HOST:PORT or [IPv6]:PORT belongs here");
    }
    SNET_TRY(snet_config_set(url->config, "address", address, url->error));
    if (slash == NULL || slash + 1 == end) {
        return SNET_OK;
    }
    SNET_TRY(url_decode(url, slash + 1, end, service, sizeof service));
    url->given[url->given_count] = snet_option_find("service");
    url->given_count++;
    return snet_config_set(url->config, "service", service, url->error);
}

static snet_err url_parse(struct url *url)
{
    const char *from = url->text;
    url->is_unix = strncmp(from, URL_SCHEME_UNIX, strlen(URL_SCHEME_UNIX)) == 0;
    if (!url->is_unix && strncmp(from, URL_SCHEME, strlen(URL_SCHEME)) != 0) {
        return url_fail(url, from, "it begins with " URL_SCHEME " or " URL_SCHEME_UNIX);
    }
    if (strlen(from) > URL_BYTES_MAX) {
        return url_fail(url, from + URL_BYTES_MAX, "it is too long");
    }
    if (strchr(from, '#') != NULL) {
        return url_fail(url, strchr(from, '#'), "a fragment has no meaning here");
    }
    from += strlen(url->is_unix ? URL_SCHEME_UNIX : URL_SCHEME);
    const char *query = from + strcspn(from, "?");
    SNET_TRY(url_key(url, from, query, &from));
    SNET_TRY(url->is_unix ? url_address_unix(url, from, query) : url_address(url, from, query));
    return *query == '\0' ? SNET_OK : url_query(url, query + 1);
}

static snet_err url_apply(struct snet_config *config, const char *url_text, bool allows_files,
                          struct snet_error *ret_error)
{
    struct snet_error error;
    struct snet_config own = SNET_CONFIG_INIT;
    if (config == NULL || url_text == NULL) {
        return snet_error_set(ret_error, SNET_ERR_INVALID, NULL, "there is no URL");
    }
    struct url url = {
        .text = url_text, .config = &own, .error = &error, .allows_files = allows_files};
    snet_err err = snet_config_copy(&own, config, &error);
    if (err == SNET_OK) {
        err = url_parse(&url);
    }
    if (err == SNET_OK) {
        err = snet_config_replace(config, &own, &error);
    }
    if (err != SNET_OK) {
        snet_config_clear(&own);
        if (ret_error != NULL) {
            *ret_error = error;
        }
    }
    return err;
}

snet_err snet_config_parse_url(struct snet_config *config, const char *url,
                               struct snet_error *ret_error)
{
    return url_apply(config, url, false, ret_error);
}

snet_err snet_config_parse_url_files(struct snet_config *config, const char *url,
                                     struct snet_error *ret_error)
{
    return url_apply(config, url, true, ret_error);
}

/* --- The other way --------------------------------------------------------------------------- */

struct url_text {
    char *text;
    size_t size;
    size_t len; /* of all that was wanted, also what did not fit */
};

static void url_put(struct url_text *out, char byte)
{
    if (out->len + 1 < out->size) {
        out->text[out->len] = byte;
        out->text[out->len + 1] = '\0';
    }
    out->len++;
}

static void url_put_text(struct url_text *out, const char *text)
{
    for (; *text != '\0'; text++) {
        url_put(out, *text);
    }
}

/* With %HH for all but what is a letter, a digit, or one of `plain`. */
static void url_put_encoded(struct url_text *out, const char *text, const char *plain)
{
    static const char digits[] = "0123456789ABCDEF";
    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        const bool is_plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                              (byte >= '0' && byte <= '9') || strchr(plain, byte) != NULL;
        if (is_plain) {
            url_put(out, *text);
        } else {
            url_put(out, '%');
            url_put(out, digits[byte >> 4]);
            url_put(out, digits[byte & 15u]);
        }
    }
}

/* In base64url without padding, which nothing in a URL has to be escaped for. */
static void url_put_key(struct url_text *out, const struct snet_key *key)
{
    char text[SNET_KEY_TEXT_BYTES];
    snet_key_format(key, text);
    for (const char *at = text; *at != '\0' && *at != '='; at++) {
        url_put(out, *at == '+' ? '-' : *at == '/' ? '_' : *at);
    }
    url_put(out, '@');
}

/* All options that a URL may hold and that are not the default; secrets are left to the reader. */
static void url_put_options(struct url_text *out, const struct snet_config *config)
{
    char mark = '?';
    const struct snet_option *option = NULL;
    for (size_t i = 0; (option = snet_option_at(i)) != NULL; i++) {
        char value[URL_BYTES_MAX];
        size_t len = 0;
        const bool is_part = strcmp(option->name, "server-key") == 0 ||
                             strcmp(option->name, "service") == 0 || url_is_secret(option);
        if ((option->uses & SNET_USE_URL) == 0 || is_part ||
            !snet_config_is_set(config, option->name) ||
            snet_config_get(config, option->name, value, sizeof value, &len) != SNET_OK) {
            continue;
        }
        url_put(out, mark);
        url_put_text(out, option->name);
        url_put(out, '=');
        url_put_encoded(out, value, "-._~");
        mark = '&';
    }
}

snet_err snet_config_format_url(const struct snet_config *config, char *ret_text, size_t size,
                                size_t *ret_len)
{
    struct snet_config own;
    struct url_text out = {.text = ret_text, .size = size};
    if (config == NULL || ret_len == NULL || (ret_text == NULL && size > 0) ||
        snet_config_widen(config, &own, NULL) != SNET_OK || own.address == NULL) {
        return SNET_ERR_INVALID;
    }
    const bool is_unix = strncmp(own.address, "unix:", 5) == 0;
    url_put_text(&out, is_unix ? URL_SCHEME_UNIX : URL_SCHEME);
    if (own.server_key != NULL) {
        url_put_key(&out, own.server_key);
    }
    url_put_encoded(&out, is_unix ? own.address + 5 : own.address, "-._~:[]/");
    if (own.service != NULL && !is_unix) {
        url_put(&out, '/');
        url_put_encoded(&out, own.service, "-._~");
    }
    url_put_options(&out, &own);
    *ret_len = out.len;
    return SNET_OK;
}
