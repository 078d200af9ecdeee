/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include <snet/version.h>

#include "app/exit_code.h"
#include "bench/scenes/end.h"
#include "bench/scenes/options.h"
#include "bench/scenes/report.h"
#include "bench/scenes/scene.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#define MAIN_DESCRIPTORS_SPARE 200u /* a reserve for everything but the sessions */

/* Those without sockets are last, for the help. */
static const struct snet_bench_scene main_scenes[] = {
    {"stream", "bytes one way, as many as go through", snet_bench_stream_run, SNET_BENCH_USE_STREAM,
     .sessions = 1},
    {"ping", "a message there and back, in each session", snet_bench_ping_run, SNET_BENCH_USE_PING,
     .sessions = 1, .descriptors = 1},
    {"open", "new sessions, a byte there and back in each", snet_bench_open_run,
     SNET_BENCH_USE_OPEN, .sessions = 8},
    {"resume", "connections cut again and again", snet_bench_resume_run, SNET_BENCH_USE_RESUME,
     .sessions = 200, .descriptors = 2},
    {"loss", "from a cut to the first byte that arrives after it", snet_bench_loss_run,
     SNET_BENCH_USE_LOSS, .sessions = 1},
    {"idle", "silent sessions, and a busy one", snet_bench_idle_run, SNET_BENCH_USE_IDLE,
     .sessions = 1000, .descriptors = 1},
    {"storm", "all connections cut at once", snet_bench_storm_run, SNET_BENCH_USE_STORM,
     .sessions = 8000, .descriptors = 2, .no_tcp = true},
    {"core", "the same work every time, to count", snet_bench_core_run, SNET_BENCH_USE_CORE,
     .sessions = 1, .no_tcp = true, .no_sockets = true},
    {"detached", "memory of sessions without links", snet_bench_core_detached_run,
     SNET_BENCH_USE_DETACHED, .sessions = 1000000, .no_tcp = true, .no_sockets = true},
    {"threads", "servers alone: one thread, and several", snet_bench_core_threads_run,
     SNET_BENCH_USE_THREADS, .sessions = 4000, .no_tcp = true, .no_sockets = true},
    {"seal", "records of 16 KiB, sealed and opened alone", snet_bench_seal_run, SNET_BENCH_USE_SEAL,
     .sessions = 1, .no_tcp = true, .no_sockets = true},
    {.name = NULL},
};

/* Raises the limit of descriptors as far as it may; with too few there are fewer sessions. */
static bool main_descriptors(struct snet_bench_options *options)
{
    struct rlimit limit;
    if (options->scene->descriptors == 0 || getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return true;
    }
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    const uint64_t room =
        limit.rlim_cur < MAIN_DESCRIPTORS_SPARE ? 0 : limit.rlim_cur - MAIN_DESCRIPTORS_SPARE;
    const uint64_t most = room / options->scene->descriptors;
    if (options->sessions > most) {
        (void)fprintf(stderr,
                      "snet-bench: %" PRIu64 " descriptors are allowed: %" PRIu64
                      " sessions in place of %" PRIu32 "\n",
                      (uint64_t)limit.rlim_cur, most, options->sessions);
        options->sessions = (uint32_t)most;
    }
    return options->sessions > 0;
}

/* An option whose values are words. */
static void main_report_word(const struct snet_bench_options *options,
                             struct snet_bench_report *report, const char *name)
{
    char text[32];
    snet_bench_options_text(options, name, text, sizeof text);
    snet_bench_report_text(report, name, text);
}

static void main_begin_report(const struct snet_bench_options *options,
                              struct snet_bench_report *report)
{
    char congestion[32];
    snet_bench_end_congestion(congestion, sizeof congestion);
    snet_bench_report_text(report, "scene", options->scene->name);
    main_report_word(options, report, "over");
    snet_bench_report_figure(report, "seconds",
                             (double)options->measure_ns / (double)SNET_SECOND_NS);
    main_report_word(options, report, "pin");
    snet_bench_report_text(report, "congestion", congestion);
    snet_bench_report_text(report, "version", snet_version());
    snet_bench_report_flag(report, "direct", options->via == NULL);
    if (snet_bench_options_has_use(options->scene, "sessions")) {
        snet_bench_report_count(report, "sessions", options->sessions);
    }
    if (snet_bench_options_has_use(options->scene, "write")) {
        snet_bench_report_count(report, "write", options->write_bytes);
        snet_bench_report_flag(report, "nodelay", options->nodelay != 0 || !options->over->tcp);
    }
    if (snet_bench_options_has_use(options->scene, "size")) {
        snet_bench_report_count(report, "size", options->size_bytes);
    }
    if (snet_bench_options_has_use(options->scene, "part")) {
        main_report_word(options, report, "part");
    }
    if (snet_bench_options_has_use(options->scene, "direction")) {
        main_report_word(options, report, "direction");
    }
    if (snet_bench_options_has_use(options->scene, "early-data")) {
        snet_bench_report_flag(report, "early_data", options->early_data != 0);
    }
    if (snet_bench_options_has_use(options->scene, "heartbeat")) {
        snet_bench_report_figure(report, "heartbeat",
                                 (double)options->heartbeat_ns / (double)SNET_SECOND_NS);
    }
    if (!options->over->tcp && snet_bench_options_has_use(options->scene, "history")) {
        snet_bench_report_count(report, "history",
                                options->history_bytes != 0          ? options->history_bytes
                                : options->over->wire == SNET_WIRE_3 ? SNET_WINDOW_DEFAULT_BYTES
                                                                     : SNET_HISTORY_DEFAULT_BYTES);
    }
}

static void main_help(void)
{
    (void)fputs("snet-bench: one measurement of snet or of bare TCP, as one line of JSON\n"
                "\n"
                "  snet-bench SCENE [--over NAME] [--seconds TIME] [--pin NAME] [...]\n"
                "\n",
                stdout);
    bool sockets = true;
    for (const struct snet_bench_scene *scene = main_scenes; scene->name != NULL; scene++) {
        if (sockets && scene->no_sockets) {
            (void)fputs("Without sockets, both ends in one process:\n", stdout);
            sockets = false;
        }
        (void)printf("  %-10s %s\n", scene->name, scene->says);
    }
    (void)fputs("\n"
                "  snet-bench SCENE --help lists the options of a scene; --version prints the\n"
                "  version. Without an option, a scene runs over snet/3 for 3 seconds.\n"
                "\n"
                "The two ends are processes of this machine. Exit codes: 0 all bytes have\n"
                "arrived, 64 usage, 70 there are no valid figures, 71 system.\n",
                stdout);
}

int main(int argc, char **argv)
{
    struct snet_bench_options options;
    struct snet_bench_report report = {.len = 0};
    (void)signal(SIGPIPE, SIG_IGN);
    (void)setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
    switch (snet_bench_options_parse(&options, main_scenes, argc, argv)) {
    case SNET_BENCH_REFUSED:
        return SNET_EXIT_USAGE;
    case SNET_BENCH_HELP:
        if (options.scene == NULL) {
            main_help();
        } else {
            snet_bench_options_help(options.scene);
        }
        return SNET_EXIT_OK;
    case SNET_BENCH_VERSION:
        (void)printf("snet-bench %s\n", snet_version());
        return SNET_EXIT_OK;
    case SNET_BENCH_MEASURE:
        break;
    }
    if (!main_descriptors(&options)) {
        (void)fprintf(stderr, "snet-bench: too few descriptors are allowed\n");
        return SNET_EXIT_OS;
    }
    main_begin_report(&options, &report);
    const char *failure = options.scene->run(&options, &report);
    if (failure != NULL) {
        (void)fprintf(stderr, "snet-bench: %s\n", failure);
    } else {
        snet_bench_report_print(&report, stdout);
    }
    (void)fflush(stdout);
    /* Sessions that are still closing, and threads that wait, end here: nobody needs them. */
    _exit(failure == NULL ? SNET_EXIT_OK : SNET_EXIT_SOFTWARE);
}
