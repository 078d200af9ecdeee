/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/loop.h"
#include "sock/posix.h"
#include "sock/socket.h"

#include <errno.h>
#include <stdio.h>

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
    snet_loop_used(socket->session); /* what waits to go out goes before this thread waits */
    if (socket->nonblocking) {
        return EAGAIN;
    }
    if (snet_loop_is_here()) {
        return EDEADLK; /* a hook: nobody else could end the wait */
    }
    if (!snet_wait_for(&socket->wait, socket->session, call->until_ns)) {
        return ETIMEDOUT;
    }
    return socket->closed ? EBADF : 0;
}

/* What a call that failed by `number` returns; after io_leave, which may send and change errno. */
static ssize_t io_result(size_t done, int number)
{
    if (number != 0 && done == 0) {
        errno = number;
        return -1;
    }
    return (ssize_t)done;
}

/* --- Reading ------------------------------------------------------------------------------ */

/* Into several buffers, one after the other; waits only as long as there is nothing. */
static size_t io_read_some(snet_socket *socket, const struct iovec *buffers, int count,
                           snet_err *ret_err)
{
    size_t done = 0;
    *ret_err = SNET_OK;
    for (int i = 0; i < count && *ret_err == SNET_OK; i++) {
        size_t filled = 0;
        while (filled < buffers[i].iov_len && *ret_err == SNET_OK) {
            size_t part = 0;
            *ret_err = snet_session_read(socket->session, (uint8_t *)buffers[i].iov_base + filled,
                                         buffers[i].iov_len - filled, &part, uv_hrtime());
            filled += part;
        }
        done += filled;
    }
    return done;
}

ssize_t snet_readv(snet_socket *socket, const struct iovec *buffers, int count)
{
    struct io_call call = io_enter(socket);
    size_t got = 0;
    int number = socket->closed ? EBADF : 0;
    bool more = number == 0;
    while (more && number == 0) {
        snet_err err = SNET_OK;
        got = io_read_some(socket, buffers, count, &err);
        more = got == 0 && err == SNET_ERR_AGAIN;
        if (got > 0) {
            snet_loop_used(socket->session);
        } else if (more) {
            number = io_wait(&call);
        } else if (err != SNET_OK && err != SNET_ERR_CLOSED) {
            number = snet_posix_of(err);
        }
    }
    io_leave(&call);
    return io_result(got, number);
}

ssize_t snet_read(snet_socket *socket, void *ret_data, size_t len)
{
    return snet_readv(socket, &(struct iovec){ret_data, len}, 1);
}

/* --- Writing ------------------------------------------------------------------------------ */

/* One buffer; `*done` counts what was taken of all. */
static int io_write_one(struct io_call *call, const struct iovec *buffer, size_t *done)
{
    snet_socket *socket = call->socket;
    size_t taken = 0;
    int number = 0;
    while (taken < buffer->iov_len && number == 0) {
        size_t part = 0;
        const snet_err err =
            snet_session_write(socket->session, (const uint8_t *)buffer->iov_base + taken,
                               buffer->iov_len - taken, &part, uv_hrtime());
        if (err == SNET_OK) {
            taken += part;
            *done += part;
        } else if (err != SNET_ERR_AGAIN) {
            number = EPIPE;
        } else {
            number = io_wait(call);
        }
    }
    return number;
}

ssize_t snet_writev(snet_socket *socket, const struct iovec *buffers, int count)
{
    struct io_call call = io_enter(socket);
    size_t done = 0;
    int number = socket->closed ? EBADF : 0;
    for (int i = 0; i < count && number == 0; i++) {
        number = io_write_one(&call, &buffers[i], &done);
    }
    if (done > 0 && !socket->closed) {
        snet_loop_written(socket->session);
    }
    io_leave(&call);
    return io_result(done, number);
}

ssize_t snet_write(snet_socket *socket, const void *data, size_t len)
{
    return snet_writev(socket, &(struct iovec){(void *)(uintptr_t)data, len}, 1);
}

int snet_shutdown(snet_socket *socket)
{
    struct io_call call = io_enter(socket);
    const int number = socket->closed ? EBADF : 0;
    if (number == 0) {
        snet_session_shutdown(socket->session, uv_hrtime());
        snet_loop_used(socket->session);
    }
    io_leave(&call);
    return (int)io_result(0, number);
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
    io_leave(&call);
    return (int)io_result(0, number);
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
    snet_session_get_info(socket->session, ret_info);
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

void snet_socket_abort(snet_socket *socket, uint16_t code, const char *text)
{
    struct io_call call = io_enter(socket);
    if (!socket->closed) {
        const uint16_t own = code < SNET_CODE_APPLICATION ? SNET_CODE_APPLICATION : code;
        snet_session_abort_with(socket->session, own, text, uv_hrtime());
        snet_loop_wake();
    }
    io_leave(&call);
}

void snet_socket_peer_text(snet_socket *socket, char *ret_text, size_t size)
{
    struct io_call call = io_enter(socket);
    (void)snprintf(ret_text, size, "%s", snet_session_peer_text(socket->session));
    io_leave(&call);
}

void snet_socket_set_user(snet_socket *socket, void *user)
{
    struct io_call call = io_enter(socket);
    socket->user = user;
    io_leave(&call);
}

void *snet_socket_user(snet_socket *socket)
{
    struct io_call call = io_enter(socket);
    void *user = socket->user;
    io_leave(&call);
    return user;
}

void snet_socket_peer(snet_socket *socket, char *ret_text, size_t size)
{
    struct io_call call = io_enter(socket);
    snet_uv_session_peer(socket->session, ret_text, size);
    io_leave(&call);
}

bool snet_socket_peer_key(snet_socket *socket, struct snet_key *ret_key)
{
    struct io_call call = io_enter(socket);
    const bool known = snet_session_peer_key(socket->session, ret_key);
    io_leave(&call);
    return known;
}

void snet_socket_service(snet_socket *socket, char *ret_text, size_t size)
{
    struct io_call call = io_enter(socket);
    (void)snprintf(ret_text, size, "%s", snet_session_service(socket->session));
    io_leave(&call);
}

void snet_socket_set_log(snet_socket_log_fn *log, void *user)
{
    if (snet_loop_start() == SNET_OK) {
        snet_loop_lock();
        *snet_loop_log() = (struct snet_loop_log){.log = log, .user = user};
        snet_loop_unlock();
    }
}

size_t snet_socket_each(snet_socket_visit_fn *visit, void *user)
{
    size_t visited = 0;
    if (snet_loop_start() != SNET_OK) {
        return 0;
    }
    snet_loop_lock();
    struct snet_list *sockets = snet_loop_sockets();
    bool more = true;
    for (struct snet_list_node *node = snet_list_first(sockets); node != NULL && more;
         node = snet_list_next(sockets, node)) {
        snet_socket *socket = SNET_CONTAINER(node, snet_socket, node);
        if (!socket->closed) {
            struct snet_session_info info;
            snet_session_get_info(socket->session, &info);
            more = visit(user, socket, &info);
            visited++;
        }
    }
    snet_loop_unlock();
    return visited;
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
