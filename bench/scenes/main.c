/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/commands.h"
#include "app/options.h"
#include "app/parse.h"
#include "bench/scenes/end.h"
#include "bench/scenes/report.h"
#include "bench/scenes/scene.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#ifndef SNET_VERSION
#define SNET_VERSION "unknown"
#endif

#define BENCH_SECONDS_MAX_MS 600000u
#define BENCH_DESCRIPTORS_SPARE 200u /* for everything but the sessions */

/* `takes` are the short names of options below that not all scenes take. */
static const struct snet_bench_scene bench_scenes[] = {
    {"stream", snet_bench_stream_run, "wNHlv", 1, 0, false, false},
    {"ping", snet_bench_ping_run, "nzHlv", 1, 1, false, false},
    {"open", snet_bench_open_run, "nHlv", 8, 0, false, false},
    {"resume", snet_bench_resume_run, "nzHlv", 200, 2, false, false},
    {"loss", snet_bench_loss_run, "deHlv", 1, 0, false, false},
    {"idle", snet_bench_idle_run, "nzbHlv", 1000, 1, false, false},
    {"storm", snet_bench_storm_run, "nbHlv", 8000, 2, true, false},
    {"core", snet_bench_core_run, "PCH", 1, 0, true, true},
    {"detached", snet_bench_core_detached_run, "nRAH", 1000000, 0, true, true},
    {"threads", snet_bench_core_threads_run, "nTH", 4000, 0, true, true},
};

static const struct snet_bench_over bench_overs[] = {
    {.name = "tcp", .tcp = true},
    {.name = "1", .wire = SNET_WIRE_1},
    {.name = "1-plain", .wire = SNET_WIRE_1, .plain = true},
    {.name = "1-padded", .wire = SNET_WIRE_1_PADDED},
    {.name = "2", .wire = SNET_WIRE_2},
    {.name = "2-plain", .wire = SNET_WIRE_2, .plain = true},
    {.name = "3", .wire = SNET_WIRE_3, .suite = SNET_SUITE_AES_256_GCM},
    {.name = "3-chacha", .wire = SNET_WIRE_3, .suite = SNET_SUITE_CHACHA20_POLY1305},
};

static const char bench_help[] =
    "snet bench: one measurement, as one line of JSON\n"
    "\n"
    "  snet bench SCENE [--over WHAT] [--seconds S] [...]\n"
    "\n"
    "  stream     bytes one way, as many as go        --write --nodelay\n"
    "  ping       there and back                      --sessions --size\n"
    "  open       new sessions, a byte there and back --sessions, so many at a time\n"
    "  resume     connections cut again and again     --sessions --size\n"
    "  loss       from a cut to the first byte        --direction --early\n"
    "  idle       silent sessions and a busy one      --sessions --size --heartbeat\n"
    "  storm      all connections cut at once         --sessions --heartbeat\n"
    "\n"
    "Without sockets, both ends in one process:\n"
    "  core       the same work every time, to count  --part --count\n"
    "  detached   memory of sessions without links    --sessions --resumes --attached\n"
    "  threads    servers alone, one thread, several  --sessions --threads\n"
    "\n"
    "  --over WHAT          tcp, 1, 1-plain, 1-padded, 2, 2-plain, 3 (AES-256-GCM),\n"
    "                       3-chacha (ChaCha20-Poly1305); default 3\n"
    "  --seconds S          how long to measure; default 3\n"
    "  --pin HOW            both processes to the first processor: together; to one\n"
    "                       each: apart; default none\n"
    "  --write SIZE         of each write; default 64k\n"
    "  --size BYTES         of each message; default 64\n"
    "  --sessions N         how many at a time\n"
    "  --part WHAT          open, resume, stream or ping; default stream\n"
    "  --count N            so many sessions, resumes, bytes or round trips\n"
    "  --resumes N          so many of the sessions resume afterwards; default 5000\n"
    "  --attached           the sessions keep their links, for comparison\n"
    "  --threads N          how many threads; default 2\n"
    "  --direction HOW      up, from client to server, or down; default up\n"
    "  --early              bytes go along with a resume of wire 3\n"
    "  --history SIZE, --heartbeat S        as for snet serve\n"
    "  --nodelay            TCP_NODELAY, of tcp; scenes with answers have it anyway\n"
    "  --listen HOST:PORT   of the server end; default 127.0.0.1:0\n"
    "  --via HOST:PORT      what the client end dials instead: a tunnel or proxy that\n"
    "                       leads there\n"
    "\n"
    "Both ends are processes of this machine. It ends with 0 only if all bytes have\n"
    "arrived; what is for people goes to standard error.\n";

static const struct option bench_long_options[] = {
    {"over", required_argument, NULL, 'o'},    {"seconds", required_argument, NULL, 's'},
    {"pin", required_argument, NULL, 'p'},     {"write", required_argument, NULL, 'w'},
    {"size", required_argument, NULL, 'z'},    {"sessions", required_argument, NULL, 'n'},
    {"history", required_argument, NULL, 'H'}, {"nodelay", no_argument, NULL, 'N'},
    {"listen", required_argument, NULL, 'l'},  {"via", required_argument, NULL, 'v'},
    {"part", required_argument, NULL, 'P'},    {"count", required_argument, NULL, 'C'},
    {"resumes", required_argument, NULL, 'R'}, {"attached", no_argument, NULL, 'A'},
    {"threads", required_argument, NULL, 'T'}, {"direction", required_argument, NULL, 'd'},
    {"early", no_argument, NULL, 'e'},         {"heartbeat", required_argument, NULL, 'b'},
    {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
};

static bool bench_over(struct snet_bench_options *options, const char *value)
{
    for (size_t i = 0; i < sizeof bench_overs / sizeof bench_overs[0]; i++) {
        if (strcmp(value, bench_overs[i].name) == 0) {
            options->over = &bench_overs[i];
            return true;
        }
    }
    return false;
}

static const char *const bench_pins[] = {"none", "together", "apart"};

static bool bench_pin(struct snet_bench_options *options, const char *value)
{
    for (size_t i = 0; i < sizeof bench_pins / sizeof bench_pins[0]; i++) {
        if (strcmp(value, bench_pins[i]) == 0) {
            options->pin = (enum snet_bench_pin)i;
            return true;
        }
    }
    return false;
}

static bool bench_between(uint64_t number, uint64_t min, uint64_t max)
{
    return number >= min && number <= max;
}

/* Local sockets are not what is measured here. */
static bool bench_address(const char *value)
{
    return snet_address_check(value) == SNET_OK && strncmp(value, "unix:", 5) != 0;
}

/* Takes one option; false when its value makes no sense. */
static bool bench_take(struct snet_bench_options *options, int option, const char *value)
{
    switch (option) {
    case 'o':
        return bench_over(options, value);
    case 's':
        return snet_parse_seconds(value, &options->seconds_ms) &&
               bench_between(options->seconds_ms, 1, BENCH_SECONDS_MAX_MS);
    case 'p':
        return bench_pin(options, value);
    case 'w':
        return snet_parse_size(value, &options->write_bytes) &&
               bench_between(options->write_bytes, 1, SNET_BENCH_SIZE_MAX_BYTES);
    case 'z':
        return snet_parse_size(value, &options->size_bytes) &&
               bench_between(options->size_bytes, 1, SNET_BENCH_SIZE_MAX_BYTES);
    case 'n':
        return snet_parse_number(value, &options->sessions) &&
               bench_between(options->sessions, 1, SNET_BENCH_SESSIONS_MAX);
    case 'H':
        return snet_parse_size(value, &options->history_bytes) &&
               bench_between(options->history_bytes, SNET_HISTORY_MIN_BYTES,
                             SNET_HISTORY_MAX_BYTES);
    case 'P':
        options->part = value;
        return true;
    case 'C':
        return snet_parse_size(value, &options->count) && options->count > 0;
    case 'R':
        return snet_parse_number(value, &options->resumes) &&
               bench_between(options->resumes, 1, SNET_BENCH_SESSIONS_MAX);
    case 'A':
        options->attached = true;
        return true;
    case 'T':
        return snet_parse_number(value, &options->threads) &&
               bench_between(options->threads, 1, SNET_BENCH_THREADS_MAX);
    case 'b':
        return snet_parse_seconds(value, &options->heartbeat_ms) &&
               bench_between(options->heartbeat_ms, SNET_HEARTBEAT_MIN_NS / SNET_MS_NS,
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
        return bench_address(value);
    case 'v':
        options->via = value;
        return bench_address(value);
    default:
        return false;
    }
}

static const char *bench_long_name(int option)
{
    const struct option *row = bench_long_options;
    while (row->name != NULL && row->val != option) {
        row++;
    }
    return row->name == NULL ? "" : row->name;
}

/* Whether the scene has a use for the option; those without sockets take the time they take. */
static bool bench_has_use(const struct snet_bench_scene *scene, int option)
{
    return strchr(scene->no_sockets ? "oh" : "osph", option) != NULL ||
           strchr(scene->takes, option) != NULL;
}

static bool bench_say(const char *what, const char *which)
{
    (void)fprintf(stderr, "snet bench: %s: '%s'; see snet bench --help\n", what, which);
    return false;
}

/* One option from snet_options_next; false after saying what is wrong. */
static bool bench_option(struct snet_bench_options *options, int option, bool *ret_help)
{
    if (option == '?') {
        return false;
    }
    if (option == 'h') {
        *ret_help = true;
        return true;
    }
    if (options->scene != NULL && !bench_has_use(options->scene, option)) {
        return bench_say("not for this scene", bench_long_name(option));
    }
    return bench_take(options, option, optarg) || bench_say("not a sensible value", optarg);
}

static bool bench_scene(struct snet_bench_options *options, const char *name)
{
    for (size_t i = 0; i < sizeof bench_scenes / sizeof bench_scenes[0]; i++) {
        if (strcmp(name, bench_scenes[i].name) == 0) {
            options->scene = &bench_scenes[i];
            options->sessions = bench_scenes[i].sessions;
            return true;
        }
    }
    return bench_say("no such scene", name);
}

/* The scene stands first: what else is meant depends on it. */
static bool bench_parse(struct snet_bench_options *options, int argc, char **argv, bool *ret_help)
{
    const bool named = argc > 1 && argv[1][0] != '-';
    if (named && !bench_scene(options, argv[1])) {
        return false;
    }
    optind = named ? 2 : 1;
    int option = snet_options_next(argc, argv, "+l:h", bench_long_options);
    for (; option != -1; option = snet_options_next(argc, argv, "+l:h", bench_long_options)) {
        if (!bench_option(options, option, ret_help)) {
            return false;
        }
    }
    if (*ret_help) {
        return true;
    }
    if (optind < argc) {
        return bench_say("too much", argv[optind]);
    }
    if (!named) {
        return bench_say("a scene is needed first", argc > 1 ? argv[1] : "");
    }
    if (options->scene->no_tcp && options->over->tcp) {
        return bench_say("not for this scene", "--over tcp");
    }
    return true;
}

/* Takes as many descriptors as it may, and says so if these are too few. */
static bool bench_descriptors(struct snet_bench_options *options)
{
    struct rlimit limit;
    if (options->scene->descriptors == 0 || getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return true;
    }
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    const uint64_t room =
        limit.rlim_cur < BENCH_DESCRIPTORS_SPARE ? 0 : limit.rlim_cur - BENCH_DESCRIPTORS_SPARE;
    const uint64_t most = room / options->scene->descriptors;
    if (options->sessions > most) {
        (void)fprintf(stderr,
                      "snet bench: %" PRIu64 " descriptors are allowed: %" PRIu64
                      " sessions in place of %" PRIu64 "\n",
                      (uint64_t)limit.rlim_cur, most, options->sessions);
        options->sessions = most;
    }
    return options->sessions > 0;
}

static void bench_begin_report(const struct snet_bench_options *options,
                               struct snet_bench_report *report)
{
    char congestion[32];
    snet_bench_end_congestion(congestion, sizeof congestion);
    snet_bench_report_text(report, "scene", options->scene->name);
    snet_bench_report_text(report, "over", options->over->name);
    snet_bench_report_figure(report, "seconds", (double)options->seconds_ms / 1000.0);
    snet_bench_report_text(report, "pin", bench_pins[options->pin]);
    snet_bench_report_text(report, "congestion", congestion);
    snet_bench_report_text(report, "version", SNET_VERSION);
    snet_bench_report_flag(report, "direct", options->via == NULL);
    if (bench_has_use(options->scene, 'n')) {
        snet_bench_report_count(report, "sessions", options->sessions);
    }
    if (bench_has_use(options->scene, 'w')) {
        snet_bench_report_count(report, "write", options->write_bytes);
        snet_bench_report_flag(report, "nodelay", options->nodelay || !options->over->tcp);
    }
    if (bench_has_use(options->scene, 'z')) {
        snet_bench_report_count(report, "size", options->size_bytes);
    }
    if (bench_has_use(options->scene, 'd')) {
        snet_bench_report_text(report, "direction", options->down ? "down" : "up");
        snet_bench_report_flag(report, "early", options->early);
    }
    if (bench_has_use(options->scene, 'b')) {
        snet_bench_report_figure(report, "heartbeat", (double)options->heartbeat_ms / 1000.0);
    }
    if (!options->over->tcp) {
        snet_bench_report_count(report, "history",
                                options->history_bytes != 0          ? options->history_bytes
                                : options->over->wire == SNET_WIRE_3 ? SNET_WINDOW_MAX_BYTES
                                                                     : SNET_HISTORY_DEFAULT_BYTES);
    }
}

int snet_bench_main(int argc, char **argv)
{
    struct snet_bench_options options = {
        .over = &bench_overs[sizeof bench_overs / sizeof bench_overs[0] - 2],
        .seconds_ms = 3000,
        .write_bytes = 65536,
        .size_bytes = 64,
        .heartbeat_ms = SNET_HEARTBEAT_DEFAULT_NS / SNET_MS_NS,
    };
    struct snet_bench_report report = {.len = 0};
    bool help = false;
    if (!bench_parse(&options, argc, argv, &help)) {
        return SNET_EXIT_USAGE;
    }
    if (help) {
        (void)fputs(bench_help, stdout);
        return SNET_EXIT_OK;
    }
    if (!bench_descriptors(&options)) {
        (void)fprintf(stderr, "snet bench: too few descriptors are allowed\n");
        return SNET_EXIT_OS;
    }
    bench_begin_report(&options, &report);
    const char *failure = options.scene->run(&options, &report);
    if (failure != NULL) {
        (void)fprintf(stderr, "snet bench: %s\n", failure);
    } else {
        snet_bench_report_print(&report, stdout);
    }
    (void)fflush(stdout);
    /* Sessions that linger, and threads that wait, end here: nobody is interested in them. */
    _exit(failure == NULL ? SNET_EXIT_OK : SNET_EXIT_SOFTWARE);
}
