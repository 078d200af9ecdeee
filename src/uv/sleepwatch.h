/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Sleepwatch: a descriptor that becomes readable when the machine has been asleep. Timers of a loop
 * do not run meanwhile, and would be late by as much.
 *
 * Ownership: the caller closes the descriptor. Thread: any.
 */
#ifndef SNET_UV_SLEEPWATCH_H
#define SNET_UV_SLEEPWATCH_H

#include <stdbool.h>

/* -1 when there is no descriptor left, or this system has nothing like it. */
int snet_sleepwatch_open(void);
/* Whether the machine has slept, or its date was set, since the last call; it is not readable any
   more. False when the descriptor is of no use. */
bool snet_sleepwatch_slept(int fd);

#endif
