/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/acceptor.h"

#include "base/list.h"
#include "sock/loop.h"
#include "sock/notify.h"
#include "sock/posix.h"
#include "sock/socket.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct snet_acceptor {
    struct snet_list_node node;
    struct snet_socket_config config;
    snet_uv_server *server;
    struct snet_list waiting; /* sockets */
    uv_cond_t changed;
    unsigned users;
    bool closed;
};

/* What the program says to a new session: 0, or the code to refuse it with. */
static uint16_t acceptor_ask(const struct snet_socket_config *config, const snet_session *session)
{
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
    struct snet_session_info info;
    struct snet_key key;
    if (config->on_accept == NULL) {
        return 0;
    }
    snet_session_get_info(session, &info);
    snet_uv_session_peer(session, address, sizeof address);
    const struct snet_socket_client client = {
        .id = info.id,
        .address = address,
        .key = snet_session_peer_key(session, &key) ? &key : NULL,
        .service = snet_session_service(session),
    };
    const uint16_t code = config->on_accept(config->user, &client);
    return code > 0 && code < SNET_CODE_APPLICATION ? SNET_CODE_APPLICATION : code;
}

void snet_acceptor_offer(const struct snet_core_event *event)
{
    struct snet_list *acceptors = snet_loop_acceptors();
    struct snet_list_node *node = snet_list_first(acceptors);
    for (; node != NULL; node = snet_list_next(acceptors, node)) {
        snet_acceptor *acceptor = SNET_CONTAINER(node, snet_acceptor, node);
        if (snet_uv_server_core(acceptor->server) != event->server) {
            continue;
        }
        const uint16_t code = acceptor_ask(&acceptor->config, event->session);
        if (code != 0) {
            snet_notify_refused(event, code);
            snet_session_abort_with(event->session, code, NULL, uv_hrtime());
            return;
        }
        snet_socket *socket = acceptor->waiting.count < SNET_SOCKET_BACKLOG_MAX
                                  ? snet_socket_of(event->session, &acceptor->config)
                                  : NULL;
        if (socket != NULL) {
            snet_list_push(&acceptor->waiting, &socket->node);
            uv_cond_signal(&acceptor->changed);
            return;
        }
    }
    snet_session_abort(event->session, uv_hrtime());
}

struct acceptor_listen {
    const char *address; /* or NULL */
    int fd;
    snet_acceptor *acceptor;
    snet_err err;
    int os_err;
};

static void acceptor_listen_job(void *arg)
{
    struct acceptor_listen *listen = arg;
    const struct snet_socket_config *own = &listen->acceptor->config;
    const struct snet_server_config config = {
        .session = own->session,
        .keys = own->server_keys,
        .wires = own->wires,
    };
    snet_uv *driver = snet_loop_driver();
    snet_uv_server **ret_server = &listen->acceptor->server;
    listen->err = listen->address != NULL
                      ? snet_uv_serve(driver, listen->address, &config, ret_server, &listen->os_err)
                      : snet_uv_serve_fd(driver, listen->fd, &config, ret_server, &listen->os_err);
    if (listen->err == SNET_OK) {
        snet_list_push(snet_loop_acceptors(), &listen->acceptor->node);
    }
}

static snet_err acceptor_new(const struct snet_socket_config *config, snet_acceptor **ret_acceptor)
{
    struct snet_socket_config own;
    snet_err err = snet_socket_config_take(config, true, &own);
    if (err == SNET_OK) {
        err = snet_loop_start();
    }
    if (err != SNET_OK) {
        return err;
    }
    snet_acceptor *acceptor = calloc(1, sizeof *acceptor);
    if (acceptor == NULL || uv_cond_init(&acceptor->changed) != 0) {
        free(acceptor);
        return SNET_ERR_NO_MEMORY;
    }
    acceptor->config = own;
    snet_list_init(&acceptor->waiting);
    *ret_acceptor = acceptor;
    return SNET_OK;
}

static void acceptor_free(snet_acceptor *acceptor)
{
    uv_cond_destroy(&acceptor->changed);
    free(acceptor);
}

static snet_acceptor *acceptor_listen(struct acceptor_listen *listen,
                                      const struct snet_socket_config *config, snet_err *ret_err)
{
    listen->err = acceptor_new(config, &listen->acceptor);
    if (listen->err == SNET_OK) {
        snet_loop_lock();
        snet_loop_do(acceptor_listen_job, listen);
        snet_loop_unlock();
        if (listen->err != SNET_OK) {
            acceptor_free(listen->acceptor);
        }
    } else if (listen->address == NULL) {
        (void)close(listen->fd);
    }
    if (ret_err != NULL) {
        *ret_err = listen->err;
    }
    errno = listen->os_err < 0 ? -listen->os_err : snet_posix_of(listen->err);
    return listen->err == SNET_OK ? listen->acceptor : NULL;
}

snet_acceptor *snet_listen(const char *address, const struct snet_socket_config *config,
                           snet_err *ret_err)
{
    struct acceptor_listen listen = {.address = address == NULL ? "" : address};
    return acceptor_listen(&listen, config, ret_err);
}

snet_acceptor *snet_listen_fd(int fd, const struct snet_socket_config *config, snet_err *ret_err)
{
    struct acceptor_listen listen = {.fd = fd};
    return acceptor_listen(&listen, config, ret_err);
}

void snet_acceptor_drain(snet_acceptor *acceptor)
{
    snet_loop_lock();
    if (!acceptor->closed) { /* its server goes first */
        snet_uv_server_drain(acceptor->server);
    }
    snet_loop_unlock();
}

const char *snet_acceptor_address(const snet_acceptor *acceptor)
{
    return snet_uv_server_address(acceptor->server);
}

/* The last one out of a closed acceptor frees it. */
static void acceptor_leave(snet_acceptor *acceptor)
{
    acceptor->users--;
    if (acceptor->closed && acceptor->users == 0) {
        acceptor_free(acceptor);
    }
}

/* The one that waits longest joins the sockets that are the program's. */
static snet_socket *acceptor_take(snet_acceptor *acceptor)
{
    struct snet_list_node *node = snet_list_first(&acceptor->waiting);
    snet_list_remove(&acceptor->waiting, node);
    snet_list_push(snet_loop_sockets(), node);
    return SNET_CONTAINER(node, snet_socket, node);
}

snet_socket *snet_accept(snet_acceptor *acceptor)
{
    snet_loop_lock();
    acceptor->users++;
    const bool waits = !acceptor->config.nonblocking && !snet_loop_is_here();
    while (acceptor->waiting.count == 0 && !acceptor->closed && waits) {
        snet_loop_wait(&acceptor->changed, SNET_NEVER);
    }
    snet_socket *socket = NULL;
    const int number = acceptor->closed ? EBADF : acceptor->config.nonblocking ? EAGAIN : EDEADLK;
    if (!acceptor->closed && acceptor->waiting.count > 0) {
        socket = acceptor_take(acceptor);
    }
    acceptor_leave(acceptor);
    snet_loop_unlock();
    if (socket == NULL) {
        errno = number;
    }
    return socket;
}

/* On the loop's thread. */
static void acceptor_close_job(void *arg)
{
    snet_acceptor *acceptor = arg;
    snet_list_remove(snet_loop_acceptors(), &acceptor->node);
    snet_uv_server_close(acceptor->server);
    while (acceptor->waiting.count > 0) {
        snet_socket *socket = acceptor_take(acceptor);
        socket->closed = true;
        socket->linger_until_ns = 0; /* nobody has read from it, nobody will */
    }
    snet_socket_reap(uv_hrtime());
}

void snet_acceptor_close(snet_acceptor *acceptor)
{
    if (acceptor == NULL) {
        return;
    }
    snet_loop_lock();
    acceptor->users++;
    acceptor->closed = true;
    snet_loop_do(acceptor_close_job, acceptor);
    uv_cond_broadcast(&acceptor->changed);
    acceptor_leave(acceptor);
    snet_loop_unlock();
}
