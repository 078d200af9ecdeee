/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Coalescing: a program that writes a few bytes again and again, without a pause, would pay for a
 * record and a system call each time, and so would the other end. In the midst of such a burst,
 * bytes wait for more of them, a tick at most. A single write, or one of a few, goes out at once;
 * and so does what waits as soon as the program waits for anything.
 *
 * Ownership: this is part of a conn. Thread: any that holds the driver's mutex. A function that
 * says "Loop" is for the loop's thread alone.
 */
#ifndef SNET_UV_CONN_COALESCE_H
#define SNET_UV_CONN_COALESCE_H

#include <snet/uv.h>

#include "base/list.h"

/* Limit of the time that bytes wait behind the last write of a burst. */
#define SNET_CONN_COALESCE_TICK_MS 1u
/* Limit of the bytes that wait: with this many of them all are sent. */
#define SNET_CONN_COALESCE_BYTES 65536u
/* A write within this time of the one before continues a burst. */
#define SNET_CONN_COALESCE_BURST_NS (20 * SNET_MS_NS / 1000)
/* This many writes in a row are a burst: from then on bytes wait. */
#define SNET_CONN_COALESCE_BURST_WRITES 16u

struct snet_conn;

struct snet_conn_coalesce {
    struct snet_list_node node; /* in the driver's list: the loop looks after it */
    uint64_t written_ns;
    unsigned writes; /* of the burst */
    bool used;       /* since the last tick */
};

/* Another thread has written: sends, as snet_driver_used does, or lets it wait. */
void snet_conn_coalesce_written(snet_uv *driver, snet_session *session, bool unlocks);
/* Loop: begins to send what waits, once in a tick. */
void snet_conn_coalesce_start(snet_uv *driver);
/* Loop: the conn is closed. */
void snet_conn_coalesce_end(struct snet_conn *conn);

#endif
