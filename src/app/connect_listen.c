/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/connect_listen.h"

#include <snet/apply.h>
#include <snet/relay.h>

#include "app/eof_wait.h"
#include "app/server_check.h"

#include <stdlib.h>

#define TUNNEL_TEXT_BYTES 512u
/* Minimum: descriptors that are left for links when another local program is accepted. */
#define TUNNEL_KEEP_DESCRIPTORS 8u

struct tunnel {
    struct snet_connect *connect;
    snet_stream_listener *listener;
    struct snet_client_config check_config;
    struct snet_server_check check;
    uint64_t session_count;
    bool draining;
};

/* One session, and the watch on its silence once the local end has ended. */
struct tunnel_session {
    struct snet_eof_wait eof_wait; /* first: closing its timer frees the session */
    struct snet_log_session known;
    struct tunnel *tunnel;
    snet_relay *relay; /* NULL when gone */
};

/* Only called for wires without half-close. */
static void tunnel_local_end(void *user)
{
    struct tunnel_session *session = user;
    struct snet_connect *connect = session->tunnel->connect;
    snet_eof_wait_start(&session->eof_wait, connect->runner.driver,
                        snet_relay_session(session->relay),
                        snet_connect_session_eof_wait_ms(connect));
}

static void tunnel_session_closed(uv_handle_t *timer)
{
    free(timer->data);
}

static void tunnel_relay_done(void *user, snet_err err)
{
    struct tunnel_session *session = user;
    struct tunnel *tunnel = session->tunnel;
    (void)err;
    session->relay = NULL;
    uv_close((uv_handle_t *)&session->eof_wait.timer, tunnel_session_closed);
    tunnel->session_count--;
    if (tunnel->draining && tunnel->session_count == 0) {
        snet_runner_finish(&tunnel->connect->runner, SNET_EXIT_OK);
    }
}

static void tunnel_accepted(void *user, uv_stream_t *stream)
{
    struct tunnel *tunnel = user;
    struct snet_runner *runner = &tunnel->connect->runner;
    struct tunnel_session *session = calloc(1, sizeof *session);
    snet_session *core = NULL;
    if (session == NULL || snet_connect_session_open(tunnel->connect, &core) != SNET_OK) {
        free(session);
        snet_stream_close(stream, true);
        return;
    }
    const struct snet_relay_config config = {
        .on_local_end = tunnel_local_end,
        .on_done = tunnel_relay_done,
        .user = session,
    };
    session->tunnel = tunnel;
    if (snet_relay_new(runner->driver, core, &config, &session->relay) != SNET_OK) {
        free(session);
        snet_session_free(core, snet_uv_now(runner->driver));
        snet_stream_close(stream, true);
        return;
    }
    snet_eof_wait_init(&session->eof_wait, &runner->loop);
    tunnel->session_count++;
    snet_relay_start(session->relay, stream);
}

static struct snet_log_session *tunnel_known(const snet_session *session)
{
    snet_relay *relay = snet_session_user(session);
    struct tunnel_session *own = relay == NULL ? NULL : snet_relay_user(relay);
    return own == NULL ? NULL : &own->known;
}

static void tunnel_event(struct snet_runner *runner, const struct snet_core_event *event)
{
    (void)runner;
    snet_relay *relay = snet_session_user(event->session);
    if (relay != NULL) {
        snet_relay_event(relay, event);
    }
}

/* Programs are let in whatever it finds: the server may come later. */
static void tunnel_checked(struct snet_server_check *check, snet_err err, int os_err)
{
    const struct tunnel *tunnel = check->user;
    const struct snet_options *options = &tunnel->connect->options;
    char text[TUNNEL_TEXT_BYTES];
    if (err == SNET_OK) {
        snet_log_say(&options->log, "%s answers", options->config->address);
        return;
    }
    snet_connect_session_explain_err(tunnel->connect, err, os_err, text, sizeof text);
    snet_log_say(&options->log, "%s: %s; listening all the same", options->config->address, text);
}

static void tunnel_check(struct tunnel *tunnel)
{
    struct snet_connect *connect = tunnel->connect;
    snet_err err = snet_apply_client(connect->options.config, &tunnel->check_config, NULL);
    tunnel->check.config = &tunnel->check_config;
    tunnel->check.on_done = tunnel_checked;
    tunnel->check.user = tunnel;
    if (err == SNET_OK) {
        err = snet_server_check_start(&tunnel->check, &connect->runner.loop,
                                      connect->options.config->address);
    }
    if (err != SNET_OK) {
        tunnel_checked(&tunnel->check, err, 0);
    }
}

static void tunnel_drain(struct snet_runner *runner)
{
    struct tunnel *tunnel = runner->user;
    tunnel->draining = true;
    snet_server_check_cancel(&tunnel->check);
    snet_stream_listener_close(tunnel->listener);
    tunnel->listener = NULL;
    if (tunnel->session_count == 0) {
        snet_runner_finish(runner, SNET_EXIT_OK);
    } else {
        snet_log_say(runner->log, "draining: %llu sessions to finish; a second signal ends them",
                     (unsigned long long)tunnel->session_count);
    }
}

int snet_connect_listen_run(struct snet_connect *connect)
{
    struct tunnel tunnel = {.connect = connect};
    struct snet_runner *runner = &connect->runner;
    const struct snet_options *options = &connect->options;
    runner->on_event = tunnel_event;
    runner->known_of = tunnel_known;
    runner->drain_timeout_ms = snet_options_drain_timeout_ms(options);
    runner->on_drain = tunnel_drain;
    runner->user = &tunnel;
    int os_err = 0;
    const struct snet_stream_options local = {.keepalive_ms = snet_options_keepalive_ms(options),
                                              .keep_descriptors = TUNNEL_KEEP_DESCRIPTORS};
    snet_err err = snet_runner_init(runner, &connect->options.core);
    if (err == SNET_OK) {
        err = snet_stream_listener_open(&runner->loop, options->listen, &local, &tunnel.listener,
                                        &os_err);
    }
    if (err != SNET_OK) {
        snet_log_say(&options->log, "cannot listen on %s: %s", options->listen,
                     os_err != 0 ? uv_strerror(os_err) : snet_err_message(err));
        return SNET_EXIT_UNAVAILABLE;
    }
    snet_uv_watch_network(runner->driver);
    snet_stream_listener_start(tunnel.listener, tunnel_accepted, &tunnel);
    snet_log_say(&options->log, "listening on %s, to %s",
                 snet_stream_listener_address(tunnel.listener), connect->options.config->address);
    if (options->wires == SNET_WIRE_3) {
        tunnel_check(&tunnel);
    }
    const int code = snet_runner_run(runner);
    snet_server_check_cancel(&tunnel.check);
    snet_stream_listener_close(tunnel.listener);
    return code;
}
