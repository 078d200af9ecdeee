/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What programs ask of sockets, and how they change their ways, as <snet/socket.h> has it.
 */
#include "sock/backlog.h"
#include "sock/call.h"
#include "sock/copy_out.h"
#include "sock/fork_guard.h"
#include "sock/info.h"

#include <errno.h>
#include <stdio.h>

/* --- Asking ---------------------------------------------------------------------------------- */

static void ask_fill(const snet_socket *socket, struct snet_info *ret_info)
{
    if (socket->session != NULL) {
        snet_info_of_session(socket->session, ret_info);
        ret_info->attempt = socket->attempts;
        if (ret_info->state == SNET_STATE_DETACHED && socket->lost_at_ns != 0) {
            ret_info->lost_ns = snet_now() - socket->lost_at_ns;
        }
    } else {
        *ret_info = (struct snet_info){
            .state = socket->draining ? SNET_STATE_DRAINING : SNET_STATE_LISTENING,
            .wire = socket->backlog->config.wires,
        };
        /* All that is listened on fits: a number and a port, or a path of the kernel's 108 bytes.
         */
        (void)snprintf(ret_info->address, sizeof ret_info->address, "%.*s",
                       (int)sizeof ret_info->address - 1,
                       snet_uv_server_address(socket->backlog->server));
    }
    ret_info->user = socket->user;
}

int snet_socket_info(snet_socket *socket, struct snet_info *ret_info, size_t size)
{
    struct snet_call call;
    struct snet_info info;
    const int number = ret_info == NULL || size == 0
                           ? EINVAL
                           : snet_call_enter(&call, socket, SNET_CALL_READ, SNET_CALL_ANY);
    if (number == 0) {
        ask_fill(socket, &info);
        snet_call_leave(&call);
        snet_copy_out(ret_info, size, &info, sizeof info);
    }
    return (int)snet_call_result(0, number);
}

size_t snet_socket_list(struct snet_info *ret_infos, size_t size, size_t max)
{
    size_t count = 0;
    if (snet_fork_guard_is_child() || (max > 0 && (ret_infos == NULL || size == 0))) {
        return 0;
    }
    snet_loop_lock();
    struct snet_list *sockets = snet_loop_sockets();
    struct snet_list_node *node = snet_loop_runs() ? snet_list_first(sockets) : NULL;
    for (; node != NULL; node = snet_list_next(sockets, node)) {
        const snet_socket *socket = SNET_CONTAINER(node, snet_socket, node);
        if (socket->closed) {
            continue;
        }
        if (count < max) {
            struct snet_info info;
            ask_fill(socket, &info);
            snet_copy_out((uint8_t *)ret_infos + count * size, size, &info, sizeof info);
        }
        count++;
    }
    snet_loop_unlock();
    return count;
}

snet_err snet_socket_error(snet_socket *socket)
{
    struct snet_call call;
    if (snet_fork_guard_is_child()) {
        return SNET_ERR_FORKED;
    }
    if (snet_call_enter(&call, socket, SNET_CALL_READ, SNET_CALL_ANY) != 0) {
        return SNET_ERR_INVALID;
    }
    struct snet_session_info info = {.end_err = SNET_OK};
    if (socket->session != NULL) {
        /* Not socket->err: reading may fail before the background thread has set that. */
        snet_session_get_info(socket->session, &info);
    }
    snet_call_leave(&call);
    return info.end_err;
}

void *snet_socket_user(snet_socket *socket)
{
    struct snet_call call;
    void *user = NULL;
    if (snet_call_enter(&call, socket, SNET_CALL_READ, SNET_CALL_ANY) == 0) {
        user = socket->user;
        snet_call_leave(&call);
    }
    return user;
}

uint64_t snet_now(void)
{
    return snet_loop_now();
}

/* --- Changing -------------------------------------------------------------------------------- */

void snet_socket_set_user(snet_socket *socket, void *user)
{
    struct snet_call call;
    if (snet_call_enter(&call, socket, SNET_CALL_READ, SNET_CALL_ANY) == 0) {
        socket->user = user;
        snet_call_leave(&call);
    }
}

/* Sets the limit of the kinds of calls that are named; calls that wait look at it anew. */
static int ask_set_limit(snet_socket *socket, bool is_deadline, uint32_t which, uint64_t limit_ns)
{
    struct snet_call call;
    const bool known = which != 0 && (which & ~(SNET_READ | SNET_WRITE)) == 0;
    const int number =
        known ? snet_call_enter(&call, socket, SNET_CALL_READ, SNET_CALL_ANY) : EINVAL;
    if (number == 0) {
        uint64_t *limits = is_deadline ? socket->deadline_ns : socket->timeout_ns;
        limits[SNET_CALL_READ] = (which & SNET_READ) != 0 ? limit_ns : limits[SNET_CALL_READ];
        limits[SNET_CALL_WRITE] = (which & SNET_WRITE) != 0 ? limit_ns : limits[SNET_CALL_WRITE];
        if (is_deadline) {
            snet_wait_changed(&socket->wait);
        }
        snet_call_leave(&call);
    }
    return (int)snet_call_result(0, number);
}

int snet_socket_set_timeout(snet_socket *socket, uint32_t which, uint64_t timeout_ns)
{
    const uint64_t now = snet_loop_now();
    return ask_set_limit(socket, false, which, timeout_ns > SNET_NEVER - now ? 0 : timeout_ns);
}

int snet_socket_set_deadline(snet_socket *socket, uint32_t which, uint64_t deadline_ns)
{
    return ask_set_limit(socket, true, which, deadline_ns);
}

int snet_socket_set_nonblocking(snet_socket *socket, int on)
{
    struct snet_call call;
    const int number = snet_call_enter(&call, socket, SNET_CALL_READ, SNET_CALL_ANY);
    if (number == 0) {
        socket->nonblocking = on != 0;
        snet_call_leave(&call);
    }
    return (int)snet_call_result(0, number);
}

int snet_socket_cancel(snet_socket *socket)
{
    struct snet_call call;
    const int number = snet_call_enter(&call, socket, SNET_CALL_READ, SNET_CALL_ANY);
    if (number == 0) {
        socket->cancelled = true;
        snet_wait_changed(&socket->wait);
        snet_call_leave(&call);
    }
    return (int)snet_call_result(0, number);
}
