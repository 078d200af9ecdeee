/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Options of snet serve and snet connect: those of the library by its table, and the command's own
 * by app/schema.h. Both are taken, refused and described by the tables alone. Also the exit codes
 * of all subcommands.
 *
 * Ownership: names of files are borrowed from argv; all else is the options' own. Thread: any.
 */
#ifndef SNET_APP_OPTIONS_H
#define SNET_APP_OPTIONS_H

#include <snet/config.h>
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

/* What kind of socket a subcommand has; it is also which rows of app/schema.h are its own. */
#define SNET_OPTIONS_SERVE SNET_USE_LISTEN
#define SNET_OPTIONS_CONNECT SNET_USE_DIAL

struct snet_options {
    struct snet_log log;
    uint32_t use;               /* SNET_OPTIONS_x */
    struct snet_config *config; /* all options of the library */
    struct snet_store *store;   /* what the command's own options keep */
    unsigned wires;             /* those of the config, the default included */
    const char *listen;
    const char *to;
    uint64_t eof_wait_ns; /* see app/eof_wait.h */
    uint32_t log_json;
    const char *psk_file; /* the first one that was given */
    const char *authorized_file;
    bool help;
    bool help_all;
};

/*
 * Takes all options of a command line; argv[0] is the name of the subcommand. SNET_OPTIONS_CONNECT
 * also takes one operand, the server's address or URL. Returns the exit code, after saying in one
 * line what is wrong unless that is SNET_EXIT_OK; with `help` set there is nothing else to do.
 */
int snet_options_parse(struct snet_options *options, int argc, char **argv);
/* Gives back the options of the library, keys and all, once a socket has its own copy. */
void snet_options_forget_config(struct snet_options *options);
void snet_options_deinit(struct snet_options *options);
/* Prints `head`, then the options named (NULL at the end; NULL for all there are), then `tail`. */
void snet_options_help(const struct snet_options *options, const char *head,
                       const char *const *names, const char *tail);

/*
 * The next option of a subcommand that has a table of getopt_long's: -1 at the end; '?' after
 * saying in one line that it is unknown or lacks its value. Abbreviations are unknown.
 */
int snet_options_next(int argc, char **argv, const char *short_options,
                      const struct option *long_options);
/* Says the one line that legacy wires deserve; nothing when none is among the wires. */
void snet_options_warn(const struct snet_options *options);
/* The names of the wires in the set, between commas. */
void snet_options_wire_names(unsigned wires, char *ret_text, size_t size);
/* The exit code of a session that ended with `err`. */
int snet_options_exit_code(snet_err err);

#endif
