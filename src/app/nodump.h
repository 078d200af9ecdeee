/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Keeps the memory of this process to itself. A process that holds secret keys must not leave them
 * in a core dump, which lies on a disk or is sent to whoever collects crashes, and must not show
 * them to other programs of the same user by way of /proc or a debugger.
 */
#ifndef SNET_APP_NODUMP_H
#define SNET_APP_NODUMP_H

/* From now on; to be called before the first secret is read or made. Safe to call again. */
void snet_nodump_process(void);

#endif
