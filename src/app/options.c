/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/options.h"

#include "app/parse.h"

#include <stdio.h>
#include <string.h>

static bool options_history(struct snet_options *options, const char *value)
{
    return snet_parse_size(value, &options->history_bytes) &&
           options->history_bytes >= SNET_HISTORY_MIN_BYTES &&
           options->history_bytes <= SNET_HISTORY_MAX_BYTES;
}

static bool options_ms(const char *value, uint64_t *ret_ms)
{
    return snet_parse_seconds(value, ret_ms) && *ret_ms > 0;
}

static bool options_bad(const struct snet_options *options, const char *what, const char *value)
{
    snet_log_say(&options->log, "%s, not '%s'; see snet %s --help", what, value,
                 options->log.command);
    return false;
}

/* Puts a file on a list; false when that is full. */
static bool options_list(const char **list, size_t *count, size_t max, const char *value)
{
    if (*count == max) {
        return false;
    }
    list[*count] = value;
    (*count)++;
    return true;
}

struct options_suite {
    const char *name;
    uint8_t id;
};

static bool options_suite(struct snet_options_secure *secure, const char *value)
{
    static const struct options_suite suites[] = {
        {"chacha20-poly1305", SNET_SUITE_CHACHA20_POLY1305},
        {"aes-256-gcm", SNET_SUITE_AES_256_GCM},
    };
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++) {
        if (strcmp(value, suites[i].name) == 0) {
            secure->suite = suites[i].id;
            return true;
        }
    }
    return false;
}

static bool options_heartbeat(struct snet_options_secure *secure, const char *value)
{
    return options_ms(value, &secure->heartbeat_ms) &&
           secure->heartbeat_ms >= SNET_HEARTBEAT_MIN_NS / SNET_MS_NS &&
           secure->heartbeat_ms <= SNET_HEARTBEAT_MAX_NS / SNET_MS_NS;
}

/* The options of wire 3. */
static bool options_take_secure(struct snet_options *options, int option, const char *value)
{
    struct snet_options_secure *secure = &options->secure;
    switch (option) {
    case 'k':
        secure->given = "--key";
        return options_list(secure->keys, &secure->key_count, SNET_SERVER_SECRETS_MAX, value) ||
               options_bad(options, "at most 4 --key can be given", value);
    case 'p':
        secure->given = "--psk";
        return options_list(secure->psks, &secure->psk_count, SNET_SERVER_PSKS_MAX, value) ||
               options_bad(options, "at most 64 --psk can be given", value);
    case 'a':
        secure->given = "--authorized";
        secure->authorized = value;
        return true;
    case 's':
        secure->given = "--server-key";
        secure->server_key = value;
        return true;
    case 'c':
        secure->given = "--client-key";
        secure->client_key = value;
        return true;
    case 'n':
        secure->given = "--node-id";
        return (snet_parse_number(value, &secure->node_id) && secure->node_id <= UINT32_MAX) ||
               options_bad(options, "--node-id takes a number below 4294967296", value);
    case 'B':
        secure->given = "--heartbeat";
        return options_heartbeat(secure, value) ||
               options_bad(options, "--heartbeat takes seconds from 1 to 600", value);
    case 'd':
        secure->given = "--pad";
        return (snet_parse_size(value, &secure->pad_bytes) &&
                secure->pad_bytes <= SNET_PAD_MAX_BYTES) ||
               options_bad(options, "--pad takes a size up to 4k", value);
    case 'u':
        secure->given = "--suite";
        return options_suite(secure, value) ||
               options_bad(options, "--suite takes chacha20-poly1305 or aes-256-gcm", value);
    case 'e':
        secure->given = "--early";
        secure->early = true;
        return true;
    default:
        return false;
    }
}

int snet_options_next(int argc, char **argv, const char *short_options,
                      const struct option *long_options)
{
    opterr = 0;
    const int option = getopt_long(argc, argv, short_options, long_options, NULL);
    if (option == '?') {
        (void)fprintf(stderr,
                      "snet %s: unknown option or missing value: '%s'; see snet %s --help\n",
                      argv[0], argv[optind - 1], argv[0]);
    }
    return option;
}

bool snet_options_take(struct snet_options *options, int option, const char *value)
{
    switch (option) {
    case 'W':
        return snet_parse_wires(value, &options->wires) ||
               options_bad(options, "--wire takes names out of 1, 1-padded, 2, 3", value);
    case 'H':
        return options_history(options, value) ||
               options_bad(options, "--history takes a size from 64 to 1G", value);
    case 'w':
        return options_ms(value, &options->wait_ms) ||
               options_bad(options, "--wait takes seconds above 0", value);
    case 'D':
        return options_ms(value, &options->dead_peer_ms) ||
               options_bad(options, "--dead-peer takes seconds above 0", value);
    case 'E':
        return options_ms(value, &options->eof_wait_ms) ||
               options_bad(options, "--eof-wait takes seconds above 0", value);
    case 'l':
        options->listen = value;
        return snet_stream_address_check(value) == SNET_OK ||
               options_bad(options, "--listen takes HOST:PORT or unix:PATH", value);
    case 't':
        options->to = value;
        return snet_stream_address_check(value) == SNET_OK ||
               options_bad(options, "--to takes HOST:PORT or unix:PATH", value);
    case 'P':
        options->plain = true;
        return true;
    case 'J':
        options->log.json = true;
        return true;
    case 'v':
        options->log.verbosity++;
        return true;
    case 'h':
        options->help = true;
        return true;
    default:
        return options_take_secure(options, option, value);
    }
}

bool snet_options_agree(const struct snet_options *options)
{
    const char *command = options->log.command;
    if (options->secure.given != NULL && (options->wires & SNET_WIRES_SECURE) == 0) {
        snet_log_say(&options->log,
                     "%s is for wire 3, which --wire does not name; see snet %s --help",
                     options->secure.given, command);
        return false;
    }
    if (options->plain && (options->wires & SNET_WIRES_LEGACY) == 0) {
        snet_log_say(&options->log,
                     "--plain is for wires 1 and 2: wire 3 always encrypts; see snet "
                     "%s --help",
                     command);
        return false;
    }
    return true;
}

void snet_options_warn(const struct snet_options *options)
{
    if ((options->wires & SNET_WIRES_LEGACY) != 0) {
        snet_log_say(&options->log,
                     "warning: wires 1 and 2 resume sessions, they do not protect them: "
                     "anybody on the path can read and change the bytes");
    }
}

struct snet_session_config snet_options_session(const struct snet_options *options)
{
    return (struct snet_session_config){
        .plain = options->plain,
        .history_bytes = (uint32_t)options->history_bytes,
        .resume_timeout_ns = options->wait_ms * SNET_MS_NS,
        .heartbeat_ns = options->secure.heartbeat_ms * SNET_MS_NS,
        .pad_bytes = (uint32_t)options->secure.pad_bytes,
    };
}

void snet_options_wire_names(unsigned wires, char *ret_text, size_t size)
{
    ret_text[0] = '\0';
    for (unsigned wire = SNET_WIRE_1; (wire & SNET_WIRES_ALL) != 0; wire <<= 1) {
        if ((wires & wire) != 0) {
            const size_t len = strlen(ret_text);
            (void)snprintf(ret_text + len, size - len, "%s%s", len == 0 ? "" : ",",
                           snet_wire_name((enum snet_wire)wire));
        }
    }
}

int snet_options_exit_code(snet_err err)
{
    if (err == SNET_OK || err == SNET_ERR_CLOSED) {
        return SNET_EXIT_OK;
    }
    if (err == SNET_ERR_REFUSED) {
        return SNET_EXIT_REFUSED;
    }
    if (err == SNET_ERR_NO_ANSWER || err == SNET_ERR_CONNECT || err == SNET_ERR_RESOLVE) {
        return SNET_EXIT_UNAVAILABLE;
    }
    if (err == SNET_ERR_BUSY) {
        return SNET_EXIT_BUSY;
    }
    switch (snet_err_class_of(err)) {
    case SNET_CLASS_PEER:
        return SNET_EXIT_PROTOCOL;
    case SNET_CLASS_AUTH:
        return SNET_EXIT_REFUSED;
    case SNET_CLASS_SYSTEM:
        return SNET_EXIT_OS;
    case SNET_CLASS_OK:
    case SNET_CLASS_AGAIN:
    case SNET_CLASS_LINK:
    case SNET_CLASS_GONE:
    case SNET_CLASS_LIMIT:
    case SNET_CLASS_USAGE:
    case SNET_CLASS_BUG:
        break;
    }
    return SNET_EXIT_LOST;
}
