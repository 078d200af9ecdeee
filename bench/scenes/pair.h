/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Pair: the two processes of a scene. The server end is forked before there is any thread, and
 * talks with the client end by words over a channel beside the connections that are measured. The
 * client end keeps the clocks of both.
 *
 * Ownership: the caller's struct. Thread: one at a time; a process writes words from one thread.
 */
#ifndef SNET_BENCH_SCENES_PAIR_H
#define SNET_BENCH_SCENES_PAIR_H

#include "bench/scenes/end.h"
#include "bench/scenes/report.h"

#include <time.h>

#define SNET_BENCH_WORD_NUMBERS 8u
/* Round trips that come before those that count. */
#define SNET_BENCH_WARM_UP_MS 300u
/* A measurement that takes so much longer than was asked for is given up. */
#define SNET_BENCH_PATIENCE_S 90u

struct snet_bench_word {
    uint64_t numbers[SNET_BENCH_WORD_NUMBERS];
    char text[SNET_STREAM_ADDRESS_MAX_BYTES];
};

/* What both processes have used up to now. */
struct snet_bench_clock {
    uint64_t wall_ns;
    uint64_t client_ns;
    uint64_t server_ns;
};

struct snet_bench_pair {
    struct snet_bench_end end;
    int control;
    pid_t server;
    clockid_t server_clock;
    struct snet_bench_clock start;
    struct snet_bench_clock stop;
};

/*
 * The server end: told to listen already. When it returns it waits for the client end to be done,
 * and the process ends. NULL or what failed.
 */
typedef const char *snet_bench_serve_fn(struct snet_bench_end *end, int control);

/*
 * Begins the server end in a process of its own and aims at it. The end is initialised and may have
 * been changed. NULL or what failed; then snet_bench_pair_join is still to be called.
 */
const char *snet_bench_pair_fork(struct snet_bench_pair *pair, snet_bench_serve_fn *serve);
/* Says a word; false when the other process is gone. */
bool snet_bench_pair_say(int control, const struct snet_bench_word *word);
/* Waits for a word; false when the other process is gone. */
bool snet_bench_pair_hear(int control, struct snet_bench_word *ret_word);
/* The same for one number in it. */
bool snet_bench_pair_say_number(int control, uint64_t number);
bool snet_bench_pair_hear_number(int control, uint64_t *ret_number);

/*
 * Zeroed memory that nobody gives back: threads and sessions use it until the process ends, which
 * nothing waits for. NULL without memory.
 */
void *snet_bench_pair_keep(size_t count, size_t size);

void snet_bench_pair_start(struct snet_bench_pair *pair);
void snet_bench_pair_stop(struct snet_bench_pair *pair);
double snet_bench_pair_wall_s(const struct snet_bench_pair *pair);
/* wall_s, client_cpu_s, server_cpu_s; and cpu_us_per_op for `ops` above 0. */
void snet_bench_pair_report(const struct snet_bench_pair *pair, struct snet_bench_report *report,
                            uint64_t ops);
/*
 * Lets the server end go and waits for it; with a `failure` of the client end does not let it
 * finish. That failure, or NULL, or that the server end has failed.
 */
const char *snet_bench_pair_join(struct snet_bench_pair *pair, const char *failure);

/* Nanoseconds of a clock that both processes share. */
uint64_t snet_bench_pair_now(void);
/* `ms` from now on that clock. */
uint64_t snet_bench_pair_after(uint64_t ms);
void snet_bench_pair_sleep_until(uint64_t at_ns);

#endif
