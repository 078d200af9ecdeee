/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/conn.h"

#include "base/assert.h"
#include "base/cursor.h"
#include "uv/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define CONN_SPANS_MAX 64u
#define CONN_PUSH_SPANS 16u
/* Maximum: times that a thread sends what others have written while it was sending. */
#define CONN_UNLOCKED_ROUNDS 8u

struct snet_conn *snet_conn_of(const snet_session *session)
{
    const snet_link *link = snet_session_link(session);
    return link == NULL ? NULL : snet_link_user(link);
}

static void conn_ended(const struct snet_conn *conn, int os_err)
{
    const uint64_t now = snet_driver_now();
    snet_err err = SNET_ERR_LINK_LOST;
    os_err = conn->unlocked.os_err != 0 ? conn->unlocked.os_err : os_err; /* it came first */
    if (os_err == UV_EOF) {
        snet_link_eof(conn->link, now);
        return;
    }
    if (os_err == UV_ETIMEDOUT) {
        err = SNET_ERR_LINK_TIMEOUT;
    } else if (os_err == UV_ECONNRESET || os_err == UV_EPIPE) {
        err = SNET_ERR_LINK_RESET;
    }
    snet_link_failed(conn->link, err, now);
}

/* Takes bytes for which the link has said that there is room. */
static void conn_take(const struct snet_conn *conn, const char *data, size_t len)
{
    const uint64_t now = snet_driver_now();
    size_t taken = 0;
    snet_link_recv(conn->link, (const uint8_t *)data, len, &taken, now);
    if (taken < len) {
        /* The link had room, so a page could not be had: the next link brings the bytes again. */
        snet_link_failed(conn->link, SNET_ERR_NO_MEMORY, now);
    }
}

/* A conn that does not read cannot see the death of its connection: asks the kernel. */
static void conn_probe(const struct snet_conn *conn)
{
    if (!snet_stream_alive(conn->stream)) {
        snet_link_failed(conn->link, SNET_ERR_LINK_LOST, snet_driver_now());
    }
}

static void conn_tell_tcp(const struct snet_conn *conn)
{
    struct snet_link_tcp tcp;
    snet_stream_tcp(conn->stream, &tcp);
    tcp.queued_bytes += conn->unlocked.in_hand;
    snet_link_tell_tcp(conn->link, &tcp, snet_driver_now());
}

static void conn_tell_all(snet_uv *driver)
{
    bool wanted = false;
    struct snet_list_node *node = snet_list_first(&driver->conns);
    for (; node != NULL; node = snet_list_next(&driver->conns, node)) {
        const struct snet_conn *conn = SNET_CONTAINER(node, struct snet_conn, node);
        if (snet_link_wants_tcp(conn->link)) {
            conn_tell_tcp(conn);
            wanted = wanted || snet_link_wants_tcp(conn->link);
        }
    }
    if (!wanted) {
        driver->tcp_wanted = false; /* an idle machine is not woken for this */
        snet_driver_stop(driver, SNET_DRIVER_TIMER_TCP);
    }
}

void snet_conn_watch_tcp(snet_uv *driver)
{
    if (driver->tcp_wanted) {
        snet_driver_every(driver, SNET_DRIVER_TIMER_TCP, SNET_LINK_TCP_INTERVAL_NS / SNET_MS_NS,
                          conn_tell_all);
    }
}

/* The link need not keep `len` bytes any more. Any thread: timers are for that of the loop. */
static void conn_sent(const struct snet_conn *conn, size_t len)
{
    snet_link_sent(conn->link, len, snet_driver_now());
    conn->driver->tcp_wanted = true;
}

static void conn_probe_paused(snet_uv *driver)
{
    struct snet_list_node *node = snet_list_first(&driver->paused);
    while (node != NULL) {
        struct snet_list_node *next = snet_list_next(&driver->paused, node);
        conn_probe(SNET_CONTAINER(node, struct snet_conn, paused));
        node = next;
    }
    if (driver->paused.count == 0) {
        snet_driver_stop(driver, SNET_DRIVER_TIMER_PROBE);
    }
}

/* There is no room for what arrives. */
static void conn_pause(struct snet_conn *conn)
{
    snet_uv *driver = conn->driver;
    (void)uv_read_stop(conn->stream);
    snet_link_await_room(conn->link);
    snet_list_push(&driver->paused, &conn->paused);
    snet_driver_every(driver, SNET_DRIVER_TIMER_PROBE, SNET_CONN_PROBE_MS, conn_probe_paused);
}

static void conn_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    struct snet_conn *conn = stream->data;
    snet_uv *driver = conn->driver;
    snet_driver_enter(driver);
    if (len > 0) {
        conn_take(conn, buf->base, (size_t)len);
    } else if (len == UV_ENOBUFS) {
        conn_pause(conn);
    } else if (len < 0) {
        conn_ended(conn, snet_stream_end_err(stream, len));
    }
    snet_driver_drain(driver);
    snet_driver_leave(driver);
}

static void conn_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
    (void)suggested;
    struct snet_conn *conn = handle->data;
    snet_driver_enter(conn->driver);
    const size_t room = snet_link_room(conn->link);
    snet_driver_leave(conn->driver);
    const size_t scratch = sizeof conn->driver->scratch;
    *ret_buf = uv_buf_init(conn->driver->scratch, (unsigned)(room < scratch ? room : scratch));
}

bool snet_conn_pull(struct snet_conn *conn)
{
    snet_uv *driver = conn->driver;
    uv_os_fd_t fd = -1;
    const size_t room = snet_link_room(conn->link);
    const size_t most = sizeof driver->conn_inline_scratch;
    if (room == 0) {
        snet_link_await_room(conn->link);
        return false;
    }
    if (uv_fileno((const uv_handle_t *)conn->stream, &fd) != 0) {
        return false;
    }
    const ssize_t len =
        recv(fd, driver->conn_inline_scratch, room < most ? room : most, MSG_DONTWAIT);
    if (len > 0) {
        conn_take(conn, driver->conn_inline_scratch, (size_t)len);
    } else if (len == 0) {
        conn_ended(conn, snet_stream_end_err(conn->stream, UV_EOF));
    } else if (errno != EAGAIN && errno != EINTR) {
        conn_ended(conn, uv_translate_sys_error(errno));
    }
    return true;
}

/* With the lock. False: the kernel is full, or the connection broken: the next poll shows which. */
static bool conn_push_all(const struct snet_conn *conn, const struct snet_span *spans, size_t count,
                          size_t total)
{
    struct iovec parts[CONN_PUSH_SPANS];
    uv_os_fd_t fd = -1;
    if (uv_fileno((const uv_handle_t *)conn->stream, &fd) != 0) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        parts[i] = (struct iovec){(void *)(uintptr_t)spans[i].data, spans[i].len};
    }
    const struct msghdr message = {.msg_iov = parts, .msg_iovlen = count};
    const ssize_t sent = sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0) {
        conn_sent(conn, (size_t)sent);
    }
    return sent == (ssize_t)total;
}

/* Without the lock. False: the loop goes on. */
static bool conn_push_copy(struct snet_conn *conn, const struct snet_span *spans, size_t count,
                           size_t total)
{
    uint8_t bytes[SNET_CONN_UNLOCKED_BYTES];
    struct snet_writer writer;
    snet_writer_init(&writer, bytes, sizeof bytes);
    for (size_t i = 0; i < count; i++) {
        snet_writer_bytes(&writer, spans[i].data, spans[i].len);
    }
    SNET_ASSERT(!writer.failed);
    conn_sent(conn, total);
    return snet_conn_unlocked_send(conn, bytes, total);
}

/* The kernel is full. The event that makes the loop send may have been and gone meanwhile. */
static bool conn_push_rest(struct snet_conn *conn)
{
    if (conn->conn_inline.state == SNET_CONN_INLINE_ON) {
        return false; /* the thread that serves it goes on */
    }
    snet_conn_unlocked_return(conn);
    return true;
}

/*
 * Sends from a thread that holds the driver's mutex straight to the kernel; where it `unlocks`, it
 * gives that up meanwhile. True when nobody else has to see to the rest, if there is one: another
 * thread is sending, and looks again, or the loop has been told.
 */
static bool conn_push(struct snet_conn *conn, bool unlocks)
{
    struct snet_span spans[CONN_PUSH_SPANS];
    if (conn->unlocked.state != SNET_CONN_UNLOCKED_IDLE) {
        return true;
    }
    if (!snet_stream_writer_is_idle(&conn->writer)) {
        return false;
    }
    for (unsigned rounds = 0; rounds < CONN_UNLOCKED_ROUNDS;) {
        const size_t count = snet_link_send(conn->link, spans, CONN_PUSH_SPANS);
        if (count == 0) {
            return true;
        }
        size_t total = 0;
        for (size_t i = 0; i < count; i++) {
            total += spans[i].len;
        }
        if (!unlocks || total > SNET_CONN_UNLOCKED_BYTES) {
            if (!conn_push_all(conn, spans, count, total)) {
                return conn_push_rest(conn);
            }
        } else if (!conn_push_copy(conn, spans, count, total)) {
            return true;
        } else {
            rounds++;
        }
    }
    snet_conn_unlocked_return(conn);
    return true;
}

/* True when the loop need not send. */
static bool conn_push_for_loop(struct snet_conn *conn, bool unlocks)
{
    if (!conn->conn_inline.full && conn_push(conn, unlocks)) {
        return true;
    }
    if (conn->conn_inline.state == SNET_CONN_INLINE_ON && !conn->conn_inline.full) {
        snet_conn_inline_full(conn);
    }
    return conn->conn_inline.state != SNET_CONN_INLINE_OFF && conn->conn_inline.full;
}

void snet_conn_used(snet_session *session, bool unlocks)
{
    struct snet_conn *conn = snet_conn_of(session);
    if (conn != NULL && conn_push_for_loop(conn, unlocks)) {
        snet_link_clear_send(conn->link);
    }
}

/* The thread that serves the conn sends the rest. */
static void conn_send_inline(struct snet_conn *conn)
{
    if (!conn->conn_inline.full && !conn_push(conn, false)) {
        conn->conn_inline.full = true;
        snet_conn_inline_wake(&conn->conn_inline);
    }
}

void snet_conn_send(struct snet_conn *conn)
{
    struct snet_span spans[CONN_SPANS_MAX];
    if (conn->unlocked.state != SNET_CONN_UNLOCKED_IDLE) {
        return; /* what is sent now comes first */
    }
    if (conn->conn_inline.state == SNET_CONN_INLINE_ON) {
        conn_send_inline(conn);
        return;
    }
    while (snet_stream_writer_is_idle(&conn->writer)) {
        const size_t count = snet_link_send(conn->link, spans, CONN_SPANS_MAX);
        if (count == 0) {
            return;
        }
        size_t sent = 0;
        const int os_err = snet_stream_writer_send(&conn->writer, spans, count, &sent);
        if (os_err != 0) {
            conn_ended(conn, os_err);
            return;
        }
        conn_sent(conn, sent);
    }
}

/* Sends what a thread has left, and what the link has behind it. 0, or a code of libuv. */
static int conn_send_left(struct snet_conn *conn)
{
    struct snet_span spans[CONN_SPANS_MAX];
    const size_t left = conn->unlocked.in_hand;
    size_t sent = 0;
    if (left == 0) {
        return 0;
    }
    if (conn->unlocked.left == NULL) {
        return UV_ENOMEM;
    }
    spans[0] = (struct snet_span){conn->unlocked.left, left};
    const size_t count = 1 + snet_link_send(conn->link, &spans[1], CONN_SPANS_MAX - 1);
    const int os_err = snet_stream_writer_send(&conn->writer, spans, count, &sent);
    snet_conn_unlocked_forget(conn);
    if (os_err == 0) {
        SNET_ASSERT(sent >= left);
        conn_sent(conn, sent - left);
    }
    return os_err;
}

void snet_conn_go_on(struct snet_conn *conn)
{
    const int os_err = conn->unlocked.os_err != 0 ? conn->unlocked.os_err : conn_send_left(conn);
    if (os_err != 0) {
        conn_ended(conn, os_err);
    } else {
        snet_conn_send(conn);
    }
}

static void conn_idle(void *user, int os_err)
{
    struct snet_conn *conn = user;
    snet_uv *driver = conn->driver;
    snet_driver_enter(driver);
    if (os_err != 0) {
        conn_ended(conn, os_err);
    } else {
        snet_conn_send(conn);
    }
    snet_driver_drain(driver);
    snet_driver_leave(driver);
}

snet_err snet_conn_open(snet_uv *driver, snet_link *link, uv_stream_t *stream)
{
    struct snet_conn *conn = calloc(1, sizeof *conn);
    if (conn == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    conn->driver = driver;
    conn->link = link;
    conn->stream = stream;
    snet_stream_writer_init(&conn->writer, stream, conn_idle, conn);
    stream->data = conn;
    snet_link_set_user(link, conn);
    snet_list_push(&driver->conns, &conn->node);
    (void)uv_read_start(stream, conn_alloc, conn_read);
    conn_tell_tcp(conn);
    return SNET_OK;
}

void snet_conn_recv(struct snet_conn *conn)
{
    snet_list_remove(&conn->driver->paused, &conn->paused);
    if (conn->conn_inline.state == SNET_CONN_INLINE_ON) {
        snet_conn_inline_wake(&conn->conn_inline);
    } else {
        (void)uv_read_start(conn->stream, conn_alloc, conn_read);
    }
}

/* Nobody finds it any more. */
static void conn_retire(struct snet_conn *conn)
{
    snet_conn_inline_end(conn);
    snet_conn_coalesce_end(conn);
    snet_list_remove(&conn->driver->conns, &conn->node);
    snet_list_remove(&conn->driver->paused, &conn->paused);
    snet_link_set_user(conn->link, NULL);
    (void)uv_read_stop(conn->stream);
    if (conn->place != NULL) {
        *conn->place = NULL;
        conn->place = NULL;
    }
}

void snet_conn_close(struct snet_conn *conn, enum snet_close_how how)
{
    conn_retire(conn);
    if (!snet_conn_unlocked_end(conn, how)) {
        return;
    }
    if (how == SNET_CLOSE_FIN && conn_send_left(conn) == 0) {
        snet_conn_send(conn);
    }
    snet_conn_unlocked_forget(conn);
    snet_stream_writer_deinit(&conn->writer);
    snet_link_free(conn->link, snet_driver_now());
    if (how == SNET_CLOSE_FIN) {
        snet_stream_finish(conn->stream, SNET_CONN_WASTE_MAX_BYTES);
    } else {
        snet_stream_close(conn->stream, true);
    }
    free(conn);
}

int snet_conn_release(struct snet_conn *conn)
{
    conn_retire(conn);
    SNET_ASSERT(conn->unlocked.state == SNET_CONN_UNLOCKED_IDLE); /* it has carried no session */
    snet_stream_writer_deinit(&conn->writer);
    snet_link_free(conn->link, snet_driver_now());
    const int fd = snet_stream_release(conn->stream);
    free(conn);
    return fd;
}
