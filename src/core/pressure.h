/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Pressure: which sessions wait for a page, give one up, and go on when there are some again. All
 * histories share one budget of pages, all inboxes another. A writer that finds no page gets one of
 * a history that slides; else a session ends for it, which core/holders names. A writer may also
 * wait although there are pages, because its session holds what each may and all beyond that is
 * taken.
 *
 * Writers and links that wait are woken in turn, no more of them than there are pages. One that was
 * woken may not use its page: a writer may have nothing more to say, or nothing comes on the link.
 * So while pages are free, those that still wait are woken in turn once in a while. And while none
 * are, one of them tries again once in a while: who ends for others depends on the time, too.
 *
 * It stands below sessions: it knows their tasks and histories.
 *
 * Ownership: part of a core; borrows tasks and histories until they are taken out again. Thread:
 * that of the core.
 */
#ifndef SNET_CORE_PRESSURE_H
#define SNET_CORE_PRESSURE_H

#include "base/list.h"
#include "base/pool.h"
#include "core/history.h"
#include "core/holders.h"
#include "core/task.h"

/* This many histories at most are asked for pages at a time. */
#define SNET_PRESSURE_RECLAIM_MAX 64u
/* The interval at which those are woken that wait although pages are free. */
#define SNET_PRESSURE_WAKE_NS (100 * SNET_MS_NS)
/* The interval at which one writer tries again although nothing has come back. */
#define SNET_PRESSURE_RETRY_NS (1 * SNET_SECOND_NS)

struct snet_pressure {
    struct snet_pool *send_pool; /* of histories */
    struct snet_pool *recv_pool; /* of inboxes */
    struct snet_holders *holders;
    struct snet_list writers; /* tasks of sessions whose writer waits for a page */
    struct snet_list growers; /* of those whose writer waits to hold more than each may */
    struct snet_list links;   /* tasks of links that wait for a page */
    struct snet_list sliding; /* histories that slide */
    uint64_t wake_at_ns;
    uint64_t retry_at_ns;
    size_t unasked; /* histories that are still to be asked, for writers that wait */
};

void snet_pressure_init(struct snet_pressure *pressure, struct snet_pool *send_pool,
                        struct snet_pool *recv_pool, struct snet_holders *holders);
/* When snet_pressure_tick is due: `now` is at once; SNET_NEVER when it is not. */
uint64_t snet_pressure_due_ns(const struct snet_pressure *pressure, uint64_t now);
void snet_pressure_tick(struct snet_pressure *pressure, uint64_t now);

/* From now on the history slides, and is asked for what it need not keep; or it does no more. */
void snet_pressure_slide(struct snet_pressure *pressure, struct snet_history *history, bool slides);
/* A writer finds no page: histories that slide give back what they need not keep, in turn. */
void snet_pressure_reclaim(struct snet_pressure *pressure);
/* A session may end for others that could not before: the first of the writers that wait for a page
   tries again. */
void snet_pressure_retry(struct snet_pressure *pressure);

/* A writer for whom snet_pressure_reclaim found no page waits for one. Safe to call again. */
void snet_pressure_writer_waits(struct snet_pressure *pressure, struct snet_task *session);
/* A writer waits to hold more than each may. Safe to call again. */
void snet_pressure_grower_waits(struct snet_pressure *pressure, struct snet_task *session);
/* It waits no more, for whichever of them. Safe for one that does not wait. */
void snet_pressure_writer_leaves(struct snet_pressure *pressure, struct snet_task *session);
/* Pages of histories may have come back: writers that wait try again. */
void snet_pressure_wake_writers(struct snet_pressure *pressure);
/* The same of links and inboxes. */
void snet_pressure_link_waits(struct snet_pressure *pressure, struct snet_task *link);
void snet_pressure_link_leaves(struct snet_pressure *pressure, struct snet_task *link);
void snet_pressure_wake_links(struct snet_pressure *pressure);

#endif
