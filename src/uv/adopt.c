/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/adopt.h"

#include "uv/sockopt.h"
#include "uv/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

uv_stream_t *snet_adopt_stream(uv_loop_t *loop, int fd, int *ret_os_err)
{
    struct sockaddr_storage own = {0};
    socklen_t len = sizeof own;
    if (getsockname(fd, (struct sockaddr *)&own, &len) != 0) {
        *ret_os_err = uv_translate_sys_error(errno);
        return NULL;
    }
    /* AF_UNSPEC makes a stream without a socket of its own. */
    const int kind = own.ss_family == AF_UNIX ? AF_UNIX : AF_UNSPEC;
    uv_stream_t *stream = snet_stream_new(loop, kind, ret_os_err);
    if (stream == NULL) {
        return NULL;
    }
    *ret_os_err = own.ss_family == AF_UNIX ? uv_pipe_open((uv_pipe_t *)stream, fd)
                                           : uv_tcp_open((uv_tcp_t *)stream, fd);
    if (*ret_os_err != 0) {
        snet_stream_close(stream, false);
        return NULL;
    }
    return stream;
}

struct snet_adopt_dial {
    uv_work_t work;
    uv_loop_t *loop;
    struct snet_uv_connector connector;
    struct snet_stream_options options;
    snet_stream_dial_fn *on_done; /* NULL when it was given up */
    void *user;
    int fd;
    int os_err;
};

/* On a thread of libuv's pool. */
static void adopt_work(uv_work_t *work)
{
    struct snet_adopt_dial *dial = work->data;
    errno = 0;
    dial->fd = dial->connector.connect(dial->connector.user);
    if (dial->fd < 0) {
        dial->os_err = errno == 0 ? UV_ECONNREFUSED : uv_translate_sys_error(errno);
    }
}

static void adopt_worked(uv_work_t *work, int os_err)
{
    struct snet_adopt_dial *dial = work->data;
    uv_stream_t *stream = NULL;
    if (os_err == 0 && dial->fd >= 0) {
        stream = snet_adopt_stream(dial->loop, dial->fd, &dial->os_err);
        if (stream == NULL) {
            (void)close(dial->fd);
        }
    }
    if (stream != NULL) {
        snet_sockopt_connected(stream, &dial->options);
    }
    if (dial->on_done != NULL) {
        dial->on_done(dial->user, stream == NULL ? SNET_ERR_CONNECT : SNET_OK, dial->os_err,
                      stream);
    } else if (stream != NULL) {
        snet_stream_close(stream, true);
    }
    free(dial);
}

snet_err snet_adopt_dial_start(uv_loop_t *loop, const struct snet_uv_connector *connector,
                               const struct snet_stream_dial_config *config,
                               struct snet_adopt_dial **ret_dial)
{
    struct snet_adopt_dial *dial = calloc(1, sizeof *dial);
    if (dial == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    *dial = (struct snet_adopt_dial){
        .loop = loop,
        .connector = *connector,
        .options = config->options,
        .on_done = config->on_done,
        .user = config->user,
        .fd = -1,
    };
    dial->work.data = dial;
    if (uv_queue_work(loop, &dial->work, adopt_work, adopt_worked) != 0) {
        free(dial);
        return SNET_ERR_OS;
    }
    *ret_dial = dial;
    return SNET_OK;
}

void snet_adopt_dial_cancel(struct snet_adopt_dial *dial)
{
    if (dial != NULL) {
        dial->on_done = NULL;
        (void)uv_cancel((uv_req_t *)&dial->work);
    }
}
