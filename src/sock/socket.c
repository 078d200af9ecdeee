/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/socket.h"

#include "base/assert.h"
#include "sock/acceptor.h"
#include "sock/bridge.h"
#include "sock/notify.h"
#include "sock/posix.h"

#include <errno.h>
#include <stdlib.h>

/* Closed sockets are looked at no more often. */
#define SOCKET_REAP_EVERY_NS (10 * SNET_MS_NS)

/* --- Life --------------------------------------------------------------------------------- */

static snet_socket *socket_new(const struct snet_socket_config *config)
{
    snet_socket *socket = calloc(1, sizeof *socket);
    if (socket == NULL || snet_wait_init(&socket->wait) != SNET_OK) {
        free(socket);
        return NULL;
    }
    socket->nonblocking = config->nonblocking;
    socket->fd_inherited = config->fd_inherited;
    socket->linger_ns = config->linger_ns;
    socket->on_event = config->on_event;
    socket->hook_user = config->user;
    return socket;
}

/* On the loop's thread: the session and what it has there go. */
static void socket_free_session(void *arg)
{
    snet_session_free(arg, uv_hrtime());
}

/* On the loop's thread. */
static void socket_free(snet_socket *socket)
{
    SNET_ASSERT(socket->users == 0);
    snet_list_remove(snet_loop_sockets(), &socket->node);
    if (socket->session != NULL) {
        snet_session_set_user(socket->session, NULL);
        socket_free_session(socket->session);
    }
    snet_wait_deinit(&socket->wait);
    free(socket);
}

snet_socket *snet_socket_of(snet_session *session, const struct snet_socket_config *config)
{
    snet_socket *socket = socket_new(config);
    if (socket != NULL) {
        socket->session = session;
        socket->opened = true;
        snet_session_set_user(session, socket);
    }
    return socket;
}

/* --- Events ------------------------------------------------------------------------------- */

void snet_socket_event(void *user, const struct snet_core_event *event)
{
    (void)user;
    snet_socket *socket = snet_session_user(event->session);
    snet_notify_log(event);
    if (socket == NULL && event->type == SNET_CORE_EVENT_OPENED) {
        snet_acceptor_offer(event);
        return;
    }
    if (socket == NULL) {
        if (event->type == SNET_CORE_EVENT_ENDED) {
            socket_free_session(event->session);
        }
        return;
    }
    if (event->type == SNET_CORE_EVENT_OPENED) {
        socket->opened = true;
    } else if (event->type == SNET_CORE_EVENT_ENDED) {
        socket->ended = true;
        socket->err = event->err;
    }
    snet_notify_of(socket, event);
    snet_wait_changed(&socket->wait);
    if (socket->bridge != NULL) {
        snet_bridge_event(socket->bridge, event);
    } else if (socket->closed) {
        snet_socket_settle(socket, uv_hrtime());
    }
}

/* --- Dialing ------------------------------------------------------------------------------ */

struct socket_dial {
    const char *address;
    struct snet_uv_connector connector;
    struct snet_client_config config;
    snet_socket *socket;
    snet_err err;
};

static void socket_dial_job(void *arg)
{
    struct socket_dial *dial = arg;
    snet_uv *driver = snet_loop_driver();
    snet_session **ret_session = &dial->socket->session;
    dial->err = dial->connector.connect == NULL
                    ? snet_uv_connect(driver, dial->address, &dial->config, ret_session)
                    : snet_uv_connect_by(driver, &dial->connector, &dial->config, ret_session);
    if (dial->err == SNET_OK) {
        snet_session_set_user(dial->socket->session, dial->socket);
        snet_list_push(snet_loop_sockets(), &dial->socket->node);
    }
}

/* Its dial has failed: the program does not get this socket, and nothing is told of it. */
static void socket_drop(snet_socket *socket)
{
    socket->closed = true;
    socket->muted = true;
    socket->linger_until_ns = 1; /* there is nothing to deliver */
    snet_socket_release(socket);
}

/* Waits until the session is up, or cannot come up any more. */
static snet_err socket_await_opened(snet_socket *socket)
{
    while (!socket->opened && !socket->ended) {
        (void)snet_wait_for(&socket->wait, socket->session, SNET_NEVER);
    }
    socket->dialing = false;
    if (socket->closed) {
        return SNET_ERR_ABORTED; /* by its hook, which was told that it is up */
    }
    /* One that was up has bytes, or the code of a refusal, to tell. */
    return socket->opened ? SNET_OK : socket->err;
}

static snet_err socket_dial(struct socket_dial *dial)
{
    snet_socket *socket = dial->socket;
    snet_loop_lock();
    socket->users++; /* it stays until here, whatever happens to its session */
    socket->dialing = !socket->nonblocking;
    snet_loop_do(socket_dial_job, dial);
    if (dial->err == SNET_OK && socket->dialing) {
        dial->err = socket_await_opened(socket);
    }
    socket->users--;
    if (dial->err != SNET_OK) {
        socket_drop(socket);
    }
    snet_loop_unlock();
    return dial->err;
}

snet_socket *snet_dial(const char *address, const struct snet_socket_config *config,
                       snet_err *ret_err)
{
    struct snet_socket_config own;
    struct socket_dial dial = {.address = address};
    snet_err err = snet_socket_config_take(config, false, &own);
    if (err == SNET_OK) {
        err = snet_loop_start();
    }
    if (err == SNET_OK && !own.nonblocking && snet_loop_is_here()) {
        err = SNET_ERR_STATE; /* it would wait for itself */
    }
    if (err == SNET_OK) {
        dial.socket = socket_new(&own);
        err = dial.socket == NULL ? SNET_ERR_NO_MEMORY : SNET_OK;
    }
    if (err == SNET_OK) {
        dial.config = (struct snet_client_config){
            .session = own.session,
            .wire = (enum snet_wire)own.wires,
            .connect_timeout_ns = own.connect_timeout_ns,
            .keys = own.client_keys,
            .suite = own.suite,
            .service = own.service,
            .early_data = own.early_data,
        };
        dial.connector = (struct snet_uv_connector){own.connect, own.user};
        err = socket_dial(&dial);
    }
    if (ret_err != NULL) {
        *ret_err = err;
    }
    errno = snet_posix_of(err);
    return err == SNET_OK ? dial.socket : NULL;
}

/* --- The end ------------------------------------------------------------------------------ */

/* Nothing is owed to the other end any more. */
static bool socket_done(const snet_socket *socket, uint64_t now)
{
    return socket->ended || socket->linger_until_ns <= now;
}

/* A closed socket whose time is over; one with a bridge ends its session first. */
static void socket_reap(snet_socket *socket, uint64_t now)
{
    if (socket->bridge == NULL) {
        socket_free(socket);
    } else if (!socket->ended) {
        snet_session_abort(socket->session, now);
    }
}

/* Looks whether a descriptor was closed; `*ret_next_ns` is when to look again. */
static void socket_look(snet_socket *socket, uint64_t now, uint64_t *ret_next_ns)
{
    *ret_next_ns = SNET_NEVER;
    if (!socket->closed && socket->bridge != NULL &&
        snet_bridge_look(socket->bridge, now, ret_next_ns)) {
        socket->closed = true;
        socket->linger_until_ns = now + socket->linger_ns;
        *ret_next_ns = SNET_NEVER;
    }
}

void snet_socket_reap(uint64_t now)
{
    struct snet_list *sockets = snet_loop_sockets();
    struct snet_list_node *node = snet_list_first(sockets);
    uint64_t next_ns = SNET_NEVER;
    while (node != NULL) {
        snet_socket *socket = SNET_CONTAINER(node, snet_socket, node);
        uint64_t look_ns = SNET_NEVER;
        node = snet_list_next(sockets, node);
        socket_look(socket, now, &look_ns);
        next_ns = look_ns < next_ns ? look_ns : next_ns;
        if (socket->closed && socket->users == 0 && socket_done(socket, now)) {
            socket_reap(socket, now);
        } else if (socket->closed && socket->linger_until_ns < next_ns) {
            next_ns = socket->linger_until_ns;
        }
    }
    const uint64_t soonest_ns = now + SOCKET_REAP_EVERY_NS; /* one walk for many */
    snet_loop_reap_at(next_ns < soonest_ns ? soonest_ns : next_ns);
}

void snet_socket_settle(snet_socket *socket, uint64_t now)
{
    SNET_ASSERT(socket->closed);
    if (socket->users > 0) {
        snet_loop_reaped(); /* who leaves last sees to it; an exit may wait for no more than this */
    } else if (socket_done(socket, now)) {
        socket_reap(socket, now);
        snet_loop_reaped();
    } else {
        snet_loop_reap_by(socket->linger_until_ns);
    }
}

void snet_socket_linger(snet_socket *socket)
{
    if (socket->linger_until_ns == 0) {
        if (socket->bridge != NULL) {
            snet_bridge_shut(socket->bridge);
        } else {
            snet_session_shutdown(socket->session, uv_hrtime());
            snet_loop_used(socket->session);
        }
        socket->linger_until_ns = uv_hrtime() + socket->linger_ns;
    }
}

static void socket_settle_job(void *arg)
{
    snet_socket *socket = arg;
    socket->users--;
    snet_socket_settle(socket, uv_hrtime());
}

void snet_socket_release(snet_socket *socket)
{
    SNET_ASSERT(socket->closed);
    if (socket->users > 0) {
        snet_wait_changed(&socket->wait);
        return; /* who leaves last comes here again */
    }
    snet_socket_linger(socket);
    socket->users++; /* it stays until the job */
    snet_loop_do(socket_settle_job, socket);
}

void snet_close(snet_socket *socket)
{
    snet_socket_close(socket);
}

void snet_socket_close(snet_socket *socket)
{
    if (socket == NULL) {
        return;
    }
    snet_loop_lock();
    if (!socket->closed) { /* the exit of the process may have come first */
        socket->closed = true;
        socket->muted = true;
        snet_socket_release(socket);
    }
    snet_loop_unlock();
}

/* One that nobody has closed and nobody is inside of; NULL when there is none. */
static snet_socket *socket_first_open(void)
{
    struct snet_list *sockets = snet_loop_sockets();
    struct snet_list_node *node = snet_list_first(sockets);
    for (; node != NULL; node = snet_list_next(sockets, node)) {
        snet_socket *socket = SNET_CONTAINER(node, snet_socket, node);
        if (!socket->closed && socket->users == 0) {
            return socket;
        }
    }
    return NULL;
}

/* When the last of the closed ones that still have something to deliver is given up. */
static uint64_t socket_last_ns(void)
{
    struct snet_list *sockets = snet_loop_sockets();
    struct snet_list_node *node = snet_list_first(sockets);
    uint64_t last_ns = 0;
    for (; node != NULL; node = snet_list_next(sockets, node)) {
        const snet_socket *socket = SNET_CONTAINER(node, snet_socket, node);
        const bool over = socket->ended && socket->bridge == NULL;
        if (socket->closed && !over && socket->linger_until_ns > last_ns) {
            last_ns = socket->linger_until_ns;
        }
    }
    return last_ns;
}

void snet_socket_at_exit(void)
{
    if (!snet_loop_is_own() || snet_loop_is_here()) {
        return; /* a child has no thread to wait for, and that thread would wait for itself */
    }
    snet_loop_lock();
    for (snet_socket *socket = socket_first_open(); socket != NULL; socket = socket_first_open()) {
        socket->closed = true;
        socket->muted = true;
        socket->users++; /* for good: other threads run on, and may use or close what they have */
        snet_socket_linger(socket);
    }
    for (uint64_t until_ns = socket_last_ns(); uv_hrtime() < until_ns;
         until_ns = socket_last_ns()) {
        snet_loop_wait_reaped(until_ns);
    }
    snet_loop_unlock();
}
