/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What the scenes of `snet-bench` share: what was asked for, and a row of the table that names
 * them. A scene is one setting of the benchmark; it adds its figures to the report, or says why
 * there is none to be had.
 *
 * Ownership: strings are borrowed from argv or static. Thread: any.
 */
#ifndef SNET_BENCH_SCENES_SCENE_H
#define SNET_BENCH_SCENES_SCENE_H

#include <snet/core.h>

#include <stdbool.h>
#include <stdint.h>

#define SNET_BENCH_SESSIONS_MAX 10000000u
#define SNET_BENCH_THREADS_MAX 64u
#define SNET_BENCH_SIZE_MAX_BYTES (64u << 20)

struct snet_bench_options;
struct snet_bench_report;

/* What carries the bytes. */
struct snet_bench_over {
    const char *name;
    bool tcp; /* bare TCP: the fields below have no meaning */
    bool plain;
    uint8_t suite;
    enum snet_wire wire;
};

enum snet_bench_pin {
    SNET_BENCH_PIN_NONE,
    SNET_BENCH_PIN_TOGETHER, /* both ends on the first processor */
    SNET_BENCH_PIN_APART     /* the client on the first, the server on the second */
};

/* What the scene `core` does. */
enum snet_bench_part {
    SNET_BENCH_PART_OPEN,
    SNET_BENCH_PART_RESUME,
    SNET_BENCH_PART_STREAM,
    SNET_BENCH_PART_PING
};

/* NULL when the figures in the report are valid, else one sentence without a full stop. */
typedef const char *snet_bench_run_fn(const struct snet_bench_options *options,
                                      struct snet_bench_report *report);

struct snet_bench_scene {
    const char *name;
    const char *says; /* what it measures, for the help */
    snet_bench_run_fn *run;
    const char *takes; /* the short names of options that not all scenes take */
    uint64_t sessions; /* how many there are by default */
    /* Descriptors of a session at the end that needs more; 0: it needs none, or few sessions. */
    unsigned descriptors;
    bool no_tcp;     /* it does not run over bare TCP */
    bool no_sockets; /* it takes no options about time, processors and addresses */
};

/* Zero where an option was not given and has no default in snet_bench_options_parse. */
struct snet_bench_options {
    const struct snet_bench_scene *scene;
    const struct snet_bench_over *over;
    const char *listen; /* of the server end; 127.0.0.1:0 */
    const char *via;    /* what the client dials in place of the server end; NULL: the server end */
    uint64_t seconds_ms;
    uint64_t write_bytes;
    uint64_t size_bytes;
    uint64_t sessions;
    uint64_t threads;
    uint64_t history_bytes;
    uint64_t heartbeat_ms;
    uint64_t count;   /* core: how much is done */
    uint64_t resumes; /* detached: how many afterwards */
    enum snet_bench_part part;
    enum snet_bench_pin pin;
    bool nodelay; /* tcp; scenes with round trips have it anyway */
    bool early;
    bool down;     /* from the server to the client; else up */
    bool attached; /* detached: the sessions keep their links, for comparison */
};

snet_bench_run_fn snet_bench_stream_run;
snet_bench_run_fn snet_bench_ping_run;
snet_bench_run_fn snet_bench_open_run;
snet_bench_run_fn snet_bench_core_run;
snet_bench_run_fn snet_bench_core_detached_run;
snet_bench_run_fn snet_bench_core_threads_run;
snet_bench_run_fn snet_bench_resume_run;
snet_bench_run_fn snet_bench_loss_run;
snet_bench_run_fn snet_bench_idle_run;
snet_bench_run_fn snet_bench_storm_run;

#endif
