/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/dialer.h"

#include "uv/conn.h"
#include "uv/stream.h"

#include <stdio.h>
#include <stdlib.h>

/* Minimum: age of a dial that starts over by itself; doubles each time, up to this many times. */
#define DIALER_RESTART_NS SNET_SECOND_NS
#define DIALER_RESTARTS_MAX 4u

snet_err snet_dialer_new(snet_uv *driver, const char *address,
                         const struct snet_client_config *config, struct snet_dialer **ret_dialer)
{
    const snet_err err = address == NULL ? SNET_OK : snet_stream_address_check(address);
    if (err != SNET_OK) {
        return err;
    }
    struct snet_dialer *dialer = calloc(1, sizeof *dialer);
    if (dialer == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    dialer->driver = driver;
    dialer->retry = config->retry;
    dialer->options = snet_driver_options(driver, config->wire, &config->session);
    (void)snprintf(dialer->address, sizeof dialer->address, "%s", address == NULL ? "" : address);
    snet_list_push(&driver->dialers, &dialer->node);
    *ret_dialer = dialer;
    return SNET_OK;
}

void snet_dialer_attempt_over(struct snet_dialer *dialer)
{
    if (dialer->attempt != NULL) {
        dialer->attempt->place = NULL;
        dialer->attempt = NULL;
    }
}

void snet_dialer_stop(struct snet_dialer *dialer)
{
    snet_stream_dial_cancel(dialer->dial);
    snet_adopt_dial_cancel(dialer->adopt);
    dialer->dial = NULL;
    dialer->adopt = NULL;
}

void snet_dialer_free(struct snet_dialer *dialer)
{
    snet_dialer_stop(dialer);
    snet_dialer_attempt_over(dialer);
    snet_list_remove(&dialer->driver->dialers, &dialer->node);
    if (dialer->session != NULL) {
        snet_session_set_driver(dialer->session, NULL);
    }
    free(dialer);
}

/* The family of the stream's address, 0 when it has none. */
static int dialer_family_of(const uv_stream_t *stream)
{
    struct sockaddr_storage peer = {.ss_family = 0};
    int len = sizeof peer;
    const bool known =
        stream->type == UV_TCP &&
        uv_tcp_getpeername((const uv_tcp_t *)stream, (struct sockaddr *)&peer, &len) == 0;
    return known ? peer.ss_family : 0;
}

/* Which addresses are tried first, as the session advises. */
static int dialer_family(const struct snet_dialer *dialer, enum snet_dial_family advised)
{
    switch (advised) {
    case SNET_DIAL_ANY:
        break;
    case SNET_DIAL_SAME:
        return dialer->family;
    case SNET_DIAL_OTHER:
        return dialer->family == AF_INET ? AF_INET6 : AF_INET;
    }
    return 0;
}

static void dialer_connected(struct snet_dialer *dialer, uv_stream_t *stream)
{
    snet_uv *driver = dialer->driver;
    snet_link *link = NULL;
    dialer->family = dialer_family_of(stream);
    snet_err err = snet_client_connected(dialer->session, &link, snet_driver_now());
    if (err == SNET_OK) {
        err = snet_conn_open(driver, link, stream);
        if (err != SNET_OK) {
            snet_link_free(link, snet_driver_now());
        }
    }
    if (err != SNET_OK) {
        snet_stream_close(stream, true);
        return;
    }
    dialer->attempt = snet_link_user(link);
    dialer->attempt->place = &dialer->attempt;
}

/* Whether another attempt would fail likewise: the name does not exist, or the port refuses. */
static bool dialer_is_refused(const struct snet_dialer *dialer, int os_err)
{
    return !dialer->retry && (os_err == UV_ECONNREFUSED || os_err == UV_EAI_NONAME ||
                              os_err == UV_EAI_NODATA || os_err == UV_ENOENT);
}

static void dialer_done(void *user, snet_err err, int os_err, uv_stream_t *stream)
{
    struct snet_dialer *dialer = user;
    snet_uv *driver = dialer->driver;
    snet_driver_enter(driver);
    dialer->dial = NULL;
    dialer->adopt = NULL;
    dialer->os_err = os_err;
    dialer->restarts = 0;
    if (err == SNET_OK) {
        dialer_connected(dialer, stream);
    } else if (dialer_is_refused(dialer, os_err)) {
        snet_client_dial_refused(dialer->session, err, snet_driver_now());
    } else {
        snet_client_dial_failed(dialer->session, err, snet_driver_now());
    }
    snet_driver_drain(driver);
    snet_driver_leave(driver);
}

void snet_dialer_dial(struct snet_dialer *dialer)
{
    const char *redirect = snet_session_redirect(dialer->session);
    struct snet_dial_advice advice;
    snet_session_dial_advice(dialer->session, &advice);
    struct snet_stream_dial_config config = {
        .address = redirect == NULL ? dialer->address : redirect,
        .options = dialer->options,
        .family = dialer_family(dialer, advice.family),
        .on_done = dialer_done,
        .user = dialer,
    };
    config.options.segment_bytes = advice.segment_bytes;
    snet_dialer_stop(dialer);
    snet_dialer_attempt_over(dialer);
    dialer->dialed_ns = snet_driver_now();
    uv_loop_t *loop = dialer->driver->loop;
    const snet_err err =
        dialer->connector.connect == NULL
            ? snet_stream_dial_start(loop, &config, &dialer->dial)
            : snet_adopt_dial_start(loop, &dialer->connector, &config, &dialer->adopt);
    if (err != SNET_OK) {
        snet_client_dial_failed(dialer->session, err, snet_driver_now());
    }
}

bool snet_dialer_take_farewell(struct snet_dialer *dialer)
{
    snet_session *ended = dialer->session;
    snet_session *carrier = snet_session_farewell(ended, snet_driver_now());
    if (carrier == NULL) {
        return false;
    }
    snet_dialer_stop(dialer);
    dialer->farewell = true;
    dialer->session = carrier;
    snet_session_set_driver(carrier, dialer);
    snet_session_set_driver(ended, NULL); /* if the program has given it back, it goes now */
    return true;
}

static bool dialer_dials(const struct snet_dialer *dialer)
{
    return dialer->dial != NULL || dialer->adopt != NULL;
}

void snet_dialer_addresses_changed(struct snet_dialer *dialer)
{
    const struct snet_conn *live = snet_conn_of(dialer->session);
    const struct snet_conn *newest = dialer->attempt != NULL ? dialer->attempt : live;
    if (dialer_dials(dialer)) {
        const uint64_t age_ns = snet_driver_now() - dialer->dialed_ns;
        if (age_ns < DIALER_RESTART_NS << dialer->restarts) {
            return;
        }
        dialer->restarts += dialer->restarts < DIALER_RESTARTS_MAX ? 1 : 0;
    } else if (newest != NULL) {
        struct snet_netwatch_path path;
        snet_stream_path(newest->stream, &path);
        if (!snet_netwatch_moved(&path)) {
            return;
        }
    }
    snet_dialer_network_changed(dialer);
}

void snet_dialer_look_again(struct snet_dialer *dialer)
{
    const bool connected = dialer->attempt != NULL || snet_conn_of(dialer->session) != NULL;
    if (connected && !dialer_dials(dialer)) {
        snet_dialer_addresses_changed(dialer);
    }
}

void snet_dialer_network_changed(struct snet_dialer *dialer)
{
    if (dialer_dials(dialer)) {
        snet_dialer_dial(dialer);
    }
    snet_client_network_changed(dialer->session, snet_driver_now());
}
