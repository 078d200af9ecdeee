/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "bench/scenes/options.h"

#include <snet/uv.h>

#include "app/parse.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define OPTIONS_SECONDS_MAX_MS 600000u
#define OPTIONS_INDENT "\n                       "

/* The short names of options of all scenes, and of all that have sockets. */
#define OPTIONS_OF_ALL "o"
#define OPTIONS_OF_SOCKETS "sp"

struct options_row {
    const char *name;
    int letter; /* the short name, which only -l and -h have on the command line */
    const char *value;
    const char *says; /* NULL: not listed */
};

static const struct options_row options_rows[] = {
    {"over", 'o', "WHAT",
     "tcp, 1, 1-plain, 1-padded, 2, 2-plain, 3 (AES-256-GCM) or" OPTIONS_INDENT
     "3-chacha (ChaCha20-Poly1305). Default: 3."},
    {"seconds", 's', "S", "how long to measure. Default: 3."},
    {"pin", 'p', "HOW",
     "both processes to the first processor: together; to one" OPTIONS_INDENT
     "each: apart. Default: none."},
    {"write", 'w', "SIZE", "of each write. Default: 64k."},
    {"size", 'z', "SIZE", "of each message. Default: 64."},
    {"sessions", 'n', "N", "how many sessions at a time."},
    {"part", 'P', "WHAT", "open, resume, stream or ping. Default: stream."},
    {"count", 'C', "N",
     "this many sessions, resumes, bytes or round trips." OPTIONS_INDENT
     "The default depends on the part."},
    {"resumes", 'R', "N", "this many sessions resume afterwards. Default: 5000."},
    {"attached", 'A', NULL, "the sessions keep their links, for comparison"},
    {"threads", 'T', "N", "how many threads. Default: 2."},
    {"direction", 'd', "HOW", "up, from client to server, or down. Default: up."},
    {"early", 'e', NULL, "bytes go along with a resume of snet/3"},
    {"heartbeat", 'b', "S", "as for snet serve. Default: 15."},
    {"history", 'H', "SIZE", "as for snet serve"},
    {"nodelay", 'N', NULL, "sets TCP_NODELAY, of tcp; the wires always have it"},
    {"listen", 'l', "HOST:PORT", "of the server end. Default: 127.0.0.1:0."},
    {"via", 'v', "HOST:PORT",
     "what the client end dials instead: a tunnel or proxy" OPTIONS_INDENT "that leads there"},
    {"help", 'h', NULL, NULL},
    {"version", 'V', NULL, NULL},
};
#define OPTIONS_COUNT (sizeof options_rows / sizeof options_rows[0])

static const struct snet_bench_over options_overs[] = {
    {.name = "tcp", .tcp = true},
    {.name = "1", .wire = SNET_WIRE_1},
    {.name = "1-plain", .wire = SNET_WIRE_1, .plain = true},
    {.name = "1-padded", .wire = SNET_WIRE_1_PADDED},
    {.name = "2", .wire = SNET_WIRE_2},
    {.name = "2-plain", .wire = SNET_WIRE_2, .plain = true},
    {.name = "3-chacha", .wire = SNET_WIRE_3, .suite = SNET_SUITE_CHACHA20_POLY1305},
    {.name = "3", .wire = SNET_WIRE_3, .suite = SNET_SUITE_AES_256_GCM},
};
#define OPTIONS_OVER_COUNT (sizeof options_overs / sizeof options_overs[0])
#define OPTIONS_OVER_DEFAULT (&options_overs[OPTIONS_OVER_COUNT - 1])

static const char *const options_pins[] = {
    [SNET_BENCH_PIN_NONE] = "none",
    [SNET_BENCH_PIN_TOGETHER] = "together",
    [SNET_BENCH_PIN_APART] = "apart",
};

static const char *const options_parts[] = {
    [SNET_BENCH_PART_OPEN] = "open",
    [SNET_BENCH_PART_RESUME] = "resume",
    [SNET_BENCH_PART_STREAM] = "stream",
    [SNET_BENCH_PART_PING] = "ping",
};

/* --- Values ---------------------------------------------------------------------------------- */

/* The index of `name` among `count` names; `count` when it is none of them. */
static size_t options_find(const char *const *names, size_t count, const char *name)
{
    size_t index = 0;
    while (index < count && strcmp(names[index], name) != 0) {
        index++;
    }
    return index;
}

static bool options_over(struct snet_bench_options *options, const char *value)
{
    for (size_t i = 0; i < OPTIONS_OVER_COUNT; i++) {
        if (strcmp(value, options_overs[i].name) == 0) {
            options->over = &options_overs[i];
            return true;
        }
    }
    return false;
}

static bool options_pin(struct snet_bench_options *options, const char *value)
{
    const size_t count = sizeof options_pins / sizeof options_pins[0];
    const size_t index = options_find(options_pins, count, value);
    options->pin = index < count ? (enum snet_bench_pin)index : SNET_BENCH_PIN_NONE;
    return index < count;
}

static bool options_part(struct snet_bench_options *options, const char *value)
{
    const size_t count = sizeof options_parts / sizeof options_parts[0];
    const size_t index = options_find(options_parts, count, value);
    options->part = index < count ? (enum snet_bench_part)index : SNET_BENCH_PART_STREAM;
    return index < count;
}

static bool options_between(uint64_t number, uint64_t min, uint64_t max)
{
    return number >= min && number <= max;
}

/* Unix sockets are not measured. */
static bool options_address(const char *value)
{
    return snet_stream_address_check(value) == SNET_OK && strncmp(value, "unix:", 5) != 0;
}

/* Takes one option; false when its value makes no sense. */
static bool options_take(struct snet_bench_options *options, int option, const char *value)
{
    switch (option) {
    case 'o':
        return options_over(options, value);
    case 's':
        return snet_parse_seconds(value, &options->seconds_ms) &&
               options_between(options->seconds_ms, 1, OPTIONS_SECONDS_MAX_MS);
    case 'p':
        return options_pin(options, value);
    case 'w':
        return snet_parse_size(value, &options->write_bytes) &&
               options_between(options->write_bytes, 1, SNET_BENCH_SIZE_MAX_BYTES);
    case 'z':
        return snet_parse_size(value, &options->size_bytes) &&
               options_between(options->size_bytes, 1, SNET_BENCH_SIZE_MAX_BYTES);
    case 'n':
        return snet_parse_number(value, &options->sessions) &&
               options_between(options->sessions, 1, SNET_BENCH_SESSIONS_MAX);
    case 'H':
        return snet_parse_size(value, &options->history_bytes) &&
               options_between(options->history_bytes, SNET_HISTORY_MIN_BYTES,
                               SNET_HISTORY_MAX_BYTES);
    case 'P':
        return options_part(options, value);
    case 'C':
        return snet_parse_size(value, &options->count) && options->count > 0;
    case 'R':
        return snet_parse_number(value, &options->resumes) &&
               options_between(options->resumes, 1, SNET_BENCH_SESSIONS_MAX);
    case 'A':
        options->attached = true;
        return true;
    case 'T':
        return snet_parse_number(value, &options->threads) &&
               options_between(options->threads, 1, SNET_BENCH_THREADS_MAX);
    case 'b':
        return snet_parse_seconds(value, &options->heartbeat_ms) &&
               options_between(options->heartbeat_ms, SNET_HEARTBEAT_MIN_NS / SNET_MS_NS,
                               SNET_HEARTBEAT_MAX_NS / SNET_MS_NS);
    case 'd':
        options->down = strcmp(value, "down") == 0;
        return options->down || strcmp(value, "up") == 0;
    case 'e':
        options->early = true;
        return true;
    case 'N':
        options->nodelay = true;
        return true;
    case 'l':
        options->listen = value;
        return options_address(value);
    case 'v':
        options->via = value;
        return options_address(value);
    default:
        return false;
    }
}

/* --- The command line ------------------------------------------------------------------------ */

static enum snet_bench_request options_refuse(const char *what, const char *which)
{
    (void)fprintf(stderr, "snet-bench: %s: '%s'; see snet-bench --help\n", what, which);
    return SNET_BENCH_REFUSED;
}

static const char *options_long_name(int option)
{
    size_t index = 0;
    while (index < OPTIONS_COUNT && options_rows[index].letter != option) {
        index++;
    }
    return index == OPTIONS_COUNT ? "" : options_rows[index].name;
}

/* Takes one option of getopt_long; returns what it asks for. */
static enum snet_bench_request options_one(struct snet_bench_options *options, int option,
                                           const char *word)
{
    switch (option) {
    case '?':
        return options_refuse("unknown option or missing value", word);
    case 'h':
        return SNET_BENCH_HELP;
    case 'V':
        return SNET_BENCH_VERSION;
    default:
        break;
    }
    if (options->scene != NULL && !snet_bench_options_has_use(options->scene, option)) {
        return options_refuse("not for this scene", options_long_name(option));
    }
    return options_take(options, option, optarg) ? SNET_BENCH_MEASURE
                                                 : options_refuse("not a sensible value", optarg);
}

/* Takes all of them, or stops at one that asks for something else than a measurement. */
static enum snet_bench_request options_all(struct snet_bench_options *options, int argc,
                                           char **argv)
{
    struct option rows[OPTIONS_COUNT + 1] = {{NULL, 0, NULL, 0}};
    enum snet_bench_request request = SNET_BENCH_MEASURE;
    for (size_t i = 0; i < OPTIONS_COUNT; i++) {
        rows[i] = (struct option){
            .name = options_rows[i].name,
            .has_arg = options_rows[i].value == NULL ? no_argument : required_argument,
            .val = options_rows[i].letter,
        };
    }
    opterr = 0;
    optind = options->scene == NULL ? 1 : 2;
    int option = 0;
    while (option != -1 && request == SNET_BENCH_MEASURE) {
        option = getopt_long(argc, argv, "+l:h", rows, NULL);
        if (option != -1) {
            request = options_one(options, option, argv[optind - 1]);
        }
    }
    return request;
}

enum snet_bench_request snet_bench_options_parse(struct snet_bench_options *options,
                                                 const struct snet_bench_scene *scenes, int argc,
                                                 char **argv)
{
    *options = (struct snet_bench_options){
        .over = OPTIONS_OVER_DEFAULT,
        .seconds_ms = 3000,
        .write_bytes = 65536,
        .size_bytes = 64,
        .heartbeat_ms = SNET_HEARTBEAT_DEFAULT_NS / SNET_MS_NS,
        .part = SNET_BENCH_PART_STREAM,
    };
    if (argc > 1 && argv[1][0] != '-') {
        const struct snet_bench_scene *scene = scenes;
        while (scene->name != NULL && strcmp(argv[1], scene->name) != 0) {
            scene++;
        }
        if (scene->name == NULL) {
            return options_refuse("no such scene", argv[1]);
        }
        options->scene = scene;
        options->sessions = scene->sessions;
    }
    const enum snet_bench_request request = options_all(options, argc, argv);
    if (request != SNET_BENCH_MEASURE) {
        return request;
    }
    if (options->scene == NULL) {
        return options_refuse("a scene is needed first", argc > 1 ? argv[1] : "");
    }
    if (optind < argc) {
        return options_refuse("too much", argv[optind]);
    }
    if (options->scene->no_tcp && options->over->tcp) {
        return options_refuse("not for this scene", "--over tcp");
    }
    return SNET_BENCH_MEASURE;
}

bool snet_bench_options_has_use(const struct snet_bench_scene *scene, int option)
{
    return strchr(OPTIONS_OF_ALL, option) != NULL || strchr(scene->takes, option) != NULL ||
           (!scene->no_sockets && strchr(OPTIONS_OF_SOCKETS, option) != NULL);
}

/* --- What they are called -------------------------------------------------------------------- */

void snet_bench_options_help(const struct snet_bench_scene *scene)
{
    (void)printf("snet-bench %s: %s\n\n", scene->name, scene->says);
    for (size_t i = 0; i < OPTIONS_COUNT; i++) {
        const struct options_row *row = &options_rows[i];
        char name[32];
        if (row->says == NULL || !snet_bench_options_has_use(scene, row->letter)) {
            continue;
        }
        (void)snprintf(name, sizeof name, "%s %s", row->name, row->value == NULL ? "" : row->value);
        (void)printf("  --%-18s %s", name, row->says);
        if (row->letter == 'n') {
            (void)printf(" Default: %" PRIu64 ".", scene->sessions);
        }
        (void)printf("\n");
    }
}

const char *snet_bench_options_pin_name(enum snet_bench_pin pin)
{
    return options_pins[pin];
}

const char *snet_bench_options_part_name(enum snet_bench_part part)
{
    return options_parts[part];
}
