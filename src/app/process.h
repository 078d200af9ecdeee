/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * What a process owes its surroundings before it does anything else: descriptors 0 to 2 that are
 * open, as many descriptors as the system grants, and no death by a signal that means nothing here.
 */
#ifndef SNET_APP_PROCESS_H
#define SNET_APP_PROCESS_H

#include <stdint.h>

/* To be called first, by the one thread there is. */
void snet_process_begin(void);
/* How many descriptors this process may have open. */
uint64_t snet_process_descriptors_max(void);

#endif
