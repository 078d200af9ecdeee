/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Connect notice: one line for the person at a terminal when nothing has moved for a second,
 * because no server answers yet or a connection was lost, and one when it goes on. A pipe or a log
 * file gets neither.
 *
 * Ownership: memory of the caller's. Thread: the loop's.
 */
#ifndef SNET_APP_CONNECT_NOTICE_H
#define SNET_APP_CONNECT_NOTICE_H

#include "app/connect_session.h"

struct snet_connect_notice {
    uv_timer_t timer;
    const struct snet_connect *connect;
    const snet_session *session;
    bool lost; /* it was there once */
    bool said;
};

/* For a session that was just opened: its connection is awaited from now on. */
void snet_connect_notice_start(struct snet_connect_notice *notice, struct snet_connect *connect,
                               const snet_session *session);
/* Takes the events of the session. */
void snet_connect_notice_event(struct snet_connect_notice *notice,
                               const struct snet_core_event *event);

#endif
