/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/call.h"

#include "base/timer.h"
#include "sock/closing.h"
#include "sock/events.h"
#include "sock/fork_guard.h"
#include "sock/notify.h"

#include <errno.h>

int snet_call_enter(struct snet_call *ret_call, snet_socket *socket, enum snet_call_kind kind,
                    enum snet_call_target target)
{
    if (socket == NULL || snet_fork_guard_is_child()) {
        return EBADF; /* before any lock: the parent may have held it at the fork */
    }
    snet_loop_lock();
    const bool listens = socket->backlog != NULL;
    int number = socket->closed ? EBADF : 0;
    if (number == 0 && target != SNET_CALL_ANY && listens != (target == SNET_CALL_LISTENER)) {
        number = EINVAL;
    }
    if (number != 0) {
        snet_loop_unlock();
        return number;
    }
    const uint64_t timeout_ns = socket->timeout_ns[kind];
    socket->users++;
    *ret_call = (struct snet_call){
        .socket = socket,
        .kind = kind,
        .until_ns = timeout_ns == 0 ? SNET_NEVER : snet_timer_after(snet_loop_now(), timeout_ns),
    };
    return 0;
}

void snet_call_leave(struct snet_call *call)
{
    call->socket->users--;
    snet_closing_leave(call->socket);
    snet_loop_unlock();
}

int snet_call_wait(struct snet_call *call, bool nonblocking)
{
    snet_socket *socket = call->socket;
    const uint64_t deadline_ns = socket->deadline_ns[call->kind];
    if (socket->closed) {
        return EBADF;
    }
    /* What waits to go out goes before this thread waits. */
    if (socket->session != NULL && snet_loop_used_unlocking(socket->session)) {
        return socket->closed ? EBADF : 0; /* the caller looks again, lest it waits in vain */
    }
    if (nonblocking) {
        return EAGAIN;
    }
    if (socket->cancelled) {
        return ECANCELED;
    }
    if (snet_loop_is_here()) {
        return EDEADLK; /* a hook: nobody else could end the wait */
    }
    const uint64_t until_ns =
        deadline_ns != 0 && deadline_ns < call->until_ns ? deadline_ns : call->until_ns;
    const bool in_time = snet_wait_for(&socket->wait, socket->session, until_ns);
    if (socket->session != NULL) {
        snet_notify_served(socket);
    }
    if (socket->closed) {
        return EBADF;
    }
    if (socket->cancelled) {
        return ECANCELED;
    }
    /* A deadline that was moved meanwhile is another wait. */
    return in_time || socket->deadline_ns[call->kind] != deadline_ns ? 0 : ETIMEDOUT;
}

ssize_t snet_call_result(size_t done, int number)
{
    if (number != 0 && done == 0) {
        errno = number;
        return -1;
    }
    return (ssize_t)done;
}
