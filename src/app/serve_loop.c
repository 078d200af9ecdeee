/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/serve_loop.h"

#include <snet/relay.h>

#include <stdlib.h>

/* For how long a session that has proven nothing has no connection to the backend, unless its link
   is lost before. Clients of servers that speak first wait for this long. */
#define LOOP_HOLD_MS 1000u

/* One session and the dial of its backend. */
struct loop_session {
    uv_timer_t hold; /* first: closing it frees the session */
    bool dialed;
    struct snet_log_session known;
    struct snet_serve_loop *loop;
    snet_relay *relay;
    snet_stream_dial *dial;
};

static void loop_finish(struct snet_serve_loop *loop)
{
    if (loop->draining && snet_serve_loop_count(loop) == 0) {
        atomic_store(&loop->finished, true);
        loop->on_finished(loop);
    }
}

static void loop_session_closed(uv_handle_t *hold)
{
    free(hold->data);
}

static void loop_relay_done(void *user, snet_err err)
{
    (void)err;
    struct loop_session *session = user;
    struct snet_serve_loop *loop = session->loop;
    snet_stream_dial_cancel(session->dial);
    uv_close((uv_handle_t *)&session->hold, loop_session_closed);
    atomic_fetch_sub(&loop->session_count, 1);
    loop_finish(loop);
}

static void loop_dialed(void *user, snet_err err, int os_err, uv_stream_t *stream)
{
    struct loop_session *session = user;
    session->dial = NULL;
    if (err == SNET_OK) {
        snet_relay_start(session->relay, stream);
        return;
    }
    snet_log_session_unreachable(&session->loop->options->log, snet_relay_session(session->relay),
                                 &session->known, uv_strerror(os_err));
    snet_session_abort_with(snet_relay_session(session->relay), SNET_RELAY_CODE_UNREACHABLE,
                            "the server behind the gateway cannot be reached",
                            snet_uv_now(session->loop->runner.driver));
}

/* The name of a client with a key, or NULL. The list is looked through once per session: that is
   less work than the handshake was. */
static const char *loop_client_name(const struct snet_serve_loop *loop, const snet_session *session)
{
    struct snet_key key;
    return snet_session_peer_key(session, &key) ? snet_key_list_name(&loop->options->clients, &key)
                                                : NULL;
}

static struct snet_log_session *loop_known(const snet_session *session)
{
    snet_relay *relay = snet_session_user(session);
    struct loop_session *own = relay == NULL ? NULL : snet_relay_user(relay);
    return own == NULL ? NULL : &own->known;
}

static void loop_dial(struct loop_session *own)
{
    const struct snet_serve_loop *loop = own->loop;
    const struct snet_stream_dial_config config = {
        .address = loop->options->to,
        .options = {.keepalive_ms = loop->keepalive_ms},
        .on_done = loop_dialed,
        .user = own,
    };
    if (own->dialed) {
        return;
    }
    own->dialed = true;
    (void)uv_timer_stop(&own->hold);
    if (snet_stream_dial_start(own->hold.loop, &config, &own->dial) != SNET_OK) {
        snet_session_abort(snet_relay_session(own->relay), snet_uv_now(loop->runner.driver));
    }
}

static void loop_hold_over(uv_timer_t *hold)
{
    loop_dial(hold->data);
}

/* Whether its client has proven nothing yet: eight bytes, which anybody may say, begin a session of
   snet/1. */
static bool loop_is_unproven(const snet_session *session)
{
    struct snet_session_info info;
    snet_session_get_info(session, &info);
    return info.wire == SNET_WIRE_1 || info.wire == SNET_WIRE_1_PADDED;
}

/* What an event says of a client that has proven nothing yet: it is there, or is gone. */
static void loop_judge(struct loop_session *own, enum snet_core_event_type type)
{
    if (type == SNET_CORE_EVENT_READABLE || type == SNET_CORE_EVENT_RESUMED) {
        loop_dial(own);
    } else if (type == SNET_CORE_EVENT_LOST) {
        (void)uv_timer_stop(&own->hold);
    }
}

static void loop_opened(struct snet_serve_loop *loop, snet_session *session)
{
    struct loop_session *own = calloc(1, sizeof *own);
    const struct snet_relay_config relay_config = {.on_done = loop_relay_done, .user = own};
    snet_relay *relay = NULL;
    if (own == NULL ||
        snet_relay_new(loop->runner.driver, session, &relay_config, &relay) != SNET_OK) {
        free(own);
        snet_session_abort(session, snet_uv_now(loop->runner.driver));
        return;
    }
    *own = (struct loop_session){
        .known = {.backend = loop->options->to, .key_name = loop_client_name(loop, session)},
        .loop = loop,
        .relay = relay,
    };
    atomic_fetch_add(&loop->session_count, 1);
    (void)uv_timer_init(&loop->runner.loop, &own->hold);
    own->hold.data = own;
    if (loop_is_unproven(session)) {
        (void)uv_timer_start(&own->hold, loop_hold_over, LOOP_HOLD_MS, 0);
    } else {
        loop_dial(own);
    }
}

static void loop_event(struct snet_runner *runner, const struct snet_core_event *event)
{
    struct snet_serve_loop *loop = (struct snet_serve_loop *)runner;
    snet_relay *relay = snet_session_user(event->session);
    if (event->type == SNET_CORE_EVENT_OPENED) {
        loop_opened(loop, event->session);
    } else if (relay != NULL) {
        loop_judge(snet_relay_user(relay), event->type);
        snet_relay_event(relay, event);
    } else if (event->type == SNET_CORE_EVENT_ENDED) {
        snet_session_free(event->session, snet_uv_now(runner->driver));
    }
}

void snet_serve_loop_init(struct snet_serve_loop *loop, struct snet_log *log,
                          const struct snet_options *options)
{
    *loop = (struct snet_serve_loop){
        .runner = {.log = log, .on_event = loop_event, .known_of = loop_known},
        .options = options,
        .keepalive_ms = snet_options_keepalive_ms(options),
    };
}

void snet_serve_loop_drain(struct snet_serve_loop *loop)
{
    loop->draining = true;
    snet_uv_server_drain(loop->server);
    loop_finish(loop);
}

uint64_t snet_serve_loop_count(const struct snet_serve_loop *loop)
{
    return atomic_load(&loop->session_count);
}

void snet_serve_loop_say_draining(const struct snet_log *log, uint64_t count)
{
    if (count > 0) {
        snet_log_say(log, "draining: no new sessions, %llu to finish; a second signal ends them",
                     (unsigned long long)count);
    }
}
