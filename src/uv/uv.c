/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * The driver as <snet/uv.h> offers it: put together from conns, dialers, listeners and the core. It
 * alone knows them all.
 */
#include <snet/uv.h>

#include "base/assert.h"
#include "uv/conn.h"
#include "uv/dialer.h"
#include "uv/driver.h"
#include "uv/serve.h"

#include <stdio.h>

/*
 * What strangers get of one turn of the loop, whose first part is for the links of sessions: for
 * each kind of first message this many, or this long. A HELLO costs a tenth of a millisecond.
 */
#define DRIVE_TURN_RESUMES 64u
#define DRIVE_TURN_HELLOS 32u
#define DRIVE_TURN_NS (2 * SNET_MS_NS)

/* --- Events ---------------------------------------------------------------------------------- */

static void drive_link_event(const struct snet_core_event *event)
{
    struct snet_conn *conn = snet_link_user(event->link);
    if (conn == NULL) {
        return; /* not on a stream yet or any more; its owner frees it */
    }
    if (event->type == SNET_CORE_EVENT_LINK_SEND) {
        snet_conn_send(conn);
    } else if (event->type == SNET_CORE_EVENT_LINK_RECV) {
        snet_conn_recv(conn);
    } else if (event->close_how == SNET_CLOSE_PASS) {
        snet_serve_pass(conn, event->server);
    } else {
        snet_conn_close(conn, event->close_how);
    }
}

/* An event of a client's session that is for its dialer; false: of the program, too. */
static bool drive_dialer_event(struct snet_dialer *dialer, const struct snet_core_event *event)
{
    const bool unseen = dialer->farewell;
    if (event->type == SNET_CORE_EVENT_DIAL) {
        snet_dialer_dial(dialer);
    } else if (event->type == SNET_CORE_EVENT_OPENED || event->type == SNET_CORE_EVENT_RESUMED) {
        snet_dialer_attempt_over(dialer);
    } else if (event->type == SNET_CORE_EVENT_FREED) {
        if (!snet_dialer_take_farewell(dialer)) {
            snet_dialer_free(dialer);
        }
        return true;
    } else if (event->type == SNET_CORE_EVENT_ENDED && unseen) {
        snet_session_free(event->session, snet_driver_now());
    } else if (event->type == SNET_CORE_EVENT_ENDED && !snet_dialer_take_farewell(dialer)) {
        snet_dialer_stop(dialer);
    }
    return unseen;
}

static void drive_event(snet_uv *driver, const struct snet_core_event *event)
{
    if (event->link != NULL) {
        drive_link_event(event);
        return;
    }
    struct snet_dialer *dialer = snet_session_driver(event->session);
    if (dialer != NULL && drive_dialer_event(dialer, event)) {
        return;
    }
    if (event->type == SNET_CORE_EVENT_DIAL) {
        if (driver->on_dial != NULL) {
            driver->on_dial(driver->config.user, event);
        }
        return;
    }
    driver->config.on_event(driver->config.user, event);
}

/* Answers first messages of one kind that wait, within bounds of number and time. */
static void drive_take_turns(snet_uv *driver, enum snet_server_turn_kind kind, unsigned most)
{
    const uint64_t until = snet_driver_now() + DRIVE_TURN_NS;
    unsigned count = 0;
    uint64_t now = snet_driver_now();
    while (count < most && now < until && snet_server_turn(driver->core, kind, now)) {
        count++;
        now = snet_driver_now();
    }
}

static void drive_prepare(snet_uv *driver)
{
    snet_serve_prepare(driver);
    drive_take_turns(driver, SNET_SERVER_TURN_RESUME, DRIVE_TURN_RESUMES);
    drive_take_turns(driver, SNET_SERVER_TURN_HELLO, DRIVE_TURN_HELLOS);
    snet_conn_unlocked_hand_over(driver);
    snet_conn_inline_hand_over(driver);
    snet_conn_coalesce_start(driver);
    snet_conn_watch_tcp(driver);
}

/* --- The driver ------------------------------------------------------------------------------ */

snet_err snet_uv_new(uv_loop_t *loop, const struct snet_uv_config *config, snet_uv **ret_driver)
{
    static const struct snet_driver_hooks hooks = {
        .event = drive_event,
        .prepare = drive_prepare,
        .used = snet_conn_used,
    };
    return snet_driver_new(loop, config, &hooks, ret_driver);
}

void snet_uv_free(snet_uv *driver)
{
    if (driver == NULL) {
        return;
    }
    SNET_ASSERT(!driver->draining);
    driver->draining = true;
    snet_conn_unlocked_wait(driver);
    snet_conn_unlocked_hand_over(driver);
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
        snet_serve_free(SNET_CONTAINER(node, snet_uv_server, node));
    }
    snet_driver_free(driver);
}

uint64_t snet_uv_now(const snet_uv *driver)
{
    (void)driver;
    return snet_driver_now();
}

snet_core *snet_uv_core(snet_uv *driver)
{
    return driver->core;
}

/* --- Clients --------------------------------------------------------------------------------- */

static snet_err drive_connect(snet_uv *driver, const char *address,
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
    err = snet_client_open(driver->core, &client, &dialer->session, snet_driver_now());
    if (err != SNET_OK) {
        snet_dialer_free(dialer);
        return err;
    }
    snet_session_set_driver(dialer->session, dialer);
    snet_driver_hold(driver); /* until the loop sees that the session wants a connection */
    *ret_session = dialer->session;
    return SNET_OK;
}

snet_err snet_uv_connect(snet_uv *driver, const char *address,
                         const struct snet_client_config *config, snet_session **ret_session)
{
    const struct snet_uv_connector none = {.connect = NULL};
    return address == NULL ? SNET_ERR_ADDRESS
                           : drive_connect(driver, address, &none, config, ret_session);
}

snet_err snet_uv_connect_by(snet_uv *driver, const struct snet_uv_connector *connector,
                            const struct snet_client_config *config, snet_session **ret_session)
{
    return connector->connect == NULL ? SNET_ERR_INVALID
                                      : drive_connect(driver, NULL, connector, config, ret_session);
}

int snet_uv_session_os_err(const snet_session *session)
{
    const struct snet_dialer *dialer = snet_session_driver(session);
    return dialer == NULL ? 0 : dialer->os_err;
}

static void uv_peer_of(const struct snet_conn *conn, char *ret_text, size_t size)
{
    if (conn == NULL) {
        (void)snprintf(ret_text, size, "-");
    } else {
        snet_stream_peer(conn->stream, ret_text, size);
    }
}

void snet_uv_session_peer(const snet_session *session, char *ret_text, size_t size)
{
    uv_peer_of(snet_conn_of(session), ret_text, size);
}

void snet_uv_link_peer(const snet_link *link, char *ret_text, size_t size)
{
    uv_peer_of(snet_link_user(link), ret_text, size);
}

void snet_uv_shutdown(snet_uv *driver, const char *text)
{
    snet_driver_enter(driver);
    snet_core_shutdown(driver->core, text, snet_driver_now());
    snet_driver_leave(driver);
}

/* --- The network ----------------------------------------------------------------------------- */

typedef void drive_dialer_fn(struct snet_dialer *dialer);

/* Farewells after what lives. */
static void drive_each_dialer(snet_uv *driver, drive_dialer_fn *each)
{
    for (unsigned farewells = 0; farewells < 2; farewells++) {
        struct snet_list_node *node = snet_list_first(&driver->dialers);
        while (node != NULL) {
            struct snet_dialer *dialer = SNET_CONTAINER(node, struct snet_dialer, node);
            node = snet_list_next(&driver->dialers, node);
            if (dialer->farewell == (farewells == 1)) {
                each(dialer);
            }
        }
    }
}

void snet_uv_network_changed(snet_uv *driver)
{
    drive_each_dialer(driver, snet_dialer_network_changed);
}

static void drive_addresses_changed(void *user)
{
    snet_uv *driver = user;
    driver->looks_left = SNET_NETWATCH_SETTLE_LOOKS + 1;
    drive_each_dialer(driver, snet_dialer_addresses_changed);
}

static void drive_look_at_network(snet_uv *driver)
{
    snet_netwatch_look(&driver->network);
    if (driver->looks_left > 0) {
        driver->looks_left--;
        drive_each_dialer(driver, snet_dialer_look_again);
    }
}

void snet_uv_watch_network(snet_uv *driver)
{
    driver->network = (struct snet_netwatch){.on_change = drive_addresses_changed, .user = driver};
    drive_look_at_network(driver);
    snet_driver_every(driver, SNET_DRIVER_TIMER_NETWATCH, SNET_NETWATCH_POLL_MS,
                      drive_look_at_network);
}
