/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/driver.h"

#include "base/assert.h"
#include "core/core.h"
#include "core/link.h"
#include "uv/conn.h"
#include "uv/dialer.h"

#include <stdio.h>
#include <stdlib.h>

/* History covers what TCP can lose when buffers of both ends are this part of it [PROTO 5.4]. */
#define DRIVER_BUFFER_DIVISOR 8u
#define DRIVER_BUFFER_MIN_BYTES 4096u

struct snet_uv_server {
    struct snet_list_node node;
    snet_uv *driver;
    snet_server *core;
    snet_stream_listener *listener;
};

/* --- Environment ----------------------------------------------------------------------------- */

static void *driver_env_alloc(void *ctx, size_t size_bytes)
{
    (void)ctx;
    return malloc(size_bytes);
}

static void driver_env_free(void *ctx, void *memory)
{
    (void)ctx;
    free(memory);
}

static snet_err driver_env_random(void *ctx, enum snet_random_purpose purpose, uint8_t *ret_bytes,
                                  size_t len)
{
    (void)ctx;
    (void)purpose;
    return uv_random(NULL, NULL, ret_bytes, len, 0, NULL) == 0 ? SNET_OK : SNET_ERR_RANDOM;
}

static void driver_env_note(void *ctx, const struct snet_note *note)
{
    const snet_uv *driver = ctx;
    if (driver->config.on_note != NULL) {
        driver->config.on_note(driver->config.user, note);
    }
}

/* --- Events ---------------------------------------------------------------------------------- */

uint64_t snet_uv_now(const snet_uv *driver)
{
    (void)driver;
    return uv_hrtime();
}

static void driver_link_event(const struct snet_core_event *event)
{
    struct snet_conn *conn = snet_link_user(event->link);
    if (conn == NULL) {
        return; /* not on a stream yet or any more; its owner frees it */
    }
    if (event->type == SNET_CORE_EVENT_LINK_SEND) {
        snet_conn_send(conn);
    } else if (event->type == SNET_CORE_EVENT_LINK_RECV) {
        snet_conn_recv(conn);
    } else {
        snet_conn_close(conn, event->close_how);
    }
}

static void driver_event(snet_uv *driver, const struct snet_core_event *event)
{
    if (event->link != NULL) {
        driver_link_event(event);
        return;
    }
    struct snet_dialer *dialer = snet_session_driver(event->session);
    if (event->type == SNET_CORE_EVENT_DIAL) {
        SNET_ASSERT(dialer != NULL);
        snet_dialer_dial(dialer);
        if (driver->on_dial != NULL) {
            driver->on_dial(driver->config.user, event);
        }
        return;
    }
    if (event->type == SNET_CORE_EVENT_FREED) {
        SNET_ASSERT(dialer != NULL);
        snet_dialer_free(dialer);
        return;
    }
    if (event->type == SNET_CORE_EVENT_ENDED && dialer != NULL) {
        snet_dialer_stop(dialer);
    }
    driver->config.on_event(driver->config.user, event);
}

void snet_driver_share(snet_uv *driver, uv_mutex_t *mutex, uv_async_t *wake)
{
    driver->mutex = mutex;
    driver->wake = wake;
}

void snet_driver_tell_dials(snet_uv *driver, snet_uv_event_fn *on_dial)
{
    driver->on_dial = on_dial;
}

void snet_driver_enter(snet_uv *driver)
{
    if (driver->mutex != NULL) {
        uv_mutex_lock(driver->mutex);
    }
}

void snet_driver_leave(snet_uv *driver)
{
    if (driver->mutex != NULL) {
        uv_mutex_unlock(driver->mutex);
    }
}

/* True when the loop need not send. */
static bool driver_push(struct snet_conn *conn)
{
    if (!conn->conn_inline.full && snet_conn_push(conn)) {
        return true;
    }
    if (conn->conn_inline.state == SNET_CONN_INLINE_LENT && !conn->conn_inline.full) {
        snet_conn_inline_full(conn);
    }
    return conn->conn_inline.state != SNET_CONN_INLINE_NONE && conn->conn_inline.full;
}

void snet_driver_used(snet_uv *driver, snet_session *session)
{
    struct snet_conn *conn = snet_conn_of(session);
    if (conn != NULL && driver_push(conn)) {
        snet_core_clear(driver->core, &conn->link->task, SNET_CORE_EVENT_LINK_SEND);
    }
    if (driver->core->ready.count > 0 || snet_core_deadline(driver->core) < driver->timer_at_ns) {
        (void)uv_async_send(driver->wake);
    }
}

static void driver_timer_due(uv_timer_t *timer)
{
    snet_uv *driver = timer->data;
    snet_driver_enter(driver);
    snet_driver_drain(driver);
    snet_driver_leave(driver);
}

static void driver_set_timer(snet_uv *driver)
{
    const uint64_t deadline = snet_core_deadline(driver->core);
    driver->timer_at_ns = deadline;
    if (deadline == SNET_NEVER) {
        (void)uv_timer_stop(&driver->timer);
        return;
    }
    const uint64_t now = snet_uv_now(driver);
    const uint64_t wait_ns = deadline > now ? deadline - now : 0;
    (void)uv_timer_start(&driver->timer, driver_timer_due, (wait_ns + SNET_MS_NS - 1) / SNET_MS_NS,
                         0);
}

void snet_driver_drain(snet_uv *driver)
{
    if (driver->draining) {
        return;
    }
    driver->draining = true;
    snet_core_tick(driver->core, snet_uv_now(driver));
    struct snet_core_event event;
    while (snet_core_next_event(driver->core, &event)) {
        driver_event(driver, &event);
    }
    driver->draining = false;
}

static void driver_prepare(uv_prepare_t *prepare)
{
    snet_uv *driver = prepare->data;
    snet_driver_enter(driver);
    snet_conn_inline_settle(driver);
    snet_conn_coalesce_settle(driver);
    snet_driver_drain(driver);
    driver_set_timer(driver);
    snet_driver_leave(driver);
}

static void driver_probe_due(uv_timer_t *timer)
{
    snet_uv *driver = timer->data;
    snet_driver_enter(driver);
    struct snet_list_node *node = snet_list_first(&driver->paused);
    while (node != NULL) {
        struct snet_list_node *next = snet_list_next(&driver->paused, node);
        snet_conn_probe(SNET_CONTAINER(node, struct snet_conn, paused));
        node = next;
    }
    if (driver->paused.count == 0) {
        (void)uv_timer_stop(timer);
    }
    snet_driver_drain(driver);
    snet_driver_leave(driver);
}

void snet_driver_watch_paused(snet_uv *driver)
{
    if (!uv_is_active((uv_handle_t *)&driver->probe)) {
        (void)uv_timer_start(&driver->probe, driver_probe_due, SNET_DRIVER_PROBE_MS,
                             SNET_DRIVER_PROBE_MS);
    }
}

struct snet_stream_options snet_driver_options(const snet_uv *driver, unsigned wires,
                                               uint32_t history_bytes)
{
    const bool bounded = (wires & ~SNET_WIRE_BIT(SNET_WIRE_3)) != 0;
    const uint32_t kept_bytes = history_bytes == 0 ? SNET_HISTORY_DEFAULT_BYTES : history_bytes;
    const uint32_t buffer_bytes = kept_bytes / DRIVER_BUFFER_DIVISOR;
    return (struct snet_stream_options){
        .buffer_bytes = !bounded                                 ? 0
                        : buffer_bytes < DRIVER_BUFFER_MIN_BYTES ? DRIVER_BUFFER_MIN_BYTES
                                                                 : buffer_bytes,
        .dead_peer_ms = (uint32_t)(driver->config.dead_peer_timeout_ns / SNET_MS_NS),
    };
}

/* --- The driver ------------------------------------------------------------------------------ */

/* It does not keep the loop running. */
static void driver_timer_init(snet_uv *driver, uv_timer_t *timer)
{
    (void)uv_timer_init(driver->loop, timer);
    timer->data = driver;
    driver->open_handles++;
    uv_unref((uv_handle_t *)timer);
}

snet_err snet_uv_new(uv_loop_t *loop, const struct snet_uv_config *config, snet_uv **ret_driver)
{
    if (config->on_event == NULL) {
        return SNET_ERR_INVALID;
    }
    snet_uv *driver = calloc(1, sizeof *driver);
    if (driver == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    driver->loop = loop;
    driver->config = *config;
    if (driver->config.dead_peer_timeout_ns == 0) {
        driver->config.dead_peer_timeout_ns = SNET_DEAD_PEER_TIMEOUT_DEFAULT_NS;
    }
    const struct snet_env env = {
        .ctx = driver,
        .alloc = driver_env_alloc,
        .free = driver_env_free,
        .random = driver_env_random,
        .note = driver_env_note,
    };
    const snet_err err = snet_core_new(&env, &config->core, &driver->core);
    if (err != SNET_OK) {
        free(driver);
        return err;
    }
    snet_list_init(&driver->conns);
    snet_list_init(&driver->paused);
    snet_list_init(&driver->dialers);
    snet_list_init(&driver->servers);
    snet_list_init(&driver->loans);
    snet_list_init(&driver->corks);
    (void)uv_prepare_init(loop, &driver->prepare);
    driver->prepare.data = driver;
    driver->open_handles = 1;
    (void)uv_prepare_start(&driver->prepare, driver_prepare);
    uv_unref((uv_handle_t *)&driver->prepare);
    driver_timer_init(driver, &driver->timer);
    driver_timer_init(driver, &driver->probe);
    driver_timer_init(driver, &driver->watch);
    driver_timer_init(driver, &driver->conn_inline_timer);
    driver_timer_init(driver, &driver->coalesce_timer);
    uv_ref((uv_handle_t *)&driver->timer);
    *ret_driver = driver;
    return SNET_OK;
}

static void driver_handle_closed(uv_handle_t *handle)
{
    snet_uv *driver = handle->data;
    driver->open_handles--;
    if (driver->open_handles == 0) {
        free(driver);
    }
}

void snet_uv_free(snet_uv *driver)
{
    if (driver == NULL) {
        return;
    }
    SNET_ASSERT(!driver->draining);
    driver->draining = true;
    while (driver->conns.count > 0) {
        struct snet_list_node *node = snet_list_first(&driver->conns);
        snet_conn_close(SNET_CONTAINER(node, struct snet_conn, node), SNET_CLOSE_RESET);
    }
    while (driver->dialers.count > 0) {
        struct snet_list_node *node = snet_list_first(&driver->dialers);
        snet_dialer_free(SNET_CONTAINER(node, struct snet_dialer, node));
    }
    while (driver->servers.count > 0) {
        struct snet_list_node *node = snet_list_first(&driver->servers);
        snet_uv_server *server = SNET_CONTAINER(node, snet_uv_server, node);
        snet_list_remove(&driver->servers, node);
        snet_stream_listener_close(server->listener);
        free(server);
    }
    snet_core_free(driver->core);
    driver->core = NULL;
    uv_close((uv_handle_t *)&driver->prepare, driver_handle_closed);
    uv_close((uv_handle_t *)&driver->timer, driver_handle_closed);
    uv_close((uv_handle_t *)&driver->probe, driver_handle_closed);
    uv_close((uv_handle_t *)&driver->watch, driver_handle_closed);
    uv_close((uv_handle_t *)&driver->conn_inline_timer, driver_handle_closed);
    uv_close((uv_handle_t *)&driver->coalesce_timer, driver_handle_closed);
}

snet_core *snet_uv_core(snet_uv *driver)
{
    return driver->core;
}

/* --- Clients --------------------------------------------------------------------------------- */

static snet_err driver_connect(snet_uv *driver, const char *address,
                               const struct snet_uv_connector *connector,
                               const struct snet_client_config *config, snet_session **ret_session)
{
    struct snet_dialer *dialer = NULL;
    struct snet_client_config client = *config;
    client.suite = client.suite == 0 ? snet_suite_fastest() : client.suite;
    snet_err err = snet_dialer_new(driver, address, config, &dialer);
    if (err != SNET_OK) {
        return err;
    }
    dialer->connector = *connector;
    err = snet_client_open(driver->core, &client, &dialer->session, snet_uv_now(driver));
    if (err != SNET_OK) {
        snet_dialer_free(dialer);
        return err;
    }
    snet_session_set_driver(dialer->session, dialer);
    /* The session's wish for a connection is no handle yet: without this the loop could end now. */
    (void)uv_timer_start(&driver->timer, driver_timer_due, 0, 0);
    *ret_session = dialer->session;
    return SNET_OK;
}

snet_err snet_uv_connect(snet_uv *driver, const char *address,
                         const struct snet_client_config *config, snet_session **ret_session)
{
    const struct snet_uv_connector none = {.connect = NULL};
    return address == NULL ? SNET_ERR_ADDRESS
                           : driver_connect(driver, address, &none, config, ret_session);
}

snet_err snet_uv_connect_by(snet_uv *driver, const struct snet_uv_connector *connector,
                            const struct snet_client_config *config, snet_session **ret_session)
{
    return connector->connect == NULL
               ? SNET_ERR_INVALID
               : driver_connect(driver, NULL, connector, config, ret_session);
}

int snet_uv_session_os_err(const snet_session *session)
{
    const struct snet_dialer *dialer = snet_session_driver(session);
    return dialer == NULL ? 0 : dialer->os_err;
}

void snet_uv_network_changed(snet_uv *driver)
{
    struct snet_list_node *node = snet_list_first(&driver->dialers);
    while (node != NULL) {
        snet_dialer_network_changed(SNET_CONTAINER(node, struct snet_dialer, node));
        node = snet_list_next(&driver->dialers, node);
    }
}

static void driver_network_changed(void *user)
{
    snet_uv_network_changed(user);
}

static void driver_watch_due(uv_timer_t *timer)
{
    snet_uv *driver = timer->data;
    snet_driver_enter(driver);
    snet_netwatch_look(&driver->network);
    snet_driver_drain(driver);
    snet_driver_leave(driver);
}

void snet_uv_watch_network(snet_uv *driver)
{
    driver->network = (struct snet_netwatch){.on_change = driver_network_changed, .user = driver};
    (void)uv_timer_start(&driver->watch, driver_watch_due, 0, SNET_NETWATCH_POLL_MS);
}

void snet_uv_session_peer(const snet_session *session, char *ret_text, size_t size)
{
    const struct snet_conn *conn = snet_conn_of(session);
    if (conn == NULL) {
        (void)snprintf(ret_text, size, "-");
    } else {
        snet_stream_peer(conn->stream, ret_text, size);
    }
}

/* --- Servers --------------------------------------------------------------------------------- */

static void driver_accepted(void *user, uv_stream_t *stream)
{
    snet_uv_server *server = user;
    snet_uv *driver = server->driver;
    snet_link *link = NULL;
    snet_driver_enter(driver);
    snet_err err = snet_server_accepted(server->core, &link, snet_uv_now(driver));
    if (err == SNET_OK) {
        err = snet_conn_open(driver, link, stream);
        if (err != SNET_OK) {
            snet_link_free(link, snet_uv_now(driver));
        }
    }
    if (err != SNET_OK) {
        snet_stream_close(stream, true);
    }
    snet_driver_drain(driver);
    snet_driver_leave(driver);
}

/* Where a server listens. */
struct driver_place {
    const char *address; /* or NULL */
    int fd;
};

static snet_err driver_serve(snet_uv *driver, const struct driver_place *place,
                             const struct snet_server_config *config, snet_uv_server **ret_server,
                             int *ret_os_err)
{
    snet_uv_server *server = calloc(1, sizeof *server);
    if (server == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    const struct snet_stream_options options =
        snet_driver_options(driver, config->wires, config->session.history_bytes);
    server->driver = driver;
    snet_err err =
        place->address != NULL
            ? snet_stream_listener_open(driver->loop, place->address, &options, &server->listener,
                                        ret_os_err)
            : snet_stream_listener_adopt(driver->loop, place->fd, &server->listener, ret_os_err);
    if (err == SNET_OK) {
        err = snet_server_new(driver->core, config, &server->core);
    }
    if (err != SNET_OK) {
        snet_stream_listener_close(server->listener);
        free(server);
        return err;
    }
    snet_list_push(&driver->servers, &server->node);
    snet_stream_listener_start(server->listener, driver_accepted, server);
    *ret_server = server;
    return SNET_OK;
}

snet_err snet_uv_serve(snet_uv *driver, const char *address,
                       const struct snet_server_config *config, snet_uv_server **ret_server,
                       int *ret_os_err)
{
    const struct driver_place place = {.address = address};
    return address == NULL ? SNET_ERR_ADDRESS
                           : driver_serve(driver, &place, config, ret_server, ret_os_err);
}

snet_err snet_uv_serve_fd(snet_uv *driver, int fd, const struct snet_server_config *config,
                          snet_uv_server **ret_server, int *ret_os_err)
{
    const struct driver_place place = {.fd = fd};
    return driver_serve(driver, &place, config, ret_server, ret_os_err);
}

snet_server *snet_uv_server_core(const snet_uv_server *server)
{
    return server->core;
}

const char *snet_uv_server_address(const snet_uv_server *server)
{
    return snet_stream_listener_address(server->listener);
}

void snet_uv_server_close(snet_uv_server *server)
{
    snet_server_drain(server->core);
    snet_stream_listener_close(server->listener);
    snet_list_remove(&server->driver->servers, &server->node);
    free(server);
}

void snet_uv_server_drain(snet_uv_server *server)
{
    snet_server_drain(server->core);
}
