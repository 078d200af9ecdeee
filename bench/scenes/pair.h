/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Pair: the two processes of a scene. The server end is forked before there is any thread. Both
 * exchange words over a channel beside the connections that are measured. The client end reads the
 * clocks of both.
 *
 * Ownership: the caller's struct. Thread: one at a time; one thread of a process writes words.
 */
#ifndef SNET_BENCH_SCENES_PAIR_H
#define SNET_BENCH_SCENES_PAIR_H

#include "bench/scenes/end.h"
#include "bench/scenes/report.h"

#include <time.h>

#define SNET_BENCH_WORD_NUMBERS 8u
/* The interval before a window, in which round trips do not count. */
#define SNET_BENCH_WARM_UP_MS 300u
/* The limit by which a measurement may take longer than was asked for, before it is given up. */
#define SNET_BENCH_OVERRUN_MAX_S 90u

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
 * What the server end does once it listens. When it has returned, the process waits for the client
 * end and exits. NULL or what failed.
 */
typedef const char *snet_bench_serve_fn(struct snet_bench_end *end, int control);

/*
 * Starts the server end in a process of its own and aims at it. `pair->end` is initialised, and may
 * have been changed. NULL or what failed; snet_bench_pair_join is called in both cases.
 */
const char *snet_bench_pair_fork(struct snet_bench_pair *pair, snet_bench_serve_fn *serve);
/* Sends a word; false when the other process is gone. */
bool snet_bench_pair_say(int control, const struct snet_bench_word *word);
/* Waits for a word; false when the other process is gone. */
bool snet_bench_pair_hear(int control, struct snet_bench_word *ret_word);
/* The same for one number in it. */
bool snet_bench_pair_say_number(int control, uint64_t number);
bool snet_bench_pair_hear_number(int control, uint64_t *ret_number);

/*
 * Zeroed memory that is never freed: threads and sessions use it until the process exits, and the
 * process does not wait for them. NULL without memory.
 */
void *snet_bench_pair_keep(size_t count, size_t size);

void snet_bench_pair_start(struct snet_bench_pair *pair);
void snet_bench_pair_stop(struct snet_bench_pair *pair);
double snet_bench_pair_wall_s(const struct snet_bench_pair *pair);
/* wall_s, client_cpu_s, server_cpu_s; and cpu_us_per_op for `ops` above 0. */
void snet_bench_pair_report(const struct snet_bench_pair *pair, struct snet_bench_report *report,
                            uint64_t ops);
/*
 * Lets the server end finish, and waits for it; after a `failure` of the client end it is killed.
 * Returns that failure, else what failed at the server end, or NULL.
 */
const char *snet_bench_pair_join(struct snet_bench_pair *pair, const char *failure);

/* Nanoseconds of a clock that both processes share. */
uint64_t snet_bench_pair_now(void);
/* `ms` from now on that clock. */
uint64_t snet_bench_pair_after(uint64_t ms);
void snet_bench_pair_sleep_until(uint64_t at_ns);

#endif
