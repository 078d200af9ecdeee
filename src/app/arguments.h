/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * A command line whose options come from tables: by them alone options are taken, refused and
 * described. Words are those of getopt_long, but for names, which are never shortened.
 *
 * "-" in place of a key file is standard input, which one option of a command line may have.
 *
 * Ownership: a table and its object are borrowed; what options keep is given back by
 * snet_arguments_deinit. Thread: one at a time, as getopt_long has it.
 */
#ifndef SNET_APP_ARGUMENTS_H
#define SNET_APP_ARGUMENTS_H

#include <snet/schema.h>

#include "app/exit_code.h"

#include <stdbool.h>
#include <stddef.h>

#define SNET_ARGUMENTS_MAX 80u
/* The name under which an option's value "-" is read. */
#define SNET_ARGUMENTS_STDIN "/dev/stdin"

/* Sets an option that is in no table of the command's; as snet_schema_set. */
typedef snet_err snet_arguments_set_fn(void *user, const struct snet_option *option,
                                       const char *value, struct snet_error *ret_error);

struct snet_arguments_option {
    const struct snet_option *option;
    const struct snet_schema_row *row; /* NULL: set by `set` */
    bool given;
};

struct snet_arguments {
    const char *program; /* "snet chaos": each line on standard error begins with it */
    void *object;        /* what the rows of the tables are about, and the user of `set` */
    snet_arguments_set_fn *set;
    bool has_more; /* --verbose and --help-all are taken */
    bool help;
    bool help_all;
    bool stdin_taken;
    unsigned verbosity;
    int operand; /* index of the first operand in argv */
    size_t count;
    struct snet_arguments_option options[SNET_ARGUMENTS_MAX];
    struct snet_store *store;
};

/* Adds the options of a table that have one of these uses. */
void snet_arguments_add(struct snet_arguments *arguments, const struct snet_schema *schema,
                        uint32_t uses);
/* Adds one for `set`. */
void snet_arguments_add_other(struct snet_arguments *arguments, const struct snet_option *option);
/*
 * Takes all options of a command line; operands stand behind `operand` afterwards. Returns the exit
 * code, after saying in one line what is wrong unless that is SNET_EXIT_OK; with `help` set there
 * is nothing else to do.
 */
int snet_arguments_parse(struct snet_arguments *arguments, int argc, char **argv);
/* Says in one line what is wrong and how to get help; returns SNET_EXIT_USAGE. */
int snet_arguments_refuse(const struct snet_arguments *arguments, const char *what);
/* The same for an option that was refused. Returns the exit code: a file that cannot be used is
   SNET_EXIT_NO_INPUT. */
int snet_arguments_refuse_error(const struct snet_arguments *arguments,
                                const struct snet_error *error);
/* Prints `head`, then the options named (NULL at the end; NULL for all there are), then `tail`. */
void snet_arguments_help(const struct snet_arguments *arguments, const char *head,
                         const char *const *names, const char *tail);
/* Prints one option as the help has it. */
void snet_arguments_help_option(const struct snet_option *option);
/* Wipes and frees what the options keep. */
void snet_arguments_deinit(struct snet_arguments *arguments);

#endif
