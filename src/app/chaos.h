/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Chaos: a hostile network in a box. A TCP proxy that cuts connections at random bytes, refuses new
 * ones for a while, falls silent without closing, delays and throttles; all from one seed. It holds
 * at most 64 KiB per direction of a connection, and with a delay what the path has under way
 * besides.
 *
 * Ownership: a proxy is one for the life of its process. Thread: that of the loop.
 */
#ifndef SNET_APP_CHAOS_H
#define SNET_APP_CHAOS_H

#include <snet/config.h>
#include <snet/stream.h>

#include <stdbool.h>
#include <stdint.h>

#define SNET_CHAOS_BUFFER_DEFAULT_BYTES 32768u
#define SNET_CHAOS_FREEZE_AFTER_MS 2000u
#define SNET_CHAOS_TICK_MS 1u

struct snet_chaos_config {
    const char *listen;
    const char *to;
    uint64_t cut_every_bytes; /* mean of both directions together; 0 never */
    uint64_t refuse_ns;       /* once, after the first cut; 0 never */
    uint64_t delay_ns;        /* each way, in whole milliseconds */
    uint64_t rate_bytes;      /* per second and direction; 0 unlimited */
    uint32_t freeze;          /* 1: once, SNET_CHAOS_FREEZE_AFTER_MS after the first connection */
    uint32_t seed;
    uint32_t buffer_bytes; /* of sockets; 0: SNET_CHAOS_BUFFER_DEFAULT_BYTES */
};

struct snet_chaos_stats {
    uint64_t connections;
    uint64_t cuts;
    uint64_t bytes_up;
    uint64_t bytes_down;
    uint32_t live;
    bool refusing;
};

typedef struct snet_chaos snet_chaos;

/* Begins to proxy. The strings of `config` must outlive the call. Errors: as
 * snet_stream_listener_open. */
SNET_MUST_USE snet_err snet_chaos_new(uv_loop_t *loop, const struct snet_chaos_config *config,
                                      snet_chaos **ret_chaos, int *ret_os_err);
/* The address it listens on, with the real port. */
const char *snet_chaos_address(const snet_chaos *chaos);
/* Cuts everything and refuses new connections for this long. */
void snet_chaos_refuse(snet_chaos *chaos, uint64_t refuse_ms);
/* The live connections fall silent for ever; new ones pass. */
void snet_chaos_freeze(snet_chaos *chaos);
void snet_chaos_cut_all(snet_chaos *chaos);
void snet_chaos_stats(const snet_chaos *chaos, struct snet_chaos_stats *ret_stats);

#endif
