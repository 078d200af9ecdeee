/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/eof_wait.h"

#define EOF_WAIT_CHECKS_PER_WAIT 8u

void snet_eof_wait_init(struct snet_eof_wait *eof_wait, uv_loop_t *loop)
{
    (void)uv_timer_init(loop, &eof_wait->timer);
    eof_wait->timer.data = eof_wait;
}

/* Whether the server has something to say: bytes came, or wait for a slow reader. */
static bool eof_wait_broken(struct snet_eof_wait *eof_wait)
{
    struct snet_session_info info;
    struct snet_span span;
    size_t count = 0;
    snet_session_get_info(eof_wait->session, &info);
    const bool came = info.received != eof_wait->received;
    eof_wait->received = info.received;
    return came || snet_session_peek(eof_wait->session, &span, 1, &count) == SNET_OK;
}

static void eof_wait_check(uv_timer_t *timer)
{
    struct snet_eof_wait *eof_wait = timer->data;
    const uint64_t now_ms = uv_now(timer->loop);
    if (eof_wait_broken(eof_wait)) {
        eof_wait->changed_ms = now_ms;
    } else if (now_ms - eof_wait->changed_ms >= eof_wait->wait_ms) {
        snet_eof_wait_stop(eof_wait);
        snet_session_shutdown(eof_wait->session, snet_uv_now(eof_wait->driver));
    }
}

void snet_eof_wait_start(struct snet_eof_wait *eof_wait, snet_uv *driver, snet_session *session,
                         uint64_t wait_ms)
{
    if (uv_is_active((uv_handle_t *)&eof_wait->timer)) {
        return;
    }
    eof_wait->driver = driver;
    eof_wait->session = session;
    eof_wait->wait_ms = wait_ms;
    eof_wait->changed_ms = uv_now(eof_wait->timer.loop);
    (void)eof_wait_broken(eof_wait);
    const uint64_t check_ms = wait_ms / EOF_WAIT_CHECKS_PER_WAIT + 1;
    (void)uv_timer_start(&eof_wait->timer, eof_wait_check, check_ms, check_ms);
}

void snet_eof_wait_stop(struct snet_eof_wait *eof_wait)
{
    (void)uv_timer_stop(&eof_wait->timer);
}
