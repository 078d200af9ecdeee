/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Real descriptors, as <snet/socket.h> promises them; sock/bridge.h does the work.
 */
#include "sock/bridge.h"
#include "sock/loop.h"
#include "sock/socket.h"

#include <errno.h>

struct fd_open {
    snet_socket *socket;
    int fd;
    int number; /* of errno */
};

static void fd_open_job(void *arg)
{
    struct fd_open *open = arg;
    if (!open->socket->closed) { /* by another thread, on the way here */
        open->number = snet_bridge_open(open->socket, &open->fd);
    }
}

int snet_socket_fd(snet_socket *socket)
{
    struct fd_open open = {.socket = socket, .fd = -1, .number = EBADF};
    snet_loop_lock();
    if (!socket->closed && socket->bridge == NULL) {
        socket->users++; /* stays until here even if the session ends */
        snet_loop_do(fd_open_job, &open);
        socket->users--;
        if (socket->closed && socket->users == 0) {
            snet_socket_release(socket);
        }
    }
    snet_loop_unlock();
    if (open.fd < 0) {
        errno = open.number;
    }
    return open.fd;
}

/* A descriptor for a socket that nobody else knows of. */
static int fd_of_new(snet_socket *socket)
{
    if (socket == NULL) {
        return -1;
    }
    const int fd = snet_socket_fd(socket);
    if (fd < 0) {
        const int number = errno;
        snet_socket_close(socket);
        errno = number;
    }
    return fd;
}

int snet_dial_fd(const char *address, const struct snet_socket_config *config, snet_err *ret_err)
{
    snet_socket *socket = snet_dial(address, config, ret_err);
    const int fd = fd_of_new(socket);
    if (socket != NULL && fd < 0 && ret_err != NULL) {
        *ret_err = errno == ENOMEM ? SNET_ERR_NO_MEMORY : SNET_ERR_OS;
    }
    return fd;
}

int snet_accept_fd(snet_acceptor *acceptor)
{
    return fd_of_new(snet_accept(acceptor));
}

snet_err snet_fd_error(int fd)
{
    struct stat descriptor;
    if (fstat(fd, &descriptor) != 0 || snet_loop_start() != SNET_OK) {
        return SNET_ERR_INVALID;
    }
    snet_loop_lock();
    const snet_err err = snet_bridge_reason(&descriptor);
    snet_loop_unlock();
    return err;
}
