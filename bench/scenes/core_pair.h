/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Both ends of a session without I/O: a core with clients, a core with a server, and between them a
 * connection without delay. Time stands still but for snet_bench_core_pair_wait. What happens to
 * the server can be recorded, see bench/scenes/core_recording.
 *
 * Ownership: the caller's struct, which must stay where it is. Thread: one at a time per pair.
 */
#ifndef SNET_BENCH_SCENES_CORE_PAIR_H
#define SNET_BENCH_SCENES_CORE_PAIR_H

#include <snet/core.h>

#include "bench/scenes/core_end.h"
#include "bench/scenes/core_recording.h"

#include <stdbool.h>
#include <stdint.h>

/* A pair's time begins here. */
#define SNET_BENCH_CORE_BEGIN_NS SNET_SECOND_NS

struct snet_bench_core_config {
    enum snet_wire wire;
    bool plain;             /* legacy wires */
    uint8_t suite;          /* snet/3 */
    bool psk;               /* snet/3: a shared secret instead of the server's key */
    uint32_t history_bytes; /* 0: default */
    uint32_t sessions_max;  /* 0: default */
    uint64_t seed;
};

struct snet_bench_core_pair {
    struct snet_bench_core_config config;
    struct snet_bench_core_end client;
    struct snet_bench_core_end server;
    struct snet_client_config client_config;
    struct snet_key key; /* known to clients: the public key, or the shared secret */
    uint64_t now;
    struct snet_bench_core_recording *recording; /* NULL: nothing is recorded */
};

/* Makes both cores and the server. */
SNET_MUST_USE snet_err snet_bench_core_pair_init(struct snet_bench_core_pair *pair,
                                                 const struct snet_bench_core_config *config);
/* Makes the server of such a pair alone. */
SNET_MUST_USE snet_err snet_bench_core_pair_init_server(
    struct snet_bench_core_pair *pair, const struct snet_bench_core_config *config);
/* Accepts a zeroed struct. */
void snet_bench_core_pair_deinit(struct snet_bench_core_pair *pair);

/* A new session at both ends, with its link; false when it is not up at once. */
bool snet_bench_core_pair_open(struct snet_bench_core_pair *pair);
/* The connection breaks. */
void snet_bench_core_pair_cut(struct snet_bench_core_pair *pair);
/* A session of the client without a link resumes; false when that fails. */
bool snet_bench_core_pair_resume(struct snet_bench_core_pair *pair, snet_session *session);
/* Both ends free the current session, and neither informs the other. */
void snet_bench_core_pair_drop(struct snet_bench_core_pair *pair);
/* Moves bytes between the ends until there are none; false when an end does not take them. */
bool snet_bench_core_pair_settle(struct snet_bench_core_pair *pair);
/* Time passes; false as above. Not while recording: a recording does not have it. */
bool snet_bench_core_pair_wait(struct snet_bench_core_pair *pair, uint64_t duration_ns);

#endif
