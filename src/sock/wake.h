/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Wake: a descriptor that is readable while somebody should look, to be polled together with
 * others.
 *
 * Ownership: the descriptor goes with snet_wake_close. Thread: any; a wake may be rung by several.
 */
#ifndef SNET_SOCK_WAKE_H
#define SNET_SOCK_WAKE_H

#include <snet/error.h>

/* -1, or a descriptor that is closed by exec. */
int snet_wake_open(void);
void snet_wake_close(int wake_fd);
/* Makes it readable; does nothing below 0. */
void snet_wake_ring(int wake_fd);
/* Makes it unreadable until the next ring; does nothing below 0. */
void snet_wake_clear(int wake_fd);

#endif
