/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/wait.h"

#include "sock/wake.h"
#include "uv/conn_inline.h"

#include <poll.h>
#include <time.h>

/* Limit of a brief wait. */
#define WAIT_BRIEF_NS (20 * SNET_MS_NS)
/* After this many brief waits in a row, the thread that waits serves the connection. */
#define WAIT_BRIEF_COUNT 4u

snet_err snet_wait_init(struct snet_wait *wait)
{
    *wait = (struct snet_wait){.wake_fd = -1};
    snet_list_init(&wait->watchers);
    return uv_cond_init(&wait->changed) == 0 ? SNET_OK : SNET_ERR_OS;
}

void snet_wait_deinit(struct snet_wait *wait)
{
    uv_cond_destroy(&wait->changed);
    if (wait->wake_fd >= 0) {
        snet_conn_inline_forget(snet_loop_driver(), wait->wake_fd);
        snet_wake_close(wait->wake_fd);
    }
}

static void wait_ring_watchers(struct snet_wait *wait)
{
    struct snet_list_node *node = snet_list_first(&wait->watchers);
    for (; node != NULL; node = snet_list_next(&wait->watchers, node)) {
        snet_wake_ring(SNET_CONTAINER(node, struct snet_wait_watcher, node)->wake_fd);
    }
}

void snet_wait_changed(struct snet_wait *wait)
{
    uv_cond_broadcast(&wait->changed);
    wait_ring_watchers(wait);
    if (wait->polling) {
        snet_wake_ring(wait->wake_fd);
    }
}

void snet_wait_close(struct snet_wait *wait)
{
    wait_ring_watchers(wait);
    struct snet_list_node *node = snet_list_first(&wait->watchers);
    for (; node != NULL; node = snet_list_first(&wait->watchers)) {
        SNET_CONTAINER(node, struct snet_wait_watcher, node)->closed = true;
        snet_list_remove(&wait->watchers, node);
    }
}

void snet_wait_watch(struct snet_wait *wait, struct snet_wait_watcher *watcher)
{
    snet_list_push(&wait->watchers, &watcher->node);
}

void snet_wait_unwatch(struct snet_wait *wait, struct snet_wait_watcher *watcher)
{
    snet_list_remove(&wait->watchers, &watcher->node);
}

/* --- Waiting ------------------------------------------------------------------------------ */

/* Whether this thread polls, and for what: the connection's descriptor is -1 until it is lent. */
static bool wait_polls(struct snet_wait *wait, snet_session *session, struct pollfd *ret_poll)
{
    enum snet_conn_inline_state state = SNET_CONN_INLINE_OFF;
    *ret_poll = (struct pollfd){.fd = -1};
    if (session == NULL || wait->polling || !snet_conn_inline_state(session, &state)) {
        return false;
    }
    if (state == SNET_CONN_INLINE_ON) {
        ret_poll->fd = snet_conn_inline_fd(session, &ret_poll->events);
        return true;
    }
    if (state == SNET_CONN_INLINE_OFF && wait->brief >= WAIT_BRIEF_COUNT) {
        wait->wake_fd = wait->wake_fd < 0 ? snet_wake_open() : wait->wake_fd;
        if (wait->wake_fd < 0) {
            return false; /* without a descriptor left, the loop goes on serving */
        }
        snet_conn_inline_ask(snet_loop_driver(), session, wait->wake_fd);
        return true;
    }
    return state != SNET_CONN_INLINE_OFF;
}

static int wait_poll(struct pollfd polls[2], uint64_t until_ns)
{
    if (until_ns == SNET_NEVER) {
        return ppoll(polls, 2, NULL, NULL);
    }
    const uint64_t now = snet_loop_now();
    const uint64_t left_ns = until_ns > now ? until_ns - now : 0;
    const struct timespec left = {.tv_sec = (time_t)(left_ns / SNET_SECOND_NS),
                                  .tv_nsec = (long)(left_ns % SNET_SECOND_NS)};
    return ppoll(polls, 2, &left, NULL);
}

static bool wait_serving(struct snet_wait *wait, snet_session *session,
                         const struct pollfd *connection, uint64_t until_ns)
{
    struct pollfd polls[2] = {*connection, {.fd = wait->wake_fd, .events = POLLIN}};
    wait->polling = true;
    snet_loop_unlock();
    const int count = wait_poll(polls, until_ns);
    if (count > 0 && polls[1].revents != 0) {
        snet_wake_clear(wait->wake_fd);
    }
    snet_loop_lock();
    const short events = (short)(count > 0 ? polls[0].revents : 0);
    if (snet_conn_inline_serve(snet_loop_driver(), session, events)) {
        uv_cond_broadcast(&wait->changed); /* others wait for it, too */
        wait_ring_watchers(wait);
    }
    wait->polling = false;
    return count != 0;
}

bool snet_wait_for(struct snet_wait *wait, snet_session *session, uint64_t until_ns)
{
    struct pollfd connection;
    const uint64_t begun_ns = snet_loop_now();
    const bool in_time = wait_polls(wait, session, &connection)
                             ? wait_serving(wait, session, &connection, until_ns)
                             : snet_loop_wait(&wait->changed, until_ns);
    /* One that ended with its time limit says nothing of the other end. */
    wait->brief = in_time && snet_loop_now() - begun_ns < WAIT_BRIEF_NS ? wait->brief + 1 : 0;
    return in_time;
}
