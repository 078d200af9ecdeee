/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "sock/fork_guard.h"

#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef MADV_WIPEONFORK
#define FORK_GUARD_ADVICE MADV_WIPEONFORK
#else
#define FORK_GUARD_ADVICE (-1) /* madvise knows no such advice: the process id is compared */
#endif

/* The page, once there is one, is kept for the life of the process: somebody may be reading it. */
struct fork_guard {
    _Atomic(atomic_bool *) page; /* true: this is the process; NULL: no such page */
    atomic_bool set;
    _Atomic(pid_t) process;
};

static struct fork_guard fork_guard;

/* A page that is empty in a child, or NULL. */
static atomic_bool *fork_guard_page(void)
{
    const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    void *page = mmap(NULL, page_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) {
        return NULL;
    }
    if (madvise(page, page_bytes, FORK_GUARD_ADVICE) == 0) {
        return page;
    }
    (void)munmap(page, page_bytes);
    return NULL;
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
