/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Conn: one link of the core on one stream of the operating system. It moves bytes both ways, stops
 * reading when the core has no room, and closes as the core says.
 *
 * Ownership: a conn owns its stream and its link; it belongs to the driver and frees itself when
 * closed. Thread: that of the loop, but where a function is for another one.
 */
#ifndef SNET_UV_CONN_H
#define SNET_UV_CONN_H

#include "base/list.h"
#include "uv/conn_coalesce.h"
#include "uv/conn_inline.h"
#include "uv/conn_unlocked.h"
#include "uv/driver.h"
#include "uv/stream_writer.h"

/*
 * Limit of the bytes that are thrown away behind our FIN. They are not counted as received, so the
 * other end's history must cover them beside what TCP can lose. All others stay in the kernel, and
 * the other end has to wait.
 */
#define SNET_CONN_WASTE_MAX_BYTES 4096u
/* Interval in which conns that do not read are asked whether they are still alive. */
#define SNET_CONN_PROBE_MS 1000u

struct snet_conn {
    struct snet_list_node node;
    struct snet_list_node paused; /* in the driver's list while the conn does not read */
    snet_uv *driver;
    snet_link *link;
    uv_stream_t *stream;
    struct snet_stream_writer writer;
    struct snet_conn **place; /* where a dialer keeps it, emptied when it closes; NULL: nowhere */
    struct snet_conn_inline conn_inline;
    struct snet_conn_coalesce coalesce;
    struct snet_conn_unlocked unlocked;
};

/* The conn of the session's link; NULL while it has none. */
struct snet_conn *snet_conn_of(const snet_session *session);
/* Takes over stream and link, begins to move bytes. Errors: NO_MEMORY; the caller keeps both. */
SNET_MUST_USE snet_err snet_conn_open(snet_uv *driver, snet_link *link, uv_stream_t *stream);
/* Looks at what TCP knows of the driver's conns while a deadline may depend on it: before each wait
   of the loop. */
void snet_conn_watch_tcp(snet_uv *driver);
/* The link has bytes to send. */
void snet_conn_send(struct snet_conn *conn);
/* Loop: goes on with a conn whose thread has RETURNED it; see uv/conn_unlocked.h. */
void snet_conn_go_on(struct snet_conn *conn);
/*
 * Another thread, which holds the driver's mutex, has used the session: sends what its conn takes,
 * straight to the kernel, and withdraws the event that would make the loop send. Where it
 * `unlocks`, it may give the mutex up meanwhile. For snet_driver_used.
 */
void snet_conn_used(snet_session *session, bool unlocks);
/*
 * Reads once from another thread, which holds the driver's mutex and serves the conn. False when it
 * did not read, for want of room.
 */
bool snet_conn_pull(struct snet_conn *conn);
/* The link has room again. */
void snet_conn_recv(struct snet_conn *conn);
/* Gives the connection to the caller, as snet_stream_release does, and frees link and conn. Its
   link was closed by SNET_CLOSE_PASS. */
int snet_conn_release(struct snet_conn *conn);
/* Closes the stream, frees link and conn. */
void snet_conn_close(struct snet_conn *conn, enum snet_close_how how);

#endif
