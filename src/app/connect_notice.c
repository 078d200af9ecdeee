/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/connect_notice.h"

#include <unistd.h>

#define NOTICE_AFTER_MS 1000u
#define NOTICE_TIME_BYTES 32u

static void notice_due(uv_timer_t *timer)
{
    struct snet_connect_notice *notice = timer->data;
    const struct snet_options *options = &notice->connect->options;
    const int os_err = snet_uv_session_os_err(notice->session);
    const char *limit = notice->lost ? "resume-timeout" : "connect-timeout";
    char time[NOTICE_TIME_BYTES] = "";
    size_t len = 0;
    if (snet_config_get(options->config, limit, time, sizeof time, &len) != SNET_OK) {
        time[0] = '\0'; /* a table that lacks its own option */
    }
    snet_log_say(&options->log, "%s: %s%s%s; trying for %s (--%s)", options->config->address,
                 notice->lost ? "the connection is lost" : "no answer yet", os_err != 0 ? ", " : "",
                 os_err != 0 ? uv_strerror(os_err) : "", time, limit);
    notice->said = true;
}

static void notice_await(struct snet_connect_notice *notice)
{
    const struct snet_log *log = &notice->connect->options.log;
    if (isatty(STDERR_FILENO) == 1 && !log->json && !snet_log_has(log, SNET_LOG_DEBUG)) {
        (void)uv_timer_start(&notice->timer, notice_due, NOTICE_AFTER_MS, 0);
    }
}

void snet_connect_notice_start(struct snet_connect_notice *notice, struct snet_connect *connect,
                               const snet_session *session)
{
    *notice = (struct snet_connect_notice){.connect = connect, .session = session};
    (void)uv_timer_init(&connect->runner.loop, &notice->timer);
    notice->timer.data = notice;
    notice_await(notice);
}

void snet_connect_notice_event(struct snet_connect_notice *notice,
                               const struct snet_core_event *event)
{
    if (event->type == SNET_CORE_EVENT_LOST) {
        notice->lost = true;
        notice_await(notice);
    } else if (event->type == SNET_CORE_EVENT_OPENED || event->type == SNET_CORE_EVENT_RESUMED) {
        (void)uv_timer_stop(&notice->timer);
        if (notice->said) {
            snet_log_say(&notice->connect->options.log, "%s: connected",
                         notice->connect->options.config->address);
        }
        notice->said = false;
    } else if (event->type == SNET_CORE_EVENT_ENDED) {
        (void)uv_timer_stop(&notice->timer);
    }
}
