/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Task: what sessions, links and servers have in common for the core. A task has one timer, a set
 * of posted events, and a table of what the core does with it; of what it is, the core knows no
 * more.
 *
 * Ownership: part of its object. Thread: that of the core.
 */
#ifndef SNET_CORE_TASK_H
#define SNET_CORE_TASK_H

#include <snet/core.h>

#include "base/list.h"
#include "base/timer.h"

struct snet_task;

/* A NULL is for what never happens to a task of this kind. */
struct snet_task_ops {
    /* Its timer is due. */
    void (*tick)(struct snet_task *task, uint64_t now);
    /* Links: the process has slept, at most for `slept_ns`. */
    void (*overslept)(struct snet_task *task, uint64_t slept_ns, uint64_t now);
    /* A page is free for it, and it waits no more. False when it has no use for a page now. */
    bool (*wake)(struct snet_task *task);
    /* A posted event is taken: its details. */
    void (*event)(const struct snet_task *task, enum snet_core_event_type type,
                  struct snet_core_event *ret_event);
    /* The core goes away: frees the object, without events. */
    void (*destroy)(struct snet_task *task);
};

/* The first member of every session, link and server. */
struct snet_task {
    const struct snet_task_ops *ops;
    struct snet_timer timer;
    struct snet_list_node node;  /* among all of its kind */
    struct snet_list_node ready; /* among those with events */
    struct snet_list_node wait;  /* among those that wait for a page */
    unsigned events;             /* one bit per enum snet_core_event_type */
    bool wants_more;             /* waits to hold more than each may, not for a page */
};

#endif
