/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * Queue: connections that other threads give to a loop. Those that are new and those that another
 * loop has passed on wait apart, and the loop takes them in turn, a few at a time: its sessions
 * wait meanwhile.
 *
 * Ownership: the owner's struct; its loop's handle frees itself. A connection in it belongs to the
 * queue. Thread: as each function says.
 */
#ifndef SNET_UV_QUEUE_H
#define SNET_UV_QUEUE_H

#include "base/list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

/* Maximum: connections of a kind that wait. More wait in the kernel, or are closed. */
#define SNET_QUEUE_MAX 256u
/* Maximum: connections of each kind that are taken in one turn of the loop. */
#define SNET_QUEUE_TURN_MAX 8u

enum snet_queue_kind {
    SNET_QUEUE_NEW,
    SNET_QUEUE_PASSED
};
#define SNET_QUEUE_KINDS 2

/* A connection, and what was read of it. */
struct snet_queue_item {
    struct snet_list_node node;
    int fd; /* -1: it was taken out */
    enum snet_queue_kind kind;
    uint64_t queued_ns;
    struct sockaddr_storage peer; /* of no family: not known */
    size_t first_len;
    uint8_t first[];
};

/* Takes the connection out by setting its `fd` to -1, or leaves it to be closed. On the loop. */
typedef void snet_queue_take_fn(void *user, struct snet_queue_item *item);

/* Who takes what comes. */
struct snet_queue_taker {
    snet_queue_take_fn *take;
    void *user;
};

struct snet_queue {
    uv_mutex_t mutex;
    struct snet_list waiting[SNET_QUEUE_KINDS];
    bool open;
    struct snet_queue_wake *wake; /* its loop's, while it is open */
    struct snet_queue_taker taker;
};

/* A queue that is not open. False without a mutex. Thread: its maker's. */
bool snet_queue_init(struct snet_queue *queue);
/* It is closed. Thread: its maker's. */
void snet_queue_deinit(struct snet_queue *queue);
/* From now on the loop takes; the open queue keeps it running. Loop. False: no memory, or no
   descriptor. */
bool snet_queue_open(struct snet_queue *queue, uv_loop_t *loop,
                     const struct snet_queue_taker *taker);
/* Closes what waits, and takes nothing more. Loop. Safe for one that is not open. */
void snet_queue_close(struct snet_queue *queue);

/* NULL without memory; the descriptor is the caller's then. Any thread. */
struct snet_queue_item *snet_queue_item_new(int fd, enum snet_queue_kind kind,
                                            const struct sockaddr *peer, const uint8_t *first,
                                            size_t first_len);
/* Closes the connection, if it was not taken. Any thread. */
void snet_queue_item_free(struct snet_queue_item *item);
/* Takes the connection over; false when the queue is closed or full. Any thread. */
bool snet_queue_put(struct snet_queue *queue, struct snet_queue_item *item);
/* How many of a kind wait; SNET_QUEUE_MAX when it is closed. Any thread. */
size_t snet_queue_count(struct snet_queue *queue, enum snet_queue_kind kind);

#endif
