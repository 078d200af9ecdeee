/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/conn_unlocked.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "uv/conn.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#define UNLOCKED_WAIT_MS 1u

_Static_assert(UV_ERRNO_MAX >= INT16_MIN, "each code can be kept");
_Static_assert(SNET_CONN_UNLOCKED_BYTES <= UINT16_MAX, "it can be in hand");

/* --- For the thread that sends --------------------------------------------------------------- */

void snet_conn_unlocked_return(struct snet_conn *conn)
{
    SNET_ASSERT(conn->unlocked.state == SNET_CONN_UNLOCKED_IDLE);
    conn->unlocked.state = SNET_CONN_UNLOCKED_RETURNED;
    conn->unlocked.next = conn->driver->returned;
    conn->driver->returned = conn;
    (void)uv_async_send(conn->driver->wake);
}

/* Without the lock. The error is gone with the call, so it is kept for the loop. */
static size_t unlocked_call(uv_os_fd_t fd, const uint8_t *bytes, size_t len, int *ret_os_err)
{
    const ssize_t sent = send(fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
    const bool full = errno == EAGAIN || errno == EINTR || errno == ENOBUFS;
    *ret_os_err = sent >= 0 || full ? 0 : uv_translate_sys_error(errno);
    return sent > 0 ? (size_t)sent : 0;
}

bool snet_conn_unlocked_send(struct snet_conn *conn, const uint8_t *bytes, size_t len)
{
    struct snet_conn_unlocked *unlocked = &conn->unlocked;
    snet_uv *driver = conn->driver;
    uv_os_fd_t fd = -1;
    SNET_ASSERT(unlocked->state == SNET_CONN_UNLOCKED_IDLE);
    SNET_ASSERT(len <= SNET_CONN_UNLOCKED_BYTES);
    size_t sent = 0;
    int os_err = UV_EBADF;
    if (uv_fileno((const uv_handle_t *)conn->stream, &fd) == 0) {
        unlocked->state = SNET_CONN_UNLOCKED_SENDING;
        unlocked->in_hand = (uint16_t)len;
        driver->sending_count++;
        driver->unlocks++;
        snet_driver_leave(driver);
        sent = unlocked_call(fd, bytes, len, &os_err);
        snet_driver_enter(driver);
        driver->sending_count--;
        unlocked->state = SNET_CONN_UNLOCKED_IDLE;
    }
    unlocked->in_hand = (uint16_t)(len - sent);
    unlocked->os_err = (int16_t)os_err;
    if (unlocked->in_hand > 0) {
        snet_conn_inline_return(conn);
        unlocked->left = malloc(unlocked->in_hand);
        if (unlocked->left != NULL) {
            snet_bytes_copy(unlocked->left, bytes + sent, unlocked->in_hand);
        }
    }
    if (unlocked->in_hand > 0 || unlocked->closes) {
        snet_conn_unlocked_return(conn);
        return false;
    }
    return true;
}

/* --- For the loop ---------------------------------------------------------------------------- */

bool snet_conn_unlocked_end(struct snet_conn *conn, enum snet_close_how how)
{
    struct snet_conn_unlocked *unlocked = &conn->unlocked;
    if (unlocked->state == SNET_CONN_UNLOCKED_IDLE) {
        return true;
    }
    unlocked->closes = true;
    unlocked->close_how = (uint8_t)how;
    return false;
}

void snet_conn_unlocked_forget(struct snet_conn *conn)
{
    free(conn->unlocked.left);
    conn->unlocked.left = NULL;
    conn->unlocked.in_hand = 0;
}

void snet_conn_unlocked_hand_over(snet_uv *driver)
{
    while (driver->returned != NULL) {
        struct snet_conn *conn = driver->returned;
        driver->returned = conn->unlocked.next;
        conn->unlocked.state = SNET_CONN_UNLOCKED_IDLE;
        if (conn->unlocked.closes) {
            snet_conn_close(conn, (enum snet_close_how)conn->unlocked.close_how);
        } else {
            snet_conn_go_on(conn);
        }
    }
}

void snet_conn_unlocked_wait(snet_uv *driver)
{
    while (driver->sending_count > 0) {
        snet_driver_leave(driver);
        uv_sleep(UNLOCKED_WAIT_MS);
        snet_driver_enter(driver);
    }
}
