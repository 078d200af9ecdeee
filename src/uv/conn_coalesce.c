/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/conn_coalesce.h"

#include "uv/conn.h"

/* Whether this write is one of a burst, and what waits is still little. */
static bool coalesce_holds(struct snet_conn_coalesce *coalesce, const snet_session *session,
                           uint64_t now)
{
    const bool soon = now - coalesce->written_ns < SNET_CONN_COALESCE_BURST_NS;
    coalesce->written_ns = now;
    coalesce->writes = soon ? coalesce->writes + 1 : 0;
    return coalesce->writes >= SNET_CONN_COALESCE_BURST_WRITES &&
           snet_session_unsent(session) < SNET_CONN_COALESCE_BYTES;
}

void snet_conn_coalesce_written(snet_uv *driver, snet_session *session, bool unlocks)
{
    struct snet_conn *conn = snet_conn_of(session);
    if (conn == NULL || !coalesce_holds(&conn->coalesce, session, snet_driver_now())) {
        (void)snet_driver_used(driver, session, unlocks);
        return;
    }
    conn->coalesce.used = true;
    snet_link_clear_send(conn->link);
    if (!snet_list_contains(&conn->coalesce.node)) {
        snet_list_push(&driver->coalescing, &conn->coalesce.node);
        (void)uv_async_send(driver->wake);
    }
}

static void coalesce_tick(snet_uv *driver)
{
    struct snet_list_node *node = snet_list_first(&driver->coalescing);
    while (node != NULL) {
        struct snet_conn *conn = SNET_CONTAINER(node, struct snet_conn, coalesce.node);
        node = snet_list_next(&driver->coalescing, node);
        if (!conn->coalesce.used) {
            snet_list_remove(&driver->coalescing, &conn->coalesce.node);
        } else {
            snet_conn_send(conn);
        }
        conn->coalesce.used = false;
    }
    if (driver->coalescing.count == 0) {
        snet_driver_stop(driver, SNET_DRIVER_TIMER_COALESCE);
    }
}

void snet_conn_coalesce_start(snet_uv *driver)
{
    if (driver->coalescing.count > 0) {
        snet_driver_every(driver, SNET_DRIVER_TIMER_COALESCE, SNET_CONN_COALESCE_TICK_MS,
                          coalesce_tick);
    }
}

void snet_conn_coalesce_end(struct snet_conn *conn)
{
    snet_list_remove(&conn->driver->coalescing, &conn->coalesce.node);
}
