/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Loans: a thread of the program that waits for a session may serve its connection by itself. It
 * polls the descriptor, reads and sends, and no message changes threads. The loop does not look at
 * the connection meanwhile; timers and everything else stay with it. A loan that was not used for a
 * while goes back, so that nothing depends on whether the program calls.
 *
 *   NONE    the loop serves the connection
 *   ASKED   a thread would like to
 *   LENT    it does
 *   BACK    it cannot, the loop has to look after it
 *
 * Ownership: a conn has one loan; the borrower's `wake_fd`, an eventfd, is his, and he says when it
 * goes, which may be before the connection of a session that is over. Thread:
 * whoever holds the driver's mutex; where it says so, that of the loop.
 */
#ifndef SNET_UV_CONN_INLINE_H
#define SNET_UV_CONN_INLINE_H

#include <snet/uv.h>

#include "base/list.h"

/* A loan without use for one to two of these ends. */
#define SNET_CONN_INLINE_TICK_MS 25u

struct snet_conn;

enum snet_conn_inline_state {
    SNET_CONN_INLINE_NONE,
    SNET_CONN_INLINE_ASKED,
    SNET_CONN_INLINE_LENT,
    SNET_CONN_INLINE_BACK
};

struct snet_conn_inline {
    struct snet_list_node node; /* in the driver's list unless NONE */
    enum snet_conn_inline_state state;
    int wake_fd; /* written to when the borrower should look again; -1: he has gone */
    bool used;   /* since the last tick */
    bool polled; /* the borrower waits in his poll */
    bool full;   /* the kernel did not take everything: there is more to send */
};

/* --- For the borrower --------------------------------------------------------------------- */

/* Whether the session has a connection, and who serves it. */
bool snet_conn_inline_state(const snet_session *session, enum snet_conn_inline_state *ret_state);
/* Asks for a connection of which the state is NONE. The ring tells when it is lent. */
void snet_conn_inline_ask(snet_uv *driver, snet_session *session, int wake_fd);
/* What to poll, and for which events, while it is LENT. The poll begins at once. */
int snet_conn_inline_fd(snet_session *session, short *ret_events);
/*
 * The poll has returned `events`, perhaps none: reads and sends once. True when the session can do
 * more than before, for others who wait for it; they are not told by an event.
 */
bool snet_conn_inline_serve(snet_uv *driver, snet_session *session, short events);
/* The borrower of `wake_fd` goes: no loan writes to it any more. */
void snet_conn_inline_forget(snet_uv *driver, int wake_fd);

/* --- For the driver ----------------------------------------------------------------------- */

/* Loop: lends what was asked for, and takes back what was given back. */
void snet_conn_inline_settle(snet_uv *driver);
/* Loop: forgets the loan, when the connection is closed. */
void snet_conn_inline_end(struct snet_conn *conn);
/*
 * Another thread than the loop's: the kernel has not taken everything, or cannot any more. Who
 * polls goes on with it; if nobody does, the loop.
 */
void snet_conn_inline_full(struct snet_conn *conn);
/* The borrower should look again at what it polls for. */
void snet_conn_inline_wake(const struct snet_conn_inline *conn_inline);

#endif
