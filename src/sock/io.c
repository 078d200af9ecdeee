/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Reading, writing, and ending a direction, as <snet/socket.h> has them.
 */
#include "sock/call.h"
#include "sock/closing.h"
#include "sock/events.h"
#include "sock/fork_guard.h"
#include "sock/posix.h"

#include <errno.h>

#define IO_BUFFERS_MAX 1024

/* Whether the buffers can be used: 0, or what errno is to say. */
static int io_check(const struct iovec *buffers, int count)
{
    if (count < 0 || count > IO_BUFFERS_MAX || (count > 0 && buffers == NULL)) {
        return EINVAL;
    }
    size_t total = 0;
    for (int i = 0; i < count; i++) {
        if (buffers[i].iov_len > (size_t)SSIZE_MAX - total ||
            (buffers[i].iov_base == NULL && buffers[i].iov_len > 0)) {
            return EINVAL;
        }
        total += buffers[i].iov_len;
    }
    return 0;
}

static int io_enter(struct snet_call *ret_call, snet_socket *socket, enum snet_call_kind kind,
                    const struct iovec *buffers, int count)
{
    const int number = io_check(buffers, count);
    return number != 0 ? number : snet_call_enter(ret_call, socket, kind, SNET_CALL_SESSION);
}

/* --- Reading --------------------------------------------------------------------------------- */

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
                                         buffers[i].iov_len - filled, &part, snet_loop_now());
            filled += part;
        }
        done += filled;
    }
    return done;
}

ssize_t snet_readv(snet_socket *socket, const struct iovec *buffers, int count)
{
    struct snet_call call;
    size_t got = 0;
    int number = io_enter(&call, socket, SNET_CALL_READ, buffers, count);
    if (number != 0) {
        return snet_call_result(0, number);
    }
    for (bool more = true; more && number == 0;) {
        snet_err err = SNET_OK;
        got = io_read_some(socket, buffers, count, &err);
        more = got == 0 && err == SNET_ERR_AGAIN;
        if (got > 0) {
            (void)snet_loop_used_unlocking(socket->session);
        } else if (more) {
            number = snet_call_wait(&call, socket->nonblocking);
        } else if (err != SNET_OK && err != SNET_ERR_CLOSED) {
            number = snet_posix_of(err);
        }
    }
    if (number == EAGAIN) {
        snet_events_arm(socket, SNET_EVENT_READABLE);
    }
    snet_call_leave(&call);
    return snet_call_result(got, number);
}

ssize_t snet_read(snet_socket *socket, void *ret_data, size_t len)
{
    return snet_readv(socket, &(struct iovec){ret_data, len}, 1);
}

/* --- Writing --------------------------------------------------------------------------------- */

/* One buffer; `*done` counts what was taken of all. */
static int io_write_one(struct snet_call *call, const struct iovec *buffer, size_t *done)
{
    snet_socket *socket = call->socket;
    size_t taken = 0;
    int number = 0;
    while (taken < buffer->iov_len && number == 0) {
        size_t part = 0;
        const snet_err err =
            snet_session_write(socket->session, (const uint8_t *)buffer->iov_base + taken,
                               buffer->iov_len - taken, &part, snet_loop_now());
        if (err == SNET_OK) {
            taken += part;
            *done += part;
        } else if (err != SNET_ERR_AGAIN) {
            number = EPIPE;
        } else {
            number = snet_call_wait(call, socket->nonblocking);
        }
    }
    return number;
}

ssize_t snet_writev(snet_socket *socket, const struct iovec *buffers, int count)
{
    struct snet_call call;
    size_t done = 0;
    int number = io_enter(&call, socket, SNET_CALL_WRITE, buffers, count);
    if (number != 0) {
        return snet_call_result(0, number);
    }
    for (int i = 0; i < count && number == 0; i++) {
        number = io_write_one(&call, &buffers[i], &done);
    }
    if (number == EAGAIN) {
        snet_events_arm(socket, SNET_EVENT_WRITABLE);
    }
    if (done > 0 && !socket->closed) {
        snet_loop_written(socket->session);
    }
    snet_call_leave(&call);
    return snet_call_result(done, number);
}

ssize_t snet_write(snet_socket *socket, const void *data, size_t len)
{
    return snet_writev(socket, &(struct iovec){(void *)(uintptr_t)data, len}, 1);
}

int snet_flush(snet_socket *socket)
{
    struct snet_call call;
    int number = snet_call_enter(&call, socket, SNET_CALL_WRITE, SNET_CALL_SESSION);
    if (number != 0) {
        return (int)snet_call_result(0, number);
    }
    for (snet_err err = SNET_ERR_AGAIN; number == 0 && err == SNET_ERR_AGAIN;) {
        err = snet_session_flush(socket->session);
        if (err == SNET_ERR_AGAIN) {
            number = snet_call_wait(&call, socket->nonblocking);
        } else if (err == SNET_ERR_STATE) {
            number = ENOTSUP; /* the wire has no acknowledgements */
        } else if (err != SNET_OK) {
            number = EPIPE;
        }
    }
    if (number == EAGAIN) {
        snet_events_arm(socket, SNET_EVENT_WRITABLE);
    }
    snet_call_leave(&call);
    return (int)snet_call_result(0, number);
}

/* --- Ending ---------------------------------------------------------------------------------- */

int snet_shutdown(snet_socket *socket)
{
    struct snet_call call;
    const int number = snet_call_enter(&call, socket, SNET_CALL_WRITE, SNET_CALL_SESSION);
    if (number == 0) {
        snet_session_shutdown(socket->session, snet_loop_now());
        snet_loop_used(socket->session);
        snet_call_leave(&call);
    }
    return (int)snet_call_result(0, number);
}

int snet_socket_abort(snet_socket *socket, uint32_t code, const char *text)
{
    struct snet_call call;
    const bool known = code >= SNET_CODE_APPLICATION && code <= UINT16_MAX;
    const int number =
        known ? snet_call_enter(&call, socket, SNET_CALL_WRITE, SNET_CALL_SESSION) : EINVAL;
    if (number == 0) {
        snet_session_abort_with(socket->session, (uint16_t)code, text, snet_loop_now());
        snet_loop_wake();
        snet_call_leave(&call);
    }
    return (int)snet_call_result(0, number);
}

int snet_close(snet_socket *socket)
{
    if (socket == NULL) {
        return 0;
    }
    if (snet_fork_guard_is_child()) {
        errno = EBADF;
        return -1;
    }
    snet_loop_lock();
    snet_closing_begin(socket);
    snet_loop_unlock();
    return 0;
}
