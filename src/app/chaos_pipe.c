/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
#include "app/chaos_pipe.h"

#include <stdlib.h>

/* Limit of the unused time of a rate that may be used later. */
#define CHAOS_SAVED_MS 20u

static void pipe_release(struct snet_chaos_pipe *pipe)
{
    pipe->refs--;
    if (pipe->refs == 0) {
        free(pipe->up.data);
        free(pipe->down.data);
        free(pipe);
    }
}

static void pipe_reaped(uv_handle_t *reaper)
{
    pipe_release(reaper->data);
}

static void pipe_close_stream(struct snet_chaos_half *half, uv_stream_t *stream)
{
    snet_stream_writer_free(half->writer);
    half->writer = NULL;
    if (stream != NULL) {
        snet_stream_close(stream, true);
    }
}

static void pipe_end(struct snet_chaos_pipe *pipe, enum snet_chaos_end end)
{
    if (pipe->over) {
        return;
    }
    pipe->over = true;
    snet_stream_dial_cancel(pipe->dial);
    pipe_close_stream(&pipe->down, pipe->near);
    pipe_close_stream(&pipe->up, pipe->far);
    pipe->config.on_end(pipe->config.user, pipe, end);
    uv_close((uv_handle_t *)&pipe->reaper, pipe_reaped);
}

/* --- One direction --------------------------------------------------------------------------- */

static size_t half_held(const struct snet_chaos_half *half)
{
    return (size_t)(half->read - half->written);
}

/* Takes note of what the time has made ready. */
static void half_ripen(struct snet_chaos_half *half)
{
    const uint64_t now_ms = uv_now(half->pipe->loop);
    if (half->pipe->config.delay_ms == 0) {
        half->ready = half->read;
    }
    while (half->mark_count > 0 && half->marks[half->mark_first].when_ms <= now_ms) {
        half->ready = half->marks[half->mark_first].end;
        half->mark_first = (half->mark_first + 1) % SNET_CHAOS_PIPE_MARKS;
        half->mark_count--;
    }
}

/* Bytes whose delay is over, within the rate. */
static size_t half_ready(struct snet_chaos_half *half)
{
    half_ripen(half);
    const bool limited = half->pipe->config.rate_bytes > 0 && half->ready > half->allowed;
    const uint64_t end = limited ? half->allowed : half->ready;
    return end > half->written ? (size_t)(end - half->written) : 0;
}

/* The first `len` held bytes, as one or two spans. */
static size_t half_spans(const struct snet_chaos_half *half, size_t len, struct snet_span spans[2])
{
    const size_t run = half->size_bytes - half->first_index;
    const size_t first = len < run ? len : run;
    spans[0] = (struct snet_span){.data = half->data + half->first_index, .len = first};
    spans[1] = (struct snet_span){.data = half->data, .len = len - first};
    return spans[1].len == 0 ? 1 : 2;
}

/* The first `len` held bytes are on their way. */
static void half_wrote(struct snet_chaos_half *half, size_t len)
{
    half->written += len;
    /* An empty ring begins again, so that a quiet connection uses little of its memory. */
    half->first_index = half_held(half) == 0 ? 0 : (half->first_index + len) % half->size_bytes;
}

static void half_shut(uv_shutdown_t *shutdown, int os_err)
{
    (void)os_err;
    struct snet_chaos_pipe *pipe = shutdown->data;
    if (!pipe->over && pipe->up.shut && pipe->down.shut && pipe->refs == 2) {
        pipe_end(pipe, SNET_CHAOS_END_CLOSED);
    }
    pipe_release(pipe);
}

/* Passes the end of the source on, after its last byte. */
static void half_finish(struct snet_chaos_half *half)
{
    if (!half->ended || half->shut || half_held(half) > 0 ||
        !snet_stream_writer_is_idle(half->writer)) {
        return;
    }
    half->shut = true;
    half->shutdown.data = half->pipe;
    if (uv_shutdown(&half->shutdown, half->to, half_shut) == 0) {
        half->pipe->refs++;
    } else {
        pipe_end(half->pipe, SNET_CHAOS_END_CLOSED);
    }
}

static void half_read_more(struct snet_chaos_half *half);

/* Moves what may move; the pipe may be over afterwards. */
static void half_push(struct snet_chaos_half *half)
{
    struct snet_chaos_pipe *pipe = half->pipe;
    if (pipe->over || pipe->frozen || half->writer == NULL ||
        !snet_stream_writer_is_idle(half->writer)) {
        return;
    }
    size_t len = half_ready(half);
    const uint64_t left = pipe->config.cut_after_bytes - pipe->passed;
    const bool cut = len >= left;
    len = cut ? (size_t)left : len;
    if (len > 0) {
        struct snet_span spans[2];
        const size_t count = half_spans(half, len, spans);
        size_t sent = 0;
        if (snet_stream_writer_send(half->writer, spans, count, &sent) != 0) {
            pipe_end(pipe, SNET_CHAOS_END_CLOSED);
            return;
        }
        half_wrote(half, sent);
        pipe->passed += sent;
        pipe->config.on_bytes(pipe->config.user, half == &pipe->up, sent);
    }
    if (pipe->passed >= pipe->config.cut_after_bytes) {
        pipe_end(pipe, SNET_CHAOS_END_CUT);
        return;
    }
    half_finish(half);
    if (!pipe->over) {
        half_read_more(half);
    }
}

static void half_idle(void *user, int os_err)
{
    struct snet_chaos_half *half = user;
    if (os_err != 0) {
        pipe_end(half->pipe, SNET_CHAOS_END_CLOSED);
    } else {
        half_push(half);
    }
}

static struct snet_chaos_half *half_of(const uv_stream_t *from)
{
    struct snet_chaos_pipe *pipe = from->data;
    return from == pipe->near ? &pipe->up : &pipe->down;
}

static bool half_takes(const struct snet_chaos_half *half)
{
    return half_held(half) < half->size_bytes;
}

static void half_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret_buf)
{
    (void)suggested;
    struct snet_chaos_half *half = half_of((uv_stream_t *)handle);
    const size_t end = (half->first_index + half_held(half)) % half->size_bytes;
    const size_t space = half->size_bytes - half_held(half);
    const size_t run = half->size_bytes - end;
    *ret_buf = uv_buf_init((char *)half->data + end, (unsigned)(space < run ? space : run));
}

/* The bytes that were just read become ready together with others of the same moment. */
static void half_mark(struct snet_chaos_half *half)
{
    half_ripen(half); /* what is due gives its mark back, also while nothing can be written */
    const uint64_t step_ms = half->pipe->config.delay_ms / SNET_CHAOS_PIPE_STEPS + 1;
    /* The loop's time is up to a millisecond behind. */
    const uint64_t due_ms = uv_now(half->pipe->loop) + half->pipe->config.delay_ms + 1;
    const uint64_t when_ms = (due_ms + step_ms - 1) / step_ms * step_ms;
    const unsigned last = (half->mark_first + half->mark_count - 1) % SNET_CHAOS_PIPE_MARKS;
    const bool full = half->mark_count == SNET_CHAOS_PIPE_MARKS;
    if (full || (half->mark_count > 0 && half->marks[last].when_ms == when_ms)) {
        half->marks[last].end = half->read;
        return;
    }
    half->marks[(half->mark_first + half->mark_count++) % SNET_CHAOS_PIPE_MARKS] =
        (struct snet_chaos_mark){.when_ms = when_ms, .end = half->read};
}

static void half_have_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    (void)buf;
    struct snet_chaos_half *half = half_of(stream);
    if (len > 0) {
        half->read += (uint64_t)len;
        if (half->pipe->config.delay_ms > 0) {
            half_mark(half);
        }
        half_push(half);
    } else if (len == UV_ENOBUFS) {
        half->reading = false;
        (void)uv_read_stop(stream);
    } else if (len < 0 && snet_stream_end_err(stream, len) == UV_EOF) {
        half->reading = false;
        (void)uv_read_stop(stream);
        half->ended = true;
        half_finish(half);
    } else if (len < 0) {
        pipe_end(half->pipe, SNET_CHAOS_END_CLOSED);
    }
}

static void half_read_more(struct snet_chaos_half *half)
{
    if (!half->reading && !half->ended && half_takes(half)) {
        half->reading = uv_read_start(half->from, half_alloc, half_have_read) == 0;
    }
}

static snet_err half_init(struct snet_chaos_half *half, uv_stream_t *from, uv_stream_t *to)
{
    const struct snet_chaos_pipe_config *config = &half->pipe->config;
    half->from = from;
    half->to = to;
    half->size_bytes = snet_chaos_pipe_bytes(config->rate_bytes, config->delay_ms);
    half->data = malloc(half->size_bytes);
    return half->data == NULL ? SNET_ERR_NO_MEMORY
                              : snet_stream_writer_new(to, half_idle, half, &half->writer);
}

/* --- The connection -------------------------------------------------------------------------- */

static void pipe_dialed(void *user, snet_err err, int os_err, uv_stream_t *stream)
{
    (void)os_err;
    struct snet_chaos_pipe *pipe = user;
    pipe->dial = NULL;
    if (err != SNET_OK) {
        pipe_end(pipe, SNET_CHAOS_END_CLOSED);
        return;
    }
    stream->data = pipe;
    pipe->far = stream;
    if (half_init(&pipe->up, pipe->near, pipe->far) != SNET_OK ||
        half_init(&pipe->down, pipe->far, pipe->near) != SNET_OK) {
        pipe_end(pipe, SNET_CHAOS_END_CLOSED);
    } else if (!pipe->frozen) {
        half_read_more(&pipe->up);
        half_read_more(&pipe->down);
    }
}

size_t snet_chaos_pipe_bytes(uint64_t rate_bytes, uint32_t delay_ms)
{
    const uint64_t most = SNET_CHAOS_PIPE_MAX_BYTES - SNET_CHAOS_PIPE_BYTES;
    const uint64_t rate = rate_bytes == 0 ? SNET_CHAOS_PIPE_FAST_BYTES : rate_bytes;
    if (delay_ms == 0) {
        return SNET_CHAOS_PIPE_BYTES;
    }
    /* Divided before it is multiplied where a rate is beyond all that could be held. */
    const uint64_t path = rate > most ? rate / 1000 * delay_ms : rate * delay_ms / 1000;
    return SNET_CHAOS_PIPE_BYTES + (size_t)(path < most ? path : most);
}

struct snet_chaos_pipe *snet_chaos_pipe_new(uv_loop_t *loop, uv_stream_t *near,
                                            const struct snet_chaos_pipe_config *config)
{
    struct snet_chaos_pipe *pipe = calloc(1, sizeof *pipe);
    if (pipe == NULL) {
        snet_stream_close(near, true);
        return NULL;
    }
    pipe->config = *config;
    pipe->config.dial.on_done = pipe_dialed;
    pipe->config.dial.user = pipe;
    pipe->loop = loop;
    pipe->ticked_ms = uv_now(loop);
    pipe->near = near;
    near->data = pipe;
    pipe->up.pipe = pipe->down.pipe = pipe;
    if (snet_stream_dial_start(loop, &pipe->config.dial, &pipe->dial) != SNET_OK) {
        snet_stream_close(near, true);
        free(pipe);
        return NULL;
    }
    (void)uv_timer_init(loop, &pipe->reaper);
    pipe->reaper.data = pipe;
    pipe->refs = 1;
    return pipe;
}

/* What was not used is not saved up, apart from a little: ticks come late. */
static void half_allow(struct snet_chaos_half *half, uint64_t more)
{
    const uint64_t most =
        half->written + more + half->pipe->config.rate_bytes * CHAOS_SAVED_MS / 1000 + 1;
    half->allowed = half->allowed + more < most ? half->allowed + more : most;
}

void snet_chaos_pipe_tick(struct snet_chaos_pipe *pipe)
{
    const uint64_t now_ms = uv_now(pipe->loop);
    const uint64_t credit = pipe->credit + pipe->config.rate_bytes * (now_ms - pipe->ticked_ms);
    pipe->ticked_ms = now_ms;
    pipe->credit = credit % 1000;
    half_allow(&pipe->up, credit / 1000);
    half_allow(&pipe->down, credit / 1000);
    if (pipe->far != NULL) {
        half_push(&pipe->up);
        if (!pipe->over) {
            half_push(&pipe->down);
        }
    }
}

void snet_chaos_pipe_freeze(struct snet_chaos_pipe *pipe)
{
    pipe->frozen = true;
    (void)uv_read_stop(pipe->near);
    if (pipe->far != NULL) {
        (void)uv_read_stop(pipe->far);
    }
}

void snet_chaos_pipe_cut(struct snet_chaos_pipe *pipe)
{
    pipe_end(pipe, SNET_CHAOS_END_CUT);
}
