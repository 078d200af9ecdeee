/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Options that several subcommands share, so that they mean the same everywhere.
 *
 * Ownership: strings are borrowed from argv. Thread: any.
 */
#ifndef SNET_APP_OPTIONS_H
#define SNET_APP_OPTIONS_H

#include <snet/uv.h>

#include "app/log.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

#define SNET_EXIT_OK 0
#define SNET_EXIT_USAGE 64         /* EX_USAGE */
#define SNET_EXIT_NO_INPUT 66      /* EX_NOINPUT */
#define SNET_EXIT_UNAVAILABLE 69   /* EX_UNAVAILABLE: nothing could be begun */
#define SNET_EXIT_CANNOT_CREATE 73 /* EX_CANTCREAT */
#define SNET_EXIT_SOFTWARE 70      /* EX_SOFTWARE */
#define SNET_EXIT_OS 71            /* EX_OSERR */
#define SNET_EXIT_LOST 74          /* EX_IOERR: the session was lost */
#define SNET_EXIT_BUSY 75          /* EX_TEMPFAIL: the server asked to come back later */
#define SNET_EXIT_PROTOCOL 76      /* EX_PROTOCOL: the other end is not what it should be */
#define SNET_EXIT_REFUSED 77       /* EX_NOPERM: the server refused the session or its key */

#define SNET_WIRES_LEGACY (SNET_WIRE_1 | SNET_WIRE_1_PADDED | SNET_WIRE_2)
#define SNET_WIRES_SECURE SNET_WIRE_3

/* What concerns wire 3 alone. Files are read by app/keys. */
struct snet_options_secure {
    const char *given; /* one of the options below that was given; NULL: none */
    const char *keys[SNET_SERVER_SECRETS_MAX];
    size_t key_count;
    const char *psks[SNET_SERVER_PSKS_MAX];
    size_t psk_count;
    const char *authorized;
    const char *server_key; /* itself, or its file */
    const char *client_key;
    uint64_t node_id;
    uint64_t heartbeat_ms; /* 0: default */
    uint64_t pad_bytes;
    uint8_t suite; /* 0: the fastest */
    bool early;
};

struct snet_options {
    struct snet_log log;
    unsigned wires; /* of enum snet_wire */
    bool plain;
    uint64_t history_bytes; /* 0: default */
    uint64_t wait_ms;
    uint64_t dead_peer_ms;
    uint64_t eof_wait_ms; /* connect: see app/eof_wait.h */
    const char *listen;
    const char *to;
    struct snet_options_secure secure;
    bool help;
};

/* The long options of `struct snet_options`, for arrays given to getopt_long. */
/* clang-format off */
#define SNET_OPTIONS_LONG                                                                          \
    {"wire", required_argument, NULL, 'W'}, {"plain", no_argument, NULL, 'P'},                     \
    {"history", required_argument, NULL, 'H'}, {"wait", required_argument, NULL, 'w'},             \
    {"dead-peer", required_argument, NULL, 'D'}, {"listen", required_argument, NULL, 'l'},         \
    {"psk", required_argument, NULL, 'p'}, {"heartbeat", required_argument, NULL, 'B'},            \
    {"pad", required_argument, NULL, 'd'},                                                         \
    {"log-json", no_argument, NULL, 'J'}, {"verbose", no_argument, NULL, 'v'},                     \
    {"help", no_argument, NULL, 'h'}
/* clang-format on */
#define SNET_OPTIONS_SHORT "+hvl:"

/*
 * The next option by getopt_long: -1 at the end; '?' after saying in one line that it is unknown or
 * lacks its value. argv[0] is the name of the subcommand.
 */
int snet_options_next(int argc, char **argv, const char *short_options,
                      const struct option *long_options);
/* Takes one option from snet_options_next; false after saying what is wrong with it. */
bool snet_options_take(struct snet_options *options, int option, const char *value);
/*
 * False after saying what does not go together: options of wire 3 without it, or --plain with it
 * alone. Somebody who gave a key believes that it is used.
 */
bool snet_options_agree(const struct snet_options *options);
/* Says the one line that legacy wires deserve; nothing when none is among the wires. */
void snet_options_warn(const struct snet_options *options);
/* What the options say about sessions. */
struct snet_session_config snet_options_session(const struct snet_options *options);
/* The names of the wires in the set, between commas. */
void snet_options_wire_names(unsigned wires, char *ret_text, size_t size);
/* The exit code of a session that ended with `err`. */
int snet_options_exit_code(snet_err err);

#endif
