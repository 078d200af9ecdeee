/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Options of snet serve and snet connect: those of the library by its table, and the command's own
 * by app/schema.h.
 *
 * Ownership: names of files are borrowed from argv; all else is the options' own. Thread: any.
 */
#ifndef SNET_APP_OPTIONS_H
#define SNET_APP_OPTIONS_H

#include <snet/config.h>
#include <snet/uv.h>

#include "app/arguments.h"
#include "app/log.h"

#include <stdbool.h>
#include <stdint.h>

/* Less than the 90 s after which systemd kills what it stops. */
#define SNET_DRAIN_TIMEOUT_DEFAULT_NS (60 * SNET_SECOND_NS)

#define SNET_WIRES_LEGACY (SNET_WIRE_1 | SNET_WIRE_1_PADDED | SNET_WIRE_2)
#define SNET_WIRES_SECURE SNET_WIRE_3

/* What kind of socket a subcommand has; it is also which rows of app/schema.h are its own. */
#define SNET_OPTIONS_SERVE SNET_USE_LISTEN
#define SNET_OPTIONS_CONNECT SNET_USE_DIAL

struct snet_options {
    struct snet_arguments arguments;
    struct snet_log log;
    uint32_t use;                 /* SNET_OPTIONS_x */
    struct snet_config *config;   /* all options of the library */
    struct snet_core_config core; /* the budgets of the process */
    struct snet_key_list clients; /* those that --authorized lists in a file, with their names */
    unsigned wires;               /* those of the config, the default included */
    const char *listen;
    const char *to;
    uint32_t threads;          /* 0: as many as there are processors */
    uint64_t eof_wait_ns;      /* see app/eof_wait.h */
    uint64_t drain_timeout_ns; /* 0: SNET_DRAIN_TIMEOUT_DEFAULT_NS */
    uint32_t log_json;
    const char *psk_file; /* the first one that was given; "FILE" for standard input */
};

/*
 * Takes all options of a command line; argv[0] is the name of the subcommand. SNET_OPTIONS_CONNECT
 * also takes one operand, the server's address or URL. Returns the exit code, after saying in one
 * line what is wrong unless that is SNET_EXIT_OK; with `arguments.help` set there is nothing else
 * to do.
 */
int snet_options_parse(struct snet_options *options, int argc, char **argv);
/* Gives back the options of the library, keys and all, once a socket has its own copy. */
void snet_options_forget_config(struct snet_options *options);
void snet_options_deinit(struct snet_options *options);
/* Says the one line that legacy wires deserve; nothing when none is among the wires. */
void snet_options_warn(const struct snet_options *options);
/* After how long of silence the machine of a backend or of a local program counts as gone. */
uint32_t snet_options_keepalive_ms(const struct snet_options *options);
/* How long sessions may take to finish once the command is asked to end. */
uint64_t snet_options_drain_timeout_ms(const struct snet_options *options);
/* The names of the wires in the set, between commas. */
void snet_options_wire_names(unsigned wires, char *ret_text, size_t size);

#endif
