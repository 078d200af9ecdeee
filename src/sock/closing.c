/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/closing.h"

#include "base/assert.h"
#include "sock/backlog.h"
#include "sock/bridge.h"
#include "sock/events.h"

/* --- Reaping --------------------------------------------------------------------------------- */

/* Nothing is owed any more: to the other end, and of events, which a descriptor's socket still has
   when its session closes it, to the program. */
static bool closing_is_done(const snet_socket *socket, uint64_t now)
{
    if (socket->events.waiting != 0) {
        return false;
    }
    return socket->session == NULL || socket->ended || socket->linger_until_ns <= now;
}

/* On the loop's thread. One with a bridge ends its session first. */
static void closing_reap(snet_socket *socket, uint64_t now)
{
    if (socket->bridge == NULL) {
        snet_backlog_free(socket->backlog);
        snet_socket_free(socket);
    } else if (!socket->ended) {
        snet_session_abort(socket->session, now);
    }
}

void snet_closing_look(snet_socket *socket, uint64_t now)
{
    SNET_ASSERT(socket->closed);
    if (socket->users > 0) {
        snet_loop_has_reaped(); /* the last to leave does it; an exit may wait for no more */
    } else if (closing_is_done(socket, now)) {
        closing_reap(socket, now);
        snet_loop_has_reaped();
    } else if (socket->linger_until_ns > now) {
        snet_loop_due_by(socket->linger_until_ns);
    }
}

/* Looks whether a descriptor was closed; `*ret_next_ns` is when to look again. */
static void closing_look_at_bridge(snet_socket *socket, uint64_t now, uint64_t *ret_next_ns)
{
    *ret_next_ns = SNET_NEVER;
    if (!socket->closed && socket->bridge != NULL &&
        snet_bridge_look(socket->bridge, now, ret_next_ns)) {
        socket->closed = true;
        socket->linger_until_ns = now + socket->linger_ns;
        *ret_next_ns = SNET_NEVER;
    }
}

void snet_closing_due(uint64_t now)
{
    struct snet_list *sockets = snet_loop_sockets();
    struct snet_list_node *node = snet_list_first(sockets);
    uint64_t next_ns = SNET_NEVER;
    while (node != NULL) {
        snet_socket *socket = SNET_CONTAINER(node, snet_socket, node);
        uint64_t look_ns = SNET_NEVER;
        node = snet_list_next(sockets, node);
        closing_look_at_bridge(socket, now, &look_ns);
        next_ns = look_ns < next_ns ? look_ns : next_ns;
        if (socket->closed && socket->users == 0 && closing_is_done(socket, now)) {
            closing_reap(socket, now);
        } else if (socket->closed && socket->linger_until_ns > now &&
                   socket->linger_until_ns < next_ns) {
            next_ns = socket->linger_until_ns;
        }
    }
    if (next_ns != SNET_NEVER) {
        snet_loop_due_by(next_ns);
    }
}

/* --- Lingering ------------------------------------------------------------------------------- */

/* Its direction ends, and it has some time to deliver that. */
static void closing_linger(snet_socket *socket)
{
    if (socket->linger_until_ns != 0) {
        return;
    }
    if (socket->bridge != NULL) {
        snet_bridge_shut(socket->bridge);
    } else if (socket->session != NULL) {
        snet_session_shutdown(socket->session, snet_loop_now());
        snet_loop_used(socket->session);
    }
    socket->linger_until_ns = snet_loop_now() + socket->linger_ns;
}

static void closing_listener_job(void *arg)
{
    snet_socket *socket = arg;
    socket->users--;
    snet_backlog_close(socket->backlog, snet_closing_drop);
    snet_closing_look(socket, snet_loop_now());
}

/* It is closed and nobody is inside of it. Only a listener's end is waited for, so that its address
   is free when snet_close returns: a hook may keep the loop's thread for a while. */
static void closing_release(snet_socket *socket)
{
    closing_linger(socket);
    if (socket->backlog != NULL) {
        socket->users++; /* it stays until the job */
        snet_loop_do(closing_listener_job, socket);
    } else {
        snet_loop_due_by(socket->ended ? 0 : socket->linger_until_ns);
    }
}

void snet_closing_begin(snet_socket *socket)
{
    if (socket->closed) {
        return; /* the exit of the process may have come first */
    }
    socket->closed = true;
    snet_events_end(socket);
    snet_wait_close(&socket->wait);
    snet_wait_changed(&socket->wait);
    if (socket->users == 0) {
        closing_release(socket);
    }
}

void snet_closing_drop(snet_socket *socket)
{
    socket->linger_until_ns = 1; /* it has lingered */
    snet_closing_begin(socket);
}

void snet_closing_leave(snet_socket *socket)
{
    if (socket->closed && socket->users == 0) {
        closing_release(socket);
    }
}

/* --- All of them ----------------------------------------------------------------------------- */

size_t snet_closing_open_count(void)
{
    struct snet_list *sockets = snet_loop_sockets();
    size_t count = 0;
    for (struct snet_list_node *node = snet_list_first(sockets); node != NULL;
         node = snet_list_next(sockets, node)) {
        count += SNET_CONTAINER(node, snet_socket, node)->closed ? 0 : 1;
    }
    return count;
}

void snet_closing_all_for_good(void)
{
    struct snet_list *sockets = snet_loop_sockets();
    for (struct snet_list_node *node = snet_list_first(sockets); node != NULL;
         node = snet_list_next(sockets, node)) {
        snet_socket *socket = SNET_CONTAINER(node, snet_socket, node);
        if (!socket->closed) {
            socket->closed = true;
            snet_events_end(socket);
            socket->users++; /* other threads run on, and may use or close what they have */
            closing_linger(socket);
        }
    }
}

/* When the last of the closed ones that still have something to deliver is given up; 0: none. */
static uint64_t closing_last_ns(void)
{
    struct snet_list *sockets = snet_loop_sockets();
    const uint64_t now = snet_loop_now();
    uint64_t last_ns = 0;
    for (struct snet_list_node *node = snet_list_first(sockets); node != NULL;
         node = snet_list_next(sockets, node)) {
        const snet_socket *socket = SNET_CONTAINER(node, snet_socket, node);
        const bool over = socket->session == NULL || (socket->ended && socket->bridge == NULL);
        /* A thread that is inside lets it linger when it leaves. */
        const bool begins = socket->users > 0 && socket->linger_until_ns == 0;
        const uint64_t until_ns = begins ? now + socket->linger_ns : socket->linger_until_ns;
        if (socket->closed && !over && until_ns > last_ns) {
            last_ns = until_ns;
        }
    }
    return last_ns;
}

void snet_closing_wait(uint64_t until_ns)
{
    for (uint64_t last_ns = closing_last_ns(); last_ns > 0; last_ns = closing_last_ns()) {
        const uint64_t end_ns = last_ns < until_ns ? last_ns : until_ns;
        if (snet_loop_now() >= end_ns) {
            return;
        }
        snet_loop_wait_reaped(end_ns);
    }
}
