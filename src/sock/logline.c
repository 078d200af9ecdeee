/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/logline.h"

#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define LOGLINE_BYTES 256u

struct sock_logline {
    snet_log_fn *log; /* NULL: `fd` */
    void *user;
    int fd; /* below 0: nobody */
    uint64_t dropped;
};

static struct sock_logline sock_logline = {.fd = -1};

void snet_logline_to(snet_log_fn *log, void *user, int fd)
{
    sock_logline = (struct sock_logline){.log = log, .user = user, .fd = fd};
}

/* A pipe or terminal that poll calls writable takes PIPE_BUF bytes without waiting. */
static bool logline_takes(void)
{
    struct pollfd poll_fd = {.fd = sock_logline.fd, .events = POLLOUT};
    return poll(&poll_fd, 1, 0) == 1 && (poll_fd.revents & POLLOUT) != 0;
}

static void logline_write(char *line, int len)
{
    char said[LOGLINE_BYTES];
    if (!logline_takes()) {
        sock_logline.dropped++;
        return;
    }
    if (sock_logline.dropped > 0) {
        const int said_len = snprintf(said, sizeof said, "%" PRIu64 " log lines were dropped\n",
                                      sock_logline.dropped);
        sock_logline.dropped = 0;
        (void)!write(sock_logline.fd, said, (size_t)said_len);
        if (!logline_takes()) {
            sock_logline.dropped++;
            return;
        }
    }
    line[len] = '\n'; /* in place of its zero */
    (void)!write(sock_logline.fd, line, (size_t)len + 1);
}

void snet_logline_session(uint64_t session_id, const char *format, ...)
{
    char line[LOGLINE_BYTES];
    va_list args;
    if (sock_logline.log == NULL && sock_logline.fd < 0) {
        return;
    }
    int len = snprintf(line, sizeof line, "session %016" PRIx64 " ", session_id);
    va_start(args, format);
    len += vsnprintf(line + len, sizeof line - (size_t)len, format, args);
    va_end(args);
    len = len < (int)sizeof line ? len : (int)sizeof line - 1;
    if (sock_logline.log != NULL) {
        sock_logline.log(sock_logline.user, line);
    } else {
        logline_write(line, len);
    }
}

void snet_logline_event(const struct snet_core_event *event)
{
    struct snet_session_info info;
    if (sock_logline.log == NULL && sock_logline.fd < 0) {
        return;
    }
    snet_session_get_info(event->session, &info);
    if (event->type == SNET_CORE_EVENT_OPENED) {
        snet_logline_session(info.id, "opened over snet/%s", snet_wire_name(info.wire));
    } else if (event->type == SNET_CORE_EVENT_LOST) {
        snet_logline_session(info.id, "lost its connection: %s", snet_err_message(event->err));
    } else if (event->type == SNET_CORE_EVENT_RESUMED) {
        snet_logline_session(info.id, "resumed after %" PRIu64 " ms, %" PRIu64 " bytes sent again",
                             info.last_detached_ns / SNET_MS_NS, info.last_resent_bytes);
    } else if (event->type == SNET_CORE_EVENT_BARREN) {
        snet_logline_session(info.id, "had a connection that moved nothing: %s",
                             snet_err_message(event->err));
    } else if (event->type == SNET_CORE_EVENT_ENDED) {
        snet_logline_session(info.id, "ended: %s", snet_err_message(event->err));
    }
}
