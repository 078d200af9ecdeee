/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "bench/scenes/options.h"

#include <snet/uv.h>

#include "app/arguments.h"
#include "bench/scenes/schema.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define OPTIONS_ROW(...) SNET_APP_ROW(struct snet_bench_options, __VA_ARGS__),
static const struct snet_schema_row options_rows[] = {SNET_BENCH_SCHEMA(OPTIONS_ROW)};
#define OPTIONS_COUNT (sizeof options_rows / sizeof options_rows[0])
static const struct snet_schema options_schema = {options_rows, OPTIONS_COUNT};

/* In the order of the words of --over. */
static const struct snet_bench_over options_overs[] = {
    {.wire = SNET_WIRE_3, .suite = SNET_SUITE_AES_256_GCM},
    {.wire = SNET_WIRE_3, .suite = SNET_SUITE_CHACHA20_POLY1305},
    {.tcp = true},
    {.wire = SNET_WIRE_1},
    {.wire = SNET_WIRE_1, .plain = true},
    {.wire = SNET_WIRE_1_PADDED},
    {.wire = SNET_WIRE_2},
    {.wire = SNET_WIRE_2, .plain = true},
};

/* --- The command line ------------------------------------------------------------------------ */

/* What was not given is what the table says. */
static snet_err options_complete(struct snet_bench_options *options)
{
    snet_err err = SNET_OK;
    for (size_t i = 0; err == SNET_OK && i < OPTIONS_COUNT; i++) {
        const struct snet_schema_row *row = &options_rows[i];
        if (!snet_schema_is_set(row, options) && row->option.default_text[0] != '\0') {
            err = snet_schema_set(row, options, &options->store, row->option.default_text, NULL);
        }
    }
    options->over = &options_overs[options->over_index];
    options->sessions = options->sessions == 0 ? options->scene->sessions : options->sessions;
    return err;
}

/* Whether the options of a scene go together; NULL, or what does not. */
static const char *options_check(const struct snet_bench_options *options)
{
    const char *const addresses[] = {options->listen, options->via};
    for (size_t i = 0; i < 2; i++) {
        if (addresses[i] != NULL && strncmp(addresses[i], "unix:", 5) == 0) {
            return "--listen and --via take HOST:PORT: Unix sockets are not measured";
        }
    }
    return options->scene->no_tcp && options->over->tcp ? "--over tcp is not for this scene" : NULL;
}

static enum snet_bench_request options_of_scene(struct snet_bench_options *options, int argc,
                                                char **argv)
{
    struct snet_arguments arguments = {.program = "snet-bench", .object = options};
    snet_arguments_add(&arguments, &options_schema, options->scene->use);
    if (snet_arguments_parse(&arguments, argc, argv) != SNET_EXIT_OK) {
        return SNET_BENCH_REFUSED;
    }
    snet_store_merge(&options->store, &arguments.store);
    if (arguments.help) {
        return SNET_BENCH_HELP;
    }
    const snet_err err = options_complete(options);
    const char *wrong = arguments.operand < argc ? "a scene takes options only"
                        : err != SNET_OK         ? snet_err_message(err)
                                                 : options_check(options);
    if (wrong != NULL) {
        (void)snet_arguments_refuse(&arguments, wrong);
        return SNET_BENCH_REFUSED;
    }
    return SNET_BENCH_MEASURE;
}

enum snet_bench_request snet_bench_options_parse(struct snet_bench_options *options,
                                                 const struct snet_bench_scene *scenes, int argc,
                                                 char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    const struct snet_bench_scene *scene = scenes;
    *options = (struct snet_bench_options){.store = NULL};
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
        return SNET_BENCH_HELP;
    }
    if (strcmp(word, "--version") == 0) {
        return SNET_BENCH_VERSION;
    }
    while (scene->name != NULL && strcmp(word, scene->name) != 0) {
        scene++;
    }
    if (scene->name == NULL) {
        (void)fprintf(stderr,
                      "snet-bench: a scene is needed first, not '%.40s'; see snet-bench --help\n",
                      word);
        return SNET_BENCH_REFUSED;
    }
    options->scene = scene;
    return options_of_scene(options, argc - 1, argv + 1);
}

/* --- What there is --------------------------------------------------------------------------- */

bool snet_bench_options_has_use(const struct snet_bench_scene *scene, const char *name)
{
    const struct snet_schema_row *row = snet_schema_find(&options_schema, name, NULL);
    return row != NULL && (row->option.uses & scene->use) != 0;
}

void snet_bench_options_help(const struct snet_bench_scene *scene)
{
    char sessions[16];
    (void)snprintf(sessions, sizeof sessions, "%" PRIu32, scene->sessions);
    (void)printf("snet-bench %s: %s\n\n", scene->name, scene->says);
    for (size_t i = 0; i < OPTIONS_COUNT; i++) {
        struct snet_option option = options_rows[i].option;
        if (strcmp(option.name, "sessions") == 0) {
            option.default_text = sessions; /* each scene has its own */
        }
        if ((option.uses & scene->use) != 0) {
            snet_arguments_help_option(&option);
        }
    }
}

void snet_bench_options_text(const struct snet_bench_options *options, const char *name,
                             char *ret_text, size_t size)
{
    const struct snet_schema_row *row = snet_schema_find(&options_schema, name, NULL);
    if (row != NULL) {
        (void)snet_schema_get(row, options, ret_text, size);
    }
}
