/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Options: the command line of `snet-bench`, and the help of a scene, which lists its options. The
 * caller has the table of scenes.
 *
 * Ownership: strings are borrowed from argv. Thread: any.
 */
#ifndef SNET_BENCH_SCENES_OPTIONS_H
#define SNET_BENCH_SCENES_OPTIONS_H

#include "bench/scenes/scene.h"

#include <stdbool.h>

enum snet_bench_request {
    SNET_BENCH_MEASURE,
    SNET_BENCH_HELP, /* of the scene, if one is named */
    SNET_BENCH_VERSION,
    SNET_BENCH_REFUSED /* standard error has the reason, in one line */
};

/*
 * Sets all of `options`. The scene stands first in argv, because what else is allowed depends on
 * it. `scenes` ends with one without a name.
 */
enum snet_bench_request snet_bench_options_parse(struct snet_bench_options *options,
                                                 const struct snet_bench_scene *scenes, int argc,
                                                 char **argv);
/* Whether the scene has a use for the option. */
bool snet_bench_options_has_use(const struct snet_bench_scene *scene, const char *name);
/* Prints the scene and its options on standard output. */
void snet_bench_options_help(const struct snet_bench_scene *scene);
/* The value of an option as on the command line, cut to `size`. */
void snet_bench_options_text(const struct snet_bench_options *options, const char *name,
                             char *ret_text, size_t size);

#endif
