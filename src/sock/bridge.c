/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/bridge.h"

#include "base/assert.h"
#include "uv/adopt.h"
#include "uv/driver.h"
#include "uv/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define BRIDGE_WASTE_BYTES 4096u

struct snet_bridge {
    struct snet_list_node node; /* among those of which a reason is left */
    snet_socket *socket;        /* NULL when only the reason is left */
    snet_relay *relay;
    snet_bridge_over_fn *over;
    int fd; /* as it was given to the program, which may have closed it */
    dev_t device;
    ino_t inode;
    bool gone; /* the program has closed it */
    snet_err err;
    uint64_t look_at_ns;
};

/* --- The descriptor -------------------------------------------------------------------------- */

static bool bridge_has(const struct snet_bridge *bridge, const struct stat *descriptor)
{
    return descriptor->st_dev == bridge->device && descriptor->st_ino == bridge->inode;
}

/*
 * The program may close this number at any time, which is no error here. ThreadSanitizer takes
 * fstat for a use of the descriptor that races with that; fstatat it lets pass.
 */
static bool bridge_is(const struct snet_bridge *bridge, int fd)
{
    struct stat descriptor;
    return fstatat(fd, "", &descriptor, AT_EMPTY_PATH) == 0 && bridge_has(bridge, &descriptor);
}

/* The end that is ours; -1 when it is closed. */
static int bridge_own_fd(const struct snet_bridge *bridge)
{
    uv_os_fd_t fd = -1;
    const uv_stream_t *stream = bridge->relay == NULL ? NULL : bridge->relay->stream;
    if (stream != NULL) {
        (void)uv_fileno((const uv_handle_t *)stream, &fd);
    }
    return fd;
}

/*
 * Whether the program has closed its end. A local socket hangs up when both its directions are
 * over: when the other end is closed, but also when we have ended one direction and the program the
 * other. Then only the number is left to ask.
 */
static bool bridge_hung_up(const struct snet_bridge *bridge)
{
    struct pollfd own = {.fd = bridge_own_fd(bridge)};
    const bool over = own.fd >= 0 && poll(&own, 1, 0) == 1 && (own.revents & POLLHUP) != 0;
    return over && (!bridge->relay->local_shut || !bridge_is(bridge, bridge->fd));
}

/*
 * The kernel shows a reset, and not a good end, at the other end of a local socket that is closed
 * with unread bytes. Only the program's end can send some. Its number may mean something else by
 * now: a duplicate stays what it is, so it can be asked what it is before it is used. The number is
 * asked first, because to close a duplicate of a stranger's file would drop its record locks.
 */
static void bridge_leave_unread(const struct snet_bridge *bridge)
{
    if (!bridge_is(bridge, bridge->fd)) {
        return;
    }
    const int twin = fcntl(bridge->fd, F_DUPFD_CLOEXEC, 0);
    if (twin < 0) {
        return;
    }
    if (bridge_is(bridge, twin)) {
        (void)send(twin, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    (void)close(twin);
}

/* How much of what the program has sent nobody has read. */
static int bridge_unread(int own)
{
    int len = 0;
    return ioctl(own, FIONREAD, &len) == 0 ? len : 0;
}

/* Throws away what nobody will read, all but `keep` bytes: a writer that waits for room sees it. */
static void bridge_waste(int own, int keep)
{
    char waste[BRIDGE_WASTE_BYTES];
    ssize_t len = 1;
    for (int left = bridge_unread(own) - keep; left > 0 && len > 0; left -= (int)len) {
        const size_t want = (size_t)left < sizeof waste ? (size_t)left : sizeof waste;
        len = recv(own, waste, want, MSG_DONTWAIT);
    }
}

/* The session is over: the program writes no more, and what it reads ends as the session did. */
static void bridge_mark_end(struct snet_bridge *bridge)
{
    const int own = bridge_own_fd(bridge);
    bridge->gone = bridge_hung_up(bridge);
    if (own < 0 || bridge->gone) {
        return;
    }
    const bool reset = bridge->socket->err != SNET_ERR_CLOSED;
    if (reset && bridge_unread(own) == 0) {
        bridge_leave_unread(bridge);
    }
    (void)shutdown(own, SHUT_RD);
    bridge_waste(own, reset ? 1 : 0);
}

/* --- Reasons --------------------------------------------------------------------------------- */

static void bridge_forget(struct snet_bridge *bridge)
{
    snet_list_remove(snet_loop_reasons(), &bridge->node);
    free(bridge);
}

/* Room for one more: of a descriptor that is closed, or else the oldest one goes. */
static void bridge_make_room(void)
{
    struct snet_list *reasons = snet_loop_reasons();
    struct snet_list_node *node = snet_list_first(reasons);
    if (reasons->count < SNET_FD_REASONS_MAX) {
        return;
    }
    while (node != NULL) {
        struct snet_bridge *bridge = SNET_CONTAINER(node, struct snet_bridge, node);
        node = snet_list_next(reasons, node);
        if (!bridge_is(bridge, bridge->fd)) {
            bridge_forget(bridge);
        }
    }
    if (reasons->count == SNET_FD_REASONS_MAX) {
        bridge_forget(SNET_CONTAINER(snet_list_first(reasons), struct snet_bridge, node));
    }
}

void snet_bridge_forget_reasons(void)
{
    struct snet_list *reasons = snet_loop_reasons();
    while (reasons->count > 0) {
        bridge_forget(SNET_CONTAINER(snet_list_first(reasons), struct snet_bridge, node));
    }
}

static void bridge_keep_reason(struct snet_bridge *bridge)
{
    bridge_make_room();
    snet_list_push(snet_loop_reasons(), &bridge->node);
}

snet_err snet_bridge_reason(const struct stat *descriptor)
{
    struct snet_list *sockets = snet_loop_sockets();
    struct snet_list_node *node = snet_list_first(sockets);
    for (; node != NULL; node = snet_list_next(sockets, node)) {
        const snet_socket *socket = SNET_CONTAINER(node, snet_socket, node);
        if (socket->bridge != NULL && bridge_has(socket->bridge, descriptor)) {
            return socket->err;
        }
    }
    struct snet_list *reasons = snet_loop_reasons();
    for (node = snet_list_first(reasons); node != NULL; node = snet_list_next(reasons, node)) {
        const struct snet_bridge *bridge = SNET_CONTAINER(node, struct snet_bridge, node);
        if (bridge_has(bridge, descriptor)) {
            return bridge->err;
        }
    }
    return SNET_ERR_INVALID;
}

/* --- Life ------------------------------------------------------------------------------------ */

/* The relay is over, and with it the socket. */
static void bridge_done(void *user, snet_err err)
{
    struct snet_bridge *bridge = user;
    snet_socket *socket = bridge->socket;
    SNET_ASSERT(socket->ended);
    snet_bridge_over_fn *over = bridge->over;
    const bool gone = bridge->gone || bridge->relay->deaf;
    bridge->relay = NULL;
    bridge->socket = NULL;
    bridge->err = err;
    if (gone) {
        free(bridge);
    } else {
        bridge_keep_reason(bridge);
    }
    socket->bridge = NULL;
    socket->closed = true;
    socket->linger_until_ns = 1; /* it has lingered */
    over(socket, snet_loop_now());
}

static void bridge_paused(void *user)
{
    struct snet_bridge *bridge = user;
    bridge->look_at_ns = snet_loop_now() + SNET_BRIDGE_LOOK_NS;
    snet_loop_due_by(bridge->look_at_ns);
}

/* A pair of which the program's end, the first, is as its socket was asked to be. */
static int bridge_make_pair(const snet_socket *socket, int *ret_fds, struct stat *ret_first)
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ret_fds) != 0) {
        return errno;
    }
    int flags = fcntl(ret_fds[0], F_GETFL);
    flags = socket->nonblocking ? flags | O_NONBLOCK : flags;
    if (fstat(ret_fds[0], ret_first) != 0 || fcntl(ret_fds[0], F_SETFL, flags) != 0 ||
        fcntl(ret_fds[0], F_SETFD, socket->fd_inherited ? 0 : FD_CLOEXEC) != 0) {
        const int number = errno;
        (void)close(ret_fds[0]);
        (void)close(ret_fds[1]);
        return number;
    }
    return 0;
}

/* The relay of a bridge, with a stream over `fd`; NULL without memory, and `fd` is the caller's. */
static uv_stream_t *bridge_make_relay(struct snet_bridge *bridge, int fd)
{
    snet_socket *socket = bridge->socket;
    snet_uv *driver = snet_loop_driver();
    const struct snet_relay_config config = {.on_done = bridge_done, .user = bridge};
    int os_err = 0;
    if (snet_relay_new(driver, socket->session, &config, &bridge->relay) != SNET_OK) {
        return NULL;
    }
    snet_session_set_user(socket->session, socket); /* which passes the events on */
    uv_stream_t *stream = snet_adopt_stream(driver->loop, fd, &os_err);
    if (stream == NULL) {
        free(bridge->relay); /* it has not begun */
        return NULL;
    }
    bridge->relay->keeps_session = true;
    bridge->relay->forgives = true;
    bridge->relay->on_pause = bridge_paused;
    bridge->relay->session_ended = socket->ended;
    bridge->relay->end_err = socket->err;
    return stream;
}

int snet_bridge_open(snet_socket *socket, snet_bridge_over_fn *over, int *ret_fd)
{
    struct stat descriptor;
    int fds[2];
    const int number = bridge_make_pair(socket, fds, &descriptor);
    if (number != 0) {
        return number;
    }
    struct snet_bridge *bridge = calloc(1, sizeof *bridge);
    uv_stream_t *stream = NULL;
    if (bridge != NULL) {
        *bridge = (struct snet_bridge){
            .socket = socket,
            .over = over,
            .fd = fds[0],
            .device = descriptor.st_dev,
            .inode = descriptor.st_ino,
        };
        stream = bridge_make_relay(bridge, fds[1]);
    }
    if (stream == NULL) {
        free(bridge);
        (void)close(fds[0]);
        (void)close(fds[1]);
        return ENOMEM;
    }
    socket->bridge = bridge;
    *ret_fd = fds[0];
    snet_relay *relay = bridge->relay;
    if (socket->ended) {
        relay->stream = stream;
        bridge_mark_end(bridge);
    }
    snet_relay_start(relay, stream);
    return 0;
}

void snet_bridge_event(struct snet_bridge *bridge, const struct snet_core_event *event)
{
    if (event->type == SNET_CORE_EVENT_ENDED) {
        bridge_mark_end(bridge);
    }
    snet_relay_event(bridge->relay, event);
}

void snet_bridge_shut(struct snet_bridge *bridge)
{
    (void)shutdown(bridge_own_fd(bridge), SHUT_RDWR);
}

bool snet_bridge_look(struct snet_bridge *bridge, uint64_t now, uint64_t *ret_next_ns)
{
    *ret_next_ns = SNET_NEVER;
    if (bridge->relay->reading) {
        return false;
    }
    if (now >= bridge->look_at_ns) {
        bridge->look_at_ns = now + SNET_BRIDGE_LOOK_NS;
        bridge->gone = bridge_hung_up(bridge);
    }
    *ret_next_ns = bridge->look_at_ns;
    return bridge->gone;
}
