/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/notify.h"

#include "sock/backlog.h"
#include "sock/bridge.h"
#include "sock/closing.h"
#include "sock/events.h"
#include "sock/logline.h"

#include <inttypes.h>

/* --- Sessions of nobody ---------------------------------------------------------------------- */

static void notify_offer(const struct snet_core_event *event)
{
    uint32_t code = 0;
    snet_socket *listener = snet_backlog_offer(event, &code);
    if (code != 0) {
        struct snet_session_info info;
        snet_session_get_info(event->session, &info);
        snet_logline_session(info.id, "was not taken: code %" PRIu32, code);
    }
    if (listener != NULL) {
        snet_wait_changed(&listener->wait);
        snet_events_ready(listener, SNET_EVENT_ACCEPTABLE);
    }
}

/* --- Sessions of sockets --------------------------------------------------------------------- */

static void notify_lost(snet_socket *socket, const struct snet_core_event *event)
{
    socket->lost = true;
    socket->lost_at_ns = snet_now();
    socket->events.lost_err = event->err;
    snet_events_post(socket, SNET_EVENT_LOST);
    if (socket->attempts > 0) { /* the core asks for a connection before it reports the loss */
        socket->events.attempt = socket->attempts;
        snet_events_post(socket, SNET_EVENT_RETRYING);
    }
}

static void notify_resumed(snet_socket *socket)
{
    struct snet_session_info info;
    snet_session_get_info(socket->session, &info);
    socket->lost = false;
    socket->lost_at_ns = 0;
    socket->attempts = 0;
    socket->events.after_ns = info.last_detached_ns;
    socket->events.resent_bytes = info.last_resent_bytes;
    snet_events_post(socket, SNET_EVENT_RESUMED);
}

static void notify_ended(snet_socket *socket, snet_err err)
{
    socket->ended = true;
    socket->err = err;
    if (socket->dialing && !socket->opened) {
        return; /* snet_dial says why, and returns no socket */
    }
    snet_events_post(socket, SNET_EVENT_ENDED);
    snet_events_ready(socket, SNET_EVENT_READABLE);
    snet_events_ready(socket, SNET_EVENT_WRITABLE);
}

static void notify_socket(snet_socket *socket, const struct snet_core_event *event)
{
    switch (event->type) {
    case SNET_CORE_EVENT_OPENED:
        socket->opened = true;
        snet_events_post(socket, SNET_EVENT_OPENED);
        snet_events_ready(socket, SNET_EVENT_WRITABLE);
        break;
    case SNET_CORE_EVENT_LOST:
        notify_lost(socket, event);
        break;
    case SNET_CORE_EVENT_RESUMED:
        notify_resumed(socket);
        break;
    case SNET_CORE_EVENT_BARREN:
        socket->events.barren_err = event->err;
        snet_events_post(socket, SNET_EVENT_BARREN);
        break;
    case SNET_CORE_EVENT_READABLE:
        snet_events_ready(socket, SNET_EVENT_READABLE);
        break;
    case SNET_CORE_EVENT_WRITABLE:
        snet_events_ready(socket, SNET_EVENT_WRITABLE);
        break;
    case SNET_CORE_EVENT_ENDED:
        notify_ended(socket, event->err);
        break;
    case SNET_CORE_EVENT_DIAL:
    case SNET_CORE_EVENT_FREED:
    case SNET_CORE_EVENT_LINK_SEND:
    case SNET_CORE_EVENT_LINK_RECV:
    case SNET_CORE_EVENT_LINK_CLOSE:
        break; /* the driver's */
    }
    snet_wait_changed(&socket->wait);
    if (socket->bridge != NULL) {
        snet_bridge_event(socket->bridge, event);
    } else if (socket->closed) {
        snet_closing_look(socket, snet_loop_now());
    }
}

void snet_notify_event(void *user, const struct snet_core_event *event)
{
    snet_socket *socket = snet_socket_of(event->session);
    (void)user;
    snet_logline_event(event);
    if (socket != NULL) {
        notify_socket(socket, event);
    } else if (event->type == SNET_CORE_EVENT_OPENED) {
        notify_offer(event);
    } else if (event->type == SNET_CORE_EVENT_ENDED) {
        snet_session_free(event->session, snet_loop_now());
    }
}

void snet_notify_dial(void *user, const struct snet_core_event *event)
{
    struct snet_session_info info;
    snet_socket *socket = snet_socket_of(event->session);
    (void)user;
    snet_session_get_info(event->session, &info);
    if (socket == NULL || info.id == 0 || info.attached) {
        return; /* it begins, or moves over while it has a connection */
    }
    socket->attempts++;
    snet_logline_session(info.id, "tries to connect, attempt %" PRIu32, socket->attempts);
    if (socket->lost) {
        socket->events.attempt = socket->attempts;
        snet_events_post(socket, SNET_EVENT_RETRYING);
    }
}

void snet_notify_note(void *user, const struct snet_note *note)
{
    (void)user;
    switch (note->kind) {
    case SNET_NOTE_LINK_REFUSED:
        snet_logline_session(note->session_id, "refused a connection: %s",
                             snet_err_message(note->err));
        break;
    case SNET_NOTE_RESUME_REFUSED:
        snet_logline_session(note->session_id, "refused a resume: %s", snet_err_message(note->err));
        break;
    case SNET_NOTE_PROVIDER_REFUSED:
        snet_logline_session(0, "%s",
                             "does without ipsec-mb, which fails its tests: OpenSSL serves");
        break;
    }
}

void snet_notify_turn(void)
{
    snet_events_call_back(snet_closing_leave);
}

/* --- Any thread ------------------------------------------------------------------------------ */

void snet_notify_served(snet_socket *socket)
{
    if ((socket->events.armed & SNET_EVENTS_BIT(SNET_EVENT_READABLE)) != 0 &&
        snet_socket_can_read(socket)) {
        snet_events_ready(socket, SNET_EVENT_READABLE);
    }
    if ((socket->events.armed & SNET_EVENTS_BIT(SNET_EVENT_WRITABLE)) != 0 &&
        snet_socket_can_write(socket)) {
        snet_events_ready(socket, SNET_EVENT_WRITABLE);
    }
}

void snet_notify_accepted(snet_socket *socket, const struct snet_config *config)
{
    snet_events_begin(socket, config);
    if (socket->lost) {
        snet_events_post(socket, SNET_EVENT_LOST);
    }
    if (socket->ended) {
        snet_events_post(socket, SNET_EVENT_ENDED);
    }
    snet_notify_served(socket);
}
