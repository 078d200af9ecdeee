/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/events.h"

#include "base/assert.h"
#include "sock/copy_out.h"
#include "sock/fork_guard.h"
#include "sock/wake.h"

#include <errno.h>
#include <stdlib.h>

struct snet_events {
    struct snet_list sockets; /* that have an event, the one that waits longest first */
    uv_cond_t changed;
    int wake_fd;
    unsigned users; /* threads in snet_events_next */
    bool closed;
};

/* --- Posting --------------------------------------------------------------------------------- */

/* Where the socket is while it has an event; NULL: nobody wants to know. */
static struct snet_list *events_list(const snet_socket *socket)
{
    if (socket->events.queue != NULL) {
        return &socket->events.queue->sockets;
    }
    return socket->on_event != NULL ? snet_loop_calls() : NULL;
}

static void events_enter(snet_socket *socket, struct snet_list *list)
{
    snet_events *queue = socket->events.queue;
    const bool first = list->count == 0;
    snet_list_push(list, &socket->events.node);
    if (queue == NULL) {
        snet_loop_wake();
        return;
    }
    uv_cond_signal(&queue->changed);
    if (first) {
        snet_wake_ring(queue->wake_fd);
    }
}

static void events_leave(snet_socket *socket)
{
    snet_events *queue = socket->events.queue;
    snet_list_remove(events_list(socket), &socket->events.node);
    if (queue != NULL && queue->sockets.count == 0) {
        snet_wake_clear(queue->wake_fd);
    }
    if (socket->closed) {
        snet_loop_due_by(0); /* it has stayed for this */
    }
}

/* Those that wait and are not true any more when this one comes. */
static uint32_t events_made_untrue(enum snet_event_type type)
{
    switch (type) {
    case SNET_EVENT_LOST:
        return SNET_EVENTS_BIT(SNET_EVENT_RESUMED) | SNET_EVENTS_BIT(SNET_EVENT_RETRYING);
    case SNET_EVENT_RESUMED:
    case SNET_EVENT_ENDED:
        return SNET_EVENTS_BIT(SNET_EVENT_RETRYING);
    case SNET_EVENT_OPENED:
    case SNET_EVENT_RETRYING:
    case SNET_EVENT_BARREN:
    case SNET_EVENT_ACCEPTABLE:
    case SNET_EVENT_READABLE:
    case SNET_EVENT_WRITABLE:
        return 0;
    }
    return 0;
}

void snet_events_post(snet_socket *socket, enum snet_event_type type)
{
    struct snet_list *list = events_list(socket);
    const uint32_t before = socket->events.waiting;
    if (list == NULL || socket->closed || socket->muted) {
        return;
    }
    socket->events.waiting &= ~events_made_untrue(type);
    socket->events.waiting |= SNET_EVENTS_BIT(type);
    if (before == 0) {
        events_enter(socket, list);
    }
}

void snet_events_arm(snet_socket *socket, enum snet_event_type type)
{
    socket->events.armed |= SNET_EVENTS_BIT(type);
}

void snet_events_ready(snet_socket *socket, enum snet_event_type type)
{
    if ((socket->events.armed & SNET_EVENTS_BIT(type)) != 0) {
        socket->events.armed &= ~SNET_EVENTS_BIT(type);
        snet_events_post(socket, type);
    }
}

void snet_events_begin(snet_socket *socket, const struct snet_config *config)
{
    SNET_ASSERT(socket->events.waiting == 0);
    socket->on_event = config->on_event;
    socket->events.queue = config->on_event == NULL ? config->events : NULL;
    socket->events.armed = SNET_EVENTS_READINESS;
}

void snet_events_end(snet_socket *socket)
{
    if (socket->events.waiting != 0) {
        socket->events.waiting = 0;
        events_leave(socket);
    }
    socket->events.queue = NULL;
    socket->events.armed = 0;
    socket->muted = true;
}

/* --- Taking ---------------------------------------------------------------------------------- */

static struct snet_event events_describe(const snet_socket *socket, enum snet_event_type type)
{
    const struct snet_socket_events *events = &socket->events;
    struct snet_event event = {.type = type, .user = socket->user};
    event.socket = (snet_socket *)(uintptr_t)socket;
    switch (type) {
    case SNET_EVENT_LOST:
        event.err = events->lost_err;
        break;
    case SNET_EVENT_ENDED:
        event.err = socket->err;
        break;
    case SNET_EVENT_BARREN:
        event.err = events->barren_err;
        break;
    case SNET_EVENT_RETRYING:
        event.attempt = events->attempt;
        break;
    case SNET_EVENT_RESUMED:
        event.after_ns = events->after_ns;
        event.resent_bytes = events->resent_bytes;
        break;
    case SNET_EVENT_OPENED:
    case SNET_EVENT_ACCEPTABLE:
    case SNET_EVENT_READABLE:
    case SNET_EVENT_WRITABLE:
        break;
    }
    return event;
}

/* The first event of the socket that waits longest, which goes behind all others if it has more. */
static snet_socket *events_take(struct snet_list *list, struct snet_event *ret_event)
{
    struct snet_list_node *node = snet_list_first(list);
    if (node == NULL) {
        return NULL;
    }
    snet_socket *socket = SNET_CONTAINER(node, snet_socket, events.node);
    enum snet_event_type type = SNET_EVENT_OPENED;
    while ((socket->events.waiting & SNET_EVENTS_BIT(type)) == 0) {
        type++;
    }
    *ret_event = events_describe(socket, type);
    socket->events.waiting &= ~SNET_EVENTS_BIT(type);
    if (socket->events.waiting == 0) {
        events_leave(socket);
    } else {
        snet_list_remove(list, node);
        snet_list_push(list, node);
    }
    return socket;
}

void snet_events_call_back(void (*leave)(snet_socket *socket))
{
    struct snet_event event;
    snet_loop_lock();
    while (snet_loop_runs()) {
        snet_socket *socket = events_take(snet_loop_calls(), &event);
        if (socket == NULL) {
            break;
        }
        socket->users++;
        snet_loop_unlock();
        socket->on_event(socket->hook_user, &event);
        snet_loop_lock();
        socket->users--;
        leave(socket);
    }
    snet_loop_unlock();
}

/* --- What programs call ---------------------------------------------------------------------- */

static void events_destroy(snet_events *events)
{
    uv_cond_destroy(&events->changed);
    snet_wake_close(events->wake_fd);
    free(events);
}

snet_events *snet_events_new(void)
{
    snet_events *events = calloc(1, sizeof *events);
    if (events == NULL || uv_cond_init(&events->changed) != 0) {
        free(events);
        errno = ENOMEM;
        return NULL;
    }
    snet_list_init(&events->sockets);
    events->wake_fd = snet_wake_open();
    if (events->wake_fd < 0) {
        const int number = errno;
        events_destroy(events);
        errno = number;
        return NULL;
    }
    return events;
}

void snet_events_free(snet_events *events)
{
    if (events == NULL || snet_fork_guard_is_child()) {
        return;
    }
    snet_loop_lock();
    struct snet_list_node *node = snet_loop_runs() ? snet_list_first(snet_loop_sockets()) : NULL;
    for (; node != NULL; node = snet_list_next(snet_loop_sockets(), node)) {
        snet_socket *socket = SNET_CONTAINER(node, snet_socket, node);
        if (socket->events.queue == events) {
            snet_events_end(socket);
        }
    }
    SNET_ASSERT(events->sockets.count == 0);
    events->closed = true;
    uv_cond_broadcast(&events->changed);
    const bool last = events->users == 0;
    snet_loop_unlock();
    if (last) {
        events_destroy(events);
    }
}

int snet_events_fd(snet_events *events)
{
    if (events == NULL || snet_fork_guard_is_child()) {
        errno = EBADF;
        return -1;
    }
    return events->wake_fd;
}

int snet_events_next(snet_events *events, struct snet_event *ret_event, size_t size,
                     uint64_t timeout_ns)
{
    struct snet_event event;
    if (events == NULL || snet_fork_guard_is_child()) {
        errno = EBADF;
        return -1;
    }
    if (ret_event == NULL || size == 0) {
        errno = EINVAL;
        return -1;
    }
    const uint64_t now = snet_now();
    const uint64_t until_ns = timeout_ns > SNET_NEVER - now ? SNET_NEVER : now + timeout_ns;
    snet_loop_lock();
    events->users++;
    bool waits = timeout_ns > 0 && !snet_loop_is_here();
    while (events->sockets.count == 0 && !events->closed && waits) {
        waits = snet_loop_wait(&events->changed, until_ns);
    }
    const bool closed = events->closed;
    const bool taken = !closed && events_take(&events->sockets, &event) != NULL;
    events->users--;
    const bool last = closed && events->users == 0;
    snet_loop_unlock();
    if (last) {
        events_destroy(events);
    }
    if (taken) {
        snet_copy_out(ret_event, size, &event, sizeof event);
    } else if (closed) {
        errno = EBADF;
        return -1;
    }
    return taken ? 1 : 0;
}
