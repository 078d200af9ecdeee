/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/conn_inline.h"

#include "base/assert.h"
#include "core/core.h"
#include "core/link.h"
#include "core/session.h"
#include "uv/conn.h"

#include <poll.h>
#include <unistd.h>

void snet_loan_ring(const struct snet_loan *loan)
{
    const uint64_t one = 1;
    if (loan->state != SNET_LOAN_NONE) {
        (void)!write(loan->ring_fd, &one, sizeof one); /* a full counter rings, too */
    }
}

/* --- For the borrower --------------------------------------------------------------------- */

bool snet_loan_state(const snet_session *session, enum snet_loan_state *ret_state)
{
    const struct snet_conn *conn = snet_conn_of(session);
    if (conn != NULL) {
        *ret_state = conn->loan.state;
    }
    return conn != NULL;
}

void snet_loan_ask(snet_uv *driver, snet_session *session, int ring_fd)
{
    struct snet_conn *conn = snet_conn_of(session);
    SNET_ASSERT(conn != NULL);
    SNET_ASSERT(conn->loan.state == SNET_LOAN_NONE);
    conn->loan.state = SNET_LOAN_ASKED;
    conn->loan.ring_fd = ring_fd;
    snet_list_push(&driver->loans, &conn->loan.node);
    driver->loans_unsettled = true;
    (void)uv_async_send(driver->wake);
}

int snet_loan_fd(snet_session *session, short *ret_events)
{
    struct snet_conn *conn = snet_conn_of(session);
    uv_os_fd_t fd = -1;
    SNET_ASSERT(conn != NULL);
    SNET_ASSERT(conn->loan.state == SNET_LOAN_LENT);
    const short in = snet_link_room(conn->link) > 0 ? POLLIN : 0;
    const short out = conn->loan.full ? POLLOUT : 0;
    *ret_events = (short)(in | out);
    conn->loan.polled = true;
    return uv_fileno((const uv_handle_t *)conn->stream, &fd) == 0 ? fd : -1;
}

static void loan_give_back(struct snet_conn *conn)
{
    conn->loan.state = SNET_LOAN_BACK;
    conn->driver->loans_unsettled = true;
    (void)uv_async_send(conn->driver->wake);
}

/* Who waits sees for himself. */
static bool loan_can_more(snet_session *session)
{
    const unsigned news = 1u << SNET_EVENT_READABLE | 1u << SNET_EVENT_WRITABLE;
    const bool more = (session->task.events & news) != 0;
    if (more) {
        snet_core_unraise(session->core, &session->task, SNET_EVENT_READABLE);
        snet_core_unraise(session->core, &session->task, SNET_EVENT_WRITABLE);
    }
    return more;
}

bool snet_loan_serve(snet_uv *driver, snet_session *session, short events)
{
    struct snet_conn *conn = snet_conn_of(session);
    if (conn == NULL || conn->loan.state != SNET_LOAN_LENT) {
        return false; /* it has gone meanwhile */
    }
    if (events == 0) {
        conn->loan.polled = false;
        return false;
    }
    conn->loan.used = true;
    conn->loan.full = false;
    if ((events & ~POLLOUT) != 0 && !snet_conn_pull(conn)) {
        loan_give_back(conn); /* broken, with unread bytes before the end */
    }
    const bool more = loan_can_more(session);
    snet_driver_used(driver, session);
    conn->loan.polled = false;
    return more;
}

void snet_loan_full(struct snet_conn *conn)
{
    conn->loan.full = true;
    if (!conn->loan.polled) {
        loan_give_back(conn);
    }
}

/* --- For the driver ----------------------------------------------------------------------- */

void snet_loan_end(struct snet_conn *conn)
{
    if (conn->loan.state != SNET_LOAN_NONE) {
        snet_loan_ring(&conn->loan);
        snet_list_remove(&conn->driver->loans, &conn->loan.node);
        conn->loan = (struct snet_loan){.state = SNET_LOAN_NONE};
    }
}

/* The loop serves the connection again. */
static void loan_take_back(struct snet_conn *conn)
{
    snet_loan_end(conn);
    snet_conn_recv(conn);
    snet_conn_send(conn);
}

static void loan_tick(uv_timer_t *timer)
{
    snet_uv *driver = timer->data;
    snet_driver_enter(driver);
    struct snet_list_node *node = snet_list_first(&driver->loans);
    while (node != NULL) {
        struct snet_conn *conn = SNET_CONTAINER(node, struct snet_conn, loan.node);
        node = snet_list_next(&driver->loans, node);
        if (conn->loan.state == SNET_LOAN_LENT && !conn->loan.used) {
            loan_take_back(conn);
        }
        conn->loan.used = false;
    }
    if (driver->loans.count == 0) {
        (void)uv_timer_stop(timer);
    }
    snet_driver_drain(driver);
    snet_driver_leave(driver);
}

static void loan_grant(struct snet_conn *conn)
{
    snet_uv *driver = conn->driver;
    (void)uv_read_stop(conn->stream);
    snet_list_remove(&driver->paused, &conn->paused);
    conn->loan.state = SNET_LOAN_LENT;
    conn->loan.used = true;
    conn->loan.full = false;
    snet_loan_ring(&conn->loan);
    if (!uv_is_active((uv_handle_t *)&driver->loan_timer)) {
        (void)uv_timer_start(&driver->loan_timer, loan_tick, SNET_LOAN_TICK_MS, SNET_LOAN_TICK_MS);
    }
}

void snet_loan_settle(snet_uv *driver)
{
    if (!driver->loans_unsettled) {
        return;
    }
    driver->loans_unsettled = false;
    struct snet_list_node *node = snet_list_first(&driver->loans);
    while (node != NULL) {
        struct snet_conn *conn = SNET_CONTAINER(node, struct snet_conn, loan.node);
        node = snet_list_next(&driver->loans, node);
        if (conn->loan.state == SNET_LOAN_BACK) {
            loan_take_back(conn);
        } else if (conn->loan.state == SNET_LOAN_ASKED && conn->busy) {
            driver->loans_unsettled = true; /* when it is idle */
        } else if (conn->loan.state == SNET_LOAN_ASKED) {
            loan_grant(conn);
        }
    }
}
