/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/conn_coalesce.h"

#include "core/link.h"
#include "core/session.h"
#include "uv/conn.h"

/* Whether this write is one of a burst, and what waits is still little. */
static bool cork_holds(struct snet_cork *cork, const snet_session *session, uint64_t now)
{
    const bool soon = now - cork->written_ns < SNET_CORK_BURST_NS;
    cork->written_ns = now;
    cork->writes = soon ? cork->writes + 1 : 0;
    return cork->writes >= SNET_CORK_BURST_WRITES &&
           session->history.end - session->history.sent < SNET_CORK_BYTES;
}

void snet_cork_written(snet_uv *driver, snet_session *session)
{
    struct snet_conn *conn = snet_conn_of(session);
    if (conn == NULL || !cork_holds(&conn->cork, session, snet_uv_now(driver))) {
        snet_driver_used(driver, session);
        return;
    }
    conn->cork.used = true;
    snet_core_unraise(driver->core, &conn->link->task, SNET_EVENT_LINK_SEND);
    if (!snet_list_contains(&conn->cork.node)) {
        snet_list_push(&driver->corks, &conn->cork.node);
        (void)uv_async_send(driver->wake);
    }
}

static void cork_tick(uv_timer_t *timer)
{
    snet_uv *driver = timer->data;
    snet_driver_enter(driver);
    struct snet_list_node *node = snet_list_first(&driver->corks);
    while (node != NULL) {
        struct snet_conn *conn = SNET_CONTAINER(node, struct snet_conn, cork.node);
        node = snet_list_next(&driver->corks, node);
        if (!conn->cork.used) {
            snet_list_remove(&driver->corks, &conn->cork.node);
        } else {
            snet_conn_send(conn);
        }
        conn->cork.used = false;
    }
    if (driver->corks.count == 0) {
        (void)uv_timer_stop(timer);
    }
    snet_driver_drain(driver);
    snet_driver_leave(driver);
}

void snet_cork_settle(snet_uv *driver)
{
    if (driver->corks.count > 0 && !uv_is_active((uv_handle_t *)&driver->cork_timer)) {
        (void)uv_timer_start(&driver->cork_timer, cork_tick, SNET_CORK_TICK_MS, SNET_CORK_TICK_MS);
    }
}

void snet_cork_end(struct snet_conn *conn)
{
    snet_list_remove(&conn->driver->corks, &conn->cork.node);
}
