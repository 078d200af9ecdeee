/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Inline I/O: a thread of the program that waits for a session may serve its connection by itself.
 * It polls the descriptor, reads and sends, so that no message has to change threads. The loop does
 * not look at the connection meanwhile; timers and everything else stay with the loop. A connection
 * that its thread has not used for a while goes back to the loop, so that nothing depends on
 * whether the program calls.
 *
 *   OFF       the loop serves the connection
 *   ASKED     a waiting thread has asked for it, and the loop still serves it
 *   ON        the thread serves the connection
 *   RETURNED  the thread cannot serve it any more, and the loop has to take over
 *
 * Ownership: this is part of a conn. `wake_fd`, an eventfd, belongs to the thread, which calls
 * snet_conn_inline_forget before it closes that: the conn may live longer. Thread: any that holds
 * the driver's mutex. A function that says "Loop" is for the loop's thread alone.
 */
#ifndef SNET_UV_CONN_INLINE_H
#define SNET_UV_CONN_INLINE_H

#include <snet/uv.h>

#include "base/list.h"

/* A connection that is not used for one to two of these intervals goes back to the loop. */
#define SNET_CONN_INLINE_TICK_MS 25u

struct snet_conn;

enum snet_conn_inline_state {
    SNET_CONN_INLINE_OFF,
    SNET_CONN_INLINE_ASKED,
    SNET_CONN_INLINE_ON,
    SNET_CONN_INLINE_RETURNED
};

struct snet_conn_inline {
    struct snet_list_node node; /* in the driver's list unless OFF */
    enum snet_conn_inline_state state;
    int wake_fd; /* written to when the thread should look again; -1: closed by it */
    bool used;   /* since the last tick */
    bool polled; /* the thread waits in its poll */
    bool full;   /* the kernel did not take everything: there is more to send */
};

/* --- For the waiting thread ------------------------------------------------------------------ */

/* False when the session has no connection; else `*ret_state` says which side serves it. */
bool snet_conn_inline_state(const snet_session *session, enum snet_conn_inline_state *ret_state);
/* Asks for a connection that is OFF. A write to `wake_fd` reports that it is ON. */
void snet_conn_inline_ask(snet_uv *driver, snet_session *session, int wake_fd);
/* What to poll, and for which events, while it is ON. The poll begins at once. */
int snet_conn_inline_fd(snet_session *session, short *ret_events);
/*
 * The poll has returned `events`, perhaps none: reads and sends once. True when the session can do
 * more than before: other threads that wait for it are to be woken, since no event does that. It
 * may give the mutex up meanwhile.
 */
bool snet_conn_inline_serve(snet_uv *driver, snet_session *session, short events);
/* The thread closes `wake_fd`: nothing is written to it any more. */
void snet_conn_inline_forget(snet_uv *driver, int wake_fd);

/* --- For the driver -------------------------------------------------------------------------- */

/* Loop: hands over connections that were asked for, and takes over those that were returned. */
void snet_conn_inline_hand_over(snet_uv *driver);
/* Loop: the connection is closed, or the loop serves it again. */
void snet_conn_inline_end(struct snet_conn *conn);
/*
 * Not the loop: the kernel has not taken everything, or cannot any more. The thread goes on with it
 * if it polls, and else the loop.
 */
void snet_conn_inline_full(struct snet_conn *conn);
/* Not the loop: the loop takes over what a thread serves, if one does. */
void snet_conn_inline_return(struct snet_conn *conn);
/* The thread should look again at what it polls for. */
void snet_conn_inline_wake(const struct snet_conn_inline *conn_inline);

#endif
