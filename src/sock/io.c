/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/loop.h"
#include "sock/posix.h"
#include "sock/socket.h"

#include <errno.h>

/* --- Calls -------------------------------------------------------------------------------- */

/* One call of a program: until when it may wait. */
struct io_call {
    snet_socket *socket;
    uint64_t until_ns;
};

static struct io_call io_enter(snet_socket *socket)
{
    snet_loop_lock();
    socket->users++;
    return (struct io_call){
        .socket = socket,
        .until_ns = socket->wait_ns == 0 ? SNET_NEVER : uv_hrtime() + socket->wait_ns,
    };
}

static void io_leave(struct io_call *call)
{
    snet_socket *socket = call->socket;
    socket->users--;
    if (socket->closed && socket->users == 0) {
        snet_socket_release(socket);
    }
    snet_loop_unlock();
}

/* Waits for a change: 0, or what errno says. */
static int io_wait(struct io_call *call)
{
    snet_socket *socket = call->socket;
    if (socket->closed) {
        return EBADF;
    }
    if (socket->nonblocking) {
        return EAGAIN;
    }
    if (!snet_loop_wait(&socket->changed, call->until_ns)) {
        return ETIMEDOUT;
    }
    return socket->closed ? EBADF : 0;
}

/* What a call that failed by `number` returns. */
static ssize_t io_result(size_t done, int number)
{
    if (number != 0 && done == 0) {
        errno = number;
        return -1;
    }
    return (ssize_t)done;
}

/* --- Reading ------------------------------------------------------------------------------ */

ssize_t snet_read(snet_socket *socket, void *ret_data, size_t len)
{
    struct io_call call = io_enter(socket);
    size_t got = 0;
    int number = socket->closed ? EBADF : 0;
    bool more = len > 0;
    while (more && number == 0) {
        const snet_err err = snet_session_read(socket->session, ret_data, len, &got, uv_hrtime());
        more = err == SNET_ERR_AGAIN;
        if (err == SNET_OK) {
            snet_loop_used(socket->session);
        } else if (more) {
            number = io_wait(&call);
        } else if (err != SNET_ERR_CLOSED) {
            number = snet_posix_of(err);
        }
    }
    const ssize_t result = io_result(got, number);
    io_leave(&call);
    return result;
}

/* --- Writing ------------------------------------------------------------------------------ */

ssize_t snet_write(snet_socket *socket, const void *data, size_t len)
{
    struct io_call call = io_enter(socket);
    size_t done = 0;
    int number = socket->closed ? EBADF : 0;
    while (done < len && number == 0) {
        size_t part = 0;
        const snet_err err = snet_session_write(socket->session, (const uint8_t *)data + done,
                                                len - done, &part, uv_hrtime());
        if (err == SNET_OK) {
            done += part;
            snet_loop_used(socket->session);
        } else if (err != SNET_ERR_AGAIN) {
            number = EPIPE;
        } else if (done == 0 || !socket->nonblocking) {
            number = io_wait(&call);
        } else {
            break;
        }
    }
    const ssize_t result = io_result(done, number);
    io_leave(&call);
    return result;
}

int snet_shutdown(snet_socket *socket)
{
    struct io_call call = io_enter(socket);
    const int number = socket->closed ? EBADF : 0;
    if (number == 0) {
        snet_session_shutdown(socket->session, uv_hrtime());
        snet_loop_used(socket->session);
    }
    const int result = (int)io_result(0, number);
    io_leave(&call);
    return result;
}

int snet_flush(snet_socket *socket)
{
    struct io_call call = io_enter(socket);
    int number = socket->closed ? EBADF : 0;
    snet_err err = SNET_ERR_AGAIN;
    while (number == 0 && err == SNET_ERR_AGAIN) {
        err = snet_session_flush(socket->session);
        if (err == SNET_ERR_AGAIN) {
            number = io_wait(&call);
        } else if (err != SNET_OK) {
            number = EPIPE;
        }
    }
    const int result = (int)io_result(0, number);
    io_leave(&call);
    return result;
}

/* --- Asking ------------------------------------------------------------------------------- */

uint64_t snet_unacked(snet_socket *socket)
{
    struct snet_session_info info;
    snet_socket_info(socket, &info);
    return info.unacked;
}

void snet_socket_info(snet_socket *socket, struct snet_session_info *ret_info)
{
    struct io_call call = io_enter(socket);
    snet_session_info(socket->session, ret_info);
    io_leave(&call);
}

snet_err snet_socket_error(snet_socket *socket)
{
    struct io_call call = io_enter(socket);
    const snet_err err = socket->err;
    io_leave(&call);
    return err;
}

void snet_socket_set_timeout(snet_socket *socket, uint64_t wait_ns)
{
    struct io_call call = io_enter(socket);
    socket->wait_ns = wait_ns;
    io_leave(&call);
}

static void io_network_changed_job(void *arg)
{
    (void)arg;
    snet_uv_network_changed(snet_loop_driver());
}

void snet_network_changed(void)
{
    if (snet_loop_start() == SNET_OK) {
        snet_loop_lock();
        snet_loop_do(io_network_changed_job, NULL);
        snet_loop_unlock();
    }
}
