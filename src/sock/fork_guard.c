/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/fork_guard.h"

#include "uv/wiped_pages.h"

#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

/* The page, once there is one, is kept for the life of the process: somebody may be reading it. */
struct fork_guard {
    _Atomic(atomic_bool *) page; /* true: this is the process; NULL: no such page */
    atomic_bool set;
    _Atomic(pid_t) process;
};

static struct fork_guard fork_guard;

/* A flag that is false in a child, or NULL. */
static atomic_bool *fork_guard_page(void)
{
    bool wiped = false;
    atomic_bool *page = snet_wiped_pages_map(sizeof *page, &wiped);
    if (page != NULL && !wiped) {
        snet_wiped_pages_unmap(page, sizeof *page);
        page = NULL;
    }
    return page;
}

void snet_fork_guard_set(void)
{
    atomic_bool *page = atomic_load(&fork_guard.page);
    if (page == NULL) {
        page = fork_guard_page();
        atomic_store(&fork_guard.page, page);
    }
    if (page != NULL) {
        atomic_store(page, true);
    }
    atomic_store(&fork_guard.process, getpid());
    atomic_store(&fork_guard.set, true);
}

void snet_fork_guard_clear(void)
{
    atomic_store(&fork_guard.set, false);
}

bool snet_fork_guard_is_child(void)
{
    if (!atomic_load_explicit(&fork_guard.set, memory_order_acquire)) {
        return false;
    }
    const atomic_bool *page = atomic_load_explicit(&fork_guard.page, memory_order_acquire);
    return page != NULL ? !atomic_load_explicit(page, memory_order_relaxed)
                        : atomic_load(&fork_guard.process) != getpid();
}
