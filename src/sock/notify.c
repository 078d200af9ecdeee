/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/notify.h"

#include "sock/loop.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define NOTIFY_LINE_BYTES 256u

/* --- The log ------------------------------------------------------------------------------ */

__attribute__((format(printf, 2, 3))) static void notify_line(uint64_t session_id,
                                                              const char *format, ...)
{
    const struct snet_loop_log *log = snet_loop_log();
    char line[NOTIFY_LINE_BYTES];
    va_list args;
    if (log->log == NULL) {
        return;
    }
    const int len = snprintf(line, sizeof line, "session %016" PRIx64 " ", session_id);
    va_start(args, format);
    (void)vsnprintf(line + len, sizeof line - (size_t)len, format, args);
    va_end(args);
    log->log(log->user, line);
}

void snet_notify_log(const struct snet_core_event *event)
{
    struct snet_session_info info;
    if (snet_loop_log()->log == NULL) {
        return;
    }
    snet_session_get_info(event->session, &info);
    if (event->type == SNET_CORE_EVENT_OPENED) {
        notify_line(info.id, "opened over wire %s", snet_wire_name(info.wire));
    } else if (event->type == SNET_CORE_EVENT_LOST) {
        notify_line(info.id, "lost its connection: %s", snet_err_message(event->err));
    } else if (event->type == SNET_CORE_EVENT_RESUMED) {
        notify_line(info.id, "resumed after %" PRIu64 " ms, %" PRIu64 " bytes again",
                    info.last_detached_ns / SNET_MS_NS, info.last_resent_bytes);
    } else if (event->type == SNET_CORE_EVENT_ENDED) {
        notify_line(info.id, "ended: %s", snet_err_message(event->err));
    }
}

void snet_notify_note(void *user, const struct snet_note *note)
{
    (void)user;
    notify_line(note->session_id,
                note->kind == SNET_NOTE_LINK_REFUSED ? "refused a connection: %s"
                                                     : "refused a resume: %s",
                snet_err_message(note->err));
}

void snet_notify_refused(const struct snet_core_event *event, uint16_t code)
{
    struct snet_session_info info;
    snet_session_get_info(event->session, &info);
    notify_line(info.id, "was not taken: code %u", (unsigned)code);
}

/* --- Hooks -------------------------------------------------------------------------------- */

/* Something that the program is to be told of; its socket stays as long. */
struct notify {
    struct snet_list_node node;
    snet_socket *socket;
    struct snet_socket_event event;
};

static void notify_add(snet_socket *socket, const struct snet_socket_event *event)
{
    if (socket->on_event == NULL || socket->closed) {
        return;
    }
    struct notify *own = calloc(1, sizeof *own);
    if (own == NULL) {
        return; /* the program learns of it by its calls */
    }
    own->socket = socket;
    own->event = *event;
    socket->users++;
    snet_list_push(snet_loop_news(), &own->node);
    snet_loop_wake();
}

static void notify_add_attempt(snet_socket *socket)
{
    notify_add(socket, &(struct snet_socket_event){
                           .type = SNET_SOCKET_RETRYING,
                           .attempt = socket->attempts,
                       });
}

void snet_notify_of(snet_socket *socket, const struct snet_core_event *event)
{
    struct snet_socket_event notify = {.err = SNET_OK};
    struct snet_session_info info;
    if (event->type == SNET_CORE_EVENT_OPENED) {
        notify.type = SNET_SOCKET_OPENED;
    } else if (event->type == SNET_CORE_EVENT_LOST) {
        notify.type = SNET_SOCKET_LOST;
        notify.err = event->err;
        socket->lost = true;
    } else if (event->type == SNET_CORE_EVENT_RESUMED) {
        snet_session_get_info(event->session, &info);
        notify.type = SNET_SOCKET_RESUMED;
        notify.after_ns = info.last_detached_ns;
        notify.resent_bytes = info.last_resent_bytes;
        socket->lost = false;
        socket->attempts = 0;
    } else if (event->type == SNET_CORE_EVENT_ENDED && !(socket->dialing && !socket->opened)) {
        notify.type = SNET_SOCKET_ENDED;
        notify.err = event->err;
    } else {
        return; /* why a dial fails is what snet_dial returns, with no socket to tell of */
    }
    notify_add(socket, &notify);
    if (event->type == SNET_CORE_EVENT_LOST && socket->attempts > 0) {
        notify_add_attempt(socket); /* the core asks for a connection before it tells of the loss */
    }
}

void snet_notify_dial(void *user, const struct snet_core_event *event)
{
    struct snet_session_info info;
    snet_socket *socket = snet_session_user(event->session);
    (void)user;
    snet_session_get_info(event->session, &info);
    if (socket == NULL || info.id == 0 || info.attached) {
        return; /* it begins, or moves over while it has a connection */
    }
    socket->attempts++;
    notify_line(info.id, "tries to connect, attempt %" PRIu32, socket->attempts);
    if (socket->lost) {
        notify_add_attempt(socket);
    }
}

void snet_notify_tell(void)
{
    snet_loop_lock();
    struct snet_list_node *node = snet_list_first(snet_loop_news());
    while (node != NULL) {
        struct notify *notify = SNET_CONTAINER(node, struct notify, node);
        snet_socket *socket = notify->socket;
        snet_list_remove(snet_loop_news(), node);
        if (!socket->muted) {
            snet_loop_unlock();
            socket->on_event(socket->hook_user, socket, &notify->event);
            snet_loop_lock();
        }
        free(notify);
        socket->users--;
        if (socket->closed && socket->users == 0) {
            snet_socket_linger(socket);
            snet_socket_settle(socket, uv_hrtime());
        }
        node = snet_list_first(snet_loop_news());
    }
    snet_loop_unlock();
}
