/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Path: how long the records of a link may be [PROTO 16.6]. They begin short, so that a path which
 * carries little of each connection, or little in a second, still delivers whole ones, and grow
 * with the link. Pure counting.
 *
 * Thread: the core's.
 */
#ifndef SNET_CORE_SNET3_PATH_H
#define SNET_CORE_SNET3_PATH_H

#include <snet/core.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Maxima: bytes on the wire of the first records of a link, and how many these are. The first fit
   into one packet nearly everywhere. */
#define SNET_PATH_FIRST_RECORDS 8u
#define SNET_PATH_FIRST_BYTES 1400u
#define SNET_PATH_NEXT_RECORDS 16u
#define SNET_PATH_NEXT_BYTES 4096u
/* Maximum after a barren link, and the least that a slow path is given. */
#define SNET_PATH_SMALL_BYTES 1024u
/* Maximum: bytes of the stream on their way until some are acknowledged, when links have moved
   little since one was barren; right after one that was, no more than a small record. What is sent
   in one burst is lost in one: a reset takes what its receiver has not read yet, too. */
#define SNET_PATH_SMALL_FLIGHT_BYTES 4096u
/* A link that moved this much is proof that the path carries it. */
#define SNET_PATH_TRUSTED_BYTES 65536u
/* A record on its way for longer than this makes its sender look dead. */
#define SNET_PATH_SLOW_NS (5 * SNET_SECOND_NS)

/*
 * What is known of a link. A flight is what was unacknowledged at one moment: how long it takes is
 * what the path takes, whatever the application writes meanwhile. A zeroed struct is a new link.
 */
struct snet_path {
    bool small;  /* a link before was barren, and nothing was acknowledged on this one */
    bool barren; /* it was the last one */
    uint64_t acked;
    uint64_t flight_ns; /* when the flight was out; 0: there is none */
    uint64_t flight_from;
    uint64_t flight_to;
    uint32_t slow_bytes; /* what the last slow flight carried in SNET_PATH_SLOW_NS; 0: none did */
};

/* Offsets of the stream: what the peer has acknowledged, and what was sent. */
struct snet_path_range {
    uint64_t acked;
    uint64_t sent;
};

/* Bytes went out. */
void snet_path_sent(struct snet_path *path, const struct snet_path_range *range, uint64_t now);
/* The peer has acknowledged more. */
void snet_path_acked(struct snet_path *path, const struct snet_path_range *range, uint64_t now);
/* How many of `len` more bytes of the stream may be on their way. */
uint64_t snet_path_flight_bytes(const struct snet_path *path, const struct snet_path_range *range,
                                uint64_t len);
/* Maximum: bytes on the wire of the record with `seq`; SIZE_MAX: only the peer's limit counts. */
size_t snet_path_record_bytes(const struct snet_path *path, uint64_t seq);

#endif
