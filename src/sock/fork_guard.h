/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Fork guard: whether this process is a child of the one that began the background loop. The thread
 * has stayed with the parent, a lock may have been held at the fork for ever, and a child that
 * sealed would use a nonce twice. So every call asks this before it takes any lock.
 *
 * The answer lies in a page that the kernel empties in a child (MADV_WIPEONFORK); where there is no
 * such thing, the process id is compared. A child made by vfork, which shares its parent's memory
 * until it executes, is not told apart: it may call nothing at all, as POSIX says.
 *
 * Thread: snet_fork_guard_is_child from any; the others by one at a time.
 */
#ifndef SNET_SOCK_FORK_GUARD_H
#define SNET_SOCK_FORK_GUARD_H

#include <stdbool.h>

/* From now on children of this process are told apart. */
void snet_fork_guard_set(void);
/* The loop has ended: children may begin their own. */
void snet_fork_guard_clear(void);
bool snet_fork_guard_is_child(void);

#endif
