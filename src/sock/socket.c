/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/socket.h"

#include "base/assert.h"

#include <stdlib.h>

snet_socket *snet_socket_new(const struct snet_config *config)
{
    snet_socket *socket = calloc(1, sizeof *socket);
    if (socket == NULL || snet_wait_init(&socket->wait) != SNET_OK) {
        free(socket);
        return NULL;
    }
    socket->nonblocking = config->nonblocking != 0;
    socket->fd_inherited = config->fd_inherited != 0;
    socket->linger_ns = config->linger_ns;
    socket->hook_user = config->user;
    socket->user = config->user;
    return socket;
}

void snet_socket_free(snet_socket *socket)
{
    SNET_ASSERT(socket->users == 0);
    SNET_ASSERT(socket->events.waiting == 0);
    snet_list_remove(snet_loop_sockets(), &socket->node);
    if (socket->session != NULL) {
        snet_session_set_user(socket->session, NULL);
        snet_session_free(socket->session, snet_loop_now());
    }
    snet_wait_close(&socket->wait);
    snet_wait_deinit(&socket->wait);
    free(socket);
}

snet_socket *snet_socket_of(const snet_session *session)
{
    return snet_session_user(session);
}

void snet_socket_take(snet_socket *socket, snet_session *session)
{
    SNET_ASSERT(socket->session == NULL);
    socket->session = session;
    snet_session_set_user(session, socket);
}

bool snet_socket_can_read(const snet_socket *socket)
{
    struct snet_span span;
    size_t count = 0;
    return snet_session_peek(socket->session, &span, 1, &count) != SNET_ERR_AGAIN;
}

bool snet_socket_can_write(const snet_socket *socket)
{
    const bool can = socket->ended || snet_session_room(socket->session) > 0;
    if (!can) {
        snet_session_await_room(socket->session);
    }
    return can;
}
