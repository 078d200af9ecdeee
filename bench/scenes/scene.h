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

/* The scenes, as uses of options. */
#define SNET_BENCH_USE_STREAM (SNET_USE_OWN_FIRST << 0)
#define SNET_BENCH_USE_PING (SNET_USE_OWN_FIRST << 1)
#define SNET_BENCH_USE_OPEN (SNET_USE_OWN_FIRST << 2)
#define SNET_BENCH_USE_RESUME (SNET_USE_OWN_FIRST << 3)
#define SNET_BENCH_USE_LOSS (SNET_USE_OWN_FIRST << 4)
#define SNET_BENCH_USE_IDLE (SNET_USE_OWN_FIRST << 5)
#define SNET_BENCH_USE_STORM (SNET_USE_OWN_FIRST << 6)
#define SNET_BENCH_USE_CORE (SNET_USE_OWN_FIRST << 7)
#define SNET_BENCH_USE_DETACHED (SNET_USE_OWN_FIRST << 8)
#define SNET_BENCH_USE_THREADS (SNET_USE_OWN_FIRST << 9)
#define SNET_BENCH_USE_SEAL (SNET_USE_OWN_FIRST << 10)
#define SNET_BENCH_USE_ALL (SNET_USE_OWN_FIRST * 2047)
/* Those that have sockets, and those that have a number of sessions. */
#define SNET_BENCH_USE_SOCKETS (SNET_USE_OWN_FIRST * 127)
#define SNET_BENCH_USE_SESSIONS                                                                    \
    (SNET_BENCH_USE_ALL &                                                                          \
     ~(SNET_BENCH_USE_STREAM | SNET_BENCH_USE_LOSS | SNET_BENCH_USE_CORE | SNET_BENCH_USE_SEAL))

/* What carries the bytes. */
struct snet_bench_over {
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
    SNET_BENCH_PART_STREAM,
    SNET_BENCH_PART_OPEN,
    SNET_BENCH_PART_RESUME,
    SNET_BENCH_PART_PING
};

/* NULL when the figures in the report are valid, else one sentence without a full stop. */
typedef const char *snet_bench_run_fn(const struct snet_bench_options *options,
                                      struct snet_bench_report *report);

struct snet_bench_scene {
    const char *name;
    const char *says; /* what it measures, for the help */
    snet_bench_run_fn *run;
    uint32_t use;      /* SNET_BENCH_USE_x */
    uint32_t sessions; /* how many there are by default */
    /* Descriptors of a session at the end that needs more; 0: it needs none, or few sessions. */
    unsigned descriptors;
    bool no_tcp;     /* it does not run over bare TCP */
    bool no_sockets; /* it takes no options about time, processors and addresses */
};

/* Zero where an option was not given and has no default. */
struct snet_bench_options {
    const struct snet_bench_scene *scene;
    const struct snet_bench_over *over;
    struct snet_store *store; /* what the texts are kept in */
    const char *listen;       /* of the server end */
    const char *via; /* what the client dials in place of the server end; NULL: the server end */
    uint64_t measure_ns;
    uint64_t write_bytes;
    uint64_t stream_bytes; /* stream: this many, however long it takes; 0: for a time */
    uint64_t size_bytes;
    uint64_t history_bytes;
    uint64_t heartbeat_ns;
    uint64_t count; /* core, seal: how much is done */
    uint32_t sessions;
    uint32_t threads;
    uint32_t resumes; /* detached: how many afterwards */
    uint32_t over_index;
    uint32_t part;    /* enum snet_bench_part */
    uint32_t pin;     /* enum snet_bench_pin */
    uint32_t nodelay; /* tcp; scenes with round trips have it anyway */
    uint32_t early_data;
    uint32_t down;     /* from the server to the client; else up */
    uint32_t attached; /* detached: the sessions keep their links, for comparison */
};

snet_bench_run_fn snet_bench_stream_run;
snet_bench_run_fn snet_bench_ping_run;
snet_bench_run_fn snet_bench_open_run;
snet_bench_run_fn snet_bench_core_run;
snet_bench_run_fn snet_bench_core_detached_run;
snet_bench_run_fn snet_bench_core_threads_run;
snet_bench_run_fn snet_bench_seal_run;
snet_bench_run_fn snet_bench_resume_run;
snet_bench_run_fn snet_bench_loss_run;
snet_bench_run_fn snet_bench_idle_run;
snet_bench_run_fn snet_bench_storm_run;

#endif
