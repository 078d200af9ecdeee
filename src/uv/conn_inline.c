/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/conn_inline.h"

#include "base/assert.h"
#include "uv/conn.h"

#include <poll.h>
#include <unistd.h>

void snet_conn_inline_wake(const struct snet_conn_inline *conn_inline)
{
    const uint64_t one = 1;
    if (conn_inline->state != SNET_CONN_INLINE_OFF && conn_inline->wake_fd >= 0) {
        (void)!write(conn_inline->wake_fd, &one,
                     sizeof one); /* a counter that is full has woken it */
    }
}

/* --- For the waiting thread ------------------------------------------------------------------ */

bool snet_conn_inline_state(const snet_session *session, enum snet_conn_inline_state *ret_state)
{
    const struct snet_conn *conn = snet_conn_of(session);
    if (conn != NULL) {
        *ret_state = conn->conn_inline.state;
    }
    return conn != NULL;
}

void snet_conn_inline_ask(snet_uv *driver, snet_session *session, int wake_fd)
{
    struct snet_conn *conn = snet_conn_of(session);
    SNET_ASSERT(conn != NULL);
    SNET_ASSERT(conn->conn_inline.state == SNET_CONN_INLINE_OFF);
    conn->conn_inline.state = SNET_CONN_INLINE_ASKED;
    conn->conn_inline.wake_fd = wake_fd;
    snet_list_push(&driver->inline_conns, &conn->conn_inline.node);
    driver->inline_pending = true;
    (void)uv_async_send(driver->wake);
}

int snet_conn_inline_fd(snet_session *session, short *ret_events)
{
    struct snet_conn *conn = snet_conn_of(session);
    uv_os_fd_t fd = -1;
    SNET_ASSERT(conn != NULL);
    SNET_ASSERT(conn->conn_inline.state == SNET_CONN_INLINE_ON);
    const short in = snet_link_room(conn->link) > 0 ? POLLIN : 0;
    if (in == 0) {
        snet_link_await_room(conn->link);
    }
    const short out = conn->conn_inline.full ? POLLOUT : 0;
    *ret_events = (short)(in | out);
    conn->conn_inline.polled = true;
    return uv_fileno((const uv_handle_t *)conn->stream, &fd) == 0 ? fd : -1;
}

void snet_conn_inline_return(struct snet_conn *conn)
{
    if (conn->conn_inline.state == SNET_CONN_INLINE_ON) {
        conn->conn_inline.state = SNET_CONN_INLINE_RETURNED;
        conn->driver->inline_pending = true;
        (void)uv_async_send(conn->driver->wake);
    }
}

/* Whether the session can do more than before. The thread sees that without an event. */
static bool conn_inline_can_more(snet_session *session)
{
    return snet_session_take_events(session, SNET_CORE_EVENT_BIT(SNET_CORE_EVENT_READABLE) |
                                                 SNET_CORE_EVENT_BIT(SNET_CORE_EVENT_WRITABLE)) !=
           0;
}

bool snet_conn_inline_serve(snet_uv *driver, snet_session *session, short events)
{
    struct snet_conn *conn = snet_conn_of(session);
    if (conn == NULL || conn->conn_inline.state != SNET_CONN_INLINE_ON) {
        return false; /* the connection has gone meanwhile */
    }
    if (events == 0) {
        conn->conn_inline.polled = false;
        return false;
    }
    conn->conn_inline.used = true;
    conn->conn_inline.full = false;
    if ((events & ~POLLOUT) != 0 && !snet_conn_pull(conn)) {
        snet_conn_inline_return(conn); /* broken, with unread bytes before the end */
    }
    const bool more = conn_inline_can_more(session);
    (void)snet_driver_used(driver, session, true);
    conn->conn_inline.polled = false;
    return more;
}

void snet_conn_inline_forget(snet_uv *driver, int wake_fd)
{
    struct snet_list_node *node = snet_list_first(&driver->inline_conns);
    for (; node != NULL; node = snet_list_next(&driver->inline_conns, node)) {
        struct snet_conn *conn = SNET_CONTAINER(node, struct snet_conn, conn_inline.node);
        if (conn->conn_inline.wake_fd == wake_fd) {
            conn->conn_inline.wake_fd = -1;
        }
    }
}

void snet_conn_inline_full(struct snet_conn *conn)
{
    conn->conn_inline.full = true;
    if (conn->conn_inline.polled) {
        snet_conn_inline_wake(&conn->conn_inline); /* it does not poll for room yet */
    } else {
        snet_conn_inline_return(conn);
    }
}

/* --- For the driver -------------------------------------------------------------------------- */

void snet_conn_inline_end(struct snet_conn *conn)
{
    if (conn->conn_inline.state != SNET_CONN_INLINE_OFF) {
        snet_conn_inline_wake(&conn->conn_inline);
        snet_list_remove(&conn->driver->inline_conns, &conn->conn_inline.node);
        conn->conn_inline = (struct snet_conn_inline){.state = SNET_CONN_INLINE_OFF};
    }
}

/* The loop serves the connection again. */
static void conn_inline_take_back(struct snet_conn *conn)
{
    snet_conn_inline_end(conn);
    snet_conn_recv(conn);
    snet_conn_send(conn);
}

static void conn_inline_tick(snet_uv *driver)
{
    struct snet_list_node *node = snet_list_first(&driver->inline_conns);
    while (node != NULL) {
        struct snet_conn *conn = SNET_CONTAINER(node, struct snet_conn, conn_inline.node);
        node = snet_list_next(&driver->inline_conns, node);
        if (conn->conn_inline.state == SNET_CONN_INLINE_ON && !conn->conn_inline.used) {
            conn_inline_take_back(conn);
        }
        conn->conn_inline.used = false;
    }
    if (driver->inline_conns.count == 0) {
        snet_driver_stop(driver, SNET_DRIVER_TIMER_INLINE);
    }
}

static void conn_inline_begin(struct snet_conn *conn)
{
    snet_uv *driver = conn->driver;
    (void)uv_read_stop(conn->stream);
    snet_list_remove(&driver->paused, &conn->paused);
    conn->conn_inline.state = SNET_CONN_INLINE_ON;
    conn->conn_inline.used = true;
    conn->conn_inline.full = false;
    snet_conn_inline_wake(&conn->conn_inline);
    snet_driver_every(driver, SNET_DRIVER_TIMER_INLINE, SNET_CONN_INLINE_TICK_MS, conn_inline_tick);
}

void snet_conn_inline_hand_over(snet_uv *driver)
{
    if (!driver->inline_pending) {
        return;
    }
    driver->inline_pending = false;
    struct snet_list_node *node = snet_list_first(&driver->inline_conns);
    while (node != NULL) {
        struct snet_conn *conn = SNET_CONTAINER(node, struct snet_conn, conn_inline.node);
        node = snet_list_next(&driver->inline_conns, node);
        if (conn->conn_inline.state == SNET_CONN_INLINE_RETURNED) {
            conn_inline_take_back(conn);
        } else if (conn->conn_inline.state == SNET_CONN_INLINE_ASKED &&
                   !snet_stream_writer_is_idle(&conn->writer)) {
            driver->inline_pending = true; /* when it is idle */
        } else if (conn->conn_inline.state == SNET_CONN_INLINE_ASKED) {
            conn_inline_begin(conn);
        }
    }
}
