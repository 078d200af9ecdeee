/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "bench/scenes/core_end.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define END_SPANS 16u
#define END_OUT_FIRST_BYTES 4096u
/* The overhead of the C library's allocator for one piece of memory. */
#define END_MALLOC_BYTES sizeof(size_t)

/* --- What the core takes from outside ------------------------------------------------------- */

static void *end_alloc(void *ctx, size_t size_bytes)
{
    struct snet_bench_core_end *end = ctx;
    void *memory = malloc(size_bytes);
    if (memory != NULL) {
        end->allocated_bytes += malloc_usable_size(memory) + END_MALLOC_BYTES;
    }
    return memory;
}

static void end_free(void *ctx, void *memory)
{
    struct snet_bench_core_end *end = ctx;
    end->allocated_bytes -= malloc_usable_size(memory) + END_MALLOC_BYTES;
    free(memory);
}

/* The generator splitmix64: small, and good enough where nothing is secret. */
static uint64_t end_next(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t mixed = *state;
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

void snet_bench_core_end_draw(struct snet_bench_core_end *end, uint8_t *ret_bytes, size_t len)
{
    uint64_t value = 0;
    for (size_t i = 0; i < len; i++) {
        value = i % sizeof value == 0 ? end_next(&end->random) : value >> 8;
        ret_bytes[i] = (uint8_t)value;
    }
}

static snet_err end_random(void *ctx, enum snet_random_purpose purpose, uint8_t *ret_bytes,
                           size_t len)
{
    (void)purpose;
    snet_bench_core_end_draw(ctx, ret_bytes, len);
    return SNET_OK;
}

/* --- Life ----------------------------------------------------------------------------------- */

snet_err snet_bench_core_end_init(struct snet_bench_core_end *end, uint64_t seed)
{
    const struct snet_env env = {
        .ctx = end, .alloc = end_alloc, .free = end_free, .random = end_random};
    const struct snet_core_config defaults = {0};
    *end = (struct snet_bench_core_end){.random = seed};
    return snet_core_new(&env, &defaults, &end->core);
}

void snet_bench_core_end_deinit(struct snet_bench_core_end *end)
{
    snet_core_free(end->core);
    free(end->out);
    *end = (struct snet_bench_core_end){0};
}

/* --- Time in the core ----------------------------------------------------------------------- */

static uint64_t end_enter(const struct snet_bench_core_end *end)
{
    struct timespec now = {0};
    if (end->timed) {
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
    }
    return (uint64_t)now.tv_sec * SNET_SECOND_NS + (uint64_t)now.tv_nsec;
}

static void end_leave(struct snet_bench_core_end *end, uint64_t since_ns)
{
    end->spent_ns += end_enter(end) - since_ns;
}

/* --- Bytes out ------------------------------------------------------------------------------ */

static bool end_out_space(struct snet_bench_core_end *end, size_t len)
{
    size_t size = end->out_size == 0 ? END_OUT_FIRST_BYTES : end->out_size;
    while (size - end->out_len < len) {
        size *= 2;
    }
    if (size > end->out_size) {
        uint8_t *grown = realloc(end->out, size);
        if (grown == NULL) {
            end->failed = true;
            return false;
        }
        end->out = grown;
        end->out_size = size;
    }
    return true;
}

/* Bytes of a link that is not the current one are dropped. */
static void end_collect(struct snet_bench_core_end *end, snet_link *link, uint64_t now)
{
    struct snet_span spans[END_SPANS];
    size_t count = snet_link_send(link, spans, END_SPANS);
    while (count > 0) {
        size_t total = 0;
        for (size_t i = 0; i < count; i++) {
            if (link == end->link && end_out_space(end, spans[i].len)) {
                /* tidy: allow bytes because this copy is the network's */
                memcpy(end->out + end->out_len, spans[i].data, spans[i].len);
                end->out_len += spans[i].len;
            }
            total += spans[i].len;
        }
        snet_link_sent(link, total, now);
        count = snet_link_send(link, spans, END_SPANS);
    }
}

/* --- Events --------------------------------------------------------------------------------- */

/* The reader keeps up, and takes the bytes where they are. */
static void end_read(struct snet_bench_core_end *end, snet_session *session, uint64_t now)
{
    struct snet_span spans[END_SPANS];
    size_t count = 0;
    while (snet_session_peek(session, spans, END_SPANS, &count) == SNET_OK) {
        size_t total = 0;
        for (size_t i = 0; i < count; i++) {
            total += spans[i].len;
        }
        end->arrived_bytes += total;
        snet_session_consume(session, total, now);
    }
}

static void end_event(struct snet_bench_core_end *end, const struct snet_core_event *event,
                      uint64_t now)
{
    switch (event->type) {
    case SNET_CORE_EVENT_OPENED:
    case SNET_CORE_EVENT_RESUMED:
        end->session = event->session;
        end->opened += event->type == SNET_CORE_EVENT_OPENED;
        end->resumed += event->type == SNET_CORE_EVENT_RESUMED;
        break;
    case SNET_CORE_EVENT_READABLE:
        end_read(end, event->session, now);
        break;
    case SNET_CORE_EVENT_ENDED:
        end->failed = true;
        break;
    case SNET_CORE_EVENT_LINK_SEND:
        end_collect(end, event->link, now);
        break;
    case SNET_CORE_EVENT_LINK_CLOSE:
        end_collect(end, event->link, now);
        if (event->link == end->link) {
            end->link = NULL;
        }
        snet_link_free(event->link, now);
        break;
    case SNET_CORE_EVENT_DIAL: /* the scene decides when to connect */
    case SNET_CORE_EVENT_LOST:
    case SNET_CORE_EVENT_BARREN:
    case SNET_CORE_EVENT_WRITABLE:
    case SNET_CORE_EVENT_FREED:
    case SNET_CORE_EVENT_LINK_RECV: /* a link is offered its bytes until it takes them */
        break;
    }
}

static void end_drain(struct snet_bench_core_end *end, uint64_t now)
{
    struct snet_core_event event;
    while (snet_core_next_event(end->core, &event)) {
        end_event(end, &event, now);
    }
}

void snet_bench_core_end_drain(struct snet_bench_core_end *end, uint64_t now)
{
    const uint64_t since_ns = end_enter(end);
    end_drain(end, now);
    end_leave(end, since_ns);
}

/* --- What happens to an end ----------------------------------------------------------------- */

snet_err snet_bench_core_end_connect(struct snet_bench_core_end *end, uint64_t now)
{
    const uint64_t since_ns = end_enter(end);
    end->out_len = end->out_sent = 0;
    const snet_err err = end->server != NULL ? snet_server_accepted(end->server, &end->link, now)
                                             : snet_client_connected(end->session, &end->link, now);
    end_drain(end, now);
    end_leave(end, since_ns);
    return err;
}

size_t snet_bench_core_end_recv(struct snet_bench_core_end *end, const uint8_t *data, size_t len,
                                uint64_t now)
{
    size_t done = 0;
    size_t taken = 1;
    const uint64_t since_ns = end_enter(end);
    while (end->link != NULL && done < len && taken > 0) {
        const size_t room = snet_link_room(end->link);
        size_t part = len - done < room ? len - done : room;
        part = part < SNET_BENCH_CORE_RECV_MAX_BYTES ? part : SNET_BENCH_CORE_RECV_MAX_BYTES;
        taken = 0;
        if (part > 0) {
            snet_link_recv(end->link, data + done, part, &taken, now);
        }
        end_drain(end, now);
        done += taken;
    }
    end_leave(end, since_ns);
    /* A closed link takes the rest, as a network would. */
    return end->link == NULL ? len : done;
}

size_t snet_bench_core_end_move(struct snet_bench_core_end *from, struct snet_bench_core_end *to,
                                uint64_t now)
{
    const size_t len = from->out_len - from->out_sent;
    const size_t moved =
        len == 0 ? 0 : snet_bench_core_end_recv(to, from->out + from->out_sent, len, now);
    from->out_sent += moved;
    if (from->out_sent == from->out_len) {
        from->out_len = from->out_sent = 0;
    }
    return moved;
}

void snet_bench_core_end_lose(struct snet_bench_core_end *end, uint64_t now)
{
    const uint64_t since_ns = end_enter(end);
    if (end->link != NULL) {
        snet_link_failed(end->link, SNET_ERR_LINK_LOST, now);
        end_drain(end, now);
    }
    end->out_len = end->out_sent = 0;
    end_leave(end, since_ns);
}

void snet_bench_core_end_tick(struct snet_bench_core_end *end, uint64_t now)
{
    const uint64_t since_ns = end_enter(end);
    snet_core_tick(end->core, now);
    end_drain(end, now);
    end_leave(end, since_ns);
}
