/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Corks: a program that writes little again and again, without a pause, would pay for a record and
 * a call of the kernel each time, and so would the other end. In the midst of such a burst bytes
 * wait for more of them, a tick at most. A lone write, or one of a few, goes out at once, and so
 * does what waits when the program waits for anything.
 *
 * Ownership: a conn has one cork. Thread: whoever holds the driver's mutex; where it says so, that
 * of the loop.
 */
#ifndef SNET_UV_CONN_COALESCE_H
#define SNET_UV_CONN_COALESCE_H

#include <snet/uv.h>

#include "base/list.h"

/* Bytes wait no longer than this behind the last write of a burst. */
#define SNET_CONN_COALESCE_TICK_MS 1u
/* With so many of them nothing waits. */
#define SNET_CONN_COALESCE_BYTES 65536u
/* A write so soon after the one before belongs to a burst, */
#define SNET_CONN_COALESCE_BURST_NS (20 * SNET_MS_NS / 1000)
/* which so many of them make. */
#define SNET_CONN_COALESCE_BURST_WRITES 16u

struct snet_conn;

struct snet_conn_coalesce {
    struct snet_list_node node; /* in the driver's list: the loop looks after it */
    uint64_t written_ns;
    unsigned writes; /* of the burst */
    bool used;       /* since the last tick */
};

/* Another thread has written: sends, or lets it wait. */
void snet_conn_coalesce_written(snet_uv *driver, snet_session *session);
/* Loop: begins to look after what waits. */
void snet_conn_coalesce_settle(snet_uv *driver);
/* Loop: the conn is closed. */
void snet_conn_coalesce_end(struct snet_conn *conn);

#endif
