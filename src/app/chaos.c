/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/chaos.h"

#include "app/chaos_pipe.h"

#include <stdio.h>
#include <stdlib.h>

struct snet_chaos {
    uv_loop_t *loop;
    struct snet_chaos_config config;
    struct snet_stream_options options;
    snet_stream_listener *listener; /* NULL while refusing */
    struct snet_chaos_pipe *pipes;
    struct snet_chaos_stats stats;
    uint64_t random;
    bool refused_once;
    bool freeze_planned;
    uv_timer_t refuse;
    uv_timer_t reopen;
    uv_timer_t freeze;
    uv_timer_t tick;
    char address[SNET_STREAM_ADDRESS_MAX_BYTES];
    char to[SNET_STREAM_ADDRESS_MAX_BYTES];
};

/* splitmix64 */
static uint64_t chaos_random(snet_chaos *chaos)
{
    chaos->random += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t mixed = chaos->random;
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ (mixed >> 31);
}

static void chaos_bytes(void *user, bool up, size_t len)
{
    snet_chaos *chaos = user;
    *(up ? &chaos->stats.bytes_up : &chaos->stats.bytes_down) += len;
}

static void chaos_refuse_due(uv_timer_t *timer)
{
    snet_chaos *chaos = timer->data;
    snet_chaos_refuse(chaos, chaos->config.refuse_ns / SNET_MS_NS);
}

static void chaos_end(void *user, struct snet_chaos_pipe *pipe, enum snet_chaos_end end)
{
    snet_chaos *chaos = user;
    struct snet_chaos_pipe **at = &chaos->pipes;
    while (*at != pipe) {
        at = &(*at)->next;
    }
    *at = pipe->next;
    chaos->stats.live--;
    if (end == SNET_CHAOS_END_CUT) {
        chaos->stats.cuts++;
        if (chaos->config.refuse_ns > 0 && !chaos->refused_once) {
            chaos->refused_once = true;
            /* From the loop: the list of pipes may be in use. */
            (void)uv_timer_start(&chaos->refuse, chaos_refuse_due, 0, 0);
        }
    }
}

static void chaos_freeze_due(uv_timer_t *timer)
{
    snet_chaos_freeze(timer->data);
}

static void chaos_accepted(void *user, uv_stream_t *stream)
{
    snet_chaos *chaos = user;
    const uint64_t mean = chaos->config.cut_every_bytes;
    const struct snet_chaos_pipe_config config = {
        .cut_after_bytes = mean == 0 ? UINT64_MAX : 1 + chaos_random(chaos) % (2 * mean),
        .delay_ms = (uint32_t)(chaos->config.delay_ns / SNET_MS_NS),
        .rate_bytes = chaos->config.rate_bytes,
        .dial = {.address = chaos->to, .options = chaos->options},
        .on_bytes = chaos_bytes,
        .on_end = chaos_end,
        .user = chaos,
    };
    struct snet_chaos_pipe *pipe = snet_chaos_pipe_new(chaos->loop, stream, &config);
    if (pipe == NULL) {
        return;
    }
    pipe->next = chaos->pipes;
    chaos->pipes = pipe;
    chaos->stats.connections++;
    chaos->stats.live++;
    if (chaos->config.freeze != 0 && !chaos->freeze_planned) {
        chaos->freeze_planned = true;
        (void)uv_timer_start(&chaos->freeze, chaos_freeze_due, SNET_CHAOS_FREEZE_AFTER_MS, 0);
    }
}

static snet_err chaos_listen(snet_chaos *chaos, const char *address, int *ret_os_err)
{
    const snet_err err = snet_stream_listener_open(chaos->loop, address, &chaos->options,
                                                   &chaos->listener, ret_os_err);
    if (err == SNET_OK) {
        snet_stream_listener_start(chaos->listener, chaos_accepted, chaos);
        (void)snprintf(chaos->address, sizeof chaos->address, "%s",
                       snet_stream_listener_address(chaos->listener));
    }
    return err;
}

static void chaos_reopen_due(uv_timer_t *timer)
{
    snet_chaos *chaos = timer->data;
    int os_err = 0;
    if (chaos_listen(chaos, chaos->address, &os_err) != SNET_OK) {
        /* The old socket may linger for a moment: try again. */
        (void)uv_timer_start(timer, chaos_reopen_due, SNET_CHAOS_TICK_MS, 0);
        return;
    }
    chaos->stats.refusing = false;
}

static void chaos_tick(uv_timer_t *timer)
{
    snet_chaos *chaos = timer->data;
    struct snet_chaos_pipe *pipe = chaos->pipes;
    while (pipe != NULL) {
        struct snet_chaos_pipe *next = pipe->next;
        snet_chaos_pipe_tick(pipe);
        pipe = next;
    }
}

static void chaos_timer_init(snet_chaos *chaos, uv_timer_t *timer)
{
    (void)uv_timer_init(chaos->loop, timer);
    timer->data = chaos;
}

snet_err snet_chaos_new(uv_loop_t *loop, const struct snet_chaos_config *config,
                        snet_chaos **ret_chaos, int *ret_os_err)
{
    snet_chaos *chaos = calloc(1, sizeof *chaos);
    if (chaos == NULL) {
        return SNET_ERR_NO_MEMORY;
    }
    chaos->loop = loop;
    chaos->config = *config;
    chaos->random = config->seed;
    chaos->options.buffer_bytes =
        config->buffer_bytes == 0 ? SNET_CHAOS_BUFFER_DEFAULT_BYTES : config->buffer_bytes;
    (void)snprintf(chaos->to, sizeof chaos->to, "%s", config->to);
    const snet_err err = chaos_listen(chaos, config->listen, ret_os_err);
    if (err != SNET_OK) {
        free(chaos);
        return err;
    }
    chaos_timer_init(chaos, &chaos->refuse);
    chaos_timer_init(chaos, &chaos->reopen);
    chaos_timer_init(chaos, &chaos->freeze);
    chaos_timer_init(chaos, &chaos->tick);
    if (config->delay_ns > 0 || config->rate_bytes > 0) {
        (void)uv_timer_start(&chaos->tick, chaos_tick, SNET_CHAOS_TICK_MS, SNET_CHAOS_TICK_MS);
    }
    *ret_chaos = chaos;
    return SNET_OK;
}

const char *snet_chaos_address(const snet_chaos *chaos)
{
    return chaos->address;
}

void snet_chaos_refuse(snet_chaos *chaos, uint64_t refuse_ms)
{
    snet_stream_listener_close(chaos->listener);
    chaos->listener = NULL;
    chaos->stats.refusing = true;
    snet_chaos_cut_all(chaos);
    (void)uv_timer_start(&chaos->reopen, chaos_reopen_due, refuse_ms, 0);
}

void snet_chaos_freeze(snet_chaos *chaos)
{
    for (struct snet_chaos_pipe *pipe = chaos->pipes; pipe != NULL; pipe = pipe->next) {
        snet_chaos_pipe_freeze(pipe);
    }
}

void snet_chaos_cut_all(snet_chaos *chaos)
{
    while (chaos->pipes != NULL) {
        snet_chaos_pipe_cut(chaos->pipes);
    }
}

void snet_chaos_stats(const snet_chaos *chaos, struct snet_chaos_stats *ret_stats)
{
    *ret_stats = chaos->stats;
}
