/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "uv/queue.h"

#include "base/assert.h"
#include "base/bytes.h"
#include "uv/address.h"
#include "uv/driver.h"

#include <stdlib.h>
#include <unistd.h>

/* Of a loop: outlives the queue until the loop has closed it. */
struct snet_queue_wake {
    uv_async_t async;         /* first */
    struct snet_queue *queue; /* NULL: it is closed */
};

bool snet_queue_init(struct snet_queue *queue)
{
    *queue = (struct snet_queue){.open = false};
    for (unsigned kind = 0; kind < SNET_QUEUE_KINDS; kind++) {
        snet_list_init(&queue->waiting[kind]);
    }
    return uv_mutex_init(&queue->mutex) == 0;
}

void snet_queue_deinit(struct snet_queue *queue)
{
    SNET_ASSERT(!queue->open);
    uv_mutex_destroy(&queue->mutex);
}

static struct snet_queue_item *queue_next(struct snet_queue *queue, enum snet_queue_kind kind)
{
    struct snet_queue_item *item = NULL;
    uv_mutex_lock(&queue->mutex);
    struct snet_list_node *node = snet_list_first(&queue->waiting[kind]);
    if (node != NULL) {
        snet_list_remove(&queue->waiting[kind], node);
        item = SNET_CONTAINER(node, struct snet_queue_item, node);
    }
    uv_mutex_unlock(&queue->mutex);
    return item;
}

/* Takes the next one; false when there is none of this kind. */
static bool queue_take(struct snet_queue *queue, enum snet_queue_kind kind)
{
    struct snet_queue_item *item = queue_next(queue, kind);
    if (item == NULL) {
        return false;
    }
    queue->taker.take(queue->taker.user, item);
    snet_queue_item_free(item);
    return true;
}

static void queue_woken(uv_async_t *async)
{
    const struct snet_queue_wake *wake = (struct snet_queue_wake *)async;
    unsigned taken = 0;
    bool more = true;
    while (more && taken < SNET_QUEUE_TURN_MAX) {
        taken++;
        more = false;
        for (unsigned kind = 0; kind < SNET_QUEUE_KINDS; kind++) {
            /* What is taken may close the queue. */
            more = (wake->queue != NULL && queue_take(wake->queue, kind)) || more;
        }
    }
    if (more && wake->queue != NULL) {
        (void)uv_async_send(async); /* in the next turn */
    }
}

bool snet_queue_open(struct snet_queue *queue, uv_loop_t *loop,
                     const struct snet_queue_taker *taker)
{
    struct snet_queue_wake *wake = calloc(1, sizeof *wake);
    if (wake == NULL || uv_async_init(loop, &wake->async, queue_woken) != 0) {
        free(wake);
        return false;
    }
    wake->queue = queue;
    uv_mutex_lock(&queue->mutex);
    queue->wake = wake;
    queue->taker = *taker;
    queue->open = true;
    uv_mutex_unlock(&queue->mutex);
    return true;
}

static void queue_wake_closed(uv_handle_t *handle)
{
    free(handle);
}

void snet_queue_close(struct snet_queue *queue)
{
    uv_mutex_lock(&queue->mutex);
    struct snet_queue_wake *wake = queue->wake;
    queue->open = false;
    queue->wake = NULL;
    uv_mutex_unlock(&queue->mutex);
    if (wake == NULL) {
        return;
    }
    for (unsigned kind = 0; kind < SNET_QUEUE_KINDS; kind++) {
        struct snet_queue_item *item = queue_next(queue, kind);
        for (; item != NULL; item = queue_next(queue, kind)) {
            snet_queue_item_free(item);
        }
    }
    wake->queue = NULL;
    uv_close((uv_handle_t *)&wake->async, queue_wake_closed);
}

struct snet_queue_item *snet_queue_item_new(int fd, enum snet_queue_kind kind,
                                            const struct sockaddr *peer, const uint8_t *first,
                                            size_t first_len)
{
    struct snet_queue_item *item = calloc(1, sizeof *item + first_len);
    if (item == NULL) {
        return NULL;
    }
    item->fd = fd;
    item->kind = kind;
    item->queued_ns = snet_driver_now();
    item->first_len = first_len;
    snet_bytes_copy(item->first, first, first_len);
    snet_address_copy(peer, &item->peer);
    return item;
}

void snet_queue_item_free(struct snet_queue_item *item)
{
    if (item->fd >= 0) {
        (void)close(item->fd);
    }
    free(item);
}

bool snet_queue_put(struct snet_queue *queue, struct snet_queue_item *item)
{
    uv_mutex_lock(&queue->mutex);
    const bool takes = queue->open && queue->waiting[item->kind].count < SNET_QUEUE_MAX;
    if (takes) {
        snet_list_push(&queue->waiting[item->kind], &item->node);
        (void)uv_async_send(&queue->wake->async);
    }
    uv_mutex_unlock(&queue->mutex);
    return takes;
}

size_t snet_queue_count(struct snet_queue *queue, enum snet_queue_kind kind)
{
    uv_mutex_lock(&queue->mutex);
    const size_t count = queue->open ? queue->waiting[kind].count : SNET_QUEUE_MAX;
    uv_mutex_unlock(&queue->mutex);
    return count;
}
