/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "core/pressure.h"

#include "base/assert.h"

void snet_pressure_init(struct snet_pressure *pressure, struct snet_pool *send_pool,
                        struct snet_pool *recv_pool, struct snet_holders *holders)
{
    *pressure =
        (struct snet_pressure){.send_pool = send_pool, .recv_pool = recv_pool, .holders = holders};
    snet_list_init(&pressure->writers);
    snet_list_init(&pressure->growers);
    snet_list_init(&pressure->links);
    snet_list_init(&pressure->sliding);
}

/* A writer or a link waits although there is a page: the one that was woken has not used it. */
static bool pressure_idles(const struct snet_pressure *pressure)
{
    return (pressure->writers.count > 0 && snet_pool_available(pressure->send_pool) > 0) ||
           (pressure->growers.count > 0 && snet_holders_beyond_room(pressure->holders) > 0) ||
           (pressure->links.count > 0 && snet_pool_available(pressure->recv_pool) > 0);
}

/* A writer waits, and not all histories have been asked yet whether they can give pages back. */
static bool pressure_asks(const struct snet_pressure *pressure)
{
    return pressure->writers.count > 0 && pressure->unasked > 0 &&
           snet_pool_available(pressure->send_pool) == 0;
}

/* Writers wait for what others hold, and one of these may end for them when some time has passed.
 */
static bool pressure_retries(const struct snet_pressure *pressure)
{
    return pressure->writers.count + pressure->growers.count > 0 &&
           pressure->holders->ending_count > 0;
}

static uint64_t pressure_min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Those who wait may have what another core gives back, of which nobody hears. */
static bool pressure_looks(const struct snet_pressure *pressure)
{
    const size_t writers = pressure->writers.count + pressure->growers.count;
    return (writers > 0 && pressure->send_pool->stock != NULL) ||
           (pressure->links.count > 0 && pressure->recv_pool->stock != NULL);
}

uint64_t snet_pressure_due_ns(const struct snet_pressure *pressure, uint64_t now)
{
    if (pressure_asks(pressure)) {
        return now;
    }
    const uint64_t look_ns = pressure_looks(pressure) ? now + SNET_PRESSURE_WAKE_NS : SNET_NEVER;
    const uint64_t retry_ns = pressure_retries(pressure) ? pressure->retry_at_ns : SNET_NEVER;
    return pressure_min(pressure_min(look_ns, retry_ns),
                        pressure_idles(pressure) ? pressure->wake_at_ns : SNET_NEVER);
}

/* The first that has a use for it is woken. */
static void pressure_wake_one(struct snet_list *waiting)
{
    bool woken = false;
    while (!woken && waiting->count > 0) {
        struct snet_task *task = SNET_CONTAINER(snet_list_first(waiting), struct snet_task, wait);
        woken = task->ops->wake(task);
    }
}

void snet_pressure_tick(struct snet_pressure *pressure, uint64_t now)
{
    if (pressure_asks(pressure)) {
        snet_pressure_reclaim(pressure);
        snet_pressure_wake_writers(pressure);
    }
    if (pressure_idles(pressure) && pressure->wake_at_ns <= now) {
        pressure->wake_at_ns = now + SNET_PRESSURE_WAKE_NS;
        snet_pressure_wake_writers(pressure);
        snet_pressure_wake_links(pressure);
    }
    if (pressure_retries(pressure) && pressure->retry_at_ns <= now) {
        pressure->retry_at_ns = now + SNET_PRESSURE_RETRY_NS;
        pressure_wake_one(&pressure->writers);
        pressure_wake_one(&pressure->growers);
    }
}

void snet_pressure_slide(struct snet_pressure *pressure, struct snet_history *history, bool slides)
{
    history->slides = slides;
    if (!slides) {
        snet_list_remove(&pressure->sliding, &history->node);
    } else if (!snet_list_contains(&history->node)) {
        snet_list_push(&pressure->sliding, &history->node);
    }
}

static bool pressure_wake_first(const struct snet_list *waiting)
{
    struct snet_task *task = SNET_CONTAINER(snet_list_first(waiting), struct snet_task, wait);
    return task->ops->wake(task);
}

void snet_pressure_retry(struct snet_pressure *pressure)
{
    if (snet_pool_available(pressure->send_pool) == 0) {
        pressure_wake_one(&pressure->writers);
    }
}

void snet_pressure_reclaim(struct snet_pressure *pressure)
{
    size_t left = pressure->sliding.count;
    left = left < SNET_PRESSURE_RECLAIM_MAX ? left : SNET_PRESSURE_RECLAIM_MAX;
    pressure->unasked =
        pressure->unasked < pressure->sliding.count ? pressure->unasked : pressure->sliding.count;
    while (left-- > 0 && snet_pool_available(pressure->send_pool) == 0) {
        pressure->unasked -= pressure->unasked > 0 ? 1 : 0;
        struct snet_list_node *node = snet_list_first(&pressure->sliding);
        snet_list_remove(&pressure->sliding, node);
        snet_list_push(&pressure->sliding, node);
        snet_history_shrink(SNET_CONTAINER(node, struct snet_history, node), pressure->send_pool);
    }
}

void snet_pressure_writer_waits(struct snet_pressure *pressure, struct snet_task *session)
{
    if (snet_list_contains(&session->wait)) {
        return;
    }
    if (pressure->writers.count == 0) {
        /* From now on a session that sends gives back by itself what it can. The others are asked
         * once. */
        const size_t count = pressure->sliding.count;
        pressure->unasked =
            count > SNET_PRESSURE_RECLAIM_MAX ? count - SNET_PRESSURE_RECLAIM_MAX : 0;
    }
    snet_list_push(&pressure->writers, &session->wait);
}

void snet_pressure_grower_waits(struct snet_pressure *pressure, struct snet_task *session)
{
    if (!snet_list_contains(&session->wait)) {
        session->wants_more = true;
        snet_list_push(&pressure->growers, &session->wait);
    }
}

void snet_pressure_writer_leaves(struct snet_pressure *pressure, struct snet_task *session)
{
    snet_list_remove(session->wants_more ? &pressure->growers : &pressure->writers, &session->wait);
    session->wants_more = false;
}

void snet_pressure_wake_writers(struct snet_pressure *pressure)
{
    size_t pages = snet_pool_available(pressure->send_pool);
    while (pages > 0 && pressure->writers.count > 0) {
        pages -= pressure_wake_first(&pressure->writers) ? 1 : 0;
    }
    size_t room = (size_t)(snet_holders_beyond_room(pressure->holders) / SNET_PAGE_BYTES);
    /* Each of them once: one that is refused again is behind the others. */
    for (size_t left = pressure->growers.count; room > 0 && left > 0; left--) {
        room -= pressure_wake_first(&pressure->growers) ? 1 : 0;
    }
}

void snet_pressure_link_waits(struct snet_pressure *pressure, struct snet_task *link)
{
    if (!snet_list_contains(&link->wait)) {
        snet_list_push(&pressure->links, &link->wait);
    }
}

void snet_pressure_link_leaves(struct snet_pressure *pressure, struct snet_task *link)
{
    snet_list_remove(&pressure->links, &link->wait);
}

void snet_pressure_wake_links(struct snet_pressure *pressure)
{
    size_t pages = snet_pool_available(pressure->recv_pool);
    while (pages > 0 && pressure->links.count > 0) {
        pages -= pressure_wake_first(&pressure->links) ? 1 : 0;
    }
}
