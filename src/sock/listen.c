/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Listening and accepting, as <snet/socket.h> has them.
 */
#include "sock/apply.h"
#include "sock/backlog.h"
#include "sock/call.h"
#include "sock/config.h"
#include "sock/events.h"
#include "sock/fail.h"
#include "sock/library.h"
#include "sock/notify.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#define LISTEN_SUBJECT_BYTES 400u

struct listen {
    const char *address; /* NULL: `fd` */
    int fd;
    struct snet_config config;
    struct snet_server_config server;
    snet_socket *socket;
    snet_err err;
    int os_err; /* of libuv */
};

/* On the loop's thread. The descriptor belongs to the driver from here on. */
static void listen_job(void *arg)
{
    struct listen *listen = arg;
    snet_uv *driver = snet_loop_driver();
    snet_uv_server **ret_server = &listen->socket->backlog->server;
    listen->err =
        listen->address != NULL
            ? snet_uv_serve(driver, listen->address, &listen->server, ret_server, &listen->os_err)
            : snet_uv_serve_fd(driver, listen->fd, &listen->server, ret_server, &listen->os_err);
    listen->fd = -1;
    if (listen->err == SNET_OK) {
        snet_list_push(snet_loop_sockets(), &listen->socket->node);
        snet_list_push(snet_loop_backlogs(), &listen->socket->backlog->node);
        snet_events_begin(listen->socket, &listen->config);
    }
}

/* A listener without a server. Errors: NO_MEMORY. */
static snet_err listen_new(struct listen *listen)
{
    listen->config.address = listen->address; /* the one that counts; NULL: of a descriptor */
    listen->socket = snet_socket_new(&listen->config);
    if (listen->socket == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    listen->socket->backlog = snet_backlog_new(listen->socket, &listen->config);
    if (listen->socket->backlog == NULL) {
        snet_socket_free(listen->socket);
        return SNET_ERR_NO_MEMORY;
    }
    return SNET_OK;
}

static snet_socket *listen_run(struct listen *listen, const struct snet_config *config,
                               struct snet_error *ret_error)
{
    char subject[LISTEN_SUBJECT_BYTES];
    struct snet_error error;
    if (snet_config_take(config, SNET_USE_LISTEN, &listen->config, &error) != SNET_OK) {
        snet_fail_errno(&error);
        if (ret_error != NULL) {
            *ret_error = error;
        }
        return NULL;
    }
    if (listen->fd < 0) {
        listen->address = listen->address == NULL ? listen->config.address : listen->address;
        listen->err = listen->address == NULL ? SNET_ERR_ADDRESS : SNET_OK;
    }
    snet_apply_own_server(&listen->config, &listen->server);
    if (listen->err == SNET_OK) {
        listen->err = snet_library_start();
    }
    if (listen->err == SNET_OK) {
        listen->err = listen_new(listen);
    }
    if (listen->err == SNET_OK) {
        snet_loop_lock();
        snet_loop_do(listen_job, listen);
        if (listen->err != SNET_OK) {
            snet_backlog_free(listen->socket->backlog);
            snet_socket_free(listen->socket);
        }
        snet_loop_unlock();
    }
    if (listen->err != SNET_OK) {
        (void)snprintf(subject, sizeof subject, "listening on %s",
                       listen->address == NULL ? "the socket" : listen->address);
        snet_fail(ret_error, listen->err, -listen->os_err, subject);
        return NULL;
    }
    return listen->socket;
}

snet_socket *snet_listen(const char *address, const struct snet_config *config,
                         struct snet_error *ret_error)
{
    return listen_run(&(struct listen){.address = address, .fd = -1}, config, ret_error);
}

snet_socket *snet_listen_fd(int fd, const struct snet_config *config, struct snet_error *ret_error)
{
    struct listen listen = {.fd = fd};
    if (fd < 0) {
        snet_fail(ret_error, SNET_ERR_INVALID, EBADF, "listening on the socket");
        return NULL;
    }
    snet_socket *socket = listen_run(&listen, config, ret_error);
    if (listen.fd >= 0) {
        const int number = errno;
        (void)close(listen.fd);
        errno = number;
    }
    return socket;
}

snet_socket *snet_accept(snet_socket *listener)
{
    struct snet_call call;
    int number = snet_call_enter(&call, listener, SNET_CALL_READ, SNET_CALL_LISTENER);
    if (number != 0) {
        errno = number;
        return NULL;
    }
    snet_socket *socket = snet_backlog_take(listener->backlog);
    while (socket == NULL && number == 0) {
        number = snet_call_wait(&call, listener->nonblocking);
        socket = number == 0 ? snet_backlog_take(listener->backlog) : NULL;
    }
    if (socket != NULL) {
        /* The queue of the config may have been freed; then the listener has none either. */
        listener->backlog->config.events = listener->events.queue;
        snet_notify_accepted(socket, &listener->backlog->config);
    } else if (number == EAGAIN) {
        snet_events_arm(listener, SNET_EVENT_ACCEPTABLE);
    }
    snet_call_leave(&call);
    if (socket == NULL) {
        errno = number;
    }
    return socket;
}

int snet_socket_drain(snet_socket *listener)
{
    struct snet_call call;
    const int number = snet_call_enter(&call, listener, SNET_CALL_READ, SNET_CALL_LISTENER);
    if (number == 0) {
        listener->draining = true;
        snet_uv_server_drain(listener->backlog->server);
        snet_call_leave(&call);
    }
    return (int)snet_call_result(0, number);
}
