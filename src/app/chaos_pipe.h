/* SPDX-FileCopyrightText: 2026 The snet authors */
/* SPDX-License-Identifier: MIT */
/*
 * One connection through the chaos proxy: two streams and a bounded buffer each way, for what the
 * path has under way: its rate times its delay. The machine gives it memory as it fills.
 *
 * Ownership: owns its streams; frees itself when closed, after `on_end` has reported that.
 * Thread: that of the loop.
 */
#ifndef SNET_APP_CHAOS_PIPE_H
#define SNET_APP_CHAOS_PIPE_H

#include <snet/stream.h>

#include <stdbool.h>
#include <stdint.h>

/* What a direction holds beside the bytes that are under way; with the copy of the stream writer
   64 KiB. */
#define SNET_CHAOS_PIPE_BYTES (65536u - SNET_STREAM_WRITER_COPY_BYTES)
/* Maximum of what a direction holds. */
#define SNET_CHAOS_PIPE_MAX_BYTES (64u << 20)
/* A delay without a rate is that of a path which carries this many bytes a second: 1 Gbit/s. */
#define SNET_CHAOS_PIPE_FAST_BYTES 125000000u
/* Steps in which bytes become ready over the time of the delay, and one more for each end. */
#define SNET_CHAOS_PIPE_STEPS 256u
#define SNET_CHAOS_PIPE_MARKS (SNET_CHAOS_PIPE_STEPS + 4u)

struct snet_chaos_pipe;

/* How a connection ended. */
enum snet_chaos_end {
    SNET_CHAOS_END_CUT,
    SNET_CHAOS_END_CLOSED
};

struct snet_chaos_pipe_config {
    uint64_t cut_after_bytes; /* both directions together; UINT64_MAX never */
    uint32_t delay_ms;
    uint64_t rate_bytes;
    struct snet_stream_dial_config dial; /* of the far side; callback and user are the pipe's */
    void (*on_bytes)(void *user, bool up, size_t len);
    void (*on_end)(void *user, struct snet_chaos_pipe *pipe, enum snet_chaos_end end);
    void *user;
};

/* Bytes that wait until `when_ms`, up to the position `end` of the direction. */
struct snet_chaos_mark {
    uint64_t when_ms;
    uint64_t end;
};

/* One direction. */
struct snet_chaos_half {
    struct snet_chaos_pipe *pipe;
    uv_stream_t *from;
    uv_stream_t *to;
    snet_stream_writer *writer; /* NULL until the far side is connected */
    uv_shutdown_t shutdown;
    uint64_t read;    /* bytes taken in so far */
    uint64_t written; /* bytes given on so far */
    uint64_t ready;   /* the delay of what is before this position is over */
    uint64_t allowed; /* by the rate, in total */
    struct snet_chaos_mark marks[SNET_CHAOS_PIPE_MARKS];
    unsigned mark_first;
    unsigned mark_count;
    bool reading;
    bool ended;    /* the source has closed its direction */
    bool shut;     /* and that was passed on */
    uint8_t *data; /* a ring */
    size_t size_bytes;
    size_t first_index; /* of the held bytes in the ring */
};

struct snet_chaos_pipe {
    struct snet_chaos_pipe *next; /* the proxy's list */
    struct snet_chaos_pipe_config config;
    uv_loop_t *loop;
    snet_stream_dial *dial;
    uv_stream_t *near;
    uv_stream_t *far;
    struct snet_chaos_half up;
    struct snet_chaos_half down;
    uint64_t passed;    /* both directions together */
    uint64_t ticked_ms; /* when the rate was last looked at */
    uint64_t credit;    /* of the rate since, in thousandths of a byte */
    uv_timer_t reaper;  /* never started: its close comes when nothing is in use any more */
    unsigned refs;      /* callbacks of libuv still to come */
    bool frozen;
    bool over;
};

/* How many bytes each direction may hold. */
size_t snet_chaos_pipe_bytes(uint64_t rate_bytes, uint32_t delay_ms);
/* Takes over `near` and dials the far side; NULL without memory (and `near` is closed). */
struct snet_chaos_pipe *snet_chaos_pipe_new(uv_loop_t *loop, uv_stream_t *near,
                                            const struct snet_chaos_pipe_config *config);
/* Time passes: delays end, the rate allows more. */
void snet_chaos_pipe_tick(struct snet_chaos_pipe *pipe);
/* Stops everything without closing. */
void snet_chaos_pipe_freeze(struct snet_chaos_pipe *pipe);
/* Resets both sides, and with `on_end` reports it. */
void snet_chaos_pipe_cut(struct snet_chaos_pipe *pipe);

#endif
