/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "bench/scenes/pair.h"

#include "app/options.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* --- Time ------------------------------------------------------------------------------------ */

static uint64_t pair_clock_ns(clockid_t clock)
{
    struct timespec time = {0};
    (void)clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * SNET_SECOND_NS + (uint64_t)time.tv_nsec;
}

uint64_t snet_bench_pair_now(void)
{
    return pair_clock_ns(CLOCK_MONOTONIC);
}

uint64_t snet_bench_pair_after(uint64_t ms)
{
    return snet_bench_pair_now() + ms * SNET_MS_NS;
}

void snet_bench_pair_sleep_until(uint64_t at_ns)
{
    const struct timespec at = {
        .tv_sec = (time_t)(at_ns / SNET_SECOND_NS),
        .tv_nsec = (long)(at_ns % SNET_SECOND_NS),
    };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR) {
    }
}

static struct snet_bench_clock pair_read_clock(const struct snet_bench_pair *pair)
{
    return (struct snet_bench_clock){
        .wall_ns = snet_bench_pair_now(),
        .client_ns = pair_clock_ns(CLOCK_PROCESS_CPUTIME_ID),
        .server_ns = pair_clock_ns(pair->server_clock),
    };
}

void snet_bench_pair_start(struct snet_bench_pair *pair)
{
    pair->start = pair_read_clock(pair);
}

void snet_bench_pair_stop(struct snet_bench_pair *pair)
{
    pair->stop = pair_read_clock(pair);
}

double snet_bench_pair_wall_s(const struct snet_bench_pair *pair)
{
    return (double)(pair->stop.wall_ns - pair->start.wall_ns) / (double)SNET_SECOND_NS;
}

void snet_bench_pair_report(const struct snet_bench_pair *pair, struct snet_bench_report *report,
                            uint64_t ops)
{
    const double second = (double)SNET_SECOND_NS;
    const double client_s = (double)(pair->stop.client_ns - pair->start.client_ns) / second;
    const double server_s = (double)(pair->stop.server_ns - pair->start.server_ns) / second;
    snet_bench_report_figure(report, "wall_s", snet_bench_pair_wall_s(pair));
    snet_bench_report_figure(report, "client_cpu_s", client_s);
    snet_bench_report_figure(report, "server_cpu_s", server_s);
    if (ops > 0) {
        snet_bench_report_figure(report, "cpu_us_per_op",
                                 (client_s + server_s) * 1e6 / (double)ops);
    }
}

/* --- Words ----------------------------------------------------------------------------------- */

bool snet_bench_pair_say(int control, const struct snet_bench_word *word)
{
    return send(control, word, sizeof *word, MSG_NOSIGNAL) == (ssize_t)sizeof *word;
}

bool snet_bench_pair_hear(int control, struct snet_bench_word *ret_word)
{
    return recv(control, ret_word, sizeof *ret_word, 0) == (ssize_t)sizeof *ret_word;
}

bool snet_bench_pair_say_number(int control, uint64_t number)
{
    const struct snet_bench_word word = {.numbers = {number}};
    return snet_bench_pair_say(control, &word);
}

bool snet_bench_pair_hear_number(int control, uint64_t *ret_number)
{
    struct snet_bench_word word;
    if (!snet_bench_pair_hear(control, &word)) {
        return false;
    }
    *ret_number = word.numbers[0];
    return true;
}

/* --- Processes ------------------------------------------------------------------------------- */

static void pair_give_up(int number)
{
    static const char text[] = "snet-bench: the measurement takes too long and is given up\n";
    (void)number;
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0) {
        _exit(SNET_EXIT_OS);
    }
    _exit(SNET_EXIT_SOFTWARE);
}

/* Without a server end the client end would wait for ever. The server end has printed why. */
static void pair_server_gone(int number)
{
    int status = 0;
    (void)number;
    if (waitpid(-1, &status, WNOHANG) > 0 && status != 0 &&
        !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)) {
        _exit(SNET_EXIT_SOFTWARE);
    }
}

static bool pair_pin(uint32_t pin, bool server)
{
    cpu_set_t set;
    if (pin == SNET_BENCH_PIN_NONE) {
        return true;
    }
    CPU_ZERO(&set);
    CPU_SET(server && pin == SNET_BENCH_PIN_APART ? 1 : 0, &set);
    return sched_setaffinity(0, sizeof set, &set) == 0;
}

static const char *pair_serve(struct snet_bench_end *end, int control, snet_bench_serve_fn *serve)
{
    struct snet_bench_word word = {.numbers = {0}};
    if (!pair_pin(end->options->pin, true)) {
        return "cannot be pinned to its processor";
    }
    if (!snet_bench_end_listen(end)) {
        (void)fprintf(stderr, "snet-bench: %s\n", strerror(errno));
        return "cannot listen";
    }
    (void)snprintf(word.text, sizeof word.text, "%s", end->address);
    if (!snet_bench_pair_say(control, &word)) {
        return "has lost the client end";
    }
    const char *failure = serve(end, control);
    if (failure == NULL) {
        uint64_t ignored = 0;
        (void)snet_bench_pair_hear_number(control,
                                          &ignored); /* the client end lets it go by this */
    }
    return failure;
}

/* Never returns. */
static void pair_be_server(struct snet_bench_pair *pair, int control, snet_bench_serve_fn *serve)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    const char *failure = pair_serve(&pair->end, control, serve);
    if (failure != NULL) {
        (void)fprintf(stderr, "snet-bench: the server end %s\n", failure);
    }
    _exit(failure == NULL ? EXIT_SUCCESS : EXIT_FAILURE);
}

const char *snet_bench_pair_fork(struct snet_bench_pair *pair, snet_bench_serve_fn *serve)
{
    const struct snet_bench_options *options = pair->end.options;
    int ends[2];
    pair->server = -1;
    pair->control = -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        return "no channel to the server end can be made";
    }
    pair->control = ends[0];
    (void)fflush(NULL);
    (void)signal(SIGALRM, pair_give_up);
    (void)signal(SIGCHLD, pair_server_gone);
    const unsigned limit_s =
        (unsigned)(options->measure_ns / SNET_SECOND_NS) + SNET_BENCH_OVERRUN_MAX_S;
    pair->server = fork();
    (void)alarm(limit_s);
    if (pair->server == 0) {
        (void)close(ends[0]);
        pair_be_server(pair, ends[1], serve);
    }
    (void)close(ends[1]);
    struct snet_bench_word word;
    if (pair->server < 0 || clock_getcpuclockid(pair->server, &pair->server_clock) != 0 ||
        !snet_bench_pair_hear(pair->control, &word)) {
        return "there is no server end";
    }
    if (!pair_pin(options->pin, false)) {
        return "the client end cannot be pinned to its processor";
    }
    word.text[sizeof word.text - 1] = '\0';
    const char *address = options->via == NULL ? word.text : options->via;
    return snet_bench_end_aim(&pair->end, address) ? NULL : "there is no such address to dial";
}

void *snet_bench_pair_keep(size_t count, size_t size)
{
    return calloc(count, size);
}

const char *snet_bench_pair_join(struct snet_bench_pair *pair, const char *failure)
{
    int status = 0;
    if (pair->server > 0) {
        if (failure != NULL) {
            (void)kill(pair->server, SIGKILL);
        }
        (void)close(pair->control);
        while (waitpid(pair->server, &status, 0) < 0 && errno == EINTR) {
        } /* any other error: pair_server_gone has taken the status, which was 0 */
    }
    return failure != NULL || status == 0 ? failure : "the server end has failed";
}
