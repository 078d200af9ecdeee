/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * snet_poll: waits for several sockets and descriptors at once. A socket rings the descriptor of
 * the wait when it changes; all of them are then looked at anew.
 */
#include "sock/backlog.h"
#include "sock/fork_guard.h"
#include "sock/socket.h"
#include "sock/wake.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

/* The most sockets and descriptors of one wait. */
#define POLL_COUNT_MAX 1048576u

struct poll_wait {
    struct snet_pollfd *polls;
    size_t count;
    struct snet_wait_watcher *watchers; /* one for each of `polls` */
    struct pollfd *fds;                 /* the same, and one more for `wake_fd` */
    int wake_fd;
};

/* --- Looking --------------------------------------------------------------------------------- */

/* What a socket is ready for, of all there is. With the lock. */
static int16_t poll_readiness(const snet_socket *socket)
{
    if (socket->backlog != NULL) {
        return (int16_t)((socket->backlog->waiting.count > 0 ? SNET_POLL_IN : 0) |
                         (socket->cancelled ? SNET_POLL_ERR : 0));
    }
    const bool failed = socket->cancelled || (socket->ended && socket->err != SNET_ERR_CLOSED);
    return (int16_t)((snet_socket_can_read(socket) ? SNET_POLL_IN : 0) |
                     (snet_socket_can_write(socket) ? SNET_POLL_OUT : 0) |
                     (failed ? SNET_POLL_ERR : 0) | (socket->ended ? SNET_POLL_HUP : 0));
}

static int16_t poll_from_system(short revents)
{
    const bool failed = (revents & (POLLERR | POLLNVAL)) != 0;
    return (int16_t)(((revents & POLLIN) != 0 ? SNET_POLL_IN : 0) |
                     ((revents & POLLOUT) != 0 ? SNET_POLL_OUT : 0) | (failed ? SNET_POLL_ERR : 0) |
                     ((revents & POLLHUP) != 0 ? SNET_POLL_HUP : 0));
}

/* Fills `revents` of all: how many are ready. With the lock; descriptors were polled before. */
static int poll_look(struct poll_wait *wait)
{
    int ready = 0;
    for (size_t i = 0; i < wait->count; i++) {
        struct snet_pollfd *poll_fd = &wait->polls[i];
        int16_t found = 0;
        if (poll_fd->socket == NULL) {
            found = poll_from_system(wait->fds[i].revents);
        } else if (wait->watchers[i].closed) {
            found = SNET_POLL_HUP;
        } else {
            found = poll_readiness(poll_fd->socket);
        }
        poll_fd->revents = (int16_t)(found & (poll_fd->events | SNET_POLL_ERR | SNET_POLL_HUP));
        ready += poll_fd->revents != 0 ? 1 : 0;
    }
    return ready;
}

/* --- Waiting --------------------------------------------------------------------------------- */

static void poll_watch(struct poll_wait *wait)
{
    for (size_t i = 0; i < wait->count; i++) {
        const struct snet_pollfd *poll_fd = &wait->polls[i];
        const bool in = (poll_fd->events & SNET_POLL_IN) != 0;
        const bool out = (poll_fd->events & SNET_POLL_OUT) != 0;
        wait->fds[i] = (struct pollfd){
            .fd = poll_fd->socket == NULL ? poll_fd->fd : -1,
            .events = (short)((in ? POLLIN : 0) | (out ? POLLOUT : 0)),
        };
        wait->watchers[i] = (struct snet_wait_watcher){.wake_fd = wait->wake_fd};
        if (poll_fd->socket != NULL && poll_fd->socket->closed) {
            wait->watchers[i].closed = true;
        } else if (poll_fd->socket != NULL) {
            snet_wait_watch(&poll_fd->socket->wait, &wait->watchers[i]);
        }
    }
    wait->fds[wait->count] = (struct pollfd){.fd = wait->wake_fd, .events = POLLIN};
}

static void poll_unwatch(struct poll_wait *wait)
{
    for (size_t i = 0; i < wait->count; i++) {
        if (wait->polls[i].socket != NULL && !wait->watchers[i].closed) {
            snet_wait_unwatch(&wait->polls[i].socket->wait, &wait->watchers[i]);
        }
    }
}

/* Without the lock: the system's part of the wait; false when it failed otherwise than by a signal.
 */
static bool poll_system(struct poll_wait *wait, uint64_t until_ns)
{
    const uint64_t now = snet_loop_now();
    const uint64_t left_ns = until_ns > now ? until_ns - now : 0;
    const struct timespec left = {.tv_sec = (time_t)(left_ns / SNET_SECOND_NS),
                                  .tv_nsec = (long)(left_ns % SNET_SECOND_NS)};
    const int count =
        ppoll(wait->fds, wait->count + 1, until_ns == SNET_NEVER ? NULL : &left, NULL);
    return count >= 0 || errno == EINTR;
}

/* How many are ready, or what errno is to say, negative. With the lock, given up meanwhile. */
static int poll_run(struct poll_wait *wait, uint64_t until_ns)
{
    uint64_t turn_ns =
        0; /* the first turn only looks: a socket may be ready, and descriptors too */
    for (;;) {
        snet_loop_unlock();
        const bool polled = poll_system(wait, turn_ns);
        const int number = errno;
        snet_wake_clear(wait->wake_fd);
        snet_loop_lock();
        const int ready = polled ? poll_look(wait) : -number;
        if (ready != 0 || snet_loop_now() >= until_ns || snet_loop_is_here()) {
            return ready;
        }
        turn_ns = until_ns;
    }
}

static int poll_all(struct poll_wait *wait, uint64_t until_ns)
{
    snet_loop_lock();
    poll_watch(wait);
    const int result = poll_run(wait, until_ns);
    poll_unwatch(wait);
    snet_loop_unlock();
    return result;
}

int snet_poll(struct snet_pollfd *polls, size_t count, uint64_t timeout_ns)
{
    if (snet_fork_guard_is_child()) {
        errno = EBADF;
        return -1;
    }
    if ((polls == NULL && count > 0) || count > POLL_COUNT_MAX) {
        errno = EINVAL;
        return -1;
    }
    struct poll_wait wait = {.polls = polls, .count = count, .wake_fd = snet_wake_open()};
    if (wait.wake_fd < 0) {
        return -1;
    }
    const uint64_t now = snet_loop_now();
    const uint64_t until_ns = timeout_ns == 0                 ? 0
                              : timeout_ns > SNET_NEVER - now ? SNET_NEVER
                                                              : now + timeout_ns;
    wait.watchers = calloc(count + 1, sizeof *wait.watchers);
    wait.fds = calloc(count + 1, sizeof *wait.fds);
    int result = -ENOMEM;
    if (wait.watchers != NULL && wait.fds != NULL) {
        result = poll_all(&wait, until_ns);
    }
    free(wait.watchers);
    free(wait.fds);
    snet_wake_close(wait.wake_fd);
    if (result < 0) {
        errno = -result;
        return -1;
    }
    return result;
}
