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
               options_bad(options, "--wire takes names out of 1, 1-padded, 2", value);
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
        return snet_address_check(value) == SNET_OK ||
               options_bad(options, "--listen takes HOST:PORT or unix:PATH", value);
    case 't':
        options->to = value;
        return snet_address_check(value) == SNET_OK ||
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
        return false;
    }
}

void snet_options_warn(const struct snet_options *options)
{
    snet_log_say(&options->log, "warning: wires 1 and 2 resume sessions, they do not protect them: "
                                "anybody on the path can read and change the bytes");
}

struct snet_session_config snet_options_session(const struct snet_options *options)
{
    return (struct snet_session_config){
        .plain = options->plain,
        .history_bytes = (uint32_t)options->history_bytes,
        .wait_ns = options->wait_ms * SNET_MS_NS,
    };
}

void snet_options_wire_names(unsigned wires, char *ret_text, size_t size)
{
    ret_text[0] = '\0';
    for (unsigned wire = 0; wire < SNET_WIRE_COUNT; wire++) {
        if ((wires & SNET_WIRE_BIT(wire)) != 0) {
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
    const enum snet_err_class err_class = snet_err_class_of(err);
    if (err_class == SNET_CLASS_PEER || err_class == SNET_CLASS_AUTH) {
        return SNET_EXIT_PROTOCOL;
    }
    return err_class == SNET_CLASS_SYSTEM ? SNET_EXIT_OS : SNET_EXIT_LOST;
}
