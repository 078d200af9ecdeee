/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Real descriptors, as <snet/socket.h> promises them; sock/bridge.h does the work.
 */
#include "sock/bridge.h"
#include "sock/call.h"
#include "sock/closing.h"
#include "sock/events.h"
#include "sock/fail.h"
#include "sock/fork_guard.h"

#include <errno.h>

struct fd_open {
    snet_socket *socket;
    int fd;
    int number; /* of errno */
};

/* On the loop's thread. */
static void fd_open_job(void *arg)
{
    struct fd_open *open = arg;
    if (!open->socket->closed) { /* by another thread, on the way here */
        open->number = snet_bridge_open(open->socket, snet_closing_look, &open->fd);
    }
}

int snet_socket_to_fd(snet_socket *socket)
{
    struct snet_call call;
    struct fd_open open = {.socket = socket, .fd = -1, .number = EBADF};
    const int number = snet_call_enter(&call, socket, SNET_CALL_READ, SNET_CALL_SESSION);
    if (number != 0) {
        return (int)snet_call_result(0, number);
    }
    if (socket->bridge == NULL) {
        snet_loop_do(fd_open_job, &open);
    }
    snet_call_leave(&call);
    if (open.fd < 0) {
        errno = open.number;
    }
    return open.fd;
}

/* A descriptor for a socket that nobody else knows of. */
static int fd_of_new(snet_socket *socket)
{
    const int fd = snet_socket_to_fd(socket);
    if (fd < 0) {
        const int number = errno;
        (void)snet_close(socket);
        errno = number;
    }
    return fd;
}

int snet_dial_fd(const char *address, const struct snet_config *config,
                 struct snet_error *ret_error)
{
    snet_socket *socket = snet_dial(address, config, ret_error);
    if (socket == NULL) {
        return -1;
    }
    const int fd = fd_of_new(socket);
    if (fd < 0) {
        const int number = errno;
        snet_fail(ret_error, number == ENOMEM ? SNET_ERR_NO_MEMORY : SNET_ERR_OS, number,
                  "making a descriptor");
    }
    return fd;
}

int snet_accept_fd(snet_socket *listener)
{
    snet_socket *socket = snet_accept(listener);
    return socket == NULL ? -1 : fd_of_new(socket);
}

snet_err snet_fd_error(int fd)
{
    struct stat descriptor;
    if (snet_fork_guard_is_child()) {
        return SNET_ERR_FORKED;
    }
    if (fstat(fd, &descriptor) != 0) {
        return SNET_ERR_INVALID;
    }
    snet_loop_lock();
    const snet_err err = snet_loop_runs() ? snet_bridge_reason(&descriptor) : SNET_ERR_INVALID;
    snet_loop_unlock();
    return err;
}
