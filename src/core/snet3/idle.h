/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Idle: what a client learns of how long its path keeps a silent connection [PROTO 20.4]. Links
 * that die of silence at one age make its heartbeat shorter; from time to time the longer one is
 * tried again. Pure counting.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_IDLE_H
#define SNET_CORE_SNET3_IDLE_H

#include <snet/core.h>

#include <stdint.h>

/* Minimum: a shorter silence says nothing, for no heartbeat is shorter. */
#define SNET_IDLE_MIN_NS SNET_HEARTBEAT_MIN_NS
/* How many links in a row make a heartbeat shorter. */
#define SNET_IDLE_ROW 3u
/* How many short heartbeats come before a long one is tried, at first and at most. */
#define SNET_IDLE_TRY_FIRST 10u
#define SNET_IDLE_TRY_MAX 640u

/* A zeroed struct knows nothing. */
struct snet_idle {
    uint64_t age_ns;       /* the shortest silence of the row */
    uint64_t heartbeat_ns; /* learned; 0: nothing */
    uint8_t row;           /* how many links in a row have died of it */
    uint16_t asked;        /* short heartbeats since the last try */
    uint16_t try_after;    /* how many of them come before the next */
};

/* A live link has died after `silence_ns`; 0: not of silence. */
void snet_idle_died(struct snet_idle *idle, uint64_t silence_ns);
/* A live link has carried bytes after `silence_ns`. */
void snet_idle_survived(struct snet_idle *idle, uint64_t silence_ns);
/* A PING was sent for a silence. */
void snet_idle_asked(struct snet_idle *idle);
/* The heartbeat to use where `wanted_ns` is wanted. */
uint64_t snet_idle_heartbeat_ns(const struct snet_idle *idle, uint64_t wanted_ns);

#endif
