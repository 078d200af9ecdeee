/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/eof_wait.h"

#define QUIET_CHECKS_PER_WAIT 8u

void snet_quiet_init(struct snet_quiet *quiet, uv_loop_t *loop)
{
    (void)uv_timer_init(loop, &quiet->timer);
    quiet->timer.data = quiet;
}

/* Whether the server has something to say: bytes came, or wait for a slow reader. */
static bool quiet_broken(struct snet_quiet *quiet)
{
    struct snet_session_info info;
    struct snet_span span;
    size_t count = 0;
    snet_session_info(quiet->session, &info);
    const bool came = info.received != quiet->received;
    quiet->received = info.received;
    return came || snet_session_peek(quiet->session, &span, 1, &count) == SNET_OK;
}

static void quiet_check(uv_timer_t *timer)
{
    struct snet_quiet *quiet = timer->data;
    const uint64_t now_ms = uv_now(timer->loop);
    if (quiet_broken(quiet)) {
        quiet->changed_ms = now_ms;
    } else if (now_ms - quiet->changed_ms >= quiet->wait_ms) {
        snet_quiet_stop(quiet);
        snet_session_shutdown(quiet->session, snet_uv_now(quiet->driver));
    }
}

void snet_quiet_start(struct snet_quiet *quiet, snet_uv *driver, snet_session *session,
                      uint64_t wait_ms)
{
    if (uv_is_active((uv_handle_t *)&quiet->timer)) {
        return;
    }
    quiet->driver = driver;
    quiet->session = session;
    quiet->wait_ms = wait_ms;
    quiet->changed_ms = uv_now(quiet->timer.loop);
    (void)quiet_broken(quiet);
    const uint64_t check_ms = wait_ms / QUIET_CHECKS_PER_WAIT + 1;
    (void)uv_timer_start(&quiet->timer, quiet_check, check_ms, check_ms);
}

void snet_quiet_stop(struct snet_quiet *quiet)
{
    (void)uv_timer_stop(&quiet->timer);
}
